import { APIStatusError, initializeLogger, type APIConnectOptions } from '@livekit/agents';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { PatchbayError } from '@patchbay/ws-url';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { turns } from './__fixtures__/until.ts';
import { withRetries } from './with-retries.ts';

const connOptions: APIConnectOptions = { maxRetry: 2, retryIntervalMs: 2_000, timeoutMs: 10_000 };
const busy = (retryAfterMs?: number) =>
  new PatchbayError('provider-error', 'busy', { status: 503, retryable: true, ...(retryAfterMs && { retryAfterMs }) });

let clock: ManualClock;
let restore: () => void;
beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
beforeEach(() => {
  const runtime = createTestRuntime();
  clock = runtime.clock;
  restore = installRuntime(runtime);
});
afterEach(() => {
  restore();
  expect(clock.pending).toBe(0);
});

/** Fails with these, one after the other, then succeeds. */
function failing(...errors: Error[]): { attempt(): Promise<string>; attempts(): number } {
  let attempts = 0;
  return {
    attempt: async () => {
      const error = errors[attempts++];
      if (error !== undefined) throw error;
      return 'fine';
    },
    attempts: () => attempts,
  };
}

it('tells of each failure that another attempt follows', async () => {
  const { attempt } = failing(busy(), busy(), busy());
  const told: unknown[] = [];
  const result = withRetries({ ...connOptions, retryIntervalMs: 0 }, undefined, attempt, (error) => told.push(error));
  const rejection = expect(result).rejects.toBeInstanceOf(APIStatusError);
  await clock.advance(200);
  await rejection;
  expect(told).toMatchObject([{ statusCode: 503 }, { statusCode: 503 }]);
});

it('waits as LiveKit does: a moment first, then the interval', async () => {
  const { attempt, attempts } = failing(busy(), busy());
  const result = withRetries(connOptions, undefined, attempt);
  await clock.advance(99);
  expect(attempts()).toBe(1);
  await clock.advance(1);
  expect(attempts()).toBe(2);
  await clock.advance(1_999);
  expect(attempts()).toBe(2);
  await clock.advance(1);
  expect(await result).toBe('fine');
});

it('throws the last failure, typed, when the budget is spent', async () => {
  const { attempt, attempts } = failing(busy(), busy(), busy());
  const failed = expect(withRetries(connOptions, undefined, attempt)).rejects.toMatchObject({ statusCode: 503 });
  await clock.advance(10_000);
  await failed;
  expect(attempts()).toBe(3);
});

it.each([
  ['what stays wrong', new PatchbayError('provider-error', 'no', { status: 401 })],
  ['a wait that nobody on the phone would wait', busy(60_000)],
])('does not try again after %s', async (_what, error) => {
  const { attempt, attempts } = failing(error);
  await expect(withRetries(connOptions, undefined, attempt)).rejects.toBeInstanceOf(APIStatusError);
  expect(attempts()).toBe(1);
});

it('waits out Retry-After', async () => {
  const { attempt, attempts } = failing(busy(4_000));
  const result = withRetries(connOptions, undefined, attempt);
  await clock.advance(3_999);
  expect(attempts()).toBe(1);
  await clock.advance(1);
  expect(await result).toBe('fine');
});

it('stops waiting when it is aborted', async () => {
  const { attempt, attempts } = failing(busy());
  const controller = new AbortController();
  const failed = expect(withRetries(connOptions, controller.signal, attempt)).rejects.toMatchObject({
    retryable: false,
  });
  await turns();
  controller.abort();
  await failed;
  expect(attempts()).toBe(1);
});
