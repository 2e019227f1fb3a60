import { getBaseLanguage, normalizeLanguage } from '@livekit/agents';
import {
  checkCount,
  checkFlag,
  checkMono,
  checkName,
  checkPhrases,
  checkString,
  checkStrings,
  checkTexts,
  logger,
  refuseOption,
  resolveOptions,
  snakeCased,
  unsetWhere,
  type OptionRules,
} from '@patchbay/plugin-kit';
import { PatchbayError, type Query } from '@patchbay/ws-url';
import type { STTLanguages, STTModels } from '../models.ts';
import { audioQuery, type DeepgramConnectOptions } from '../options.ts';

/** What a stream is opened with. https://developers.deepgram.com/reference/speech-to-text/listen-streaming */
export interface ListenOptions {
  /** Which model listens. Default `nova-3`. */
  model: STTModels | (string & {});
  /** BCP 47, or `multi`. Default `en-US`. */
  language: STTLanguages | (string & {});
  /** Of whole pieces of speech only: name the language that was spoken. Default false. */
  detectLanguage: boolean;
  /** Words while they are spoken; of streams only. Default true. */
  interimResults: boolean;
  /** Punctuation and capital letters. Default true. */
  punctuate: boolean;
  /** Numbers, dates and the like as one writes them. Default true. */
  smartFormat: boolean;
  /** Do not wait for more words to format better; of streams only. Default true. */
  noDelay: boolean;
  /** Milliseconds of silence that end a piece of speech; 0: nothing does. Of streams only. Default 25. */
  endpointing: number;
  /** “uh” and “um”; of streams only. Default false. */
  fillerWords: boolean;
  /** Hz of the audio that is sent; what comes in is resampled. Of streams only. Default 16,000. */
  sampleRate: number;
  /** Only 1: LiveKit's audio is mixed down. Default 1. */
  numChannels: number;
  /** Words and how much to prefer them, for models before Nova-3; refused with the others. */
  keywords: [string, number][];
  /** Words to prefer, for Nova-3 and later, 500 words at most in all; refused with models that want `keywords`. */
  keyterm: string[];
  /** Leave out swear words, or write them otherwise. Default false. */
  profanityFilter: boolean;
  /** What to leave out of transcripts: `pci`, `numbers`, `ssn`, … or `true`. Default: nothing. */
  redact: string | string[];
  /** Milliseconds between words that end an utterance, 1,000 at least; of streams only. Default: no such end is told. */
  utteranceEndMs?: number | null;
  /** Words to write otherwise: `{ word: replacement }`. Of streams only. */
  replace?: Record<string, string> | null;
  /** Words to look for; of streams only. */
  search?: string[] | null;
  /** Write “comma” and “new line” as what they mean; of streams only. Default false. */
  dictation: boolean;
  /** Tell speakers apart: `speakerId` is `S0`, `S1`, … Default false. */
  diarize: boolean;
  /** Digits for numbers. Default false. */
  numerals: boolean;
  /** Keep the audio out of Deepgram's training. Default false. */
  mipOptOut: boolean;
  /** Labels for usage reports, 128 characters each at most. */
  tags?: string[] | null;
}

export interface STTOptions extends Omit<ListenOptions, 'language'>, DeepgramConnectOptions {
  /** BCP 47, or `multi`. Default `en-US`. */
  language?: STTLanguages | (string & {});
}

/** How many tags, and how many characters each: https://developers.deepgram.com/docs/stt-tagging */
export const tagBounds: readonly [most: number, longest: number] = [Infinity, 128];

