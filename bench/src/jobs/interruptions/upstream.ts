import { realtime, responses } from '@livekit/agents-plugin-openai';
import { apiKey, mindSpeaker, realtimeSpeaker, type Speakers } from './speakers.ts';

export const speakers: Speakers = {
  'realtime, openai': (baseURL) =>
    realtimeSpeaker(new realtime.RealtimeModel({ apiKey, baseURL: baseURL.replace('http:', 'ws:') }).session()),
  'responses, openai': (baseURL) =>
    mindSpeaker(new responses.LLM({ apiKey, baseURL, model: 'gpt-4.1', useWebSocket: true })),
};
