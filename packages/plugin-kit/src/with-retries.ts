import { intervalForRetry, type APIConnectOptions, type APIError } from '@livekit/agents';
import { currentRuntime } from '@patchbay/ws-session';
import { toAPIError } from './errors.ts';
import { logger } from './logging.ts';
import { Patience } from './patience.ts';

/**
 * LiveKit's retry loop, with its waits and its budget, for calls that LiveKit makes without one. `Retry-After` is
 * waited out unless it is longer than `timeoutMs`, and an abort ends the waiting. `onRetry` is told of each failure that
 * another attempt follows.
 *
 * @throws APIError the last failure.
 */
export async function withRetries<T>(
  { maxRetry, retryIntervalMs, timeoutMs }: APIConnectOptions,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
  onRetry?: (error: APIError) => void,
): Promise<T> {
  const patience = new Patience(currentRuntime().clock, timeoutMs);
  const isAborted = (): boolean => signal?.aborted === true;
  for (let retries = 0; ; retries++) {
    try {
      return await attempt();
    } catch (error) {
      const failure = patience.judge(error);
      if (isAborted() || !failure.retryable || retries >= maxRetry) throw failure;
      const waitMs = patience.postpone(intervalForRetry({ maxRetry, retryIntervalMs, timeoutMs }, retries));
      logger()?.warn({ attempt: retries + 1, error: failure, waitMs }, 'a request failed and is tried again');
      onRetry?.(failure);
      await patience.wait(signal);
      if (isAborted()) throw toAPIError(error, { retryable: false });
    }
  }
}
