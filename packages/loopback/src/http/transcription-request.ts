import type { Speech } from '../voice/types.ts';
import { invalidRequest, missingParameter } from './errors.ts';
import type { Form } from './multipart.ts';
import { readWav } from './wav.ts';

const FORMATS = ['json', 'text', 'verbose_json', 'diarized_json'] as const;
export type TranscriptionFormat = (typeof FORMATS)[number];

export interface TranscriptionRequest {
  speech: Speech;
  model: string;
  format: TranscriptionFormat;
  /** Those that were expected. */
  languages: readonly string[];
  stream: boolean;
  logprobs: boolean;
  /** `verbose_json`: times of words, beside those of segments. */
  words: boolean;
  segments: boolean;
  speakers: readonly string[];
}

/** Which model takes what. https://developers.openai.com/api/reference/resources/audio */
const isWhisper = (model: string): boolean => /whisper/.test(model);
const isDiarizing = (model: string): boolean => /diarize/.test(model);
const takesHints = (model: string): boolean => /^gpt-transcribe/.test(model);
const tellsLogprobs = (model: string): boolean => /^gpt-4o-(?:mini-)?transcribe(?!-diarize)/.test(model);

/** Above this, the service wants to be told how to cut the audio for telling speakers apart. */
const LONGEST_UNCUT_SECONDS = 30;
const MOST_SPEAKERS = 4;

/** Reads and judges a form as the service does. The texts of its refusals are guesses where nobody has published them. */
export function readTranscriptionRequest({ fields, lists, files }: Form): TranscriptionRequest {
  const model = fields.get('model');
  if (!model) throw missingParameter('model');
  const file = files.get('file');
  if (!file) throw missingParameter('file');
  if (/^gpt-(?:realtime-whisper|live-transcribe)/.test(model)) {
    throw unsupported(`The model '${model}' is available through the Realtime API only.`, 'model');
  }
  const list = (name: string): readonly string[] => lists.get(name) ?? [];
  const format = formatOf(fields.get('response_format') ?? 'json', model);
  const speech = readWav(file.bytes);
  const logprobs = list('include').includes('logprobs');
  if (logprobs && (!tellsLogprobs(model) || format !== 'json')) {
    throw unsupported(`include 'logprobs' is not supported with model '${model}' and format '${format}'.`, 'include');
  }
  for (const hint of ['languages', 'keywords']) {
    if (lists.has(hint) && !takesHints(model)) {
      throw unsupported(`'${hint}' is not supported with model '${model}'.`, hint);
    }
  }
  const granularities = list('timestamp_granularities');
  if (granularities.length > 0 && format !== 'verbose_json') {
    throw unsupported('timestamp_granularities needs response_format verbose_json.', 'timestamp_granularities');
  }
  if (isDiarizing(model)) judgeDiarization(fields, speech);
  const speakers = list('known_speaker_names');
  if (speakers.length > MOST_SPEAKERS || speakers.length !== list('known_speaker_references').length) {
    throw unsupported('known_speaker_names wants as many references, and not more than 4.', 'known_speaker_names');
  }
  return {
    speech,
    model,
    format,
    languages: [...list('languages'), ...list('language')],
    // whisper-1 ignores `stream`.
    stream: fields.get('stream') === 'true' && !isWhisper(model),
    logprobs,
    words: granularities.includes('word'),
    segments: granularities.length === 0 || granularities.includes('segment'),
    speakers,
  };
}

function formatOf(asked: string, model: string): TranscriptionFormat {
  const format = FORMATS.find((name) => name === asked);
  const fits =
    format === 'verbose_json'
      ? isWhisper(model)
      : format === 'diarized_json'
        ? isDiarizing(model)
        : format !== undefined;
  if (format && fits) return format;
  throw unsupported(
    `response_format '${asked}' is not compatible with model '${model}'. Use 'json' or 'text' instead.`,
    'response_format',
  );
}

function judgeDiarization(fields: Form['fields'], { samples, sampleRate }: Speech): void {
  if (fields.has('prompt')) throw unsupported('Prompt is not supported for diarization models.', 'prompt');
  if (!fields.has('chunking_strategy') && samples.length / sampleRate > LONGEST_UNCUT_SECONDS) {
    throw unsupported('chunking_strategy is required for diarization models.', 'chunking_strategy');
  }
}

function unsupported(message: string, param: string): Error {
  return invalidRequest(message, { code: 'unsupported_value', param });
}
