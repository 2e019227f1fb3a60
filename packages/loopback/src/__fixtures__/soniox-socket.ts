import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';

/** What Soniox sends, as a client that knows nothing reads it. */
export interface SonioxMessage {
  stream_id?: string;
  tokens?: { text: string; is_final: boolean }[];
  finished?: boolean;
  audio?: string;
  audio_end?: boolean;
  terminated?: boolean;
  error_code?: number;
  error_type?: string;
  error_message?: string;
  more_info?: string;
  request_id?: string;
}

/** A client without an SDK, and everything it received. */
export class SonioxSocket {
  readonly socket: WebSocket;
  readonly messages: SonioxMessage[] = [];
  readonly closed: Promise<number>;

  constructor(url: string, protocols: string[] = [], options: ClientOptions = {}) {
    this.socket = new WebSocket(url.replace(/^http/, 'ws'), protocols, options);
    this.socket.on('error', () => {});
    this.socket.on('message', (data: Buffer) => {
      this.messages.push(JSON.parse(data.toString('utf8')) as SonioxMessage);
    });
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
  }

  get errors(): SonioxMessage[] {
    return this.messages.filter(({ error_code }) => error_code !== undefined);
  }

  async opened(): Promise<this> {
    await once(this.socket, 'open');
    return this;
  }

  /** Objects go as JSON, strings and bytes as they are. */
  send(...frames: readonly (object | string | Buffer)[]): void {
    for (const frame of frames) {
      this.socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
    }
  }

  /** Sends, and waits until everything was taken: the service answers the ping behind it. */
  async sent(...frames: readonly (object | string | Buffer)[]): Promise<void> {
    this.send(...frames);
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.socket.ping();
    await Promise.race([once(this.socket, 'pong'), this.closed]);
  }
}
