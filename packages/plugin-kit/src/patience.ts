import type { APIError } from '@livekit/agents';
import type { Clock } from '@patchbay/ws-session';
import { toAPIError, toPatchbayError, type APIErrorOverrides } from './errors.ts';

/**
 * `Retry-After`, which LiveKit's retry loops do not know: the wait happens at the start of the next attempt, so that
 * none follows the last one. A provider that asks for more than somebody on the phone would wait gets no retry.
 */
export class Patience {
  readonly #clock: Clock;
  readonly #longestMs: number;
  #notBefore = 0;

  constructor(clock: Clock, longestMs: number) {
    this.#clock = clock;
    this.#longestMs = longestMs;
  }

  /** Waits as long as the last failure asked for, or until the signal aborts. */
  async wait(signal?: AbortSignal): Promise<void> {
    const delayMs = this.#notBefore - this.#clock.now();
    if (delayMs <= 0 || signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = this.#clock.setTimer(done, delayMs);
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  /** At least this long from now. Returns how long it will be. */
  postpone(delayMs: number): number {
    const now = this.#clock.now();
    this.#notBefore = Math.max(this.#notBefore, now + delayMs);
    return this.#notBefore - now;
  }

  /** What to throw out of an attempt. */
  judge(error: unknown, overrides: APIErrorOverrides = {}): APIError {
    const { retryable, retryAfterMs = 0 } = toPatchbayError(error);
    if (overrides.retryable === false || !retryable) return toAPIError(error, overrides);
    if (retryAfterMs > this.#longestMs) return toAPIError(error, { retryable: false });
    this.#notBefore = this.#clock.now() + retryAfterMs;
    return toAPIError(error, overrides);
  }
}
