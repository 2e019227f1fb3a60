import {
  PatchbayError,
  scrubError,
  type Connection,
  type PatchbayErrorCode,
  type PatchbayErrorDetails,
  type Timeout,
} from '@patchbay/ws-url';
import { guessHop, isDirect } from './hop.ts';
import type { Refusal } from './runtime.ts';
import { explanationIn, keptOf, type Explanation } from './refusal-body.ts';
import { requestId } from './transport.ts';
import { closeVerdict, statusVerdict, type Outcome } from './verdicts.ts';

/** A failure and what follows from it. */
export interface Failure {
  error: PatchbayError;
  outcome: Outcome;
}

/** What is known about the attempt that failed. */
export interface FailureContext {
  connection: Connection;
  /** Scheme, host and path of this attempt. */
  where: string;
  /** Removes every secret of the connection and of this attempt. */
  readonly scrub: (text: string) => string;
  /** The other end's id of an accepted upgrade. */
  requestId?: string;
  wallClock(): number;
}

const MAX_QUOTE = 300;

/** A certificate or a TLS stack that will be no better next time. EPROTO is TLS spoken to something that does not. */
const TLS =
  /^(ERR_TLS|ERR_SSL|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|EPROTO$)/;
const TRUST = /^(CERT_UNTRUSTED|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|INVALID_CA)/;
/** The request itself cannot be sent, now or later. */
const UNSENDABLE =
  /^(ERR_INVALID_CHAR|ERR_INVALID_HTTP_TOKEN|ERR_UNESCAPED_CHARACTERS|ERR_INVALID_URL|ERR_INVALID_ARG_|ERR_HTTP_INVALID_HEADER_VALUE)/;

/** What `ws` says of a 101 that is none; it gives no code for it. */
const WRONG_UPGRADE = /^(Invalid (Upgrade|Sec-WebSocket-\w+) header|Server sent |Server indicated )/;

/**
 * No answer to the dial: DNS, TCP, TLS, the proxy, or a request that could not be made. `what` happened instead where an
 * answer had begun.
 */
export function dialFailure(cause: unknown, context: FailureContext, what: string = 'no connection'): Failure {
  if (PatchbayError.is(cause)) return told(cause, context);
  const code = causeCode(cause);
  if (code === 'ERR_PROXY_TUNNEL') {
    const status = (cause as { statusCode?: number }).statusCode;
    return proxyRefusal({ status }, '', undefined, context);
  }
  if (code !== undefined && TLS.test(code)) {
    const advice = TRUST.test(code)
      ? ' If its certificate authority is your own, name it in NODE_EXTRA_CA_CERTS or give an agent with `ca`.'
      : code === 'EPROTO'
        ? ' The other end may not speak TLS on this port.'
        : '';
    return fail('tls-failed', 'fatal', context, `TLS failed with ${code}.${advice}`, { cause });
  }
  if (cause instanceof SyntaxError || cause instanceof TypeError || (code !== undefined && UNSENDABLE.test(code))) {
    return fail(
      'invalid-option',
      'fatal',
      context,
      `the request cannot be sent${code === undefined ? '' : ` (${code})`}: ${messageOf(cause)}`,
      { cause },
    );
  }
  const message = messageOf(cause);
  if (code === undefined && WRONG_UPGRADE.test(message)) {
    return fail('protocol-violation', 'fatal', context, `the upgrade was not one: ${message}`, { cause });
  }
  return fail('connect-failed', 'retry', context, `${what}${code === undefined ? '' : ` (${code})`}: ${message}`, {
    cause,
    ...((cause as { hop?: unknown } | null)?.hop === 'proxy' ? { hop: 'proxy' } : {}),
  });
}

/** A function of the user's failed while the request was made: a credential, a model, a `prepare` hook. */
export function credentialFailure(cause: unknown, context: FailureContext): Failure {
  if (PatchbayError.is(cause)) return told(cause, context);
  return fail('missing-credential', 'retry', context, `the request could not be prepared: ${messageOf(cause)}`, {
    cause,
  });
}

