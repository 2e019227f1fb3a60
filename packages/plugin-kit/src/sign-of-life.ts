import type { Clock, Expectation } from '@patchbay/ws-session';

/**
 * How long something loud may go without a word of the provider before it is asked whether it still listens; with the
 * time that the answer may take, less than what the next socket gets to hear again.
 */
const firstAskMs = 3_000;

/** Each answer doubles it, for what it may be is noise: a provider that only says yes is asked this rarely in the end. */
const lastAskMs = 60_000;

/**
 * A service can answer pings and hear nothing: behind a gateway whose other half is gone, say. Loud audio that nobody
 * says anything about proves nothing, because it may be noise; so the provider is asked for something that it must answer.
 */
export class SignOfLife {
  readonly #clock: Clock;
  readonly #ask: () => Expectation | undefined;
  #asked: { expectation: Expectation; positionMs: number } | undefined;
  #askAfterMs = firstAskMs;
  /** `Infinity`: it is not. Always a number, which is kept in place. */
  #quietSince = Infinity;
  #provenMs = 0;

  /** `ask`: sends the question, and owes the answer. `undefined`: there is nobody to ask. */
  constructor(clock: Clock, ask: () => Expectation | undefined) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** Audio up to here was heard by a provider that was alive. */
  get provenMs(): number {
    return this.#provenMs;
  }

  /** Hot. A chunk was sent that ends here. `isOwed`: something loud has been sent that nobody said anything about. */
  sent(isOwed: boolean, positionMs: number): void {
    if (!isOwed) this.#quietSince = Infinity;
    else if (this.#asked === undefined) this.#consider(positionMs);
  }

  /** The provider said anything at all. */
  received(): void {
    this.#quietSince = Infinity;
    if (this.#asked === undefined) return;
    this.#provenMs = this.#asked.positionMs;
    this.#askAfterMs = Math.min(lastAskMs, 2 * this.#askAfterMs);
    this.#forget();
  }

  /** The socket is gone. */
  lost(): void {
    this.#quietSince = Infinity;
    this.#askAfterMs = firstAskMs;
    this.#forget();
  }

  #consider(positionMs: number): void {
    const now = this.#clock.now();
    if (this.#quietSince === Infinity) this.#quietSince = now;
    if (now - this.#quietSince < this.#askAfterMs) return;
    const expectation = this.#ask();
    if (expectation !== undefined) this.#asked = { expectation, positionMs };
  }

  #forget(): void {
    this.#asked?.expectation.met();
    this.#asked = undefined;
  }
}
