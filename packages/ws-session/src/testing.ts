import { currentRuntime, setRuntime, systemRuntime, type Clock, type Runtime, type Timer } from './runtime.ts';

/** Replaces parts of the runtime for sessions and pools constructed from now on. Call the result to bring the old one back. */
export function installRuntime(runtime: Partial<Runtime>): () => void {
  const before = currentRuntime();
  setRuntime({ ...before, ...runtime });
  return () => setRuntime(before === systemRuntime ? undefined : before);
}

interface ManualTimer {
  dueAt: number;
  order: number;
  callback: () => void;
}

/**
 * Turns of the event loop that {@link ManualClock.advance} lets pass around each timer. A frame takes one per hop on
 * loopback: there and back through a proxy are four.
 */
const TURNS = 8;

/** A clock that stands still until it is told otherwise. Real sockets, our time. */
export class ManualClock implements Clock {
  readonly #timers = new Set<ManualTimer>();
  #now = 1_000;
  #wall: number;
  #order = 0;

  /** `wallClock`: milliseconds since the epoch at the start. Default 2026-01-01. */
  constructor(wallClock: number = Date.UTC(2026, 0, 1)) {
    this.#wall = wallClock - this.#now;
  }

  /** Timers that are waiting: a leak shows here. */
  get pending(): number {
    return this.#timers.size;
  }

  readonly now = (): number => this.#now;

  readonly wallClock = (): number => this.#wall + this.#now;

  readonly setTimer = (callback: () => void, delayMs: number): Timer => {
    const timer: ManualTimer = { dueAt: this.#now + Math.max(0, delayMs), order: this.#order++, callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  };

  /** Lets `ms` pass: fires what becomes due, in order, and lets the event loop turn before, between and after. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turns();
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.dueAt);
      timer.callback();
      await turns();
    }
    this.#now = Math.max(this.#now, end);
  }

  /** Lets `ms` pass in which nothing runs: a blocked event loop or a suspended machine. Due timers fire late, on the next {@link advance}. */
  stall(ms: number): void {
    this.#now += ms;
  }

  /** The wall clock is corrected; monotonic time does not notice. */
  correctWallClock(byMs: number): void {
    this.#wall += byMs;
  }

  #next(end: number): ManualTimer | undefined {
    let first: ManualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt > end) continue;
      if (
        first === undefined ||
        timer.dueAt < first.dueAt ||
        (timer.dueAt === first.dueAt && timer.order < first.order)
      ) {
        first = timer;
      }
    }
    return first;
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A runtime on a {@link ManualClock} and without chance: jitter is always at its middle. Sockets are real. */
export function createTestRuntime(): Runtime & { clock: ManualClock } {
  return { ...systemRuntime, clock: new ManualClock(), random: () => 0.5 };
}
