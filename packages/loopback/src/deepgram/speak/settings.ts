import type { DeepgramAccount } from '../../cloud.ts';
import type { Encoding } from '../../speech/audio.ts';
import type { Speaker } from '../../speech/mouth.ts';
import { badRequest, DeepgramError, invalidQuery } from '../errors.ts';
import { voiceOf } from '../models.ts';
import { checkAccess } from '../nova/settings.ts';
import type { Query } from '../query.ts';
import type { SpeedFailure } from './events.ts';

/** Audio as it is asked for. */
export interface SpeakSettings {
  model: string;
  encoding: Exclude<Encoding, 'linear32'>;
  sampleRate: number;
  speed: number | undefined;
}

/** … over HTTP, where there are containers. */
export interface SpeechSettings extends SpeakSettings {
  container: 'wav' | 'none';
}

export function speakerOf({ model, sampleRate, speed }: SpeakSettings): Speaker {
  return { model, voice: voiceOf(model), sampleRate, speed };
}

type Rates = Readonly<Record<SpeakSettings['encoding'], { rates: readonly number[]; standard: number }>>;

const ENCODINGS = ['linear16', 'mulaw', 'alaw'] as const;
const FOREIGN_ENCODINGS = ['mp3', 'opus', 'flac', 'aac'];
/** https://developers.deepgram.com/docs/tts-media-output-settings */
const TELEPHONY = { rates: [8_000, 16_000], standard: 8_000 };
const RATES: Rates = {
  linear16: { rates: [8_000, 16_000, 24_000, 32_000, 48_000], standard: 24_000 },
  mulaw: TELEPHONY,
  alaw: TELEPHONY,
};
/** https://developers.deepgram.com/docs/flux-tts/feature-overview; what is native to a model is a guess. */
const FLUX_RATES: Rates = {
  ...RATES,
  linear16: { rates: [8_000, 16_000, 24_000, 32_000, 44_100, 48_000], standard: 24_000 },
};
const DEFAULT_MODEL = 'aura-asteria-en';
const SPEED = { minimum: 0.7, maximum: 1.5 };

/** Of `/v1/speak`. */
export function readSpeakSettings(query: Query, account: DeepgramAccount): SpeakSettings {
  return { ...readAura(query, account), ...readStreamed(query, RATES) };
}

/** Of `/v2/speak`. */
export function readFluxSpeakSettings(query: Query, account: DeepgramAccount): SpeakSettings {
  return { ...readFlux(query, account), ...readStreamed(query, FLUX_RATES) };
}

/** Of `POST /v1/speak`. */
export function readSpeech(query: Query, account: DeepgramAccount): SpeechSettings {
  return { ...readAura(query, account), ...readFile(query, RATES) };
}

/** Of `POST /v2/speak`. */
export function readFluxSpeech(query: Query, account: DeepgramAccount): SpeechSettings {
  return { ...readFlux(query, account), ...readFile(query, FLUX_RATES) };
}

type Delivery = Pick<SpeakSettings, 'model' | 'speed'>;
type Output = Pick<SpeakSettings, 'encoding' | 'sampleRate'>;

function readAura(query: Query, account: DeepgramAccount): Delivery {
  const model = query.text('model') ?? DEFAULT_MODEL;
  if (!/^aura(?:-2)?-[a-z]+-[a-z]{2}$/.test(model)) throw unknownModel();
  checkAccess(model, account);
  query.flag('mip_opt_out');
  return { model, speed: query.number('speed', SPEED) };
}

function readFlux(query: Query, account: DeepgramAccount): Delivery {
  const model = query.text('model');
  if (model === undefined) throw invalidQuery('missing field `model`');
  if (!/^flux-[a-z]+-[a-z]{2}$/.test(model)) throw unknownModel();
  checkAccess(model, account);
  query.flag('mip_opt_out');
  query.integer('expressivity', { minimum: -2, maximum: 2 });
  const speed = query.number('speed');
  const failure = speed === undefined ? undefined : speedFailure(speed);
  if (failure) throw new DeepgramError(400, failure.code, failure.description);
  return { model, speed };
}

/** Why a voice does not speak so fast. From the types of `@deepgram/sdk` 5.13; the words are a guess. */
export function speedFailure(speed: number): { code: SpeedFailure; description: string } | undefined {
  if (!(speed >= 0.5 && speed <= 1.5)) {
    return { code: 'SPEED_OUT_OF_RANGE', description: '`speed` must be between 0.5 and 1.5.' };
  }
  if (Math.abs(speed * 20 - Math.round(speed * 20)) < 1e-6) return undefined;
  return { code: 'SPEED_INCREMENT_INVALID', description: '`speed` must be a multiple of 0.05.' };
}

/** On a socket: raw audio only. https://developers.deepgram.com/docs/errors */
function readStreamed(query: Query, allowed: Rates): Output {
  const encoding = readSpeakEncoding(query, 'linear16');
  const container = query.text('container') ?? 'none';
  if (container !== 'none') throw unsupported(`\`container=${container}\` is invalid when \`encoding=${encoding}\``);
  return { encoding, sampleRate: readRate(query, encoding, allowed) };
}

/** Over HTTP, where the default is MP3. */
function readFile(query: Query, allowed: Rates): Output & Pick<SpeechSettings, 'container'> {
  if (FOREIGN_ENCODINGS.includes(query.text('encoding') ?? 'mp3')) {
    throw badRequest(`Bad Request: Loopback makes no compressed audio: set encoding to ${ENCODINGS.join(', ')}.`);
  }
  const encoding = readSpeakEncoding(query, 'mp3');
  const container = query.text('container') ?? 'wav';
  if (container !== 'wav' && container !== 'none') {
    throw unsupported(`\`container=${container}\` is invalid when \`encoding=${encoding}\``);
  }
  return { encoding, sampleRate: readRate(query, encoding, allowed), container };
}

function readSpeakEncoding(query: Query, standard: string): SpeakSettings['encoding'] {
  const named = query.text('encoding') ?? standard;
  const encoding = ENCODINGS.find((one) => one === named);
  if (!encoding) throw unsupported(`\`encoding\` must be ${ENCODINGS.join(', ')}`);
  if (query.has('bit_rate')) throw unsupported(`\`bit_rate\` is not applicable when \`encoding=${encoding}\``);
  return encoding;
}

function readRate(query: Query, encoding: SpeakSettings['encoding'], allowed: Rates): number {
  const { rates, standard } = allowed[encoding];
  const rate = query.integer('sample_rate') ?? standard;
  if (rates.includes(rate)) return rate;
  throw unsupported(`\`sample_rate\` must be ${rates.join(', ')} when \`encoding=${encoding}\``);
}

function unsupported(why: string): DeepgramError {
  return new DeepgramError(400, 'INVALID_QUERY_PARAMETER', `Unsupported audio format: ${why}`);
}

function unknownModel(): DeepgramError {
  return badRequest('Bad Request: No such model/version combination found.');
}
