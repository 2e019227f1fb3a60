import type { GatewayRow } from '../types.ts';
import { httpRoutes } from './http.ts';

/** OpenAI itself, in every region: us., eu., … https://developers.openai.com/api/docs/guides/your-data */
export const openAI: GatewayRow = {
  name: 'openai',
  title: 'OpenAI',
  example: "gateways.openai({ apiKey, baseURL: 'https://eu.api.openai.com/v1' })",
  base: 'https://api.openai.com/v1',
  hosts: ['api.openai.com', '*.api.openai.com'],
  auth: 'endpoint',
  routes: {
    conversation: { model: 'url', source: 'https://developers.openai.com/api/docs/guides/realtime-websocket' },
    transcription: {
      model: 'body',
      source: 'https://developers.openai.com/api/docs/guides/realtime-transcription, livekit/agents-js#1756',
    },
    translation: { model: 'url', source: 'openai-node 7.57, resources/realtime' },
    live: { model: 'body', source: 'openai-node 7.57, resources/live' },
    responses: { model: 'body', source: 'https://developers.openai.com/api/docs/guides/websocket-mode' },
    ...httpRoutes('https://developers.openai.com/api/reference'),
  },
};

/** Whatever else speaks OpenAI's dialect under a base URL: the placement that most gateways accept. */
export const openAICompatible: GatewayRow = {
  name: 'openai-compatible',
  title: 'OpenAI-compatible endpoint',
  example: "gateways.openAICompatible({ baseURL: 'https://gateway.example.com/v1', apiKey })",
  auth: 'endpoint',
  key: 'optional',
  routes: {
    conversation: { model: 'url', source: 'every OpenAI-shaped gateway of this table routes by it' },
    transcription: {
      model: 'body',
      source: 'gateways that forward the query as it is break with a model in it: livekit/agents-js#1756',
    },
    translation: { model: 'url', source: 'as OpenAI' },
    live: { model: 'body', source: 'as OpenAI' },
    responses: { model: 'both', source: 'older LiteLLM routes by the URL (BerriAI/litellm#25532), others by the body' },
    ...httpRoutes('as OpenAI'),
  },
  traits: { pongProvesOnlyGateway: true },
  hints: [
    {
      status: 401,
      say: 'The endpoint wants a key that it accepts: check `apiKey` (none is sent when it is not set) or `headers`.',
    },
    {
      status: [404, 405],
      say: 'The endpoint has no such path: most base URLs end in `/v1`, and `gateways` knows those that differ.',
    },
  ],
  notes: [
    'Picked for every plain `baseURL` whose host no other row claims; `gateways.openAICompatible` picks it by name.',
  ],
};
