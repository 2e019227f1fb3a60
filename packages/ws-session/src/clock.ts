import type { Clock, Timer } from './runtime.ts';

/** Node's timers hold no more; a longer delay becomes 1 ms there, and a warning. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * The machine's own clock. Monotonic, so a corrected wall clock ages nothing. In whole milliseconds: an object that
 * keeps a fraction keeps it in an object of its own, and a socket remembers a dozen times.
 */
export const systemClock: Clock = {
  now: () => Math.floor(performance.now()),
  wallClock: () => Date.now(),
  setTimer: (callback, delayMs) => new SystemTimer(callback, delayMs),
};

/** A class and not closures, because there are several of them to a socket. */
class SystemTimer implements Timer {
  #timer: NodeJS.Timeout | undefined;

  constructor(callback: () => void, delayMs: number) {
    if (delayMs !== Infinity) this.#arm(callback, delayMs);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }

  unref(): void {
    this.#timer?.unref();
  }

  #arm(callback: () => void, delayMs: number): void {
    if (delayMs <= LONGEST_MS) {
      this.#timer = setTimeout(callback, delayMs);
    } else {
      const dueAt = performance.now() + delayMs;
      this.#timer = setTimeout(() => this.#arm(callback, dueAt - performance.now()), LONGEST_MS);
    }
  }
}

/** How long an age must be for a second not to matter. */
const LONG_MS = 60_000;

/**
 * A long age in whole seconds, and a short one as it is. Node keeps a list for each duration of its timers: jitter to
 * the millisecond would be one for each socket.
 */
export function inWholeSeconds(ageMs: number): number {
  return ageMs < LONG_MS ? ageMs : Math.floor(ageMs / 1000) * 1000;
}

/** A tick that comes later than this (or than its whole interval) means that the event loop stood still. */
const LATE_MS = 1_000;

/**
 * Whether a timer set for `intervalMs` that fires `lateMs` late saw a stalled event loop. Then nothing was read in
 * the meantime either, and silence proves nothing about the peer.
 */
export function wasStalled(lateMs: number, intervalMs: number): boolean {
  return lateMs > Math.min(LATE_MS, intervalMs);
}

/**
 * A deadline that can be pushed back as often as you like: touching it reads the clock and leaves the timer alone.
 * A late tick re-arms it once instead of expiring.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #expire: () => void;
  #timer: Timer | undefined;
  #intervalMs = 0;
  #dueAt = 0;
  #scheduledFor = 0;
  #excused = false;

  constructor(clock: Clock, expire: () => void) {
    this.#clock = clock;
    this.#expire = expire;
  }

  get armed(): boolean {
    return this.#timer !== undefined;
  }

  /** Starts, or starts over, with a new interval. */
  arm(intervalMs: number): void {
    this.disarm();
    this.#intervalMs = intervalMs;
    this.#excused = false;
    this.#dueAt = this.#clock.now() + intervalMs;
    this.#schedule(intervalMs);
  }

  /** Something arrived: the whole interval again, if it is armed. `at`: when, where somebody has looked at the clock already. */
  touch(at: number = this.#clock.now()): void {
    if (this.#timer === undefined) return;
    this.#excused = false;
    this.#dueAt = at + this.#intervalMs;
  }

  disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(delayMs: number): void {
    this.#scheduledFor = this.#clock.now() + delayMs;
    this.#timer = this.#clock.setTimer(() => this.#check(), delayMs);
  }

  #check(): void {
    const now = this.#clock.now();
    if (now < this.#dueAt) return this.#schedule(this.#dueAt - now);
    if (!this.#excused && wasStalled(now - this.#scheduledFor, this.#intervalMs)) {
      this.#excused = true;
      this.#dueAt = now + this.#intervalMs;
      return this.#schedule(this.#intervalMs);
    }
    this.#timer = undefined;
    this.#expire();
  }
}
