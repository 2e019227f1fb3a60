import type { Clock } from './clock.ts';

/** How much there was of something in the last while. */
export class SlidingWindow {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  #entries: { at: number; amount: number }[] = [];

  constructor(clock: Clock, milliseconds: number) {
    this.#clock = clock;
    this.#milliseconds = milliseconds;
  }

  get total(): number {
    const oldest = this.#clock.now() - this.#milliseconds;
    this.#entries = this.#entries.filter(({ at }) => at > oldest);
    return this.#entries.reduce((sum, { amount }) => sum + amount, 0);
  }

  add(amount = 1): void {
    this.#entries.push({ at: this.#clock.now(), amount });
  }
}
