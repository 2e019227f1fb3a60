import { arrayOf, objectOf, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';
import type { Dialect, Kind } from './dialects.ts';

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

const failures: Readonly<Record<Kind, JsonObject>> = {
  'rate-limit': failure(429, 'limit_exceeded', 'Rate limit for your project has been exceeded.'),
  server: failure(
    503,
    'service_unavailable',
    'Cannot continue request (code 1). Please restart the request. Refer to: https://soniox.com/url/cannot-continue-request',
  ),
  fatal: failure(
    402,
    'organization_balance_exhausted',
    'Organization balance exhausted. Please either add funds manually or enable autopay.',
  ),
};

const refusals: Readonly<Record<number, JsonObject>> = {
  400: failure(400, 'invalid_request', 'Invalid message format'),
  401: failure(401, 'unauthenticated', 'Invalid API key.'),
  402: failures.fatal,
  408: failure(408, 'request_timeout', 'Request timeout.'),
  429: failures['rate-limit'],
  503: failures.server,
};

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
    error: (_complaint, _status, _transport, kind) => ({ tokens: [], ...failures[kind] }),
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
      const texts = arrayOf(message.tokens).map((token) => stringOf(objectOf(token).text));
      const marker = texts.find((text) => text === '<end>' || text === '<fin>');
      return marker ?? nameBy(['finished', 'tokens', 'model'])(message);
    },
  },
  {
    path: /\/tts-websocket$/,
    // Of the stream whose message is there; of the connection if there is none.
    error: (_complaint, _status, _transport, kind, { stream_id: id }) => ({
      ...(id === undefined ? {} : { stream_id: id }),
      ...failures[kind],
    }),
    expiry: { event: failure(408, 'request_timeout', 'Request timeout'), code: 1001, reason: '' },
    orphan: { stream_id: 'nobody-knows', audio: 'AAAAAA==' },
    refusal,
    nameOf: nameBy(['terminated', 'audio_end', 'audio', 'cancel', 'keep_alive', 'text', 'model']),
  },
  { path: /\/tts$/, error: (_complaint, _status, _transport, kind) => failures[kind], orphan: {}, refusal },
];
