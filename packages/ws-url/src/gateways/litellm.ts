import type { GatewayRoute, GatewayRow, Hint } from '../types.ts';
import { httpRoutes } from './http.ts';

const tried = 'tried with LiteLLM 1.105.3';

/** How LiteLLM finds the deployment of a realtime transcription. */
export type LiteLLMTranscription = 'alias' | 'azure' | 'passthrough';

/** The ways to a realtime transcription through LiteLLM. */
export const litellmTranscription: Readonly<Record<LiteLLMTranscription, GatewayRoute>> = {
  /** No model: LiteLLM routes to whatever `gpt-realtime-whisper` is in its config. */
  alias: { model: 'body', source: tried },
  /** An `azure/` deployment: LiteLLM takes the model off the URL before it dials. An `openai/` one would get it: 4000. */
  azure: { model: 'url', source: tried },
  /** `enable_openai_websocket_passthrough: true`: query and frames go up as they are. */
  passthrough: { root: '', path: '/openai_passthrough/realtime', model: 'body', source: tried },
};

/** LiteLLM's relay to OpenAI hands speech on as it comes; its own route collects all of it first. */
export const litellmPassthroughSpeech: GatewayRoute = {
  root: '',
  path: '/openai_passthrough/audio/speech',
  model: 'body',
  source: tried,
};

/** Tried: 403. */
const deepgramSocketOnly =
  "It relays Deepgram's `/v1/listen` socket and no other path: use `STT` and its `stream()` here.";

const modelInTranscription: Hint = {
  capabilities: ['transcription'],
  modelInUrl: true,
  say: "LiteLLM hands the model in the URL on to OpenAI, which then opens a conversation instead of a transcription. Set `modelIn: 'body'`; `transcription: 'azure'` fits only `azure/` deployments.",
};