/** The upgrade was answered with a status. */
export function refusalFailure(refusal: Refusal, context: FailureContext): Failure {
  const { connection } = context;
  const { status } = refusal;
  const body = keptOf(refusal.body, context.scrub);
  if (refusal.fromProxy) return proxyRefusal(refusal, body, retryAfter(refusal, context), context);
  const { refusal: shape } = connection.endpoint;
  const said: Explanation = shape === undefined ? {} : explanationIn(body, context.scrub, shape);
  const hop = guessHop(connection, refusal);
  const outcome = statusVerdict(connection, status, body);
  const parts = [`the upgrade was refused with HTTP ${status} by ${named(hop, connection)}`];
  if (status >= 300 && status < 400) parts.push(redirectTarget(refusal));
  else if (body.trim() !== '') parts.push(`: ${quote(said.message ?? body)}`);
  else parts.push(' without a word');
  const hint = connection.hint({ status, text: body });
  return fail('upgrade-refused', outcome, context, `${parts.join('')}.${hint === undefined ? '' : ` ${hint}`}`, {
    status,
    hop,
    requestId: scrubbed(requestId(refusal.headers, connection.endpoint.requestIdHeader, said.requestId), context),
    providerCode: said.code,
    retryAfterMs: retryAfter(refusal, context),
    body: body === '' ? undefined : body,
  });
}

/** An open connection ended without our asking. */
export function closeFailure(code: number, reason: string, cause: Error | undefined, context: FailureContext): Failure {
  const { connection } = context;
  const said = context.scrub(reason);
  const wsCode = causeCode(cause);
  if (wsCode === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    return fail('message-too-large', 'fatal', context, 'a message was larger than `maxPayloadBytes`', {
      closeCode: 1009,
      cause,
    });
  }
  if (wsCode?.startsWith('WS_ERR_') === true) {
    return fail('protocol-violation', 'fatal', context, `the peer broke the WebSocket protocol (${wsCode})`, { cause });
  }
  const outcome = closeVerdict(connection, code, said);
  const words =
    code === 1006 ? 'the connection broke off without a close frame' : `the connection was closed with code ${code}`;
  const detail = said === '' ? (causeCode(cause) === undefined ? '' : ` (${causeCode(cause)})`) : `: ${quote(said)}`;
  const hint = connection.hint({ closeCode: code, text: said });
  return fail('closed', outcome, context, `${words}${detail}.${hint === undefined ? '' : ` ${hint}`}`, {
    closeCode: code,
    cause,
  });
}

/** Something was owed and did not come. */
export function timeout(code: Timeout, what: string, context: FailureContext): Failure {
  const hint = context.connection.hint({ timeout: code });
  return fail(code, 'retry', context, hint === undefined ? what : `${what}. ${hint}`, {});
}

/** A handler threw: its own PatchbayError decides, anything else is a frame that makes no sense. */
export function handlerFailure(cause: unknown, context: FailureContext): Failure {
  if (PatchbayError.is(cause)) return told(cause, context);
  return fail('protocol-violation', 'fatal', context, `a frame could not be handled: ${messageOf(cause)}`, { cause });
}

/** So many frames in a row made no sense, `cause` being the complaint about the last. Another socket may lead to a better peer. */
export function unreadable(cause: unknown, count: number, context: FailureContext): Failure {
  const what = `${count} frames in a row could not be handled, the last because of: ${messageOf(cause)}`;
  return fail('protocol-violation', 'retry', context, what, { cause });
}

/** We were told to stop. */
export function aborted(context: FailureContext): PatchbayError {
  return fail('aborted', 'fatal', context, 'aborted', {}).error;
}

/** Whoever threw it may have quoted the service. */
function told(error: PatchbayError, context: FailureContext): Failure {
  return { error: identified(scrubError(error, context.scrub), context), outcome: error.retryable ? 'retry' : 'fatal' };
}

