import { WebSocket } from 'ws';
import { path } from './mind.ts';

/** One socket that is there when it is needed: dialled again when it is lost, by hand and for this case only. */
export class OneSocket {
  readonly #url: string;
  #socket: WebSocket | undefined;
  #opening: Promise<WebSocket> | undefined;
  #isClosed = false;

  constructor(url: string) {
    this.#url = url + path;
  }

  /** The open one, or the one that is being opened. */
  take(): WebSocket | Promise<WebSocket> {
    return this.#socket ?? this.dial();
  }

  dial(): Promise<WebSocket> {
    this.#opening ??= new Promise((resolve, reject) => {
      const socket = new WebSocket(this.#url, { perMessageDeflate: false, headers: { Authorization: 'Bearer bench' } });
      socket.on('error', reject);
      socket.on('open', () => {
        this.#opening = undefined;
        resolve((this.#socket = socket));
      });
      socket.on('close', () => {
        if (socket !== this.#socket) return;
        this.#socket = undefined;
        if (!this.#isClosed) this.dial().catch(() => {});
      });
    });
    return this.#opening;
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.terminate();
  }
}