/** https://docs.litellm.ai/docs/realtime, and what the proxy did when it was tried. */
export const litellm: GatewayRow = {
  name: 'litellm',
  title: 'LiteLLM',
  example: "gateways.litellm({ baseURL: 'https://llm.example.com', apiKey, transcription: 'alias' })",
  root: '/v1',
  routes: {
    conversation: { model: 'url', source: tried },
    transcription: litellmTranscription.alias,
    translation: { model: 'url', source: 'https://docs.litellm.ai/docs/realtime_translation (1.110.0 and later)' },
    live: {
      model: 'body',
      source: 'https://docs.litellm.ai/docs/live_sessions (1.107.0 and later; to Azure from 1.112.0)',
    },
    responses: {
      // The URL for versions before BerriAI/litellm#29563, which refuse the upgrade without it; the body for all.
      model: 'both',
      traits: { firstFrameWithinMs: 30_000, oneModelPerSocket: true, responseIdsStayOnTransport: true },
      source: `${tried}; BerriAI/litellm#25532`,
    },
    ...httpRoutes(tried),
    speech: { model: 'body', traits: { buffersSpeech: true }, source: tried },
  },
  providers: {
    // A relay of its own, of `/v1/listen` alone: bytes pass.
    deepgram: {
      transcription: {
        root: '',
        path: '/deepgram/v1/listen',
        model: 'url',
        traits: { textFramesOnly: false, injectsResponses: false },
        source: tried,
      },
      turns: deepgramSocketOnly,
      voice: deepgramSocketOnly,
      'turn-voice': deepgramSocketOnly,
      transcriptions: deepgramSocketOnly,
      speech: deepgramSocketOnly,
    },
  },
  traits: {
    pongProvesOnlyGateway: true,
    textFramesOnly: true,
    maxFrameBytes: 16 * 1024 * 1024,
    injectsResponses: true,
    firstSubprotocol: 'realtime',
  },
  hints: [
    {
      status: 403,
      capabilities: ['live'],
      say: 'LiteLLM serves GPT-Live from 1.107.0 on, and answers 403 without a word for a path that it does not know and for a wrong or missing key. Update the proxy, or check the `apiKey` of `gateways.litellm(…)`.',
    },
    {
      status: 403,
      capabilities: ['translation'],
      modelInUrl: true,
      say: 'LiteLLM serves realtime translation from 1.110.0 on, and answers 403 without a word for a path that it does not know and for a wrong or missing key. Update the proxy, or check the `apiKey` of `gateways.litellm(…)`.',
    },
    {
      status: 403,
      capabilities: ['conversation', 'translation'],
      modelInUrl: false,
      say: "LiteLLM refused the upgrade because its URL names no model (it answers 403 without a word for that, and for a wrong key). Set `modelIn: 'url'`.",
    },
    {
      status: 403,
      say: 'LiteLLM answers 403 without a word for a wrong or missing key and for a model that the URL does not name. Check the `apiKey` of `gateways.litellm(…)`, and that this key may use this model.',
    },
    { ...modelInTranscription, text: /invalid_model|transcription (?:mode|sessions?|model)/i },
    {
      text: /invalid model name.*gpt-realtime-whisper/is,
      say: "LiteLLM routes transcriptions to the alias `gpt-realtime-whisper`, which its config does not have. Add `- model_name: gpt-realtime-whisper` with your speech-to-text model under `model_list`, or `model_group_alias: {gpt-realtime-whisper: YOUR_ALIAS}` under `router_settings`; or set `transcription: 'passthrough'`.",
    },
    {
      text: /invalid model name/i,
      say: 'LiteLLM has no `model_name` like this `model` in its config, or this key may not use it.',
    },
    {
      text: /no connected db/i,
      say: 'LiteLLM without a database answers like this for every key that is not its `master_key`: check the `apiKey` of `gateways.litellm(…)`.',
    },
    {
      text: /no streaming price/i,
      say: 'LiteLLM relays the Deepgram models whose price it knows: use `nova-3`, or give this `model` a price in its config.',
    },
    {
      text: /openai.websocket.passthrough/i,
      say: "LiteLLM's relay is off: set `enable_openai_websocket_passthrough: true` under `general_settings`, or leave `transcription: 'passthrough'` out.",
    },
    {
      text: /handshake rejected with HTTP 40[13]|litellm\.(?:AuthenticationError|PermissionDeniedError)/,
      say: 'The provider refused a key of LiteLLM’s own, not yours: check the `api_key` of this deployment in its config.',
    },
    {
      text: /upstream connection rejected/i,
      say: 'The provider refused a key of LiteLLM’s own, or limits it: its relays do not tell which. Check `OPENAI_API_KEY` or `DEEPGRAM_API_KEY` in its environment.',
    },
    {
      text: /ssl argument is incompatible with a ws:\/\/ URI/,
      say: 'LiteLLM cannot reach this deployment over plain http: give its `api_base` an https:// address.',
    },
  ],
  closes: {
    1008: 'fatal',
    1011: { verdict: 'retry', unless: /invalid model name|ssl argument is incompatible/i },
    1012: 'retry',
    1013: 'retry',
  },
  statuses: { 403: 'fatal' },
  notes: [
    'Client headers are not handed on, and of the query only `model`, `intent` and `guardrails` are read.',
    "Transcription without a model needs an alias `gpt-realtime-whisper` in the proxy's config (`transcription: 'alias'`, the default).",
    'Versions before 1.108.3 start a response of their own after each transcript of a conversation.',
    'Deepgram: the proxy dials with its own `DEEPGRAM_API_KEY` and encodes the query anew; `Authorization: Token …` and `callback` are refused. A stream that Deepgram lost is closed with 1000, one that it refused with 1011.',
    'On the socket of Responses a provider that dies is silence: no event, no close, and pings are answered.',
    'A configuration to copy: [examples/gateways/litellm.yaml](../examples/gateways/litellm.yaml).',
  ],
};
