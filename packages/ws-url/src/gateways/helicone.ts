import type { GatewayRow } from '../types.ts';
import { httpRoutes } from './http.ts';

const integration = 'https://docs.helicone.ai/integrations/openai/realtime';

/** Helicone's OpenAI gateway, hosted or self-hosted. Its newer Rust gateway has HTTP only. */
export const helicone: GatewayRow = {
  name: 'helicone',
  title: 'Helicone',
  example: 'gateways.helicone({ apiKey, providerKey })',
  base: 'https://api.helicone.ai',
  root: '/v1/gateway/oai/v1',
  hosts: ['api.helicone.ai'],
  auth: { header: 'Helicone-Auth', scheme: 'Bearer' },
  providerKey: 'required',
  routes: {
    conversation: { root: '/v1/gateway/oai', model: 'url', source: integration },
    transcription: {
      root: '/v1/gateway/oai',
      model: 'body',
      source: `${integration}; the query is forwarded as it is (source read)`,
    },
    ...httpRoutes('https://docs.helicone.ai/getting-started/self-host/docker'),
  },
  missing: {
    translation: 'Helicone forwards every socket to `/v1/realtime`.',
    live: 'Helicone forwards every socket to `/v1/realtime`.',
    responses: 'Helicone forwards every socket to `/v1/realtime`.',
  },
  traits: { pongProvesOnlyGateway: true },
  notes: [
    'Older versions add `OpenAI-Beta: realtime=v1`, which OpenAI refuses since May 2026.',
    'The socket opens before the provider is dialled, and every end of it is closed as 1000.',
    'Hosted HTTP is also documented at `https://oai.helicone.ai/v1`: that host is the generic row, with `Helicone-Auth` among the `headers`.',
  ],
};
