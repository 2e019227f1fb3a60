import {
  checkJson,
  checkName,
  checkObject,
  checkOneOf,
  checkRange,
  checkString,
  type SpeechFormat,
} from '@patchbay/plugin-kit';
import type { OpenAIConnectOptions } from '../options.ts';
import type { TTSModels, TTSVoices } from '../models.ts';
import type { CustomVoice } from '../realtime/api-proto.ts';

/** Options of {@link TTS}. */
export interface TTSOptions extends Omit<OpenAIConnectOptions, 'model'> {
  /** Default `tts-1`. */
  model: TTSModels | (string & {});
  /** A voice of the service by its name, or one of your own by its id. Default `alloy`. */
  voice: TTSVoices | (string & {}) | CustomVoice;
  /** 0.25 to 4. Default 1. */
  speed: number;
  /** How to speak: tone, accent, pace. Not for `tts-1` and `tts-1-hd`. */
  instructions?: string;
  /**
   * What the service is asked for. Default `pcm`, the fastest: it is played as it arrives. For servers that make nothing
   * else, `wav`, and `mp3`, `opus` and `flac`, which LiveKit's ffmpeg decodes while they arrive. It knows no AAC.
   */
  responseFormat?: SpeechFormat;
  /**
   * How the audio travels: bare, or in events that end with the tokens it cost. Default `sse` where the model has it
   * (all but `tts-1` and `tts-1-hd`), because LiveKit's metrics want the tokens, unless the server refuses. What comes
   * back is read as what it is.
   */
  streamFormat?: 'audio' | 'sse';
  /** Added to every request as it is; it wins over the options above. */
  extraBody?: Record<string, unknown>;
}

/** What a text is spoken under. */
export interface Speaking {
  model: string;
  voice: string | CustomVoice;
  speed: number;
  instructions: string | undefined;
  responseFormat: SpeechFormat;
  streamFormat: 'audio' | 'sse' | undefined;
  extraBody: Readonly<Record<string, unknown>> | undefined;
}

const formats: readonly SpeechFormat[] = ['pcm', 'wav', 'mp3', 'opus', 'flac'];

/** @throws PatchbayError `invalid-option` that names the option. */
export function checkSpeaking(options: Partial<TTSOptions>): void {
  checkObject('options', options);
  const voice: unknown = options.voice;
  checkName('model', options.model);
  if (typeof voice === 'object' && voice !== null) checkName('voice.id', (voice as Partial<CustomVoice>).id ?? '');
  else checkName('voice', voice);
  checkRange('speed', options.speed, [0.25, 4]);
  checkString('instructions', options.instructions);
  checkOneOf('responseFormat', options.responseFormat, formats);
  checkOneOf('streamFormat', options.streamFormat, ['audio', 'sse']);
  checkJson('extraBody', options.extraBody);
}

/** The options that are given; the others are left to what holds already. */
export function speakingIn(options: Partial<TTSOptions>): Partial<Speaking> {
  const { model, voice, speed, instructions, responseFormat, streamFormat, extraBody } = options;
  return { model, voice, speed, instructions, responseFormat, streamFormat, extraBody };
}
