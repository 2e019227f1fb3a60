/** Time as the server knows it. Structurally the same as a client's clock, so that a test can hand one to both. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Milliseconds since the epoch. */
  wallClock(): number;
  setTimer(callback: () => void, delayMs: number): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Node's timers hold no more; a longer delay becomes 1 ms there, and a warning. */
const LONGEST_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  wallClock: () => Date.now(),
  setTimer(callback, delayMs) {
    const dueAt = performance.now() + delayMs;
    let timer: NodeJS.Timeout | undefined;
    const arm = (leftMs: number): void => {
      timer =
        leftMs > LONGEST_MS
          ? setTimeout(() => arm(dueAt - performance.now()), LONGEST_MS)
          : setTimeout(callback, leftMs);
    };
    if (delayMs !== Infinity) arm(delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Resolves after `delayMs` of this clock, or at once when the signal aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (delayMs <= 0 || signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.setTimer(done, delayMs);
    signal?.addEventListener('abort', done, { once: true });
  });
}
