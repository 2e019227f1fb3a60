import { isObject, parseObject } from '../../http/json.ts';
import type { AudioFormat, Encoding } from '../../speech/audio.ts';
import { invalid, SonioxError } from '../errors.ts';
import { Fields } from '../fields.ts';

/** What is asked of a transcription. */
export interface TranscribeSettings {
  apiKey: string | undefined;
  model: string;
  /** `undefined`: in a container. */
  format: AudioFormat | undefined;
  /** The language that is spoken, as far as it is known. */
  language: string;
  diarized: boolean;
  identified: boolean;
  /** `undefined`: nothing ends an utterance. */
  endpoint: EndpointSettings | undefined;
  translation: Translation | undefined;
}

/** https://soniox.com/docs/stt/rt/endpoint-detection */
export interface EndpointSettings {
  maxDelayMs: number;
  sensitivity: number;
  latencyLevel: number;
}

/** One language into one, or two into each other. */
export type Translation = { to: string } | { between: readonly [string, string] };

const MODEL = /^stt-rt-(?:preview|v\d+(?:-preview)?)$/;
const LANGUAGE = /^[a-z]{2,3}$/;
/** Raw formats that are understood here; `s16le` and `f32le` are their older names. */
const ENCODINGS: Readonly<Record<string, Encoding>> = {
  pcm_s16le: 'linear16',
  s16le: 'linear16',
  pcm_f32le: 'linear32',
  f32le: 'linear32',
  mulaw: 'mulaw',
  alaw: 'alaw',
};
/** Others that Soniox knows, and loopback does not. */
const FOREIGN = /^(?:(?:pcm_)?[sfu](?:8|16|24|32|64)(?:[lb]e)?|aac|aiff|amr|asf|mp3|flac|ogg|webm)$/;
const MAX_CONTEXT = 10_000;
const MAX_REFERENCE = 256;

const malformed = (): SonioxError => invalid('Start request is malformed.');

/**
 * The first message. Throws what Soniox would answer; what it does not know it ignores. The words are those of its list
 * of errors (https://soniox.com/docs/stt/api-reference/websocket-api#error-response), which says nothing of a number
 * that is out of its range: that is a guess.
 */
export function readStart(text: string): TranscribeSettings {
  const message = parseObject(text);
  if (!message) throw malformed();
  const fields = new Fields(message, malformed);
  const model = fields.text('model');
  if (!model || !MODEL.test(model)) throw new SonioxError('model_not_available', 'Invalid model specified.');
  if ((fields.text('client_reference_id') ?? '').length > MAX_REFERENCE) {
    throw invalid(`Client reference ID is too long (max length ${MAX_REFERENCE})`);
  }
  if (JSON.stringify(message.context ?? '').length > MAX_CONTEXT) {
    throw invalid(`Context is too long (max length ${MAX_CONTEXT}).`);
  }
  fields.flag('language_hints_strict');
  const translation = readTranslation(message.translation);
  return {
    apiKey: fields.text('api_key'),
    model,
    format: readFormat(fields),
    language: readHints(fields)[0] ?? defaultLanguage(translation),
    diarized: fields.flag('enable_speaker_diarization'),
    identified: fields.flag('enable_language_identification'),
    endpoint: readEndpoint(fields),
    translation,
  };
}

function readFormat(fields: Fields): AudioFormat | undefined {
  const named = fields.text('audio_format');
  const sampleRate = fields.integer('sample_rate', [2_000, 96_000]);
  const channels = fields.integer('num_channels', [1, 8]);
  if (!named) {
    throw invalid(
      'Missing audio format. Specify a valid audio format (e.g. s16le, f32le, wav, ogg, flac...) or "auto" for auto format detection.',
    );
  }
  if (named === 'auto' || named === 'wav') return undefined;
  const encoding = Object.hasOwn(ENCODINGS, named) ? ENCODINGS[named] : undefined;
  if (!encoding) {
    throw FOREIGN.test(named)
      ? invalid(
          `Loopback does not understand '${named}': set audio_format to auto, wav, pcm_s16le, pcm_f32le, mulaw or alaw.`,
        )
      : invalid(`Invalid audio data format: ${named}`);
  }
  if (channels === undefined) throw invalid('Audio data channels must be specified for PCM formats');
  if (sampleRate === undefined) throw invalid('Audio data sample rate must be specified for PCM formats');
  return { encoding, sampleRate, channels };
}

function readHints(fields: Fields): string[] {
  const hints = fields.texts('language_hints') ?? [];
  if (!hints.every((hint) => LANGUAGE.test(hint))) throw invalid('Invalid language hint.');
  if (new Set(hints).size < hints.length) throw invalid('Language hints must be unique.');
  return hints;
}

function readEndpoint(fields: Fields): EndpointSettings | undefined {
  const settings = {
    maxDelayMs: fields.number('max_endpoint_delay_ms', [500, 3_000]) ?? 2_000,
    sensitivity: fields.number('endpoint_sensitivity', [-1, 1]) ?? 0,
    latencyLevel: fields.integer('endpoint_latency_adjustment_level', [0, 3]) ?? 0,
  };
  return fields.flag('enable_endpoint_detection') ? settings : undefined;
}

/** https://soniox.com/docs/stt/rt/real-time-translation */
function readTranslation(value: unknown): Translation | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw malformed();
  const language = (name: string): string => {
    const named = new Fields(value, malformed).text(name);
    if (named && LANGUAGE.test(named)) return named;
    throw invalid('Invalid translation target language.');
  };
  if (value.type === 'one_way') return { to: language('target_language') };
  if (value.type === 'two_way') return { between: [language('language_a'), language('language_b')] };
  throw malformed();
}

function defaultLanguage(translation: Translation | undefined): string {
  return translation && 'between' in translation ? translation.between[0] : 'en';
}
