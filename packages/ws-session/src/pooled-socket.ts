import type { PatchbayError, Query } from '@patchbay/ws-url';
import type { Failure } from './classify.ts';
import { Deadline, inWholeSeconds } from './clock.ts';
import type { Exchange } from './exchange.ts';
import { LazyMap, LazySet } from './lazy-collections.ts';
import { PhysicalSocket, type PhysicalSocketOptions, type SocketOwner } from './physical-socket.ts';
import type { Clock, Timer } from './runtime.ts';
import type { Frame, LaneRules, PooledSocketInfo, PoolOptions } from './types.ts';

/** What a socket is dialled for. */
export interface Setup {
  model: string | undefined;
  query: Query | undefined;
}

/** What a pool wants to hear of one of its sockets. */
export interface PooledSocketOwner {
  /** Nobody claimed it while it was dialled. */
  opened(socket: PooledSocket): void;
  /** Old, or silent for too long to be taken by the gateway. */
  expired(socket: PooledSocket): void;
  ended(socket: PooledSocket, failure: Failure): void;
  /** Whatever comes in, before its exchange sees it. */
  received(frame: Frame, socket: PooledSocket): void;
}

/** A socket that carries one exchange at a time, or one in each of its lanes. */
export class PooledSocket implements SocketOwner {
  readonly physical: PhysicalSocket;
  readonly setup: Setup;
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
  readonly #farewell: Frame | undefined;
  readonly #keepAlive: Deadline | undefined;
  readonly #rest: Deadline;
  readonly #exchanges = new LazyMap<string, Exchange>();
  /** Lanes in which an answer goes on that nobody wants any more. */
  readonly #abandoned = new LazySet<string>();
  #lastLane = 0;
  readonly #maxIdleMs: number;
  readonly #everyMs: number = 0;
  #retirement: Timer | undefined;
  #expiresAt = Infinity;
  #lost: PatchbayError | undefined;
  readonly #refusalIn: PoolOptions['refusal'];
  /** What the last frame said of the whole connection: the close behind it says less. */
  #refusal: PatchbayError | undefined;
  #resolve!: () => void;
  #reject!: (error: PatchbayError) => void;

  constructor(
    options: Omit<PhysicalSocketOptions, 'owner' | 'model' | 'query'>,
    setup: Setup,
    { lanes, farewell, keepAlive, refusal, maxIdleMs = Infinity }: Omit<PoolOptions, 'connection'>,
    owner: PooledSocketOwner,
  ) {
    this.#owner = owner;
    this.#lanes = lanes;
    this.#farewell = farewell;
    this.#refusalIn = refusal;
    this.#clock = options.runtime.clock;
    this.setup = setup;
    this.#maxIdleMs = maxIdleMs;
    this.#rest = new Deadline(this.#clock, () => this.#owner.expired(this));
    if (keepAlive !== undefined) {
      this.#everyMs = keepAlive.everyMs;
      this.#keepAlive = new Deadline(this.#clock, () => this.#say(keepAlive.frame));
    }
    this.ready = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever waits for it hears of a failure; that nobody may be waiting is no reason to end the process.
    this.ready.catch(() => {});
    this.physical = new PhysicalSocket({ ...options, model: () => setup.model, query: () => setup.query, owner: this });
  }

  /** It may finish what it carries, then no more. Asks the clock: after a suspend no timer has fired yet. */
  get isExpired(): boolean {
    return this.retiring || this.#clock.now() >= this.#expiresAt;
  }

  /** One request more may have it. */
  get hasRoom(): boolean {
    return this.claims < (this.#lanes?.perSocket ?? 1);
  }

  /** What one more request is told of it. */
  newCall(): Omit<PooledSocketInfo, 'send'> {
    const { id, credential } = this.physical;
    const lane = this.#freeLane();
    return {
      ...{ id, reused: this.used },
      ...(lane === undefined ? {} : { lane }),
      ...(credential === undefined ? {} : { credential }),
    };
  }

  /** A lane that nobody has, if it has lanes: low numbers first, for servers count all that were ever named. */
  #freeLane(): string | undefined {
    if (this.#lanes === undefined) return undefined;
    if (this.#lanes.once === true) return String(++this.#lastLane);
    let number = 1;
    while (this.#exchanges.has(String(number)) || this.#abandoned.has(String(number))) number++;
    return String(number);
  }

  /** Hands a frame over; `false` if the socket is not open. */
  send(frame: Frame): boolean {
    this.#keepAlive?.touch();
    return this.physical.send(frame);
  }

  /** Nobody uses it until {@link rouse}. */
  rest(): void {
    if (this.#maxIdleMs !== Infinity) this.#rest.arm(this.#maxIdleMs);
  }

  rouse(): void {
    this.#rest.disarm();
  }

  /** Has the pool retire it after this long, in whole seconds where it is minutes. */
  retireAfter(ageMs: number): void {
    this.#retirement?.cancel();
    const delayMs = inWholeSeconds(ageMs);
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
    this.#stop();
    if (this.#farewell !== undefined) this.physical.send(this.#farewell);
    this.physical.close();
    if (error !== undefined) this.#lose(error);
  }

  opened(): void {
    this.#keepAlive?.arm(this.#everyMs);
    this.#resolve();
    if (this.claims === 0) this.#owner.opened(this);
  }

  frame(frame: Frame): void {
    this.#owner.received(frame, this);
    this.#refusal = this.#refusalIn?.(frame);
    // Idle sockets may go on talking, e.g. of rate limits; nobody is listening.
    if (this.#lanes === undefined) return this.#exchanges.get('')?.frame(frame);
    const lane = this.#lanes.laneOf(frame);
    if (lane !== undefined) return this.#exchanges.get(lane)?.frame(frame);
    for (const exchange of [...this.#exchanges.values()]) exchange.frame(frame);
  }

  drained(): void {}

  ended(_socket: PhysicalSocket, failure: Failure): void {
    this.#stop();
    const error = this.#refusal ?? failure.error;
    this.#owner.ended(this, { ...failure, error });
    this.#lose(error);
  }

  #say(frame: Frame): void {
    if (this.physical.send(frame)) this.#keepAlive?.arm(this.#everyMs);
  }

  #stop(): void {
    this.#retirement?.cancel();
    this.#keepAlive?.disarm();
    this.#rest.disarm();
  }

  #lose(error: PatchbayError): void {
    this.#lost = error;
    this.#reject(error);
    for (const exchange of [...this.#exchanges.values()]) exchange.lost(error);
  }
}
