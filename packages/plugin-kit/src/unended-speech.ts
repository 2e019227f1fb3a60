import type { Expectation } from '@patchbay/ws-session';

/**
 * A provider that heard a voice begin must hear it end: when the caller has long fallen silent and nothing more is said
 * about it, the provider is deaf, however well it answers pings.
 */
export class UnendedSpeech {
  readonly #expect: () => Expectation;
  #expectation: Expectation | undefined;

  /** `expect`: the provider owes a word from now on. */
  constructor(expect: () => Expectation) {
    this.#expect = expect;
  }

  /** Hot. A chunk was sent. `isOpen`: the provider says that somebody speaks. */
  sent(isOpen: boolean, isLoud: boolean): void {
    if (!isOpen) this.end();
    else if (isLoud) this.#expectation?.touch();
    else this.#expectation ??= this.#expect();
  }

  /** The provider said something. */
  touch(): void {
    this.#expectation?.touch();
  }

  /** The voice has ended, or the socket is gone. */
  end(): void {
    this.#expectation?.met();
    this.#expectation = undefined;
  }
}
