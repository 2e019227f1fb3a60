import type { FrameRules } from './frame-rules.ts';
import type { PhysicalSocket } from './physical-socket.ts';
import type { Frame, Link } from './types.ts';

/** Whose link it is. */
export interface LinkOwner {
  /** What waited for the handshake may go out on this socket. */
  ready(socket: PhysicalSocket): void;
}

/** What a codec holds of one physical socket. Keeps it in a private field: a socket that is dialling knows the key. */
export class SocketLink implements Link {
  readonly epoch: number;
  readonly #socket: PhysicalSocket;
  readonly #rules: FrameRules;
  readonly #owner: LinkOwner;

  constructor(epoch: number, socket: PhysicalSocket, rules: FrameRules, owner: LinkOwner) {
    this.epoch = epoch;
    this.#socket = socket;
    this.#rules = rules;
    this.#owner = owner;
  }

  send(frame: Frame, audioMs?: number): boolean {
    this.#rules.check(frame);
    return this.#socket.send(frame, audioMs);
  }

  ready(): void {
    this.#owner.ready(this.#socket);
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
