import { checkName, checkOneOf, checkRange, checkString } from '@patchbay/plugin-kit';
import type { OpenAIConnectOptions } from '../options.ts';
import type { TTSModels, TTSVoices } from '../models.ts';

/** Options of {@link TTS}. */
export interface TTSOptions extends Omit<OpenAIConnectOptions, 'model'> {
  /** Default `tts-1`. */
  model: TTSModels | (string & {});
  /** Default `alloy`. */
  voice: TTSVoices | (string & {});
  /** 0.25 to 4. Default 1. */
  speed: number;
  /** How to speak: tone, accent, pace. Not for `tts-1` and `tts-1-hd`. */
  instructions?: string;
  /**
   * How the audio travels: bare, or in events that end with the tokens it cost. Default `sse` where the model has it
   * (all but `tts-1` and `tts-1-hd`), because LiveKit's metrics want the tokens. What comes back is read as what it is.
   */
  streamFormat?: 'audio' | 'sse';
}

/** What a text is spoken under. */
export interface Speaking {
  model: string;
  voice: string;
  speed: number;
  instructions: string | undefined;
  streamFormat: 'audio' | 'sse' | undefined;
}

/** @throws PatchbayError `invalid-option` that names the option. */
export function checkSpeaking({ model, voice, speed, instructions, streamFormat }: Partial<TTSOptions>): void {
  checkName('model', model);
  checkName('voice', voice);
  checkRange('speed', speed, [0.25, 4]);
  checkString('instructions', instructions);
  checkOneOf('streamFormat', streamFormat, ['audio', 'sse']);
}
