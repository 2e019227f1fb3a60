import type { Expectation } from '@patchbay/ws-session';
import type { SpeechContext } from './speech.ts';

/**
 * A provider that heard a voice begin must hear it end: when the caller has long fallen silent and nothing more is said
 * about it, the provider is deaf, however well it answers pings.
 */
export class UnendedSpeech {
  readonly #owner: Pick<SpeechContext, 'expect'>;
  #expectation: Expectation | undefined;

  constructor(owner: Pick<SpeechContext, 'expect'>) {
    this.#owner = owner;
  }

  /** Hot. A chunk was sent. `isOpen`: the provider says that somebody speaks. */
  sent(isOpen: boolean, isLoud: boolean): void {
    if (!isOpen) this.end();
    else if (isLoud) this.#expectation?.touch();
    else this.#expectation ??= this.#owner.expect();
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
