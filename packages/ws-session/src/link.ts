import type { FrameRules } from './frame-rules.ts';
import type { PhysicalSocket } from './physical-socket.ts';
import type { Frame, Link } from './types.ts';

/** What a codec holds of one physical socket. Keeps it in a private field: a socket that is dialling knows the key. */
export class SocketLink implements Link {
  readonly epoch: number;
  readonly #socket: PhysicalSocket;
  readonly #rules: FrameRules;
  readonly #ready: () => void;

  constructor(epoch: number, socket: PhysicalSocket, rules: FrameRules, ready: () => void) {
    this.epoch = epoch;
    this.#socket = socket;
    this.#rules = rules;
    this.#ready = ready;
  }

  send(frame: Frame, audioMs?: number): boolean {
    this.#rules.check(frame);
    return this.#socket.send(frame, audioMs);
  }

  ready(): void {
    this.#ready();
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
