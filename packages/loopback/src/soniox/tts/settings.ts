import type { JsonObject } from '../../http/json.ts';
import { pcmBytes, wavStreamHeader } from '../../http/wav.ts';
import { encodeAudio } from '../../speech/audio.ts';
import type { Speaker } from '../../speech/mouth.ts';
import { invalid, SonioxError } from '../errors.ts';
import { Fields } from '../fields.ts';

/** Speech as it is asked for. */
export interface SpeechSettings {
  speaker: Speaker;
  format: Format;
  timestamps: boolean;
}

export type Format = 'pcm_s16le' | 'pcm_s16be' | 'pcm_f32le' | 'pcm_mulaw' | 'pcm_alaw' | 'wav';

const PCM = { rates: [8_000, 16_000, 24_000, 44_100, 48_000], standard: 24_000 };
const TELEPHONY = { rates: [8_000], standard: 8_000 };
/** https://soniox.com/docs/tts/concepts/audio-formats; the standard is a report. `pcm_s16be` is of `/tts` only there. */
const FORMATS: Readonly<Record<Format, { rates: readonly number[]; standard: number }>> = {
  pcm_s16le: PCM,
  pcm_s16be: PCM,
  pcm_f32le: PCM,
  pcm_mulaw: TELEPHONY,
  pcm_alaw: TELEPHONY,
  wav: PCM,
};
const FOREIGN_FORMATS = ['flac', 'mp3', 'opus', 'aac'];

const MODEL = /^tts-rt-(?:preview|v\d+(?:-preview)?)$/;
const SPEED = [0.7, 1.3] as const;
const MAX_NAME = 50;
const MAX_REFERENCE = 256;
/** Of one message, or of one request. */
const MAX_TEXT = 5_000;

/**
 * Who is to speak, and how. Throws what Soniox would answer: the words are those of `/tts`
 * (https://soniox.com/docs/api-reference/tts/generate_tts), those of a wrong type, rate or speed a guess.
 */
export function readSpeechSettings(message: JsonObject): SpeechSettings {
  const fields = new Fields(message, wrongType);
  const model = requiredName(fields, 'model', 'Model name');
  requiredName(fields, 'language', 'Language');
  const voice = requiredName(fields, 'voice', 'Voice');
  const named = requiredName(fields, 'audio_format', 'Audio format');
  if (!MODEL.test(model)) throw new SonioxError('model_not_available', 'Invalid model specified.');
  if ((fields.text('client_reference_id') ?? '').length > MAX_REFERENCE) {
    throw invalid(`Client reference ID is too long (max length ${MAX_REFERENCE}).`);
  }
  const format = readFormat(named);
  const { rates, standard } = FORMATS[format];
  const sampleRate = fields.integer('sample_rate') ?? standard;
  if (!rates.includes(sampleRate)) {
    throw invalid(`Invalid sample_rate for ${format}: must be one of ${rates.join(', ')}.`);
  }
  const speed = fields.number('speed');
  if (speed !== undefined && (speed < SPEED[0] || speed > SPEED[1])) {
    throw invalid(`Invalid speed: must be between ${SPEED.join(' and ')}.`);
  }
  fields.integer('bitrate');
  fields.flag('reduce_silence');
  return { speaker: { model, voice, sampleRate, speed }, format, timestamps: fields.flag('return_timestamps') };
}

/** The text of a message, or of a request. */
export function readText(message: JsonObject): string | undefined {
  const text = new Fields(message, wrongType).text('text');
  if (text !== undefined && text.length > MAX_TEXT) throw invalid(`Text is too long (max length ${MAX_TEXT}).`);
  return text;
}

export function missing(name: string): SonioxError {
  return invalid(`Missing required field: ${name}`);
}

/** What comes before the first sample. */
export function headOf({ format, speaker }: SpeechSettings): Buffer {
  return format === 'wav' ? wavStreamHeader(speaker.sampleRate) : Buffer.alloc(0);
}

export function encodeSpeech(samples: Int16Array, { format, speaker }: SpeechSettings): Buffer {
  switch (format) {
    case 'pcm_s16le':
    case 'wav':
      return pcmBytes(samples);
    case 'pcm_s16be':
      return pcmBytes(samples).swap16();
    case 'pcm_f32le':
      return encodeAudio(samples, 'linear32', speaker.sampleRate);
    case 'pcm_mulaw':
      return encodeAudio(samples, 'mulaw', speaker.sampleRate);
    case 'pcm_alaw':
      return encodeAudio(samples, 'alaw', speaker.sampleRate);
  }
}

function wrongType(name: string): SonioxError {
  return invalid(`Invalid message format: ${name}`);
}

function requiredName(fields: Fields, name: string, title: string): string {
  const value = fields.text(name);
  if (!value) throw missing(name);
  if (value.length > MAX_NAME) throw invalid(`${title} is too long (max length ${MAX_NAME}).`);
  return value;
}

function readFormat(named: string): Format {
  const known = Object.keys(FORMATS) as Format[];
  const format = known.find((one) => one === named);
  if (format) return format;
  if (FOREIGN_FORMATS.includes(named)) {
    throw invalid(`Loopback does not speak '${named}': set audio_format to ${known.join(', ')}.`);
  }
  throw invalid(`Invalid audio_format: must be one of ${[...known, ...FOREIGN_FORMATS].join(', ')}.`);
}
