import type { tokenize } from '@livekit/agents';
import { getBaseLanguage } from '@livekit/agents';
import {
  checkFlag,
  checkLength,
  checkNumber,
  checkOneOf,
  checkRange,
  resolveOptions,
  type OptionRules,
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
  clientReferenceId?: string | null;
}

export interface TTSOptions extends SpeakOptions, SonioxConnectOptions {
  /** The whole address, path and all; a `baseURL` is one to which the path is added. Default `wss://tts-rt.soniox.com/tts-websocket`. */
  websocketUrl: string;
  /** Cuts text into what is sent at once. Default: LiveKit's, sentences of eight characters at least. */
  tokenizer?: tokenize.SentenceTokenizer | tokenize.WordTokenizer | null;
}

const rules: OptionRules<SpeakOptions> = {
  model: ['tts-rt-v1-preview', checkLength, [1, 50]],
  language: ['en', checkLength, [1, 50]],
  voice: ['Maya', checkLength, [1, 50]],
  audioFormat: ['pcm_s16le', checkOneOf, ['pcm_s16le']],
  // https://soniox.com/docs/tts/concepts/audio-formats
  sampleRate: [24_000, checkNumber, [8_000, 16_000, 24_000, 44_100, 48_000]],
  bitrate: [null, checkRange, [0, Infinity]],
  speed: [1, checkRange, [0.7, 1.3]],
  reduceSilence: [false, checkFlag],
  returnTimestamps: [false, checkFlag],
  clientReferenceId: [null, checkLength, [0, 256]],
};

/**
 * What the user said, over what held before.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function resolveSpeaking(options: Partial<TTSOptions>, before?: SpeakOptions): SpeakOptions {
  return resolveOptions(rules, options, before);
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
    client_reference_id: options.clientReferenceId ?? undefined,
  });
}
