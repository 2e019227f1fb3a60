import { providerError, retryableStatus, retryAfter } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import type { Connection, PatchbayErrorDetails } from '@patchbay/ws-url';
import { fatalCodes } from '../error-codes.ts';
import { wordsOf } from '../words.ts';
import type { WsErrorBody, WsErrorEvent, WsMcpApprovalRequestItem, WsResponse } from './wire.ts';

/** The chain is broken, and generation did not start: the whole context may be sent instead. */
export const RESPONSE_NOT_FOUND = 'previous_response_not_found';
/** The socket has reached its 60 minutes, and generation did not start. */
export const SOCKET_EXPIRED = 'websocket_connection_limit_reached';

/** The service cannot read a thought that it is given back. */
const REASONING_UNREADABLE = 'invalid_encrypted_content';

/** Whether a request was refused for the thoughts in it: encrypted elsewhere, lost, or no longer next to what they led to. */
export function isReasoningRefusal({ code, retryable, providerCode, message, body = '' }: PatchbayError): boolean {
  if (code !== 'provider-error' || retryable) return false;
  return providerCode === REASONING_UNREADABLE || /\breasoning\b|\brs_\w|encrypted[ _]content/i.test(message + body);
}

/** Codes that say "not now". https://platform.openai.com/docs/guides/error-codes and `ResponseError` of the SDK. */
const passing = new Set([
  'server_error',
  'internal_error',
  'internal_server_error',
  'rate_limit_exceeded',
  'rate_limit_error',
  'slow_down',
  'overloaded_error',
  'server_overloaded',
  'service_unavailable',
  'throttling_error',
  'timeout',
  'vector_store_timeout',
  'websocket_stream_limit_reached',
  SOCKET_EXPIRED,
]);

/** An `error` event, flat or wrapped. */
export function errorOf(event: WsErrorEvent, connection: Connection): PatchbayError {
  const { type: _type, status, headers, error, ...flat } = event;
  return said(error ?? flat, connection, { status, headers });
}

/** A response that did not come to its end by itself. */
export function endOf(status: string, response: WsResponse | null | undefined, connection: Connection): PatchbayError {
  if (status === 'incomplete') {
    const reason = wordsOf(response?.incomplete_details?.reason) ?? 'reason unavailable';
    return providerError(connection, `the response is incomplete: ${reason}`, { providerCode: reason });
  }
  // Nobody here asked for it, or nobody would be listening.
  if (status === 'cancelled') {
    return new PatchbayError('provider-error', 'the response was cancelled', { retryable: true, hop: 'provider' });
  }
  return said(response?.error ?? { code: 'server_error', message: 'the response failed' }, connection);
}

/** A remote tool waits for a person's yes, and a caller on the phone cannot give it. */
export function approvalOf({ name, server_label: server }: WsMcpApprovalRequestItem): PatchbayError {
  return new PatchbayError(
    'unsupported',
    `the MCP server '${wordsOf(server) ?? ''}' wants approval for its tool '${wordsOf(name) ?? ''}', and nobody here can give it: ` +
      "set `requireApproval: 'never'` on its HostedMCPTool, or leave this tool out of `allowedTools`",
  );
}

function said(
  error: WsErrorBody | string,
  connection: Connection,
  envelope: { status?: unknown; headers?: unknown } = {},
): PatchbayError {
  const body: WsErrorBody = typeof error === 'string' ? { message: error } : error;
  const code = wordsOf(body.code);
  // Some gateways put the HTTP status where the code belongs.
  const codeStatus = code !== undefined && /^[45]\d\d$/.test(code) ? Number(code) : undefined;
  const status = typeof envelope.status === 'number' ? envelope.status : codeStatus;
  const type = wordsOf(body.type);
  const text = wordsOf(body.message) ?? code ?? type ?? 'an error without a word of explanation';
  const hint = connection.hint({ text });
  // Errors of a gateway itself often have no code; that a table explains one means that a person has to change something.
  const retryable = hint === undefined && isPassing(code, status, type);
  const details: PatchbayErrorDetails = { retryable };
  if (status !== undefined) details.status = status;
  if (code !== undefined) details.providerCode = code;
  const requestId = header(envelope.headers, 'x-request-id');
  if (requestId !== undefined) details.requestId = requestId;
  const retryAfterMs = retryAfter(envelope.headers) ?? waitIn(text);
  if (retryable && retryAfterMs !== undefined) details.retryAfterMs = retryAfterMs;
  return providerError(connection, hint === undefined ? text : `${text} (${hint})`, details);
}

/** The code is the most exact word, then the status, then the kind of error. Unknown things are not tried again. */
function isPassing(code: string | undefined, status: number | undefined, type: string | undefined): boolean {
  if (code !== undefined && fatalCodes.has(code)) return false;
  if (code !== undefined && passing.has(code)) return true;
  if (status !== undefined) return retryableStatus(status);
  return type !== undefined && passing.has(type);
}

/** "Please try again in 1.2s" is all that a socket says about when. */
function waitIn(text: string): number | undefined {
  const match = /try again in (\d+(?:\.\d+)?) ?(ms|s)\b/i.exec(text);
  if (match?.[1] === undefined) return undefined;
  return Math.ceil(Number(match[1]) * (match[2]?.toLowerCase() === 's' ? 1_000 : 1));
}

function header(headers: unknown, name: string): string | undefined {
  const value =
    typeof headers === 'object' && headers !== null ? (headers as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
