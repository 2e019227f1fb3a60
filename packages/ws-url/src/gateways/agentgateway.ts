import type { GatewayRow } from '../types.ts';
import { httpRoutes } from './http.ts';

/** https://agentgateway.dev/docs/ */
export const agentgateway: GatewayRow = {
  name: 'agentgateway',
  title: 'agentgateway',
  example: "gateways.agentgateway({ baseURL: 'http://agentgateway:3000', apiKey })",
  root: '/v1',
  key: 'optional',
  routes: {
    conversation: {
      model: 'url',
      source: 'https://agentgateway.dev/docs/ (LLM, realtime): the query is forwarded as it is',
    },
    transcription: {
      model: 'body',
      source: 'https://agentgateway.dev/docs/ (LLM, realtime): the query is forwarded as it is',
    },
    ...httpRoutes('https://agentgateway.dev/docs/ (LLM, routes)'),
  },
  missing: {
    translation: 'agentgateway forwards every realtime socket to `/v1/realtime`.',
    live: 'agentgateway forwards every realtime socket to `/v1/realtime`.',
    responses: 'agentgateway documents no Responses socket.',
  },
  traits: { pongProvesOnlyGateway: true },
  notes: [
    'The route needs `"/v1/realtime": "Realtime"` in its config: by default every path counts as chat completions.',
    'Guards may hold text back, inject an `error` event with `guardrail_intervention` and cancel the response.',
  ],
};
