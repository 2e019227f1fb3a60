import { wasStalled } from './clock.ts';
import type { Clock, Timer } from './runtime.ts';
import type { Deadlines } from './types.ts';

/** What the heartbeat listens to. */
export interface Pulse {
  /** Bytes read so far. */
  readonly bytesRead: number;
  ping(): void;
  /** Nothing was read for `silentMs`, a ping included. */
  dead(silentMs: number): void;
}

/**
 * Finds half-open connections: a ping when nothing was read for a while, and death when nothing follows. Any byte
 * counts, not only a pong: a large frame that arrives slowly is life. One timer, which frames never touch.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #deadlines: Readonly<Pick<Deadlines, 'pingAfterMs' | 'pongMs'>>;
  readonly #pulse: Pulse;
  readonly #tick = (): void => this.#check();
  #timer: Timer | undefined;
  #scheduledFor = 0;
  #intervalMs = 0;
  #readAt = 0;
  #bytesRead = 0;
  #pingOutstanding = false;
  #excused = false;
  #probe: ((alive: boolean) => void) | undefined;

  constructor(clock: Clock, deadlines: Readonly<Pick<Deadlines, 'pingAfterMs' | 'pongMs'>>, pulse: Pulse) {
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#pulse = pulse;
  }

  /** Starts, or starts over after a pause in which we did not read ourselves. */
  start(): void {
    this.#timer?.cancel();
    this.#readAt = this.#clock.now();
    this.#pingOutstanding = false;
    this.#schedule(this.#deadlines.pingAfterMs);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#settle(false);
  }

  /** Something was read. */
  touch(): void {
    this.#readAt = this.#clock.now();
    this.#pingOutstanding = false;
    if (this.#probe !== undefined) this.#settle(true);
  }

  /** When something was last read, by the clock. */
  get readAt(): number {
    return this.#readAt;
  }

  /** Milliseconds since something was read. */
  get silentMs(): number {
    return this.#clock.now() - this.#readAt;
  }

  /** Asks now; `done(false)` after `withinMs` of silence. The connection is not declared dead by it. */
  probe(withinMs: number, done: (alive: boolean) => void): void {
    this.#settle(false);
    this.#probe = done;
    this.#bytesRead = this.#pulse.bytesRead;
    this.#pulse.ping();
    this.#pingOutstanding = true;
    this.#excused = false;
    this.#timer?.cancel();
    this.#schedule(withinMs);
  }

  #settle(alive: boolean): void {
    const probe = this.#probe;
    this.#probe = undefined;
    probe?.(alive);
  }

  #schedule(delayMs: number): void {
    this.#intervalMs = delayMs;
    this.#scheduledFor = this.#clock.now() + delayMs;
    this.#timer = this.#clock.setTimer(this.#tick, delayMs);
  }

  #check(): void {
    const { pingAfterMs, pongMs } = this.#deadlines;
    const now = this.#clock.now();
    const { bytesRead } = this.#pulse;
    if (bytesRead !== this.#bytesRead) {
      // Part of a frame: when exactly it came is not known, that it came is enough.
      this.#bytesRead = bytesRead;
      if (this.#pingOutstanding) this.touch();
    }
    if (!this.#pingOutstanding) {
      const due = this.#readAt + pingAfterMs;
      if (now < due) return this.#schedule(due - now);
      this.#pulse.ping();
      this.#pingOutstanding = true;
      this.#excused = false;
      return this.#schedule(pongMs);
    }
    if (!this.#excused && wasStalled(now - this.#scheduledFor, this.#intervalMs)) {
      this.#excused = true;
      this.#pulse.ping();
      return this.#schedule(this.#intervalMs);
    }
    if (this.#probe !== undefined) {
      this.#settle(false);
      return;
    }
    this.#timer = undefined;
    this.#pulse.dead(now - this.#readAt);
  }
}