/** The same error, with the id of the accepted upgrade unless whoever made it knows a better one. */
export function identified(error: PatchbayError, context: FailureContext): PatchbayError {
  const value = scrubbed(context.requestId, context);
  if (value !== undefined && error.requestId === undefined) {
    Reflect.defineProperty(error, 'requestId', { value, enumerable: true, writable: true, configurable: true });
  }
  return error;
}

function proxyRefusal(
  { status, proxy = '' }: { status: number | undefined; proxy?: string },
  body: string,
  retryAfterMs: number | undefined,
  context: FailureContext,
): Failure {
  const advice = status === 407 || status === 401 ? ' It wants other credentials in its URL.' : '';
  const outcome: Outcome =
    status !== undefined && (status >= 500 || status === 408 || status === 429) ? 'retry' : 'fatal';
  return fail(
    'proxy-refused',
    outcome,
    context,
    `${`the proxy ${proxy}`.trim()} refused the tunnel${status === undefined ? '' : ` with HTTP ${status}`}.${advice}`,
    {
      status,
      hop: 'proxy',
      retryAfterMs,
      body: body === '' ? undefined : body,
    },
  );
}

function fail(
  code: PatchbayErrorCode,
  outcome: Outcome,
  context: FailureContext,
  what: string,
  details: PatchbayErrorDetails,
): Failure {
  const { endpoint } = context.connection;
  const message = context.scrub(`${endpoint.provider} ${endpoint.capability} at ${context.where}: ${what}`);
  const error = new PatchbayError(code, message, {
    requestId: scrubbed(context.requestId, context),
    ...details,
    retryable: outcome !== 'fatal',
    cause: details.cause === undefined ? undefined : cleaned(details.cause, context),
  });
  return { error, outcome };
}

/** A cause that is safe to print: Node's own errors may hold whole URLs (`input`) and requests. */
function cleaned(cause: unknown, context: FailureContext): Error {
  const copy = new Error(context.scrub(messageOf(cause)));
  const code = causeCode(cause);
  if (cause instanceof Error) {
    copy.name = cause.name;
    copy.stack = context.scrub(cause.stack ?? copy.message);
  }
  return code === undefined ? copy : Object.assign(copy, { code });
}

function causeCode(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined;
  const { code, errors } = cause as { code?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  return Array.isArray(errors) && errors.length > 0 ? causeCode(errors[0]) : undefined;
}

function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return textOf(cause);
  // Node's AggregateError of a dual-stack dial has no message of its own.
  if (cause.message === '' && cause instanceof AggregateError && cause.errors.length > 0)
    return messageOf(cause.errors[0]);
  return cause.message;
}

/** Whatever a callback threw: what has no `toString` must not throw a second time. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'something that cannot be shown';
  }
}

function named(hop: PatchbayError['hop'], connection: Connection): string {
  if (hop === 'provider') return 'the provider';
  return isDirect(connection) ? 'something on the way to the provider' : `the gateway (${connection.row.title})`;
}

function redirectTarget(refusal: Refusal): string {
  const location = refusal.headers['location'];
  const host =
    typeof location === 'string' && URL.canParse(location) ? ` (it points to ${new URL(location).host})` : '';
  return `; redirects are not followed${host}`;
}

function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_QUOTE ? `${line.slice(0, MAX_QUOTE)}…` : line;
}

/** Retry-After in either form of RFC 9110 §10.2.3, as milliseconds from now. */
function retryAfter(refusal: Refusal, context: FailureContext): number | undefined {
  const value = refusal.headers['retry-after'];
  if (typeof value !== 'string') return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - context.wallClock());
}

/** A service may repeat what it was sent, anywhere. */
function scrubbed(text: string | undefined, context: FailureContext): string | undefined {
  return text === undefined ? undefined : context.scrub(text);
}
