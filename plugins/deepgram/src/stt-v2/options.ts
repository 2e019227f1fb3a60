import {
  checkCount,
  checkFlag,
  checkName,
  checkNames,
  checkOneOf,
  checkRange,
  checkString,
  checkStrings,
  logger,
  orZero,
  resolveOptions,
  unsetWhere,
  type OptionRules,
} from '@patchbay/plugin-kit';
import { PatchbayError, type Query } from '@patchbay/ws-url';
import type { V2Models } from '../models.ts';
import { audioQuery, type DeepgramConnectOptions } from '../options.ts';
import { tagBounds } from '../stt/options.ts';

/** Flux leaves out numbers only. */
export type FluxRedaction = 'numbers' | 'aggressive_numbers';

/** What a stream is opened with. https://developers.deepgram.com/reference/speech-to-text/listen-flux */
export interface TurnOptions {
  /** Which model listens: this one, or `flux-general-multi`. Default `flux-general-en`. */
  model: V2Models | (string & {});
  /** Hz of the audio that is sent; what comes in is resampled. Default 16,000. */
  sampleRate: number;
  /** Words to prefer, 100 at most. */
  keyterms: string[];
  /** The language of transcripts that name none. Default `en`. */
  language?: string;
  /** How sure Flux is that the turn ends when it tells an early transcript, 0.3 to 0.9. Default: it tells none. */
  eagerEotThreshold?: number | null;
  /** How sure it is when it ends a turn, 0.5 to 1. Default: the service's, 0.7. */
  eotThreshold?: number | null;
  /** Milliseconds of silence that end a turn however sure it is, 500 to 60,000. Default: the service's, 5,000. */
  eotTimeoutMs?: number | null;
  /** Keep the audio out of Deepgram's training. Default false. */
  mipOptOut?: boolean;
  /** Digits for numbers. Default false. */
  numerals: boolean;
  /** Leave out swear words, or write them otherwise. Default false. */
  profanityFilter: boolean;
  /** Numbers to leave out of transcripts. Default: none. */
  redact?: FluxRedaction | null;
  /** Labels for usage reports, 128 characters each at most. */
  tags?: string[] | null;
  /** Languages to expect, for `flux-general-multi`. */
  languageHint?: string[] | null;
}

export interface STTv2Options extends TurnOptions, Omit<DeepgramConnectOptions, 'baseUrl'> {
  /** The whole address, path and all; a `baseURL` is one to which the path is added. Default `wss://api.deepgram.com/v2/listen`. */
  endpointUrl: string;
}

const rules: OptionRules<TurnOptions> = {
  model: ['flux-general-en', checkName],
  sampleRate: [16_000, checkCount, [8_000, 48_000]],
  keyterms: [[], checkStrings, [100, Infinity]],
  language: ['en', checkString],
  eagerEotThreshold: [null, orZero(checkRange), [0.3, 0.9]],
  eotThreshold: [null, orZero(checkRange), [0.5, 1]],
  eotTimeoutMs: [null, orZero(checkCount), [500, 60_000]],
  mipOptOut: [false, checkFlag],
  numerals: [false, checkFlag],
  profanityFilter: [false, checkFlag],
  redact: [null, checkOneOf, ['numbers', 'aggressive_numbers']],
  tags: [null, checkStrings, tagBounds],
  languageHint: [null, checkNames],
};

/**
 * What the user said, over what held before.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function resolveTurns(options: Partial<STTv2Options> = {}, before?: TurnOptions): TurnOptions {
  const given = unsetWhere(options, { language: ['', null], redact: [''] });
  const turns = resolveOptions<TurnOptions>(rules, given, before);
  const { eagerEotThreshold, eotThreshold, languageHint, model } = turns;
  if ((eagerEotThreshold ?? 0) > (eotThreshold || 0.7)) {
    throw new PatchbayError('invalid-option', 'eagerEotThreshold must not be above eotThreshold (0.7 unless set)');
  }
  if (options.languageHint?.length && languageHint && !takesHints(model)) {
    logger()?.warn({ model }, 'languageHint is for flux-general-multi and is ignored');
  }
  return turns;
}

/** The query of a socket, in which lists repeat their key; what is not set, or 0, is left to the service. */
export function turnQuery(options: TurnOptions): Query {
  return {
    ...audioQuery(options),
    mip_opt_out: options.mipOptOut ?? false,
    eager_eot_threshold: options.eagerEotThreshold || undefined,
    eot_threshold: options.eotThreshold || undefined,
    eot_timeout_ms: options.eotTimeoutMs || undefined,
    keyterm: options.keyterms,
    tag: options.tags ?? [],
    language_hint: takesHints(options.model) ? (options.languageHint ?? []) : [],
    numerals: options.numerals || undefined,
    profanity_filter: options.profanityFilter || undefined,
    redact: options.redact ?? undefined,
  };
}

export function takesHints(model: string): boolean {
  return model === 'flux-general-multi';
}