const rules: OptionRules<ListenOptions> = {
  model: ['nova-3', checkName],
  language: ['en-US', checkString],
  detectLanguage: [false, checkFlag],
  interimResults: [true, checkFlag],
  punctuate: [true, checkFlag],
  smartFormat: [true, checkFlag],
  noDelay: [true, checkFlag],
  endpointing: [25, checkCount, [0, 60_000]],
  fillerWords: [false, checkFlag],
  sampleRate: [16_000, checkCount, [8_000, 48_000]],
  numChannels: [1, checkMono],
  keywords: [[], checkKeywords],
  // "The maximum number of tokens across all keyterms is 500." https://developers.deepgram.com/docs/keyterm
  keyterm: [[], checkPhrases, [500]],
  profanityFilter: [false, checkFlag],
  redact: [[], (option: string, redact: unknown) => checkStrings(option, [redact].flat())],
  utteranceEndMs: [null, checkCount, [1_000, 60_000]],
  replace: [null, checkTexts],
  search: [null, checkStrings],
  dictation: [false, checkFlag],
  diarize: [false, checkFlag],
  numerals: [false, checkFlag],
  mipOptOut: [false, checkFlag],
  tags: [null, checkStrings, tagBounds],
};

/** Models that know English only, as their names do not say. */
const englishOnly =
  /^(?:nova-2-(?:meeting|phonecall|finance|conversationalai|voicemail|video|medical|drivethru|automotive)|nova-3-general)$/;

/** Models that want `keywords`, or nothing of the kind. https://developers.deepgram.com/docs/keywords */
const older =
  /^(?:(?:nova(?:-2)?|enhanced|base|whisper)(?:-[a-z]+)*|general|meeting|phonecall|finance|conversationalai|voicemail|video)$/;

/** Models that want `keyterm`; of those that nobody here knows, some do. https://developers.deepgram.com/docs/keyterm */
const newer = /^(?:@cf\/deepgram\/)?(?:nova-3|flux)/;

/**
 * What the user said, over what held before.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function resolveListening(options: Partial<STTOptions> = {}, before?: ListenOptions): ListenOptions {
  const given = unsetWhere(options, { language: ['', null], redact: [''] });
  const listening = resolveOptions<ListenOptions>(rules, given, before);
  checkVocabulary(listening);
  if (listening.utteranceEndMs && !listening.interimResults) {
    throw new PatchbayError('invalid-option', 'utteranceEndMs needs interimResults');
  }
  const { model, language } = listening;
  if ((options.model || options.language) && modelOf(listening) !== model) {
    logger()?.warn({ model, language }, 'this model knows English only: nova-2-general is used instead');
  }
  return listening;
}

/** The model that is asked for: one that knows English only is not asked for another language. */
export function modelOf({ model, language }: ListenOptions): string {
  return englishOnly.test(model) && getBaseLanguage(language) !== 'en' ? 'nova-2-general' : model;
}

/** Whether the model takes words to prefer as a session has them, without a weight. */
export function takesKeyterm(options: ListenOptions): boolean {
  return !older.test(modelOf(options));
}

/** The query of a socket, in which lists repeat their key. */
export function streamQuery(options: ListenOptions): Query {
  return {
    ...commonQuery(options),
    ...snakeCased(options, ['dictation', 'noDelay', 'interimResults', 'fillerWords']),
    ...audioQuery(options),
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
  const { detectLanguage } = options;
  return { ...commonQuery(options), detect_language: detectLanguage, ...(detectLanguage && { language: undefined }) };
}

function commonQuery(options: ListenOptions): Query {
  return {
    ...snakeCased(options, ['punctuate', 'smartFormat', 'numerals', 'profanityFilter', 'diarize', 'mipOptOut']),
    keywords: options.keywords.map((pair) => pair.join(':')),
    language: normalizeLanguage(options.language),
    keyterm: options.keyterm,
    redact: [options.redact].flat(),
    tag: options.tags ?? [],
  };
}

/** A service that is asked with the words of other models refuses the call. */
function checkVocabulary(options: ListenOptions): void {
  const { keyterm, keywords } = options;
  const model = modelOf(options);
  if (keyterm.length > 0 && older.test(model))
    refuseOption('keyterm', `empty with ${model}: models before Nova-3 have keywords`);
  if (keywords.length > 0 && newer.test(model)) refuseOption('keywords', `empty with ${model}: it has keyterm`);
}

function checkKeywords(option: string, keywords: unknown): void {
  const isPair = (pair: unknown): boolean =>
    Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string' && Number.isFinite(pair[1]);
  if (!Array.isArray(keywords) || !keywords.every(isPair)) refuseOption(option, 'a list of [word, weight]');
}
