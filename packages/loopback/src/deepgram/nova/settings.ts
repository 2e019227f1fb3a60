import type { DeepgramAccount } from '../../cloud.ts';
import { ENCODINGS } from '../../speech/audio.ts';
import type { AudioFormat, Encoding } from '../../speech/audio.ts';
import { badRequest, DeepgramError, invalidQuery } from '../errors.ts';
import type { Query } from '../query.ts';

/** How words are written down. */
export interface Writing {
  model: string;
  language: string;
  /** `punctuate` or `smart_format`. */
  punctuated: boolean;
  diarized: boolean;
  entities: boolean;
}

export interface NovaSettings {
  writing: Writing;
  /** `undefined`: in a container. */
  format: AudioFormat | undefined;
  multichannel: boolean;
  interimResults: boolean;
  vadEvents: boolean;
  /** Milliseconds of silence that end an utterance; `false`: nothing does. */
  endpointing: number | false;
  utteranceEndMs: number | undefined;
}

/** The models that listen. https://developers.deepgram.com/docs/models-languages-overview */
const MODELS = /^(?:nova|nova-2|nova-3|enhanced|base|whisper)(?:-[a-z]+)?$/;
const DEFAULT_MODEL = 'base-general';
/** https://developers.deepgram.com/docs/endpointing */
const DEFAULT_ENDPOINTING_MS = 10;
/** Other encodings that Deepgram knows, and loopback does not. */
const FOREIGN_ENCODINGS = ['flac', 'amr-nb', 'amr-wb', 'opus', 'ogg-opus', 'speex', 'g729'];
/** "The maximum number of tokens across all keyterms is 500." https://developers.deepgram.com/docs/keyterm */
const MAX_KEYTERM_TOKENS = 500;

export function readNovaSettings(query: Query, account: DeepgramAccount): NovaSettings {
  const interimResults = query.flag('interim_results');
  const utteranceEndMs = query.integer('utterance_end_ms', { minimum: 0 });
  // "Setting interim_results=true is also required." How that is told is a guess.
  if (utteranceEndMs !== undefined && !interimResults) {
    throw badRequest('Bad Request: utterance_end_ms requires interim_results=true.');
  }
  return {
    writing: readWriting(query, account),
    format: readFormat(query),
    multichannel: query.flag('multichannel'),
    interimResults,
    vadEvents: query.flag('vad_events'),
    endpointing: readEndpointing(query),
    utteranceEndMs,
  };
}

export function readWriting(query: Query, account: DeepgramAccount): Writing {
  const model = query.text('model') ?? DEFAULT_MODEL;
  if (!MODELS.test(model)) throw badRequest('Bad Request: No such model/language/tier combination found.');
  checkVocabulary(query, model);
  checkAccess(model, account);
  if (query.has('callback')) throw badRequest('Bad Request: Loopback calls nobody back: leave callback out.');
  const [punctuate, smart] = [query.flag('punctuate'), query.flag('smart_format')];
  return {
    model,
    language: query.text('language') ?? 'en',
    punctuated: punctuate || smart,
    diarized: query.flag('diarize') || query.has('diarize_model'),
    entities: query.flag('detect_entities'),
  };
}

/** https://developers.deepgram.com/docs/errors#403-insufficient-permissions */
export function checkAccess(model: string, { models }: DeepgramAccount): void {
  if (!models || models.includes(model)) return;
  throw new DeepgramError(403, 'INSUFFICIENT_PERMISSIONS', 'Project does not have access to the requested model.');
}

/** Raw audio as the query says; `undefined` when it says nothing, for then the audio does. */
export function readFormat(query: Query): AudioFormat | undefined {
  const named = query.text('encoding');
  const sampleRate = query.integer('sample_rate', { minimum: 8_000, maximum: 48_000 });
  const channels = query.integer('channels', { minimum: 1, maximum: 20 }) ?? 1;
  if (named === undefined) return undefined;
  const encoding = readEncoding(named, ENCODINGS, FOREIGN_ENCODINGS);
  // "Both parameters are required." How that is told is a guess.
  if (sampleRate === undefined) throw badRequest(`Bad Request: sample_rate is required when encoding=${encoding}.`);
  return { encoding, sampleRate, channels };
}

export function readEncoding<Known extends Encoding>(
  named: string,
  known: readonly Known[],
  foreign: readonly string[],
): Known {
  const encoding = known.find((one) => one === named);
  if (encoding) return encoding;
  if (foreign.includes(named)) {
    throw badRequest(`Bad Request: Loopback does not understand '${named}': set encoding to ${known.join(', ')}.`);
  }
  throw invalidQuery(`encoding: unknown variant \`${named}\`, expected one of ${[...known, ...foreign].join(', ')}`);
}

/** More than the service takes. Tokens are counted as words; the service counts parts of them. */
export function keytermsExceedLimit(keyterms: readonly string[]): boolean {
  return keyterms.join(' ').split(/\s+/).filter(Boolean).length > MAX_KEYTERM_TOKENS;
}

export const KEYTERM_LIMIT = 'Keyterm limit exceeded. The maximum number of tokens across all keyterms is 500.';

/** Each belongs to other models; the words are a guess. https://developers.deepgram.com/docs/keywords */
function checkVocabulary(query: Query, model: string): void {
  const isNova3 = model.startsWith('nova-3');
  if (query.has('keyterm') && !isNova3)
    throw badRequest('Bad Request: `keyterm` is only supported for Nova-3 and Flux.');
  if (query.has('keywords') && isNova3)
    throw badRequest('Bad Request: `keywords` are not supported for Nova-3: use `keyterm`.');
  if (keytermsExceedLimit(query.list('keyterm'))) throw badRequest(KEYTERM_LIMIT);
}

function readEndpointing(query: Query): number | false {
  const value = query.text('endpointing');
  if (value === 'false') return false;
  if (value === undefined || value === 'true') return DEFAULT_ENDPOINTING_MS;
  return query.integer('endpointing', { minimum: 0 })!;
}
