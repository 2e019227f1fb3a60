import type { APIConnectOptions } from '@livekit/agents';
import { checkName, checkObject, checkOneOf, checkRange, refuseOption } from '@patchbay/plugin-kit';
import { mergeHeaders } from '@patchbay/ws-url';
import { headersIn, type OpenAIConnectOptions } from '../options.ts';
import type { NoiseReductionType } from '../realtime/api-proto.ts';
import { resolveConnOptions } from '../realtime/options.ts';
import type { TranslationConfig, TranslationNoiseReduction } from './api-proto.ts';

/** Open-ended: new models need no new release. */
export type TranslationModels = 'gpt-realtime-translate' | (string & {});

/** The languages that `gpt-realtime-translate` speaks; it understands more than seventy, and finds out which by itself. */
export type TranslationLanguages =
  'de' | 'en' | 'es' | 'fr' | 'hi' | 'id' | 'it' | 'ja' | 'ko' | 'pt' | 'ru' | 'vi' | 'zh' | (string & {});

/** What may change while a session is open. `null` switches a feature off; absent leaves it as it is. */
export interface RealtimeTranslationSessionOptions {
  /** What the caller is translated into, as ISO 639-1: `es`. */
  targetLanguage?: TranslationLanguages;
  /** Transcribes the caller, e.g. `gpt-realtime-whisper`. Default: nobody does. */
  transcriptionModel?: string | null;
  /** `near_field` for a headset, `far_field` for a laptop or a conference room. Default: none. */
  inputAudioNoiseReduction?: NoiseReductionType | TranslationNoiseReduction | null;
}

export interface RealtimeTranslationModelOptions
  extends RealtimeTranslationSessionOptions, Omit<OpenAIConnectOptions, 'model'> {
  targetLanguage: TranslationLanguages;
  /** Default `gpt-realtime-translate`. */
  model?: TranslationModels;
  /** Milliseconds without a sound or a word of the translation that end an utterance. Default 800. */
  outputSegmentIdle?: number;
  /** Milliseconds without a word of the caller's that end a line of the source transcript. Default 1,000. */
  inputSegmentIdle?: number;
  /** Sent as `OpenAI-Safety-Identifier`: a hash that stands for your user. */
  safetyIdentifier?: string;
  /** Milliseconds after which the socket is replaced in a quiet moment. Default `null`: only before it expires. */
  maxSessionDuration?: number | null;
  /** `timeoutMs` bounds each dial and the wait for its first event; `maxRetry` (default 5) is the number of reconnects at once. */
  connOptions?: Partial<APIConnectOptions>;
}

/** Options with their defaults; holds no key. */
export interface RealtimeTranslationOptions extends RealtimeTranslationSessionOptions {
  targetLanguage: TranslationLanguages;
  model: TranslationModels;
  outputSegmentIdle: number;
  inputSegmentIdle: number;
  maxSessionDuration: number;
  connOptions: APIConnectOptions;
  /** As it may be shown: without query or credentials. */
  baseURL: string;
}

/** @throws PatchbayError `invalid-option` that names the option. */
export function resolveTranslationOptions(
  options: RealtimeTranslationModelOptions,
  baseURL: string,
): RealtimeTranslationOptions {
  const { targetLanguage, outputSegmentIdle = 800, inputSegmentIdle = 1_000 } = options;
  if (targetLanguage === undefined) refuseOption('targetLanguage', "a language, such as 'es'");
  checkTranslationOptions(options);
  checkRange('outputSegmentIdle', outputSegmentIdle, [100, 60_000]);
  checkRange('inputSegmentIdle', inputSegmentIdle, [100, 60_000]);
  const maxSessionDuration = options.maxSessionDuration ?? Infinity;
  if (maxSessionDuration !== Infinity) checkRange('maxSessionDuration', maxSessionDuration, [1, Infinity]);
  return {
    targetLanguage,
    transcriptionModel: options.transcriptionModel,
    inputAudioNoiseReduction: options.inputAudioNoiseReduction,
    model: options.model ?? 'gpt-realtime-translate',
    outputSegmentIdle,
    inputSegmentIdle,
    maxSessionDuration,
    connOptions: resolveConnOptions(options.connOptions),
    baseURL,
  };
}

/**
 * What may change while a session is open.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function checkTranslationOptions(options: RealtimeTranslationSessionOptions): void {
  checkObject('options', options);
  const { inputAudioNoiseReduction: reduction } = options;
  checkName('targetLanguage', options.targetLanguage);
  checkName('transcriptionModel', options.transcriptionModel ?? undefined);
  const types = ['near_field', 'far_field'];
  if (typeof reduction === 'string') return checkOneOf('inputAudioNoiseReduction', reduction, types);
  checkObject('inputAudioNoiseReduction', reduction ?? undefined);
  if (!reduction) return;
  checkOneOf('inputAudioNoiseReduction.type', reduction.type ?? '', types);
  checkRange('inputAudioNoiseReduction.strength', reduction.strength, [0, 1]);
}

/** The way to the service. The model travels in the URL only: a session's model cannot be told otherwise. */
export function translationConnectOptions(options: RealtimeTranslationModelOptions): OpenAIConnectOptions {
  const { safetyIdentifier, model: _model, ...rest } = options;
  checkName('safetyIdentifier', safetyIdentifier);
  if (rest.modelIn === 'body') {
    refuseOption('modelIn', "'url': a translation takes its model from the URL and from nowhere else");
  }
  if (safetyIdentifier === undefined) return rest;
  return { ...rest, headers: mergeHeaders({ 'OpenAI-Safety-Identifier': safetyIdentifier }, headersIn(rest)) };
}

/** What a socket is told first. Absent options stay absent: the service keeps its defaults. */
export function configOf(options: RealtimeTranslationOptions): TranslationConfig {
  const { targetLanguage, transcriptionModel, inputAudioNoiseReduction: reduction } = options;
  const input = {
    ...(transcriptionModel === undefined
      ? {}
      : { transcription: transcriptionModel === null ? null : { model: transcriptionModel } }),
    ...(reduction === undefined
      ? {}
      : { noise_reduction: typeof reduction === 'string' ? { type: reduction } : reduction }),
  };
  return { audio: { ...(Object.keys(input).length === 0 ? {} : { input }), output: { language: targetLanguage } } };
}
