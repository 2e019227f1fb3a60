import type { Answer } from './index.ts';
import { hasKey, reply } from './reply.ts';

/** A few of the voices that are documented; others are spoken with as well. */
const VOICES = [
  { id: 'Adrian', description: 'The voice of the examples.', gender: 'male' },
  { id: 'Maya', description: 'The voice of the model list.', gender: 'female' },
] as const;

/** `GET /v1/tts-models`. https://soniox.com/docs/api-reference/tts/list_models */
export const speechModels: Answer = async (request, response, context) => {
  if (!hasKey(request, response, context)) return;
  const model = {
    id: 'tts-rt-v2',
    aliased_model_id: null,
    name: 'Text-to-Speech Real-time v2',
    languages: [{ code: 'en', name: 'English' }],
    voices: VOICES,
    supports_timestamps: true,
    supports_speed_adjustment: true,
    speed_min: 0.7,
    speed_max: 1.3,
    supports_silence_reduction: true,
  };
  reply(response, 200, { models: [model] });
};
