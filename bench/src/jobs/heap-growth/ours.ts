import { STT } from '@patchbay/openai';
import { hearing } from './hearing.ts';
import { model, type Listen } from './listeners.ts';

export const listen: Listen = async (baseURL, transcribed) =>
  hearing(new STT({ apiKey: 'sk-bench', baseURL, model }), transcribed);
