import { OpenAI } from 'openai-7';
import type { OpenAIRealtimeError } from 'openai-7/realtime/internal-base';
import { OpenAIRealtimeTranslationWS } from 'openai-7/realtime/translations/ws';
import type { RealtimeTranslationServerEvent } from 'openai-7/resources/realtime/realtime';
import { Inbox } from './inbox.ts';
import type { SdkTarget } from './sdk-realtime.ts';

/** The official SDK on a translation socket, and everything it received. Only events that it finds complete count. */
export class SdkTranslation extends Inbox<RealtimeTranslationServerEvent> {
  readonly socket: OpenAIRealtimeTranslationWS;
  readonly errors: OpenAIRealtimeError[] = [];
  readonly closed: Promise<void>;

  private constructor(socket: OpenAIRealtimeTranslationWS) {
    super();
    this.socket = socket;
    const types = [
      'session.created',
      'session.updated',
      'session.closed',
      'session.input_transcript.delta',
      'session.output_transcript.delta',
      'session.output_audio.delta',
    ] as const;
    for (const type of types) socket.on(type, (event: RealtimeTranslationServerEvent) => this.add(event));
    socket.on('error', (error) => this.errors.push(error));
    this.closed = new Promise((resolve) => {
      socket.socket.on('close', (code, reason) => {
        this.end(`${code} ${reason.toString()}`);
        resolve();
      });
    });
  }

  static async connect(
    { url, ca, apiKey = 'key-of-the-test' }: SdkTarget,
    model = 'gpt-realtime-translate',
  ): Promise<SdkTranslation> {
    const client = new OpenAI({ apiKey, baseURL: url });
    return new SdkTranslation(await OpenAIRealtimeTranslationWS.create(client, { model, options: { ca } }));
  }

  /** Says it in pieces, as a microphone does. */
  append(pieces: readonly string[]): void {
    for (const audio of pieces) this.socket.send({ type: 'session.input_audio_buffer.append', audio });
  }

  /** Everything that was said so far, in the source or in the target language. */
  transcript(side: 'input' | 'output'): string {
    return this.all(`session.${side}_transcript.delta`)
      .map(({ delta }) => delta)
      .join('');
  }
}
