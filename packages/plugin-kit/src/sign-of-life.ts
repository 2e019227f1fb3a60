import type { Clock, Expectation } from '@patchbay/ws-session';

/**
 * How long something loud may go without a word of the provider before it is asked whether it still listens; with the
 * time that the answer may take, less than what the next socket gets to hear again.
 */
const firstAskMs = 3_000;

/** Each answer doubles it, for what it may be is noise: a provider that only says yes is asked this rarely in the end. */
const lastAskMs = 60_000;

/** Who can ask. */
export interface LifeAsker {
  /** Sends the question, and owes the answer. `undefined`: there is nobody to ask. */
  ask(): Expectation | undefined;
}

/** Nothing is waited for. A number, for one that is none would be an object of its own. */
const never = -1;

/**
 * A service can answer pings and hear nothing: behind a gateway whose other half is gone, say. Loud audio that nobody
 * says anything about proves nothing, because it may be noise; so the provider is asked for something that it must answer.
 */
export class SignOfLife {
  readonly #clock: Clock;
  readonly #asker: LifeAsker;
  #asked: { expectation: Expectation; positionMs: number } | undefined;
  #askAfterMs = firstAskMs;
  #quietSince = never;
  #provenMs = 0;

  constructor(clock: Clock, asker: LifeAsker) {
    this.#clock = clock;
    this.#asker = asker;
  }

  /** Audio up to here was heard by a provider that was alive. */
  get provenMs(): number {
    return this.#provenMs;
  }

  /** Hot. A chunk was sent that ends here. `isOwed`: something loud has been sent that nobody said anything about. */
  sent(isOwed: boolean, positionMs: number): void {
    if (!isOwed) this.#quietSince = never;
    else if (this.#asked === undefined) this.#consider(positionMs);
  }

  /** The provider said anything at all. */
  received(): void {
    this.#quietSince = never;
    if (this.#asked === undefined) return;
    this.#provenMs = this.#asked.positionMs;
    this.#askAfterMs = Math.min(lastAskMs, 2 * this.#askAfterMs);
    this.#forget();
  }

  /** The socket is gone. */
  lost(): void {
    this.#quietSince = never;
    this.#askAfterMs = firstAskMs;
    this.#forget();
  }

  #consider(positionMs: number): void {
    const now = this.#clock.now();
    if (this.#quietSince === never) this.#quietSince = now;
    if (now - this.#quietSince < this.#askAfterMs) return;
    const expectation = this.#asker.ask();
    if (expectation !== undefined) this.#asked = { expectation, positionMs };
  }

  #forget(): void {
    this.#asked?.expectation.met();
    this.#asked = undefined;
  }
}
