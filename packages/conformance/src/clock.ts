import type { Clock } from '@patchbay/ws-session';
import { ManualClock } from '@patchbay/ws-session/testing';

/** The time of a cell: told to pass, or, where the code under test knows no other, the real one. */
export interface CellClock extends Clock {
  /** Lets so many milliseconds pass. */
  advance(milliseconds: number): Promise<void>;
  /** So many in which nothing runs. */
  stall(milliseconds: number): void;
  correctWallClock(byMs: number): void;
  /** Timers that wait. */
  readonly pending: number;
}

/** Real time, for a plugin that takes no clock. */
class RealClock implements CellClock {
  readonly pending = 0;
  readonly now = (): number => performance.now();
  readonly wallClock = (): number => Date.now();
  readonly setTimer: Clock['setTimer'] = (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  };

  advance(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  stall(): void {}

  correctWallClock(): void {}
}

export function newClock(real: boolean): CellClock {
  return real ? new RealClock() : new ManualClock();
}
