import type { Clock, Timer } from '@patchbay/plugin-kit';

/** Time left at which a socket is replaced, and the share of a short life that this may be. */
const margin = { ms: 60_000, share: 0.1 };
/** A timer of the platform counts in 31 bits. */
const longestTimerMs = 0x7fffffff;

/** When a socket that may live this many milliseconds is replaced: in a quiet moment, and a quarter later in any. */
export function rotationAfter(durationMs: number): { afterMs: number; latestMs: number } {
  return { afterMs: Math.min(durationMs, longestTimerMs), latestMs: Math.min(durationMs * 1.25, longestTimerMs) };
}

/** Looks ahead to the moment at which the service ends a session (`session.expires_at`), to be gone before. */
export class Expiry {
  readonly #clock: Clock;
  readonly #soon: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, soon: () => void) {
    this.#clock = clock;
    this.#soon = soon;
  }

  told(session: { expires_at?: number | null } | null | undefined): void {
    const expiresAt = session?.expires_at;
    if (typeof expiresAt !== 'number' || this.#timer) return;
    const leftMs = expiresAt * 1000 - this.#clock.wallClock();
    const delayMs = leftMs - Math.min(margin.ms, leftMs * margin.share);
    if (delayMs > 0 && delayMs <= longestTimerMs) this.#timer = this.#clock.setTimer(this.#soon, delayMs);
  }

  /** The socket is gone. */
  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
