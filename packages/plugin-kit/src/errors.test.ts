import { APIConnectionError, APIError, APIStatusError, APITimeoutError } from '@livekit/agents';
import { PatchbayError } from '@patchbay/ws-url';
import { describe, expect, it } from 'vitest';
import { toAPIError } from './errors.ts';

describe('toAPIError', () => {
  it.each([
    [new PatchbayError('connect-failed', 'm', { retryable: true }), APIConnectionError, true],
    [new PatchbayError('tls-failed', 'm'), APIConnectionError, false],
    [new PatchbayError('connect-timeout', 'm', { retryable: true }), APITimeoutError, true],
    [new PatchbayError('inactivity-timeout', 'm', { retryable: true }), APITimeoutError, true],
    [new PatchbayError('upgrade-refused', 'm', { status: 401 }), APIStatusError, false],
    [new PatchbayError('upgrade-refused', 'm', { status: 503, retryable: true }), APIStatusError, true],
    [new PatchbayError('closed', 'm', { closeCode: 1006, retryable: true }), APIConnectionError, true],
    [new PatchbayError('provider-error', 'm', { providerCode: 'server_error', retryable: true }), APIStatusError, true],
    [new PatchbayError('aborted', 'm'), APIError, false],
    [
      new PatchbayError('budget-spent', 'm', { cause: new PatchbayError('first-event-timeout', 'm') }),
      APITimeoutError,
      false,
    ],
    [new PatchbayError('budget-spent', 'm', { cause: new PatchbayError('closed', 'm') }), APIConnectionError, false],
  ])('turns %s into the class that LiveKit expects', (error, type, retryable) => {
    const result = toAPIError(error);
    expect(result).toBeInstanceOf(type);
    expect(result.retryable).toBe(retryable);
    expect(result.cause).toBe(error);
  });

  it('keeps a retry that a verdict table allows although LiveKit would forbid the status', () => {
    const result = toAPIError(new PatchbayError('upgrade-refused', 'm', { status: 409, retryable: true }));
    expect(result).not.toBeInstanceOf(APIStatusError);
    expect(result.retryable).toBe(true);
  });

  it('never retries once something was delivered', () => {
    const error = new PatchbayError('closed', 'm', { retryable: true });
    expect(toAPIError(error, { retryable: false }).retryable).toBe(false);
    expect(toAPIError(toAPIError(error), { retryable: false }).retryable).toBe(false);
  });

  it('reads an SDK error by its shape: no class of any SDK is known here', () => {
    const foreign = Object.assign(new Error('429 You exceeded your quota'), {
      status: 429,
      code: 'insufficient_quota',
      requestID: 'req_7',
      headers: new Headers({ 'retry-after': '3' }),
    });
    const result = toAPIError(foreign);
    expect(result).toBeInstanceOf(APIStatusError);
    expect(result).toMatchObject({ statusCode: 429, requestId: 'req_7', body: { code: 'insufficient_quota' } });
    expect(result.cause).toMatchObject({ retryAfterMs: 3_000, providerCode: 'insufficient_quota' });
  });

  it('finds our own error under the wrapping of an SDK', () => {
    const inner = new PatchbayError('upgrade-refused', 'm', { status: 404 });
    const wrapped = Object.assign(new Error('Connection error.', { cause: inner }), { name: 'APIConnectionError' });
    expect(toAPIError(wrapped).cause).toBe(inner);
  });

  it.each([
    ['ECONNREFUSED', APIConnectionError, true],
    ['ENOTFOUND', APIConnectionError, true],
    ['ETIMEDOUT', APITimeoutError, true],
    ['SELF_SIGNED_CERT_IN_CHAIN', APIConnectionError, false],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', APIConnectionError, false],
    ['ERR_INVALID_CHAR', APIConnectionError, false],
  ])('classifies a fetch that failed with %s', (code, type, retryable) => {
    const cause = Object.assign(new Error(`something ${code}`), { code });
    const result = toAPIError(new TypeError('fetch failed', { cause }));
    expect(result).toBeInstanceOf(type);
    expect(result.retryable).toBe(retryable);
    expect(result.message).toContain(code);
  });

  it('takes an abort for what it is', () => {
    const result = toAPIError(new DOMException('This operation was aborted', 'AbortError'));
    expect(result.retryable).toBe(false);
    expect(result.cause).toMatchObject({ code: 'aborted' });
  });

  it('recognises the errors of another copy of LiveKit', () => {
    const other = Object.assign(new Error('too many'), {
      name: 'APIStatusError',
      statusCode: 429,
      retryable: true,
      requestId: 'r',
    });
    const result = toAPIError(other);
    expect(result).toBeInstanceOf(APIStatusError);
    expect(result).toMatchObject({ statusCode: 429, retryable: true, requestId: 'r' });
  });

  it('keeps the stack of a programming mistake', () => {
    const mistake = new TypeError('undefined is not a function');
    expect((toAPIError(mistake).cause as PatchbayError).cause).toBe(mistake);
  });

  it('shows no key that a provider or Node put into a message', () => {
    const error = Object.assign(new Error("Invalid header value b'Bearer sk-proj-abcdefghijklmnop123456'"), {
      status: 400,
    });
    expect(toAPIError(error).message).not.toContain('abcdefghijklmnop');
  });
});
