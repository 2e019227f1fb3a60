import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Timer } from '@patchbay/loopback';

/** Real time, except that it can be told to pass quickly. */
export class LeapingClock implements Clock {
  #leaptMs = 0;
  readonly #timers = new Set<LeapingTimer>();

  readonly now = (): number => performance.now() + this.#leaptMs;

  readonly wallClock = (): number => Date.now() + this.#leaptMs;

  readonly setTimer = (callback: () => void, delayMs: number): Timer => {
    const timer = new LeapingTimer(this, this.now() + delayMs, () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
    timer.arm();
    return {
      cancel: () => {
        this.#timers.delete(timer);
        timer.disarm();
      },
    };
  };

  /** Second by second, each of which takes as long as a few frames on loopback. */
  async pass(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= 1_000) {
      this.#leaptMs += Math.min(leftMs, 1_000);
      for (const timer of this.#timers) timer.arm();
      await sleep(3);
    }
  }
}

class LeapingTimer {
  readonly #clock: LeapingClock;
  readonly #dueAt: number;
  readonly #due: () => void;
  #timeout: NodeJS.Timeout | undefined;

  constructor(clock: LeapingClock, dueAt: number, due: () => void) {
    this.#clock = clock;
    this.#dueAt = dueAt;
    this.#due = due;
  }

  arm(): void {
    clearTimeout(this.#timeout);
    const leftMs = this.#dueAt - this.#clock.now();
    // Node's timers hold no more, and nothing here lives that long.
    if (leftMs < 2 ** 31) this.#timeout = setTimeout(this.#due, Math.max(0, leftMs));
  }

  disarm(): void {
    clearTimeout(this.#timeout);
  }
}
