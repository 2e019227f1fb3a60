import type { WebSocket } from 'ws';
import type { Cloud } from '../cloud.ts';
import { serviceErrorOf } from '../http/errors.ts';
import type { ErrorBody, ServerEvent } from './events.ts';

/** The service's side of a Realtime socket: numbered events out, and errors in the service's shape. */
export class Channel<Event extends { type: string } = ServerEvent> {
  readonly #socket: WebSocket;
  readonly #cloud: Cloud;

  constructor(socket: WebSocket, cloud: Cloud) {
    this.#socket = socket;
    this.#cloud = cloud;
  }

  readonly send = (event: Event): void => this.#write(event);

  /** Tells the client what is wrong with its event; the session goes on. */
  complain(error: unknown, eventId: string | null = null): void {
    const { type, code, message, param } = serviceErrorOf(error);
    this.#cloud.tell('error', 'error-sent', { code, message });
    this.#write({ type: 'error', error: { type, code, message, param, event_id: eventId } });
  }

  /** The last words, then the end. */
  fail(error: Error, closeCode: number): void {
    const { type, code } = serviceErrorOf(error);
    this.complain(error);
    this.#socket.close(closeCode, `${type}.${code}`);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  #write(event: { type: string; error?: ErrorBody }): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const { type, ...rest } = event;
    this.#socket.send(JSON.stringify({ type, event_id: this.#cloud.id('event_'), ...rest }));
  }
}
