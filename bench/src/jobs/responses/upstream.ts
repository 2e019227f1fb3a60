import { responses } from '@livekit/agents-plugin-openai';
import { mindOf } from './livekit.ts';
import type { OpenMind } from './mind.ts';

export const open: OpenMind = (url) =>
  mindOf(
    new responses.LLM({
      ...{ apiKey: 'bench', baseURL: `${url.replace('ws:', 'http:')}/v1`, model: 'gpt-4.1', store: false },
      useWebSocket: true,
    }),
  );
