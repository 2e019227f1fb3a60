import type { PatchbayError } from '@patchbay/ws-url';
import type { Failure } from './classify.ts';
import type { Exchange } from './exchange.ts';
import { PhysicalSocket, type PhysicalSocketOptions, type SocketOwner } from './physical-socket.ts';
import type { Clock, Timer } from './runtime.ts';
import type { Frame, LaneRules } from './types.ts';

/** What a pool wants to hear of one of its sockets. */
export interface PooledSocketOwner {
  /** Nobody claimed it while it was dialled. */
  opened(socket: PooledSocket): void;
  /** Old, or silent for too long to be taken by the gateway. */
  expired(socket: PooledSocket): void;
  ended(socket: PooledSocket, failure: Failure): void;
  /** Whatever comes in, before its exchange sees it. */
  received(frame: Frame): void;
}

/** A socket that carries one exchange at a time, or one in each of its lanes. */
export class PooledSocket implements SocketOwner {
  readonly physical: PhysicalSocket;
  readonly model: string | undefined;
  /** Fulfilled once open; rejects with the failure of the dial. */
  readonly ready: Promise<void>;
  /** Requests that have it or wait for it to open. */
  claims = 0;
  /** An exchange broke off while others went on: they are the last ones. */
  retiring = false;
  /** It has carried a frame of ours. */
  used = false;
  /** It has been idle. */
  hasWaited = false;
  readonly #owner: PooledSocketOwner;
  readonly #clock: Clock;
  readonly #lanes: LaneRules | undefined;
  readonly #exchanges = new Map<string, Exchange>();
  /** Lanes in which an answer goes on that nobody wants any more. */
  readonly #abandoned = new Set<string>();
  #retirement: Timer | undefined;
  #expiresAt = Infinity;
  #lost: PatchbayError | undefined;
  #resolve!: () => void;
  #reject!: (error: PatchbayError) => void;

  constructor(
    options: Omit<PhysicalSocketOptions, 'owner' | 'model'>,
    model: string | undefined,
    lanes: LaneRules | undefined,
    owner: PooledSocketOwner,
  ) {
    this.#owner = owner;
    this.#lanes = lanes;
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
    return this.retiring || this.#clock.now() >= this.#expiresAt;
  }

  /** One request more may have it. */
  get hasRoom(): boolean {
    return this.claims < (this.#lanes?.perSocket ?? 1);
  }

  /** A lane that nobody has, if it has lanes: low numbers first, for servers count all that were ever named. */
  freeLane(): string | undefined {
    if (this.#lanes === undefined) return undefined;
    let number = 1;
    while (this.#exchanges.has(String(number)) || this.#abandoned.has(String(number))) number++;
    return String(number);
  }

  /** Has the pool retire it after this long. */
  retireAfter(delayMs: number): void {
    this.#retirement?.cancel();
    this.#expiresAt = this.#clock.now() + delayMs;
    this.#retirement = this.#clock.setTimer(() => this.#owner.expired(this), delayMs);
  }

  /** Hands it all frames (of its lane) from now on. One that comes too late hears at once how the socket ended. */
  begin(exchange: Exchange, lane = ''): void {
    this.#exchanges.set(lane, exchange);
    if (this.#lost !== undefined) exchange.lost(this.#lost);
  }

  /** `reusable`: nothing of the answer is still to come. */
  finish(lane = '', reusable = true): void {
    this.#exchanges.delete(lane);
    if (!reusable) this.#abandoned.add(lane);
  }

  /** Says goodbye without telling the pool. */
  close(error: PatchbayError | undefined): void {
    this.#retirement?.cancel();
    this.physical.close();
    if (error !== undefined) this.#lose(error);
  }

  opened(): void {
    this.#resolve();
    if (this.claims === 0) this.#owner.opened(this);
  }

  frame(frame: Frame): void {
    this.#owner.received(frame);
    // Idle sockets may go on talking, e.g. of rate limits; nobody is listening.
    if (this.#lanes === undefined) return this.#exchanges.get('')?.frame(frame);
    const lane = this.#lanes.laneOf(frame);
    if (lane !== undefined) return this.#exchanges.get(lane)?.frame(frame);
    for (const exchange of [...this.#exchanges.values()]) exchange.frame(frame);
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
    for (const exchange of [...this.#exchanges.values()]) exchange.lost(error);
  }
}
