import type { RawData, WebSocket } from 'ws';
import type { Cloud } from './cloud.ts';

/** What a session hears from its client. */
export interface LineEvents {
  /** A text frame. */
  text(text: string): void;
  audio(bytes: Buffer): void;
  /** Any frame at all, pings and pongs too. */
  alive?(): void;
  closed(): void;
}

/** The service's side of a socket: events and audio out, and one piece of work after the other. */
export class Line<Event extends object> {
  readonly #socket: WebSocket;
  readonly #cloud: Cloud;
  readonly #gone = new AbortController();
  #work: Promise<void> = Promise.resolve();

  constructor(socket: WebSocket, cloud: Cloud) {
    this.#socket = socket;
    this.#cloud = cloud;
  }

  /** Aborts when the socket is closed, from either side. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  attach(session: LineEvents): void {
    this.#socket.on('message', (data: RawData, isBinary: boolean) => {
      if (this.#gone.signal.aborted) return;
      session.alive?.();
      if (isBinary) session.audio(data as Buffer);
      else session.text((data as Buffer).toString('utf8'));
    });
    this.#socket.on('ping', () => session.alive?.());
    this.#socket.on('pong', () => session.alive?.());
    this.#gone.signal.addEventListener('abort', () => session.closed(), { once: true });
    this.#socket.on('close', () => this.#gone.abort());
  }

  send(event: Event): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(event));
  }

  sendAudio(bytes: Buffer): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(bytes);
  }

  /** Without a code, the frame has none: clients see 1005. */
  close(code?: number, reason?: string): void {
    if (code !== undefined && code !== 1000) this.#cloud.tell('error', 'socket-ended', { code, reason });
    this.#socket.close(code, reason);
    this.#gone.abort();
  }

  /** After everything before it. What fails is told and does not stop the rest. */
  enqueue(task: () => void | Promise<void>): void {
    this.#work = this.#work
      .then(() => (this.#gone.signal.aborted ? undefined : task()))
      .catch((error: unknown) => this.#cloud.tell('error', 'session-failed', { message: String(error) }));
  }
}
