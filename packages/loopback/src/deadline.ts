import type { Clock, Timer } from './clock.ts';

/** A moment that can be put off. */
export class Deadline {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #onMissed: () => void;
  #timer: Timer;

  /** Runs from now. */
  constructor(clock: Clock, delayMs: number, onMissed: () => void) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#onMissed = onMissed;
    this.#timer = clock.setTimer(onMissed, delayMs);
  }

  /** Starts anew. */
  restart(): void {
    this.#timer.cancel();
    this.#timer = this.#clock.setTimer(this.#onMissed, this.#delayMs);
  }

  cancel(): void {
    this.#timer.cancel();
  }
}
