import type { GatewayRow } from '../types.ts';
import { httpRoutes } from './http.ts';

const tried = 'tried with @portkey-ai/gateway 1.15.2';

/** What hosted and self-hosted Portkey have in common. */
const shared = {
  root: '/v1',
  auth: { header: 'x-portkey-api-key' },
  missing: {
    translation: 'Portkey serves exactly `/v1/realtime`.',
    live: 'Portkey serves exactly `/v1/realtime`.',
    responses: 'Portkey answers the upgrade with 400 or 500.',
  },
  traits: { pongProvesOnlyGateway: true, mayLoseFirstEvent: true, mayHangUpgrade: true },
  hints: [
    {
      status: 400,
      say: 'Portkey answers 400 without a word when it is not told the provider. Set `provider` (e.g. `openai`, or `@your-slug`) or `config` of `gateways.portkey(…)`.',
    },
    {
      status: 500,
      capabilities: ['conversation', 'transcription'],
      say: 'Portkey serves realtime through one provider only: a `config` with targets or fallbacks cannot be used here.',
    },
    ...([{ status: 401 }, { closeCode: 3000 }, { text: /incorrect api key|invalid_api_key/i }] as const).map(
      (refusal) => ({
        ...refusal,
        say: 'The provider refused the key that Portkey handed on. Check `providerKey`, or the `api_key` of `config`, of `gateways.portkey(…)`.',
      }),
    ),
    {
      text: /createModelResponse is not supported/,
      say: 'Portkey has no Responses for this provider. Use `LLM`, which speaks chat completions.',
    },
    {
      timeout: 'connect-timeout',
      say: "Portkey leaves the upgrade unanswered when the provider refuses it or cannot be reached, and tells only its own log (`outgoingWebSocket error`). Check the provider's key (`providerKey`) and where `config` or `headers` of `gateways.portkey(…)` say that the provider is.",
    },
    {
      timeout: ['first-event-timeout', 'inactivity-timeout'],
      say: 'Portkey keeps the socket open when the provider has gone.',
    },
  ],
  statuses: { 500: { verdict: 'retry', unless: /is not supported by/ } },
  notes: [
    'The query goes up byte for byte; of the headers only the key, organization and project do (`x-portkey-openai-organization`, `x-portkey-openai-project`).',
    'Of a request for speech only model, input, voice, response format and speed go up: `instructions` are lost.',
    'Its open-source version must run with the dependencies of its own lock file, as its image does: with `@hono/node-server` 1.19 it answers streams and speech with 500.',
    'A provider that refuses leaves the upgrade unanswered: the dial deadline ends it.',
    'A provider that vanishes leaves the socket open. Its pings are unanswered then with the `ws` of its lock file (8.18.3), and answered with a newer one (8.23).',
  ],
} as const satisfies Partial<GatewayRow>;

/** https://portkey.ai/docs/product/ai-gateway/realtime-api */
export const portkey: GatewayRow = {
  ...shared,
  name: 'portkey',
  title: 'Portkey',
  example: "gateways.portkey({ apiKey, provider: '@openai-prod' })",
  base: 'https://api.portkey.ai/v1',
  hosts: ['api.portkey.ai'],
  providerKey: 'optional',
  routes: {
    conversation: { model: 'url', source: 'https://portkey.ai/docs/product/ai-gateway/realtime-api' },
    transcription: { model: 'body', source: `${tried}: the query is forwarded as it is` },
    ...httpRoutes('https://portkey.ai/docs/api-reference/inference-api/introduction'),
  },
};

/** Without a `config` the provider's key must come from us: Portkey would send `Bearer undefined` (tried). */
export const portkeySelfHosted: GatewayRow = {
  ...shared,
  name: 'portkey-self-hosted',
  title: 'Portkey (self-hosted)',
  example: "gateways.portkey({ baseURL: 'http://portkey:8787/v1', provider: 'openai', providerKey })",
  key: 'optional',
  providerKey: 'required',
  routes: {
    conversation: { model: 'url', source: tried },
    transcription: { model: 'body', source: tried },
    ...httpRoutes(tried),
  },
};
