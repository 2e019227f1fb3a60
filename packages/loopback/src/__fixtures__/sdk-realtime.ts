import { OpenAI } from 'openai-7';
import type { OpenAIRealtimeError } from 'openai-7/realtime/internal-base';
import { OpenAIRealtimeWS } from 'openai-7/realtime/ws';
import type { RealtimeClientEvent } from 'openai-7/resources/realtime/realtime';
import { Inbox } from './inbox.ts';

export interface SdkTarget {
  url: string;
  ca: string;
  apiKey?: string;
  headers?: Record<string, string>;
}

/** The official SDK on a Realtime socket, and everything it received. */
export class SdkConversation extends Inbox {
  readonly socket: OpenAIRealtimeWS;
  readonly errors: OpenAIRealtimeError[] = [];
  readonly closed: Promise<void>;

  /** Connects as the SDK's README does: with a model for a conversation, with `intent` for a transcription. */
  constructor(
    { url, ca, apiKey = 'key-of-the-test', headers }: SdkTarget,
    session: { model: string } | { intent: 'transcription' },
  ) {
    super();
    this.socket = new OpenAIRealtimeWS({ ...session, options: { ca, headers } }, new OpenAI({ apiKey, baseURL: url }));
    this.socket.on('event', (event) => this.add(event));
    this.socket.on('error', (error) => this.errors.push(error));
    this.closed = new Promise((resolve) => {
      this.socket.socket.on('close', (code, reason) => {
        this.end(`${code} ${reason.toString()}`);
        resolve();
      });
    });
  }

  send(event: RealtimeClientEvent): void {
    this.socket.send(event);
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}

export function connectSdk(...parameters: ConstructorParameters<typeof SdkConversation>): SdkConversation {
  return new SdkConversation(...parameters);
}
