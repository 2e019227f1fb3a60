import { APIConnectionError, APIError, APIStatusError, APITimeoutError } from '@livekit/agents';
import { createScrubber, PatchbayError, scrubError } from '@patchbay/ws-url';
import type { Connection, PatchbayErrorCode, PatchbayErrorDetails } from '@patchbay/ws-url';

/** What a caller knows better than the error itself. */
export interface APIErrorOverrides {
  /** `false` once something audible or visible was delivered: a retry would repeat it. */
  retryable?: boolean;
  /** Takes out what a service may have repeated; default: nobody repeated anything. */
  scrub?: (text: string) => string;
}

const timeouts: ReadonlySet<PatchbayErrorCode> = new Set([
  'connect-timeout',
  'first-event-timeout',
  'inactivity-timeout',
  'pong-timeout',
]);

/** Node's names for "not now": the same request may succeed later. */
const passing = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
]);
const slow = new Set([
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);
const tls = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH)/;

/** LiveKit decides by status: of the 4xx, its APIStatusError lets only these be retried. */
const retriedByLiveKit = (status: number): boolean => status < 400 || status >= 500 || [408, 429, 499].includes(status);

/** Whether an HTTP status says that the same request may succeed later. */
export function retryableStatus(status: number): boolean {
  return status === 408 || status === 409 || status === 425 || status === 429 || status === 499 || status >= 500;
}

/**
 * Anything that was thrown → the error classes that LiveKit's retry loops understand (they retry on `instanceof`
 * of their own copy only), with a {@link PatchbayError} as `cause`. Classifies by shape, never by a foreign class:
 * errors of two copies of an SDK, or of its versions 6 and 7, are not instances of each other.
 */
export function toAPIError(error: unknown, overrides: APIErrorOverrides = {}): APIError {
  if (overrides.scrub !== undefined) scrubError(error, overrides.scrub);
  if (error instanceof APIError) {
    return overrides.retryable === undefined || overrides.retryable === error.retryable
      ? error
      : fromPatchbayError(fromLiveKit(error), overrides);
  }
  return fromPatchbayError(toPatchbayError(error), overrides);
}

/** What a service says went wrong. It may repeat a secret in any of its words: in a code as well as in a message. */
export function providerError(
  connection: Pick<Connection, 'scrub'>,
  message: string,
  details: PatchbayErrorDetails = {},
): PatchbayError {
  const error = new PatchbayError('provider-error', message, { hop: 'provider', ...details });
  return scrubError(error, (text) => connection.scrub(text));
}

/** The same classification one step earlier: for code that still wants to look at `code` and `status`. */
export function toPatchbayError(error: unknown): PatchbayError {
  for (let link: unknown = error, depth = 0; isObject(link) && depth < 8; link = link.cause, depth++) {
    if (PatchbayError.is(link)) return link;
  }
  if (!isObject(error)) return new PatchbayError('protocol-violation', describe(String(error)));
  if (typeof error.statusCode === 'number' && typeof error.retryable === 'boolean') return fromLiveKit(error);
  if (typeof error.status === 'number') return fromStatus(error, error.status);
  return fromFailure(error);
}

function fromPatchbayError(error: PatchbayError, overrides: APIErrorOverrides): APIError {
  const retryable = overrides.retryable ?? error.retryable;
  const body = error.providerCode === undefined && error.body === undefined ? null : bodyOf(error);
  const { message } = error;
  let result: APIError;
  if (timeouts.has(lastCode(error))) {
    result = new APITimeoutError({ message, options: { retryable } });
  } else if (error.status !== undefined && (!retryable || retriedByLiveKit(error.status))) {
    const { status: statusCode, requestId } = error;
    result = new APIStatusError({ message, options: { statusCode, requestId: requestId ?? null, body, retryable } });
  } else if (error.code === 'provider-error') {
    const requestId = error.requestId ?? null;
    result = new APIStatusError({ message, options: { statusCode: -1, requestId, body, retryable } });
  } else if (error.code === 'aborted' || error.code === 'invalid-option' || error.code === 'unsupported') {
    result = new APIError(message, { body, retryable });
  } else {
    result = new APIConnectionError({ message, options: { retryable } });
  }
  Object.defineProperty(result, 'cause', { value: error, configurable: true, writable: true });
  return result;
}

/** Where a session gave up: what it gave up on. */
function lastCode({ code, cause }: PatchbayError): PatchbayErrorCode {
  return code === 'budget-spent' && PatchbayError.is(cause) ? cause.code : code;
}

