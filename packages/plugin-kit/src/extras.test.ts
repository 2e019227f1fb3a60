import { PatchbayError, type PatchbayErrorDetails } from '@patchbay/ws-url';
import { describe, expect, it } from 'vitest';
import { Extras, type ExtraAttempts } from './extras.ts';

const failure = (details: PatchbayErrorDetails, code: PatchbayError['code'] = 'provider-error'): PatchbayError =>
  new PatchbayError(code, 'no', details);
const overloaded = failure({ status: 503, retryable: true });

/** A server that refuses what it is told to, and notes which requests had extras. */
function server(refuses: (extras: boolean, requests: number) => PatchbayError | undefined): {
  asked: boolean[];
  request(extras: boolean): Promise<string>;
} {
  const asked: boolean[] = [];
  return {
    asked,
    request: async (extras) => {
      const refusal = refuses(extras, asked.push(extras));
      if (refusal !== undefined) throw refusal;
      return 'answer';
    },
  };
}

/** A request with its retries: what came of it. */
async function run(
  attempts: ExtraAttempts,
  request: (extras: boolean) => Promise<string>,
  maxRetry: number,
): Promise<string> {
  for (let retries = 0; ; retries++) {
    try {
      return await attempts.make(request);
    } catch (error) {
      const { retryable, status } = error as PatchbayError;
      if (!retryable || retries >= maxRetry) return String(status);
    }
  }
}

describe('extras', () => {
  it.each<[string, PatchbayError]>([
    ...[400, 403, 404, 405, 406, 415, 422].map((status): [string, PatchbayError] => [
      `HTTP ${status}`,
      failure({ status }),
    ]),
    ['HTTP 500, where it is final', failure({ status: 500 })],
    ['an error event', failure({})],
    ['a close with 1008', failure({ closeCode: 1008 }, 'closed')],
    ['an answer that makes no sense', failure({}, 'protocol-violation')],
  ])('are left out at once, and from then on, after %s', async (_what, refusal) => {
    const extras = new Extras();
    const { asked, request } = server((has) => (has ? refusal : undefined));
    for (let times = 0; times < 2; times++) expect(await extras.attempts('m', 0).make(request)).toBe('answer');
    expect(asked).toEqual([true, false, false]);
    await extras.attempts('another model', 0).make(request);
    expect(asked.slice(3)).toEqual([true, false]);
  });

  it.each<[string, PatchbayError]>([
    ...[401, 402, 407, 408, 409, 413, 429].map((status): [string, PatchbayError] => [
      `HTTP ${status}`,
      failure({ status }),
    ]),
    ['a model that does not exist', failure({ status: 404, providerCode: 'no_such_model' })],
    ['a server that says when to come back', failure({ status: 503, retryable: true, retryAfterMs: 5 })],
    ['a refused upgrade', failure({ status: 403 }, 'upgrade-refused')],
    ['a proxy', failure({ status: 403, hop: 'proxy' }, 'proxy-refused')],
    ['a lost connection', failure({ retryable: true, closeCode: 1006 }, 'closed')],
    ['silence', failure({ retryable: true }, 'first-event-timeout')],
    ['a mistake in a program', failure({ cause: new TypeError('x') }, 'protocol-violation')],
  ])('are no reason for %s', async (_what, refusal) => {
    const extras = new Extras(({ providerCode }) => providerCode === 'no_such_model');
    const { asked, request } = server(() => refusal);
    for (let times = 0; times < 2; times++) {
      const attempts = extras.attempts('m', 1);
      for (let tries = 0; tries < 2; tries++) await expect(attempts.make(request)).rejects.toBe(refusal);
    }
    expect(asked).toEqual([true, true, true, true]);
  });

  it.each([
    [1, [true, false]],
    [3, [true, true, true, false]],
    [9, [true, true, true, false]],
    [Infinity, [true, true, true, false]],
  ])('are left out of the last retry after what may pass: of %d', async (maxRetry, expected) => {
    const extras = new Extras();
    const { asked, request } = server((has) => (has ? overloaded : undefined));
    expect(await run(extras.attempts('m', maxRetry), request, maxRetry)).toBe('answer');
    expect(asked).toEqual(expected);
    await extras.attempts('m', maxRetry).make(request);
    expect(asked.at(-1)).toBe(false);
  });

  it('are left out of the next request where there are no retries', async () => {
    const extras = new Extras();
    const { asked, request } = server((has) => (has ? overloaded : undefined));
    const outcomes = [];
    for (let times = 0; times < 3; times++) outcomes.push(await run(extras.attempts('m', 0), request, 0));
    expect([outcomes, asked]).toEqual([
      ['503', 'answer', 'answer'],
      [true, false, false],
    ]);
  });

  it('are asked for again when an outage is over', async () => {
    const extras = new Extras();
    const { asked, request } = server((_has, requests) => (requests <= 4 ? overloaded : undefined));
    expect(await run(extras.attempts('m', 3), request, 3)).toBe('503');
    expect(await run(extras.attempts('m', 3), request, 3)).toBe('answer');
    expect(asked).toEqual([true, true, true, false, true]);
  });

  it('are above suspicion of an outage once they were taken', async () => {
    const extras = new Extras();
    const { asked, request } = server((_has, requests) => (requests > 1 && requests < 5 ? overloaded : undefined));
    await extras.attempts('m', 3).make(request);
    expect(await run(extras.attempts('m', 3), request, 3)).toBe('answer');
    expect(asked).toEqual([true, true, true, true, true]);
  });

  it('are not left out where an answer has begun, or nobody waits for it', async () => {
    const refusal = failure({ status: 400 });
    const { asked, request } = server(() => refusal);
    const attempts = new Extras().attempts('m', 0);
    await expect(attempts.make(request, () => false)).rejects.toBe(refusal);
    expect(asked).toEqual([true]);
  });

  it('stay away from the retries of a request that they were refused in', async () => {
    const extras = new Extras();
    const refusal = failure({ status: 400 });
    const { asked, request } = server((has, requests) => (has ? refusal : requests < 4 ? overloaded : undefined));
    expect(await run(extras.attempts('m', 3), request, 3)).toBe('answer');
    expect(asked).toEqual([true, false, false, false]);
  });
});
