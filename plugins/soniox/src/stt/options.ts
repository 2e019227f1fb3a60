import { getBaseLanguage, type VAD } from '@livekit/agents';
import {
  checkCount,
  checkFlag,
  checkJson,
  checkLength,
  checkMono,
  checkName,
  checkNames,
  checkObject,
  checkOneOf,
  checkRange,
  checkStreaming,
  checkString,
  checkStrings,
  fieldsOf,
  refuseOption,
  resolveOptions,
  type OptionRules,
} from '@patchbay/plugin-kit';
import type { STTModels } from '../models.ts';
import type { SonioxConnectOptions } from '../options.ts';

export interface ContextGeneralItem {
  key: string;
  value: string;
}

export interface ContextTranslationTerm {
  source: string;
  target: string;
}

/** What the conversation is about. https://soniox.com/docs/stt/concepts/context */
export interface ContextObject {
  /** Facts, such as the domain or the names of those who speak. */
  general?: ContextGeneralItem[];
  /** Free text. */
  text?: string;
  /** Words to prefer. */
  terms?: string[];
  /** How to translate words. */
  translationTerms?: ContextTranslationTerm[];
}

/** https://soniox.com/docs/stt/rt/real-time-translation */
export type TranslationConfig =
  | {
      type: 'one_way';
      /** What everything is translated into. */
      targetLanguage: string;
    }
  | {
      type: 'two_way';
      /** One of two languages that are translated into each other. */
      languageA: string;
      /** The other one. */
      languageB: string;
    };

/** What a stream is opened with. https://soniox.com/docs/stt/api-reference/websocket-api */
export interface TranscribeOptions {
  /** Which model listens. Default `stt-rt-v4`. */
  model: STTModels | (string & {});
  /** Languages to expect, ISO 639. Default: any. */
  languageHints?: string[] | null;
  /** Hear no other languages. Default false. */
  languageHintsStrict: boolean;
  /** What it is about; a string for models before `stt-rt-v3`. 10,000 characters at most. */
  context?: ContextObject | string | null;
  /** Only 1: LiveKit's audio is mixed down. Default 1. */
  numChannels: number;
  /** Hz of the audio that is sent; what comes in is resampled. Default 16,000. */
  sampleRate: number;
  /** Tell speakers apart: `speakerId` is `1`, `2`, … Default false. */
  enableSpeakerDiarization: boolean;
  /** Name the language of what was said. Default true. */
  enableLanguageIdentification: boolean;
  /** The model tells when somebody has finished; without it, `flush()` or `vad` do. Default true. */
  enableEndpointDetection?: boolean;
  /** Most milliseconds from the end of speech to the end that is told, 500 to 3,000. Default 500. */
  maxEndpointDelayMs: number;
  /** How much to hurry with that at the cost of accuracy, 0 to 3. Default: the service's, 0. */
  endpointLatencyAdjustmentLevel?: number | null;
  /** How readily an end is seen, -1 to 1. Default: the service's, 0. */
  endpointSensitivity?: number | null;
  /** A name for usage reports, 256 characters at most. */
  clientReferenceId?: string | null;
  /** Transcripts are translations, with what was said beside it. Default: none. */
  translation?: TranslationConfig | null;
  /** Hears the end of speech before the model does, and has it write down what there is. Default: none. */
  vad?: VAD | null;
}

export interface STTOptions extends TranscribeOptions, SonioxConnectOptions {
  /** The service's address, with or without the path at its end; the same as `baseURL`. Default `wss://stt-rt.soniox.com/transcribe-websocket`. */
  baseUrl: string;
}

const rules: OptionRules<TranscribeOptions> = {
  model: ['stt-rt-v4', checkName],
  languageHints: [null, checkNames],
  languageHintsStrict: [false, checkFlag],
  context: [null, checkContext],
  numChannels: [1, checkMono],
  sampleRate: [16_000, checkCount, [8_000, 48_000]],
  enableSpeakerDiarization: [false, checkFlag],
  enableLanguageIdentification: [true, checkFlag],
  enableEndpointDetection: [true, checkFlag],
  maxEndpointDelayMs: [500, checkCount, [500, 3_000]],
  endpointLatencyAdjustmentLevel: [null, checkCount, [0, 3]],
  endpointSensitivity: [null, checkRange, [-1, 1]],
  clientReferenceId: [null, checkLength, [0, 256]],
  translation: [null, checkTranslation],
  vad: [null, checkStreaming],
};

