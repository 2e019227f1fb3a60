import { isObject } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';
import type { Transport } from './catalogue.ts';
import { deepgramDialects } from './dialects-deepgram.ts';
import { sonioxDialects } from './dialects-soniox.ts';

export type Kind = 'rate-limit' | 'server' | 'fatal';

export interface Complaint {
  type: string;
  code: string | null;
  message: string;
  param: null;
}

/** What a protocol calls the things that faults send. A new provider is a row in {@link dialects}. */
export interface Dialect {
  /** Of the path, without a gateway's base. */
  readonly path: RegExp;
  /** The event that tells an error on a stream: `beside` the message that passes, so that it can be of the same turn. */
  error(complaint: Complaint, status: number, transport: Transport, kind: Kind, beside: JsonObject): JsonObject;
  /** The event and the close of a session that is too old. */
  readonly expiry?: { event: JsonObject; code: number; reason: string };
  /** An event of something that was never announced. */
  readonly orphan: JsonObject;
  /** The body of a refusal, where it is not OpenAI's. */
  readonly refusal?: (status: number) => string;
  /** What a message is called, where that is not its `type`. */
  readonly nameOf?: (message: JsonObject) => string | undefined;
}

/** https://developers.openai.com/api/docs/guides/error-codes */
const complaints: Readonly<Record<Kind, readonly [status: number, Complaint]>> = {
  'rate-limit': [
    429,
    {
      type: 'requests',
      code: 'rate_limit_exceeded',
      message: 'Rate limit reached. Please try again in 1s.',
      param: null,
    },
  ],
  server: [
    500,
    {
      type: 'server_error',
      code: 'server_error',
      message: 'The server had an error while processing your request. Sorry about that!',
      param: null,
    },
  ],
  fatal: [
    429,
    {
      type: 'insufficient_quota',
      code: 'insufficient_quota',
      message: 'You exceeded your current quota, please check your plan and billing details.',
      param: null,
    },
  ],
};

function expired(message: string, code = 'session_expired'): Complaint {
  return { type: 'invalid_request_error', code, message, param: null };
}

const HOUR = 'Your session hit the maximum duration of 60 minutes.';
const CONNECTION_LIMIT =
  'Responses websocket connection limit reached (60 minutes). Create a new websocket connection to continue.';
const inRealtime = (error: Complaint): JsonObject => ({
  type: 'error',
  event_id: 'event_of_a_fault',
  error: { ...error, event_id: null },
});

const dialects: readonly Dialect[] = [
  {
    // Nobody has documented how a translation expires; loopback's does as a conversation.
    path: /\/realtime\/translations$/,
    error: inRealtime,
    expiry: { event: inRealtime(expired(HOUR)), code: 1001, reason: HOUR },
    orphan: { type: 'session.output_transcript.delta', event_id: 'event_of_a_fault', delta: '', elapsed_ms: 0 },
  },
  {
    path: /\/realtime$/,
    error: inRealtime,
    expiry: { event: inRealtime(expired(HOUR)), code: 1001, reason: HOUR },
    orphan: {
      type: 'response.output_text.delta',
      event_id: 'event_of_a_fault',
      response_id: 'resp_nobody_knows',
      item_id: 'item_nobody_knows',
      output_index: 0,
      content_index: 0,
      delta: 'of nothing',
    },
  },
  {
    path: /\/live\/sessions(?:\/[^/]+\/(?:attach|fork))?$/,
    error: ({ type, code, message }) => ({
      type: 'error',
      event_id: 'event_of_a_fault',
      error: { type, code, message },
    }),
    expiry: {
      event: { type: 'session.closed', event_id: 'event_of_a_fault', reason: 'expired', usage: { seconds: 7_200 } },
      code: 1000,
      reason: 'expired',
    },
    orphan: {
      type: 'response.event',
      event_id: 'event_of_a_fault',
      delegation_id: 'delegation_nobody_knows',
      event: { type: 'response.output_text.delta', item_id: 'item_nobody_knows', delta: 'of nothing' },
    },
  },
  {
    path: /\/responses$/,
    error: (error, status, transport) =>
      transport === 'socket' ? { type: 'error', status, error } : { ...error, type: 'error', sequence_number: 0 },
    expiry: {
      event: {
        type: 'error',
        status: 400,
        error: expired(CONNECTION_LIMIT, 'websocket_connection_limit_reached'),
      },
      code: 1001,
      reason: 'connection limit reached',
    },
    orphan: {
      type: 'response.output_text.delta',
      item_id: 'msg_nobody_knows',
      output_index: 7,
      content_index: 0,
      delta: 'of nothing',
      logprobs: [],
      sequence_number: 0,
    },
  },
  {
    path: /\/chat\/completions$/,
    error: (error) => ({ error }),
    orphan: {
      id: 'chatcmpl-nobody-knows',
      object: 'chat.completion.chunk',
      created: 0,
      model: 'nobody-knows',
      choices: [{ index: 7, delta: { content: 'of nothing' }, logprobs: null, finish_reason: null }],
    },
  },
];

const anyOther: Dialect = {
  path: /^/,
  error: (error) => ({ type: 'error', error }),
  orphan: { type: 'event.of.nothing', id: 'nobody-knows' },
};

export function dialectOf(path: string): Dialect {
  return [...dialects, ...deepgramDialects, ...sonioxDialects].find((dialect) => dialect.path.test(path)) ?? anyOther;
}

/** An error event in a dialect. */
export function errorEvent(
  dialect: Dialect,
  transport: Transport,
  { kind = 'server', words }: { kind?: Kind | undefined; words?: string | undefined } = {},
  beside: JsonObject = {},
): JsonObject {
  const [status, complaint] = complaints[kind];
  const event = dialect.error(complaint, status, transport, kind, beside);
  return words === undefined ? event : saying(words, event);
}

const spoken = /^(message|description|code|param|variant|error_message|error_type)$/;

/** The event with these words wherever it says something. Its own type stays, for without it nobody knows it. */
function saying(words: string, event: JsonObject, isInner = false): JsonObject {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => {
      if (isObject(value)) return [name, saying(words, value, true)];
      return [name, spoken.test(name) || (isInner && name === 'type') ? words : value];
    }),
  );
}

/** The body of a refusal. https://developers.openai.com/api/docs/guides/error-codes */
export function refusalBody(status: number, path: string): string {
  const { refusal } = dialectOf(path);
  if (refusal) return refusal(status);
  const [type, code, message] = refusals[status] ?? (status < 500 ? refusals[400]! : refusals[500]!);
  return JSON.stringify({ error: { message, type, param: null, code } });
}

const refusals: Readonly<Record<number, readonly [type: string, code: string | null, message: string]>> = {
  400: ['invalid_request_error', null, 'The request could not be understood.'],
  401: ['invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
  403: ['invalid_request_error', 'unsupported_country_region_territory', 'Country, region, or territory not supported'],
  404: ['invalid_request_error', 'model_not_found', 'The model does not exist or you do not have access to it.'],
  429: ['requests', 'rate_limit_exceeded', 'Rate limit reached. Please try again in 1s.'],
  500: ['server_error', 'server_error', 'The server had an error while processing your request. Sorry about that!'],
  503: ['service_unavailable_error', null, 'The engine is currently overloaded, please try again later.'],
};