/** What LiveKit's errors carry for people and dashboards; small, and scrubbed before it came here. */
function bodyOf(error: PatchbayError): object {
  return {
    ...(error.providerCode === undefined ? {} : { code: error.providerCode }),
    ...(error.body === undefined ? {} : { body: error.body }),
  };
}

/** An error of LiveKit's classes, perhaps of another copy of them (ESM beside CommonJS). */
function fromLiveKit(thrown: object): PatchbayError {
  const error = thrown as Thrown;
  if (isObject(error.cause) && PatchbayError.is(error.cause)) return error.cause;
  const details: PatchbayErrorDetails = { retryable: error.retryable === true, cause: error };
  if (typeof error.statusCode === 'number' && error.statusCode > 0) details.status = error.statusCode;
  if (typeof error.requestId === 'string') details.requestId = error.requestId;
  return new PatchbayError(
    error.name === 'APITimeoutError' ? 'inactivity-timeout' : 'provider-error',
    textOf(error),
    details,
  );
}

/** An SDK's error about a response: `status`, and usually `code`, `requestID` and `headers`. */
function fromStatus(error: Thrown, status: number): PatchbayError {
  const inner = isObject(error.error) ? error.error : {};
  const code = error.code ?? inner.code;
  const requestId = error.requestID ?? error.request_id ?? error.requestId;
  const details: PatchbayErrorDetails = { retryable: retryableStatus(status), status };
  if (typeof code === 'string' && code !== '') details.providerCode = code;
  if (typeof requestId === 'string') details.requestId = requestId;
  const retryAfterMs = retryAfter(error.headers);
  if (retryAfterMs !== undefined) details.retryAfterMs = retryAfterMs;
  return new PatchbayError('provider-error', textOf(error), details);
}

/** No response at all: a network, TLS or programming failure. */
function fromFailure(error: Thrown): PatchbayError {
  const code = deepest(error, (link) => (typeof link.code === 'string' ? link.code : undefined)) ?? '';
  const message = textOf(error);
  if (error.name === 'AbortError' || error.name === 'APIUserAbortError') return new PatchbayError('aborted', message);
  if (error.name === 'TimeoutError' || error.name === 'APIConnectionTimeoutError' || slow.has(code)) {
    return new PatchbayError('inactivity-timeout', message, { retryable: true });
  }
  if (tls.test(code)) return new PatchbayError('tls-failed', message);
  if (passing.has(code) || error.name === 'APIConnectionError') {
    return new PatchbayError('connect-failed', message, { retryable: true });
  }
  // A mistake in a program, ours or a listener's: its stack is what helps, and trying again does not.
  return new PatchbayError('protocol-violation', message, { cause: error });
}

/** `Retry-After` of a response, in milliseconds: seconds, or milliseconds as `retry-after-ms`. Dates need a clock and are left out. */
export function retryAfter(headers: unknown): number | undefined {
  const read = (name: string): string | undefined => {
    if (!isObject(headers)) return undefined;
    const value = typeof headers.get === 'function' ? (headers.get as (name: string) => unknown)(name) : headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const number = (text: string | undefined): number | undefined =>
    text !== undefined && /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
  const seconds = number(read('retry-after'));
  return number(read('retry-after-ms')) ?? (seconds === undefined ? undefined : seconds * 1000);
}

/** Something thrown by code that is not ours: every field is a guess. */
interface Thrown {
  readonly [key: string]: unknown;
}

function isObject(value: unknown): value is Thrown {
  return typeof value === 'object' && value !== null;
}

/** Reads something from the last link of the `cause` chain that has it: that is where the network speaks. */
function deepest<T>(error: Thrown, read: (link: Thrown) => T | undefined): T | undefined {
  let found: T | undefined;
  for (let link: unknown = error, depth = 0; isObject(link) && depth < 8; link = link.cause, depth++) {
    found = read(link) ?? found;
  }
  return found;
}

function textOf(error: Thrown): string {
  const own = typeof error.message === 'string' ? error.message : '';
  const cause = deepest(error, (link) => (typeof link.message === 'string' ? link.message : undefined));
  return describe(cause === undefined || own.includes(cause) ? own : `${own} (${cause})`);
}

function describe(text: string): string {
  return createScrubber([])(text).slice(0, 2_000) || 'unknown error';
}
