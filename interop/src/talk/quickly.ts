import { setTimeout as sleep } from 'node:timers/promises';
import { initializeLogger, type APIConnectOptions } from '@livekit/agents';

initializeLogger({ pretty: false, level: 'silent' });

/** LiveKit's retries without their waits. */
export const quickly: APIConnectOptions = { maxRetry: 3, retryIntervalMs: 1, timeoutMs: 10_000 };

/** Waits until something is so. That it never will be is what the runner's wall is for. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

/** Who tells of errors, as every model and session of LiveKit's does. */
export interface Telling {
  on(event: 'error', listener: ErrorListener): unknown;
  off(event: 'error', listener: ErrorListener): unknown;
}

type ErrorListener = (told: { error: Error; recoverable: boolean }) => void;

/** Everything that goes wrong for good; somebody must listen, for LiveKit retries only then. */
export function failuresOf(model: Telling): Error[] {
  const failures: Error[] = [];
  model.on('error', ({ error, recoverable }) => void (recoverable || failures.push(error)));
  return failures;
}

/** What comes of it. Throws what the model told meanwhile, for its streams just end. */
export async function unlessFailed<T>(model: Telling, run: () => Promise<T>): Promise<T> {
  const failures: Error[] = [];
  const listener: ErrorListener = ({ error, recoverable }) => void (recoverable || failures.push(error));
  model.on('error', listener);
  try {
    const result = await run();
    if (failures[0]) throw failures[0];
    return result;
  } finally {
    model.off('error', listener);
  }
}
