import { realtime } from '@patchbay/openai';
import { model, talkerOf } from './talker.ts';
import type { Talker } from './talker.ts';

export function open(baseURL: string, heard: (samples: number) => void): Promise<Talker> {
  return talkerOf(new realtime.RealtimeModel({ baseURL, apiKey: 'sk-bench', model }).session(), heard);
}
