import type { GatewayRow } from '../types.ts';
import { httpRoutes } from './http.ts';

/** https://docs.getbifrost.ai */
export const bifrost: GatewayRow = {
  name: 'bifrost',
  title: 'Bifrost',
  example: "gateways.bifrost({ baseURL: 'http://bifrost:8080', apiKey })",
  root: '/v1',
  key: 'optional',
  routes: {
    conversation: { model: 'url', source: 'https://docs.getbifrost.ai/api-reference/realtime/realtime-api-websocket' },
    transcription: {
      model: 'body',
      source: 'maximhq/bifrost#7089 (2026-09); older versions drop the intent: maximhq/bifrost#6095',
    },
    live: { model: 'body', source: 'maximhq/bifrost, livesession.go' },
    responses: {
      model: 'body',
      source: 'https://docs.getbifrost.ai/api-reference/responses/responses-api-over-websocket',
    },
    ...httpRoutes('https://docs.getbifrost.ai/api-reference'),
  },
  missing: { translation: 'Bifrost documents no realtime translation.' },
  traits: { pongProvesOnlyGateway: true, textFramesOnly: true, maxFrameBytes: 16 * 1024 * 1024 },
  hints: [
    {
      text: /no provider could be resolved|failed to parse model string/i,
      say: 'Bifrost wants the provider in front of the model: write `model` as `openai/gpt-realtime`.',
    },
    {
      text: /model or deployment query parameter is required/i,
      say: "Bifrost routes a socket by the model in its URL: set `modelIn: 'url'`, also for transcriptions through versions before maximhq/bifrost#7089.",
    },
  ],
  notes: [
    '`model` carries the provider: `openai/gpt-realtime`.',
    'A base URL that ends in `/openai` makes the prefix optional.',
  ],
};
