import type { tokenize } from '@livekit/agents';
import { getBaseLanguage } from '@livekit/agents';
import {
  checkFlag,
  checkName,
  checkObject,
  checkOneOf,
  checkRange,
  checkString,
  laidOver,
  refuseOption,
  type TextToSpeechContext,
} from '@patchbay/plugin-kit';
import type { TTSModels, TTSVoices } from '../models.ts';
import type { SonioxConnectOptions } from '../options.ts';

/** What speech is asked for with. https://soniox.com/docs/tts/api-reference/websocket-api */
export interface SpeakOptions {
  /** Which model speaks. Default `tts-rt-v1-preview`. */
  model: TTSModels | (string & {});
  /** What it speaks, ISO 639. Default `en`. */
  language: string;
  /** Whose voice it is; each knows every language. Default `Maya`. */
  voice: TTSVoices | (string & {});
  /** Only `pcm_s16le`: what LiveKit plays. Default `pcm_s16le`. */
  audioFormat: string;
  /** Hz: 8,000, 16,000, 24,000, 44,100 or 48,000. Default 24,000. */
  sampleRate: number;
  /** Of compressed formats, so of none. Default: none. */
  bitrate?: number | null;
  /** 0.7 to 1.3. Default 1. */
  speed: number;
  /** Shorten the pauses between words, with models that can. Default false. */
  reduceSilence?: boolean;
  /**
   * Tell when words are heard, for transcripts that keep step with them. LiveKit 1.9.0 then notices four seconds late that
   * a reply was interrupted while it was still being made. Default false.
   */
  returnTimestamps?: boolean;
  /** A name for usage reports, 256 characters at most. */
  clientReferenceId?: string;
}

export interface TTSOptions extends SpeakOptions, SonioxConnectOptions {
  /** The service's address, with or without the path at its end; the same as `baseURL`. Default `wss://tts-rt.soniox.com/tts-websocket`. */
  websocketUrl: string;
  /** Cuts text into what is sent at once. Default: LiveKit's, sentences of eight characters at least. */
  tokenizer?: tokenize.SentenceTokenizer | tokenize.WordTokenizer;
}

const defaults: SpeakOptions = {
  model: 'tts-rt-v1-preview',
  language: 'en',
  voice: 'Maya',
  audioFormat: 'pcm_s16le',
  sampleRate: 24_000,
  bitrate: null,
  speed: 1,
  reduceSilence: false,
  returnTimestamps: false,
};

/** https://soniox.com/docs/tts/concepts/audio-formats */
const sampleRates = [8_000, 16_000, 24_000, 44_100, 48_000];

/**
 * What the user said, over what held before.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function resolveSpeaking(options: Partial<TTSOptions>, before: SpeakOptions = defaults): SpeakOptions {
  const { sampleRate = 24_000, clientReferenceId } = options;
  checkObject('options', options);
  for (const name of ['model', 'language', 'voice'] as const) {
    checkName(name, options[name]);
    if ((options[name]?.length ?? 0) > 50) refuseOption(name, 'of 50 characters at most');
  }
  checkOneOf('audioFormat', options.audioFormat, ['pcm_s16le']);
  if (!sampleRates.includes(sampleRate)) refuseOption('sampleRate', `one of ${sampleRates.join(', ')}`);
  checkRange('speed', options.speed, [0.7, 1.3]);
  checkFlag('reduceSilence', options.reduceSilence);
  checkFlag('returnTimestamps', options.returnTimestamps);
  checkString('clientReferenceId', clientReferenceId);
  if ((clientReferenceId?.length ?? 0) > 256) refuseOption('clientReferenceId', 'of 256 characters at most');
  return laidOver(before, options, [...(Object.keys(defaults) as (keyof SpeakOptions)[]), 'clientReferenceId']);
}

/** How a stream of speech begins. */
export function startMessage({ connection, options, turn }: TextToSpeechContext<SpeakOptions>): string {
  return JSON.stringify({
    stream_id: turn,
    model: connection.nameOf(options.model) ?? options.model,
    // Soniox knows no regions.
    language: getBaseLanguage(options.language),
    voice: options.voice,
    audio_format: options.audioFormat,
    sample_rate: options.sampleRate,
    speed: options.speed,
    // Models that cannot do it refuse the word.
    ...(options.reduceSilence ? { reduce_silence: true } : {}),
    return_timestamps: options.returnTimestamps,
    client_reference_id: options.clientReferenceId,
  });
}
