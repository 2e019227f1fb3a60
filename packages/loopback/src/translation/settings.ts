import type { JsonObject } from '../http/json.ts';
import { objectOf } from '../http/json.ts';
import { check } from '../realtime/schema.ts';
import type { Rule } from '../realtime/schema.ts';
import type { TranslationSettings } from './events.ts';

/**
 * The languages it speaks, from OpenAI's cookbook "Build Live Translation Apps with gpt-realtime-translate". The live
 * service names more when it refuses one, and takes some codes of three letters; loopback keeps to what is promised.
 */
export const LANGUAGES = ['es', 'pt', 'fr', 'ja', 'ru', 'zh', 'de', 'ko', 'hi', 'id', 'vi', 'it', 'en'] as const;

const noiseReduction: Rule = {
  type: 'object',
  or: [null],
  fields: {
    type: { type: 'string', values: ['near_field', 'far_field'] },
    strength: { type: 'number', minimum: 0, maximum: 1 },
  },
};

const transcription: Rule = {
  type: 'object',
  or: [null],
  fields: { model: { type: 'string' } },
  required: ['model'],
};

/** `type` and `model` are fixed by the URL and no part of an update. */
const session: Rule = {
  type: 'object',
  fields: {
    audio: {
      type: 'object',
      fields: {
        input: { type: 'object', fields: { noise_reduction: noiseReduction, transcription } },
        output: { type: 'object', fields: { language: { type: 'string', values: LANGUAGES } } },
      },
    },
  },
};

const head: Readonly<Record<string, Rule>> = {
  type: { type: 'string' },
  event_id: { type: 'string', maxLength: 512 },
};
const event = (fields: Readonly<Record<string, Rule>> = {}): Rule => ({
  type: 'object',
  fields: { ...head, ...fields },
  required: Object.keys(fields),
});

/** Events a client may send. https://developers.openai.com/api/reference/resources/realtime/translation-client-events */
export const clientEvents: Readonly<Record<string, Rule>> = {
  'session.update': event({ session: { type: 'object' } }),
  'session.input_audio_buffer.append': event({ audio: { type: 'string' } }),
  'session.close': event(),
};

/** What a model that nobody has configured does: translate into Spanish, and keep the source to itself. As observed. */
export function translationDefaults(id: string, model: string, expiresAt: number): TranslationSettings {
  return {
    type: 'translation',
    id,
    model,
    expires_at: expiresAt,
    audio: { input: { noise_reduction: null, transcription: null }, output: { language: 'es' } },
  };
}

/** The settings after a `session.update`. Throws the service's complaint, and then nothing has changed. */
export function updateTranslation(settings: TranslationSettings, update: JsonObject): TranslationSettings {
  check(update, session, 'session');
  const { input: before, output } = settings.audio;
  const audio = objectOf(update.audio);
  const input = { ...before, ...objectOf(audio.input) };
  const { noise_reduction: reduction } = input;
  // "Omitting strength from a session update preserves the current strength", which is 1 at first.
  if (reduction) input.noise_reduction = { strength: before.noise_reduction?.strength ?? 1, ...reduction };
  return { ...settings, audio: { input, output: { ...output, ...objectOf(audio.output) } } };
}

/** Models of this endpoint, and of no other. https://developers.openai.com/api/docs/models/gpt-realtime-translate */
export function isTranslationModel(model: string): boolean {
  return model.startsWith('gpt-realtime-translate');
}