/**
 * What the user said, over what held before.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function resolveTranscribing(options: Partial<STTOptions>, before?: TranscribeOptions): TranscribeOptions {
  return resolveOptions<TranscribeOptions>(rules, options, before);
}

/** The first message of a socket. */
export function startMessage(options: TranscribeOptions, model: string): string {
  const { languageHints, translation } = options;
  return JSON.stringify({
    model,
    audio_format: 'pcm_s16le',
    sample_rate: options.sampleRate,
    num_channels: 1,
    // Soniox knows no regions, and takes no language twice.
    language_hints: languageHints ? [...new Set(languageHints.map(getBaseLanguage))] : undefined,
    language_hints_strict: options.languageHintsStrict,
    context: contextOf(options.context),
    enable_speaker_diarization: options.enableSpeakerDiarization,
    enable_language_identification: options.enableLanguageIdentification,
    enable_endpoint_detection: options.enableEndpointDetection,
    max_endpoint_delay_ms: options.maxEndpointDelayMs,
    endpoint_latency_adjustment_level: options.endpointLatencyAdjustmentLevel ?? undefined,
    endpoint_sensitivity: options.endpointSensitivity ?? undefined,
    client_reference_id: options.clientReferenceId ?? undefined,
    translation: translation ? translationOf(translation) : undefined,
  });
}

type Context = TranscribeOptions['context'];

/** A context that prefers these words; what a string says becomes its text. */
export function withTerms(context: Context, terms: string[]): ContextObject {
  return { ...(typeof context === 'string' ? { text: context } : context), terms };
}

export function termsOf(context: Context): readonly string[] {
  return typeof context === 'string' ? [] : (context?.terms ?? []);
}

function contextOf(context: Context): unknown {
  if (context === undefined || context === null) return undefined;
  if (typeof context === 'string') return context;
  const { translationTerms, ...rest } = context;
  return { ...rest, translation_terms: translationTerms };
}

function translationOf(translation: TranslationConfig): unknown {
  if (translation.type === 'one_way')
    return { type: 'one_way', target_language: getBaseLanguage(translation.targetLanguage) };
  const { languageA, languageB } = translation;
  return { type: 'two_way', language_a: getBaseLanguage(languageA), language_b: getBaseLanguage(languageB) };
}

/** 10,000 characters: https://soniox.com/docs/stt/concepts/context */
function checkContext(option: string, value: unknown): void {
  const context = value as ContextObject | string;
  if (typeof context !== 'string') {
    checkJson(option, context);
    if (Symbol.iterator in context)
      refuseOption(option, 'an object with `general`, `text`, `terms` or `translationTerms`');
    checkString(`${option}.text`, context.text);
    checkStrings(`${option}.terms`, context.terms);
    checkList(`${option}.general`, context.general, ['key', 'value']);
    checkList(`${option}.translationTerms`, context.translationTerms, ['source', 'target']);
  }
  if (JSON.stringify(contextOf(context)).length > 10_000) refuseOption(option, 'of 10,000 characters at most');
}

/** A list of objects whose fields are strings. */
function checkList(option: string, value: unknown, fields: readonly string[]): void {
  if (value === undefined) return;
  const isItem = (item: unknown): boolean => fields.every((field) => typeof fieldsOf(item)[field] === 'string');
  if (!Array.isArray(value) || !value.every(isItem)) refuseOption(option, `a list of { ${fields.join(', ')} }`);
}

function checkTranslation(option: string, value: unknown): void {
  checkObject(option, value);
  const translation = value as Readonly<Record<string, unknown>>;
  checkOneOf(`${option}.type`, translation.type, ['one_way', 'two_way']);
  const languages = translation.type === 'one_way' ? ['targetLanguage'] : ['languageA', 'languageB'];
  for (const name of languages) checkName(`${option}.${name}`, translation[name] ?? '');
}
