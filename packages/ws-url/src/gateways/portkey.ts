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
    responses: 'Portkey answers the upgrade with 500.',
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
  ],
  notes: [
    'The query goes up byte for byte; of the headers only the key, organization and project do (`x-portkey-openai-organization`, `x-portkey-openai-project`).',
    'A provider that refuses leaves the upgrade unanswered: the dial deadline ends it.',
    'A provider that vanishes leaves the socket open and its pings answered.',
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
