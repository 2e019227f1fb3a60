import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

interface PendingTimer {
  at: number;
  callback(): void;
}

/** Time that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now = 0;
  readonly #timers = new Set<PendingTimer>();

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  now = (): number => this.#now;

  wallClock = (): number => Date.UTC(2026, 10, 22) + this.#now;

  setTimer: Clock['setTimer'] = (callback, delayMs) => {
    const timer: PendingTimer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  };

  /** Fires what is due, in order, and lets what it started run in between. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      await setImmediate();
      const [next] = [...this.#timers].sort((left, right) => left.at - right.at);
      if (!next || next.at > end) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }
}
