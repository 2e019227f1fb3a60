import { setTimeout as sleep } from 'node:timers/promises';

/** A wall for slow machines, milliseconds: nothing is judged by it. */
const wallMs = 100_000;

/**
 * Waits for something to become so.
 *
 * @throws Error that says what did not.
 */
export async function until(condition: () => boolean, what: string | (() => string)): Promise<void> {
  const lastMs = performance.now() + wallMs;
  while (!condition()) {
    if (performance.now() > lastMs) throw new Error(`waited in vain for ${typeof what === 'string' ? what : what()}`);
    await sleep(5);
  }
}
