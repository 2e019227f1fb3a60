import { getBaseLanguage, normalizeLanguage } from '@livekit/agents';
import {
  checkCount,
  checkFlag,
  checkName,
  checkObject,
  checkStrings,
  laidOver,
  logger,
  refuseOption,
  snakeCased,
} from '@patchbay/plugin-kit';
import { PatchbayError, type Query } from '@patchbay/ws-url';
import type { STTLanguages, STTModels } from '../models.ts';
import type { DeepgramConnectOptions } from '../options.ts';

/** What a stream is opened with. https://developers.deepgram.com/reference/speech-to-text/listen-streaming */
export interface ListenOptions {
  /** Which model listens. Default `nova-3`. */
  model: STTModels | (string & {});
  /** BCP 47, or `multi`. Default `en-US`. */
  language: STTLanguages | (string & {}) | undefined;
  /** Of whole pieces of speech only: name the language that was spoken. Default false. */
  detectLanguage: boolean;
  /** Words while they are spoken. Default true. */
  interimResults: boolean;
  /** Punctuation and capital letters. Default true. */
  punctuate: boolean;
  /** Numbers, dates and the like as one writes them. Default true. */
  smartFormat: boolean;
  /** Do not wait for more words to format better. Default true. */
  noDelay: boolean;
  /** Milliseconds of silence that end a piece of speech; 0: nothing does. Default 25. */
  endpointing: number;
  /** “uh” and “um”. Default false. */
  fillerWords: boolean;
  /** Hz of the audio that is sent; what comes in is resampled. Default 16,000. */
  sampleRate: number;
  /** Only 1: LiveKit's audio is mixed down. Default 1. */
  numChannels: number;
  /** Words and how much to prefer them, for models before Nova-3. */
  keywords: [string, number][];
  /** Words to prefer, for Nova-3. */
  keyterm: string[];
  /** Leave out swear words, or write them otherwise. Default false. */
  profanityFilter: boolean;
  /** What to leave out of transcripts: `pci`, `numbers`, `ssn`, … or `true`. Default: nothing. */
  redact: string | string[];
  /** Milliseconds between words that end an utterance, 1,000 at least. Default: no such end is told. */
  utteranceEndMs?: number | null;
  /** Words to write otherwise: `{ word: replacement }`. */
  replace?: Record<string, string> | null;
  /** Words to look for. */
  search?: string[] | null;
  /** Write “comma” and “new line” as what they mean. Default false. */
  dictation: boolean;
  /** Tell speakers apart: `speakerId` is `S0`, `S1`, … Default false. */
  diarize: boolean;
  /** Digits for numbers. Default false. */
  numerals: boolean;
  /** Keep the audio out of Deepgram's training. Default false. */
  mipOptOut: boolean;
  /** Labels for usage reports, 128 characters each at most. */
  tags?: string[];
}

export interface STTOptions extends Omit<ListenOptions, 'language'>, DeepgramConnectOptions {
  /** BCP 47, or `multi`. Default `en-US`. */
  language?: STTLanguages | (string & {});
}

const defaults: ListenOptions = {
  model: 'nova-3',
  language: 'en-US',
  detectLanguage: false,
  interimResults: true,
  punctuate: true,
  smartFormat: true,
  noDelay: true,
  endpointing: 25,
  fillerWords: false,
  sampleRate: 16_000,
  numChannels: 1,
  keywords: [],
  keyterm: [],
  profanityFilter: false,
  redact: [],
  utteranceEndMs: null,
  replace: null,
  search: null,
  dictation: false,
  diarize: false,
  numerals: false,
  mipOptOut: false,
  tags: [],
};
const names = Object.keys(defaults) as (keyof ListenOptions)[];
const flags = names.filter((name) => typeof defaults[name] === 'boolean');

/** Models that know English only, as their names do not say. */
const englishOnly =
  /^(?:nova-2-(?:meeting|phonecall|finance|conversationalai|voicemail|video|medical|drivethru|automotive)|nova-3-general)$/;

/**
 * What the user said, over what held before.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function resolveListening(options: Partial<STTOptions>, before: ListenOptions = defaults): ListenOptions {
  checkObject('options', options);
  checkValues(options);
  const listening = laidOver(before, options, names);
  if (listening.detectLanguage) return { ...listening, language: undefined };
  const language = normalizeLanguage(listening.language ?? 'en-US');
  if (getBaseLanguage(language) === 'en' || !englishOnly.test(listening.model)) return { ...listening, language };
  logger()?.warn({ model: listening.model, language }, 'this model knows English only: nova-2-general is used instead');
  return { ...listening, language, model: 'nova-2-general' };
}

/** The query of a socket, in which lists repeat their key. */
export function streamQuery(options: ListenOptions): Query {
  return {
    ...commonQuery(options),
    ...snakeCased(options, ['dictation', 'noDelay', 'interimResults', 'sampleRate', 'fillerWords', 'language']),
    encoding: 'linear16',
    vad_events: true,
    channels: 1,
    endpointing: options.endpointing || false,
    utterance_end_ms: options.utteranceEndMs ?? undefined,
    replace: Object.entries(options.replace ?? {}).map((pair) => pair.join(':')),
    search: options.search ?? [],
  };
}

/** The query of a request for a whole piece of speech. */
export function requestQuery(options: ListenOptions): Query {
  const { detectLanguage, language } = options;
  return { ...commonQuery(options), detect_language: detectLanguage, ...(language === undefined ? {} : { language }) };
}

function commonQuery(options: ListenOptions): Query {
  return {
    ...snakeCased(options, ['punctuate', 'smartFormat', 'numerals', 'profanityFilter', 'diarize', 'mipOptOut']),
    keywords: options.keywords.map((pair) => pair.join(':')),
    keyterm: options.keyterm,
    redact: [options.redact].flat(),
    tag: options.tags ?? [],
  };
}

function checkValues(options: Partial<STTOptions>): void {
  checkName('model', options.model);
  if (options.language !== undefined && typeof options.language !== 'string') refuseOption('language', 'a language');
  for (const flag of flags) checkFlag(flag, options[flag]);
  checkCount('endpointing', options.endpointing, [0, 60_000]);
  checkCount('sampleRate', options.sampleRate, [8_000, 48_000]);
  if ((options.numChannels ?? 1) !== 1) refuseOption('numChannels', '1: LiveKit’s audio is mixed down');
  checkCount('utteranceEndMs', options.utteranceEndMs ?? undefined, [1_000, 60_000]);
  if (options.utteranceEndMs && options.interimResults === false) {
    throw new PatchbayError('invalid-option', 'utteranceEndMs needs interimResults');
  }
  checkStrings('keyterm', options.keyterm);
  checkStrings('redact', options.redact === undefined ? undefined : [options.redact].flat());
  checkStrings('search', options.search ?? undefined);
  checkObject('replace', options.replace ?? undefined);
  checkKeywords(options.keywords);
  checkTags(options.tags);
}

function checkKeywords(keywords: unknown): void {
  if (keywords === undefined) return;
  const isPair = (pair: unknown): boolean =>
    Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string' && Number.isFinite(pair[1]);
  if (!Array.isArray(keywords) || !keywords.every(isPair)) refuseOption('keywords', 'a list of [word, weight]');
}

/** @throws PatchbayError `invalid-option`. */
export function checkTags(tags: string[] | undefined): void {
  checkStrings('tags', tags);
  if (tags?.some((tag) => tag.length > 128)) refuseOption('tags', 'no longer than 128 characters each');
}
