import { STT } from '@livekit/agents-plugin-openai';
import type { OpenEar } from './ear.ts';
import { listen } from './listen.ts';

export const open: OpenEar = async (_provider, url, heard) =>
  listen(
    new STT({
      apiKey: 'bench',
      baseURL: `${url.replace('ws:', 'http:')}/v1`,
      model: 'gpt-4o-mini-transcribe',
    }),
    heard,
  );
