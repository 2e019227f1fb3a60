import type { GatewayRow } from '../types.ts';
import { httpRoutes } from './http.ts';

/** https://docs.vllm.ai/en/stable/serving/online_serving.html */
export const vllm: GatewayRow = {
  name: 'vllm',
  title: 'vLLM',
  example: "gateways.vllm({ baseURL: 'http://vllm:8000' })",
  root: '/v1',
  key: 'optional',
  routes: httpRoutes('https://docs.vllm.ai/en/stable/serving/online_serving.html', [
    'chat',
    'responses-http',
    'transcriptions',
    'models',
  ]),
  missing: {
    conversation: 'Its `/v1/realtime` only transcribes.',
    transcription:
      "Its `/v1/realtime` is not OpenAI's protocol: another `session.update`, 16 kHz audio and events of its own (huggingface/speech-to-speech#536).",
    translation: 'Its `/v1/realtime` only transcribes.',
    live: 'Its `/v1/realtime` only transcribes.',
    responses: 'It serves Responses over HTTP only.',
    speech: 'It makes no speech (vLLM-Omni does: `gateways.openAICompatible(…)`).',
  },
};
