import { parseObject, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';
import type { Complaint, Dialect } from './dialects.ts';

/** https://soniox.com/docs/api-reference/errors */
const DOCS = 'https://soniox.com/docs/api-reference/errors#';

function failure(code: number, type: string, message: string): JsonObject {
  return {
    error_code: code,
    error_type: type,
    error_message: message,
    more_info: DOCS + type.replaceAll('_', '-'),
    request_id: 'request-of-a-fault',
  };
}

const failures: Readonly<Record<string, JsonObject>> = {
  rate_limit_exceeded: failure(429, 'limit_exceeded', 'Rate limit for your project has been exceeded.'),
  server_error: failure(
    503,
    'service_unavailable',
    'Cannot continue request (code 1). Please restart the request. Refer to: https://soniox.com/url/cannot-continue-request',
  ),
  insufficient_quota: failure(
    402,
    'organization_balance_exhausted',
    'Organization balance exhausted. Please either add funds manually or enable autopay.',
  ),
};

const refusals: Readonly<Record<number, JsonObject>> = {
  400: failure(400, 'invalid_request', 'Invalid message format'),
  401: failure(401, 'unauthenticated', 'Invalid API key.'),
  402: failures.insufficient_quota!,
  408: failure(408, 'request_timeout', 'Request timeout.'),
  429: failures.rate_limit_exceeded!,
  503: failures.server_error!,
};

const failureOf = ({ code }: Complaint): JsonObject => failures[code ?? ''] ?? failures.server_error!;

function refusal(status: number): string {
  const known = refusals[status] ?? failure(status, 'internal_error', 'The server had an error.');
  return JSON.stringify(known);
}

/** What is sent in messages that have no type: which of their fields they are called by. */
function nameBy(fields: readonly string[]): (message: JsonObject) => string | undefined {
  return (message) => (message.error_code === undefined ? fields.find((field) => message[field] != null) : 'error');
}

/** Soniox's two sockets, and its speech over HTTP. */
export const sonioxDialects: readonly Dialect[] = [
  {
    path: /\/transcribe-websocket$/,
    error: (complaint) => ({ tokens: [], ...failureOf(complaint) }),
    expiry: {
      event: { tokens: [], ...failure(413, 'max_duration_reached', 'Maximum stream duration reached.') },
      code: 1000,
      reason: '',
    },
    // The answer to a finalize that nobody sent.
    orphan: {
      tokens: [{ text: '<fin>', start_ms: 0, end_ms: 0, confidence: 1, is_final: true }],
      final_audio_proc_ms: 0,
      total_audio_proc_ms: 0,
    },
    refusal,
    nameOf(message) {
      const texts = Array.isArray(message.tokens) ? message.tokens.map((token) => (token as JsonObject).text) : [];
      const marker = texts.find((text) => text === '<end>' || text === '<fin>');
      return stringOf(marker) ?? nameBy(['type', 'finished', 'tokens', 'model'])(message);
    },
  },
  {
    path: /\/tts-websocket$/,
    // Of the stream whose message is there; of the connection if there is none.
    error: (complaint, _status, _transport, message) => {
      const id = parseObject(message ?? '')?.stream_id;
      return { ...(id === undefined ? {} : { stream_id: id }), ...failureOf(complaint) };
    },
    expiry: { event: failure(408, 'request_timeout', 'Request timeout'), code: 1001, reason: '' },
    orphan: { stream_id: 'nobody-knows', audio: 'AAAAAA==' },
    refusal,
    nameOf: nameBy(['terminated', 'audio_end', 'audio', 'cancel', 'keep_alive', 'text', 'model']),
  },
  { path: /\/tts$/, error: failureOf, orphan: {}, refusal },
];
