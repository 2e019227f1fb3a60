import type { FrameRules } from './frame-rules.ts';
import type { PhysicalSocket } from './physical-socket.ts';
import type { Frame, Link } from './types.ts';

/** What a codec holds of one physical socket. Keeps it in a private field: a socket that is dialling knows the key. */
export class SocketLink implements Link {
  readonly epoch: number;
  readonly #socket: PhysicalSocket;
  readonly #rules: FrameRules;

  constructor(epoch: number, socket: PhysicalSocket, rules: FrameRules) {
    this.epoch = epoch;
    this.#socket = socket;
    this.#rules = rules;
  }

  send(frame: Frame): boolean {
    this.#rules.check(frame);
    return this.#socket.send(frame);
  }

  credential(): string | undefined {
    return this.#socket.credential;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}
