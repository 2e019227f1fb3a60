import type { WebSocket } from 'ws';
import type { Cloud } from '../cloud.ts';
import { serviceErrorOf } from '../http/errors.ts';
import type { ServerEvent } from './events.ts';

/** Audio is the one thing that is sent without an id. */
const unnumbered = new Set<ServerEvent['type']>(['session.output_audio.delta', 'session.input_audio.append']);

/** The service's side of a Live socket: numbered events out, and errors in the service's shape. */
export class Channel {
  readonly #socket: WebSocket;
  readonly #cloud: Cloud;

  constructor(socket: WebSocket, cloud: Cloud) {
    this.#socket = socket;
    this.#cloud = cloud;
  }

  /** `clientEventId`: of the command that this answers. */
  readonly send = (event: ServerEvent, clientEventId?: string): void => {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const { type, ...rest } = event;
    const id = unnumbered.has(type) ? {} : { event_id: this.#cloud.id('event_') };
    const answered = clientEventId === undefined ? {} : { client_event_id: clientEventId };
    this.#socket.send(JSON.stringify({ type, ...id, ...answered, ...rest }));
  };

  /** Tells the client what is wrong with its command; the session goes on. */
  complain(error: unknown, clientEventId?: string): void {
    const { type, code, message, param } = serviceErrorOf(error);
    this.#cloud.tell('error', 'error-sent', { code, message });
    this.send({
      type: 'error',
      error: {
        type,
        code: code ?? 'invalid_value',
        message,
        ...(param === null ? {} : { param }),
        ...(clientEventId === undefined ? {} : { client_event_id: clientEventId }),
      },
    });
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }
}
