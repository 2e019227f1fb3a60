import type { Clock, Timer } from '@patchbay/plugin-kit';

/** A microphone that pauses for less is only late. */
const patienceMs = 500;
/** An interpreter is a few seconds behind; after that there is nothing left to say, and silence costs as speech does. */
const longestMs = 10_000;

/**
 * The service's time is that of the audio it gets: a caller who mutes the microphone behind a sentence would be cut off
 * in the middle of its translation ("Keep appending silence while the session is active",
 * https://developers.openai.com/api/reference/resources/realtime/translation-client-events). So silence follows.
 */
export class TrailingSilence {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #append: () => void;
  #timer: Timer | undefined;
  #heardAt = 0;

  /** `append` sends `everyMs` of silence. */
  constructor(clock: Clock, everyMs: number, append: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#append = append;
  }

  /** Audio came from the caller. */
  heard(): void {
    this.#heardAt = this.#clock.now();
    if (!this.#timer) this.#wait();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #wait(): void {
    this.#timer = this.#clock.setTimer(() => {
      this.#timer = undefined;
      const silentMs = this.#clock.now() - this.#heardAt;
      if (silentMs > longestMs) return;
      if (silentMs >= patienceMs) this.#append();
      this.#wait();
    }, this.#everyMs);
  }
}
