import type { DeepgramAccount } from '../../cloud.ts';
import { arrayOf, isObject, numberOf } from '../../http/json.ts';
import type { JsonObject } from '../../http/json.ts';
import type { AudioFormat } from '../../speech/audio.ts';
import { badRequest, invalidQuery } from '../errors.ts';
import { checkAccess, readFormat } from '../nova/settings.ts';
import type { Query } from '../query.ts';
import type { Thresholds } from './events.ts';

export interface FluxSettings {
  model: string;
  multilingual: boolean;
  /** `undefined`: in a container. */
  format: AudioFormat | undefined;
  thresholds: Thresholds;
  keyterms: string[];
  languageHints: string[];
}

/** A `Configure` that is refused; the stream keeps what it had. */
export class ConfigureError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ConfigureError';
    this.code = code;
  }
}

const MODELS = ['flux-general-en', 'flux-general-multi'];
/** Unlike `/v1/listen`, every other name is refused. */
const NAMES = [
  ...['model', 'encoding', 'sample_rate', 'eager_eot_threshold', 'eot_threshold', 'eot_timeout_ms', 'keyterm'],
  ...['language_hint', 'profanity_filter', 'numerals', 'redact', 'mip_opt_out', 'tag'],
];
/** https://developers.deepgram.com/docs/flux/configuration and the types of `@deepgram/sdk` 5.13, which know the newer ends. */
const RANGES = {
  eot_threshold: { minimum: 0.5, maximum: 1 },
  eager_eot_threshold: { minimum: 0.3, maximum: 0.9 },
  eot_timeout_ms: { minimum: 500, maximum: 60_000 },
} as const;
const DEFAULTS = { eot_threshold: 0.7, eot_timeout_ms: 5_000 };
const MAX_KEYTERMS = 100;

export function readFluxSettings(query: Query, account: DeepgramAccount): FluxSettings {
  query.only(NAMES);
  const model = query.text('model');
  if (model === undefined) throw invalidQuery('missing field `model`');
  if (!MODELS.includes(model)) throw badRequest('Bad Request: No such model/language/tier combination found.');
  checkAccess(model, account);
  for (const flag of ['profanity_filter', 'numerals', 'mip_opt_out']) query.flag(flag);
  const multilingual = model === 'flux-general-multi';
  const languageHints = query.list('language_hint');
  // "Only valid when model is flux-general-multi. Empty values are rejected." How, is a guess.
  if (languageHints.length > 0 && !multilingual) throw invalidQuery('language_hint: only valid for flux-general-multi');
  if (languageHints.includes('')) throw invalidQuery('language_hint: must not be empty');
  const eager = query.number('eager_eot_threshold', RANGES.eager_eot_threshold);
  const settings = {
    model,
    multilingual,
    format: readFormat(query),
    thresholds: {
      ...(eager === undefined ? {} : { eager_eot_threshold: eager }),
      eot_threshold: query.number('eot_threshold', RANGES.eot_threshold) ?? DEFAULTS.eot_threshold,
      eot_timeout_ms: query.integer('eot_timeout_ms', RANGES.eot_timeout_ms) ?? DEFAULTS.eot_timeout_ms,
    },
    keyterms: query.list('keyterm'),
    languageHints,
  };
  try {
    checkThresholds(settings);
    checkLists(settings);
  } catch (error) {
    throw invalidQuery((error as Error).message);
  }
  return settings;
}

/** What a `Configure` makes of them. Throws a {@link ConfigureError}. https://developers.deepgram.com/docs/flux/configure */
export function configured(settings: FluxSettings, message: JsonObject): FluxSettings {
  const next: FluxSettings = { ...settings, thresholds: { ...settings.thresholds } };
  for (const [name, value] of Object.entries(isObject(message.thresholds) ? message.thresholds : {})) {
    if (value == null) continue;
    const range = RANGES[name as keyof typeof RANGES];
    const number = numberOf(value);
    if (!range) throw new ConfigureError('INVALID_THRESHOLD', `${name} is not a threshold`);
    if (number === undefined || number < range.minimum || number > range.maximum) {
      throw new ConfigureError('INVALID_THRESHOLD', `${name} must be between ${range.minimum} and ${range.maximum}`);
    }
    next.thresholds[name as keyof typeof RANGES] = number;
  }
  if (message.keyterms != null) next.keyterms = strings(message.keyterms);
  if (message.language_hints != null) next.languageHints = strings(message.language_hints);
  const { eager_eot_threshold: eager, eot_threshold } = isObject(message.thresholds) ? message.thresholds : {};
  // "If both are specified in the message."
  if (eager != null && eot_threshold != null) checkThresholds(next);
  checkLists(next);
  return next;
}

function checkThresholds({ thresholds }: FluxSettings): void {
  if ((thresholds.eager_eot_threshold ?? 0) <= thresholds.eot_threshold) return;
  throw new ConfigureError('INVALID_THRESHOLD', 'eager_eot_threshold must be less than or equal to eot_threshold');
}

/** These two codes are guesses in the style of the other. */
function checkLists({ keyterms, languageHints, multilingual }: FluxSettings): void {
  if (keyterms.length > MAX_KEYTERMS) {
    throw new ConfigureError('INVALID_KEYTERMS', `keyterms must hold ${MAX_KEYTERMS} terms or less`);
  }
  if (languageHints.length > 0 && !multilingual) {
    throw new ConfigureError('INVALID_LANGUAGE_HINTS', 'language_hints are only valid for flux-general-multi');
  }
}

function strings(value: unknown): string[] {
  return arrayOf(typeof value === 'string' ? [value] : value).filter((term) => typeof term === 'string');
}
