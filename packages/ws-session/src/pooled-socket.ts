import type { PatchbayError } from '@patchbay/ws-url';
import type { Failure } from './classify.ts';
import type { Exchange } from './exchange.ts';
import { PhysicalSocket, type PhysicalSocketOptions, type SocketOwner } from './physical-socket.ts';
import type { Clock, Timer } from './runtime.ts';
import type { Frame } from './types.ts';

/** What a pool wants to hear of one of its sockets. */
export interface PooledSocketOwner {
  /** Nobody claimed it while it was dialled. */
  opened(socket: PooledSocket): void;
  /** Old, or silent for too long to be taken by the gateway. */
  expired(socket: PooledSocket): void;
  ended(socket: PooledSocket, failure: Failure): void;
}

/** A socket that carries one exchange at a time. */
export class PooledSocket implements SocketOwner {
  readonly physical: PhysicalSocket;
  readonly model: string | undefined;
  /** Fulfilled once open; rejects with the failure of the dial. */
  readonly ready: Promise<void>;
  /** A request waits for it to open. */
  claimed = false;
  /** It has carried a frame of ours. */
  used = false;
  /** It has been idle. */
  hasWaited = false;
  readonly #owner: PooledSocketOwner;
  readonly #clock: Clock;
  #retirement: Timer | undefined;
  #expiresAt = Infinity;
  #exchange: Exchange | undefined;
  #lost: PatchbayError | undefined;
  #resolve!: () => void;
  #reject!: (error: PatchbayError) => void;

  constructor(
    options: Omit<PhysicalSocketOptions, 'owner' | 'model'>,
    model: string | undefined,
    owner: PooledSocketOwner,
  ) {
    this.#owner = owner;
    this.#clock = options.runtime.clock;
    this.model = model;
    this.ready = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever waits for it hears of a failure; that nobody may be waiting is no reason to end the process.
    this.ready.catch(() => {});
    this.physical = new PhysicalSocket({ ...options, model: () => model, owner: this });
  }

  /** It may finish what it carries, then no more. Asks the clock: after a suspend no timer has fired yet. */
  get isExpired(): boolean {
    return this.#clock.now() >= this.#expiresAt;
  }

  /** Has the pool retire it after this long. */
  retireAfter(delayMs: number): void {
    this.#retirement?.cancel();
    this.#expiresAt = this.#clock.now() + delayMs;
    this.#retirement = this.#clock.setTimer(() => this.#owner.expired(this), delayMs);
  }

  /** Hands it all frames from now on. One that comes too late hears at once how the socket ended. */
  begin(exchange: Exchange): void {
    this.#exchange = exchange;
    if (this.#lost !== undefined) exchange.lost(this.#lost);
  }

  finish(): void {
    this.#exchange = undefined;
  }

  /** Says goodbye without telling the pool. */
  close(error: PatchbayError | undefined): void {
    this.#retirement?.cancel();
    this.physical.close();
    if (error !== undefined) this.#lose(error);
  }

  opened(): void {
    this.#resolve();
    if (!this.claimed) this.#owner.opened(this);
  }

  frame(frame: Frame): void {
    // Idle sockets may go on talking, e.g. of rate limits; nobody is listening.
    this.#exchange?.frame(frame);
  }

  drained(): void {}

  ended(_socket: PhysicalSocket, failure: Failure): void {
    this.#retirement?.cancel();
    this.#owner.ended(this, failure);
    this.#lose(failure.error);
  }

  #lose(error: PatchbayError): void {
    this.#lost = error;
    this.#reject(error);
    this.#exchange?.lost(error);
  }
}
