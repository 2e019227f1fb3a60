import type { GatewayRow } from '../types.ts';
import { httpRoutes } from './http.ts';

/** https://speaches.ai/usage/realtime-api/ */
export const speaches: GatewayRow = {
  name: 'speaches',
  title: 'Speaches',
  example: "gateways.speaches({ baseURL: 'http://speaches:8000' })",
  root: '/v1',
  key: 'optional',
  routes: {
    conversation: { model: 'url', source: 'https://speaches.ai/usage/realtime-api/' },
    transcription: {
      model: 'url',
      source: 'https://speaches.ai/usage/realtime-api/: `model` is the transcription model',
    },
    ...httpRoutes('https://speaches.ai/api/', ['chat', 'speech', 'transcriptions', 'models']),
  },
  missing: {
    translation: 'Speaches has no realtime translation.',
    live: 'Speaches has no GPT-Live.',
    responses: 'Speaches has no Responses API.',
    'responses-http': 'Speaches has no Responses API.',
  },
  traits: { sessionMs: 1_800_000 },
  hints: [
    {
      status: 403,
      modelInUrl: false,
      say: "Speaches refuses a socket whose URL names no model. Set `modelIn: 'url'`.",
    },
  ],
  notes: ['A session is cut after 30 minutes.'],
};
