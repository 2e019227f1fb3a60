import type { GatewayRow } from '../types.ts';
import { httpRoutes } from './http.ts';

/** https://localai.io/features/openai-realtime */
export const localai: GatewayRow = {
  name: 'localai',
  title: 'LocalAI',
  example: "gateways.localai({ baseURL: 'http://localhost:8080' })",
  root: '/v1',
  key: 'optional',
  routes: {
    conversation: { model: 'url', source: 'https://localai.io/features/openai-realtime' },
    transcription: {
      model: 'url',
      keepEndpointQuery: false,
      source: 'mudler/LocalAI, realtime endpoint: `model` is required and `intent` is not read',
    },
    responses: {
      model: 'body',
      traits: { maxFrameBytes: 10 * 1024 * 1024, oneResponseAtATime: true },
      source: 'mudler/LocalAI#8676',
    },
    ...httpRoutes('https://localai.io/features/'),
  },
  missing: {
    translation: 'LocalAI has no realtime translation.',
    live: 'LocalAI has no GPT-Live.',
  },
  hints: [
    {
      text: /not a pipeline model|model_load_error/i,
      say: 'LocalAI wants a pipeline model here: one whose config names vad, transcription, llm and tts (https://localai.io/features/openai-realtime).',
    },
  ],
  notes: [
    '`model` is a pipeline (vad, transcription, llm, tts); it is warmed before the first event, which may take long.',
  ],
};
