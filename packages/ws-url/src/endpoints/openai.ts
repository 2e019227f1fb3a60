import { endpoint } from '../endpoint.ts';
import type { Capability, EndpointDescription, GatewayTraits, Hint, VerdictTable } from '../types.ts';

/**
 * What OpenAI's close codes mean to a socket that we did not close ourselves.
 * RFC 6455 §7.4.1 for 1000–1015; which of them may be dialled again follows `isRecoverableClose` of openai-node 7.57,
 * except where a source says otherwise.
 */
const closes: VerdictTable = {
  1000: 'retry', // the service ended a session that we still wanted
  1001: 'rotate', // "maximum duration of 60 minutes": pollen-robotics/reachy_mini#134
  1002: 'fatal',
  1003: 'fatal',
  1005: 'retry',
  1006: 'retry',
  1007: 'fatal',
  1008: 'fatal', // policy: pipecat-ai/pipecat#3711 looped on it
  1009: 'fatal',
  1010: 'fatal',
  1011: { verdict: 'retry', unless: /invalid model name|invalid_model|model_not_found/i },
  1012: 'retry',
  1013: 'retry',
  1014: 'retry',
  1015: 'fatal',
  3000: 'fatal', // invalid_api_key: after a 101, BerriAI/litellm test fixtures
  4000: 'fatal', // invalid_request_error.invalid_model (livekit/agents-js#1756), beta_api_shape_disabled (pickle-com/glass#220)
};

/** What statuses of an upgrade or a request mean; the retried ones are those of openai-node 7.57. */
const statuses: VerdictTable = {
  400: 'fatal',
  401: 'fatal',
  402: 'fatal',
  403: 'fatal',
  404: 'fatal',
  405: 'fatal',
  408: 'retry',
  409: 'retry',
  410: 'fatal',
  413: 'fatal',
  422: 'fatal',
  425: 'retry',
  426: 'fatal',
  429: { verdict: 'retry', unless: /insufficient_quota|billing_hard_limit_reached/ },
  500: 'retry',
  502: 'retry',
  503: 'retry',
  504: 'retry',
};

const modelInTranscription: Hint = {
  capabilities: ['transcription'],
  modelInUrl: true,
  say: "The URL names a model, and OpenAI then opens a conversation instead of a transcription (livekit/agents-js#1756). Set `modelIn: 'body'`, and take `model` out of the base URL and `query`.",
};

const hints: readonly Hint[] = [
  { ...modelInTranscription, text: /invalid_model|transcription (?:mode|sessions?|model)/i },
  { ...modelInTranscription, closeCode: 4000 },
  {
    capabilities: ['conversation', 'translation'],
    modelInUrl: false,
    status: [400, 403, 404],
    say: "The upgrade carried no `model` in its URL, and most gateways route by it. Set `modelIn: 'url'`.",
  },
  {
    capabilities: ['conversation', 'translation'],
    modelInUrl: false,
    text: /\bmodel\b.*\b(?:required|missing|provide)|missing_model|model_not_found/i,
    say: "The session was opened without a `model` in its URL. Set `modelIn: 'url'`.",
  },
  {
    text: /beta_api_shape_disabled/,
    say: 'Something on the way adds `OpenAI-Beta: realtime=v1`, which OpenAI refuses since May 2026. We never send it: update the gateway, or go straight to the provider.',
  },
];

/** Paths of all endpoints: a base that ends in one of them is the base of all of them. */
const siblings: readonly string[] = [
  '/realtime',
  '/realtime/translations',
  '/live/sessions',
  '/responses',
  '/chat/completions',
  '/audio/speech',
  '/audio/transcriptions',
  '/models',
];

/** One hour per socket, without a warning: https://developers.openai.com/api/docs/guides/realtime-websocket and /websocket-mode. */
const hourly: GatewayTraits = { sessionMs: 3_600_000 };

function describe(
  capability: Capability,
  path: string,
  model: EndpointDescription['model']['in'],
  more: Partial<EndpointDescription> = {},
): EndpointDescription {
  return endpoint({
    provider: 'openai',
    capability,
    base: 'https://api.openai.com/v1',
    path,
    siblings,
    // Data residency: us., eu., au., … https://developers.openai.com/api/docs/guides/your-data
    nativeHosts: ['*.api.openai.com'],
    auth: { header: 'Authorization', scheme: 'Bearer' },
    model: { in: model },
    closes,
    statuses,
    hints,
    ...more,
  });
}

/** What OpenAI's dialect is for. */
export type OpenAICapability = Exclude<Capability, 'turns' | 'voice'>;

/** OpenAI's dialect. `OpenAI-Beta: realtime=v1` is never part of it: the service refuses that shape since May 2026. */
export const openaiEndpoints: Readonly<Record<OpenAICapability, EndpointDescription>> = Object.freeze({
  /** https://developers.openai.com/api/docs/guides/realtime-websocket */
  conversation: describe('conversation', '/realtime', 'url', { traits: hourly }),
  /** "omit `model` from the URL": https://developers.openai.com/api/docs/guides/realtime-transcription */
  transcription: describe('transcription', '/realtime', 'body', {
    query: { intent: 'transcription' },
    traits: hourly,
    instead: { capability: 'transcriptions', say: 'Set `useRealtime: false` to transcribe over HTTP.' },
  }),
  /** openai-node 7.57, resources/realtime: `/realtime/translations?model=`. */
  translation: describe('translation', '/realtime/translations', 'url', { traits: hourly }),
  /** openai-node 7.57, resources/live: the model is part of `session.start`. */
  live: describe('live', '/live/sessions', 'body', {
    instead: { capability: 'conversation', say: 'Use `realtime.RealtimeModel` instead of `realtime.GPTLiveModel`.' },
  }),
  /** https://developers.openai.com/api/docs/guides/websocket-mode */
  responses: describe('responses', '/responses', 'body', {
    traits: hourly,
    instead: { capability: 'responses-http', say: 'Set `useWebSocket: false` to use Responses over HTTP.' },
  }),
  chat: describe('chat', '/chat/completions', 'body'),
  'responses-http': describe('responses-http', '/responses', 'body', {
    instead: { capability: 'chat', say: 'Use `LLM`, which speaks chat completions.' },
  }),
  speech: describe('speech', '/audio/speech', 'body'),
  transcriptions: describe('transcriptions', '/audio/transcriptions', 'body'),
  models: describe('models', '/models', 'none'),
});
