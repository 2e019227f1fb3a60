import type { Clock } from '@patchbay/ws-session';
import type { Rate } from './text-to-speech-wire.ts';

/** How much of something there was lately, where only so much is allowed. */
export class RateWindow {
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #entries: { at: number; amount: number }[] = [];
  #sum = 0;

  constructor(clock: Clock, rate: Rate) {
    this.#clock = clock;
    this.#rate = rate;
  }

  /** Whether so much more is allowed now. */
  has(amount: number): boolean {
    const oldest = this.#clock.now() - this.#rate.perMs;
    while (this.#entries[0] !== undefined && this.#entries[0].at <= oldest) this.#sum -= this.#entries.shift()!.amount;
    return this.#sum + amount <= this.#rate.most;
  }

  add(amount: number): void {
    this.#entries.push({ at: this.#clock.now(), amount });
    this.#sum += amount;
  }
}
