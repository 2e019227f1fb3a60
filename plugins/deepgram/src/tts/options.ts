import type { tokenize, tts } from '@livekit/agents';
import {
  checkFlag,
  checkName,
  checkNumber,
  checkRange,
  refuseOption,
  resolveOptions,
  type OptionRules,
} from '@patchbay/plugin-kit';
import type { Query } from '@patchbay/ws-url';
import type { TTSEncoding, TTSModels } from '../models.ts';
import { audioQuery, type DeepgramConnectOptions } from '../options.ts';

/** What every voice is asked with. */
export interface VoiceOptions {
  /** Which voice speaks. */
  model: string;
  /** Only `linear16`: what LiveKit plays. Default `linear16`. */
  encoding: TTSEncoding;
  /** Hz: 8,000, 16,000, 24,000, 32,000 or 48,000. Default 24,000. */
  sampleRate: number;
  /** Of compressed encodings, so of none. Default: none. */
  bitRate?: number | null;
  /** 0.7 to 1.5. Default: the voice's own. */
  speed?: number | null;
  /** Keep the text out of Deepgram's training. Default false. */
  mipOptOut: boolean;
}

/** What speech is asked for with. https://developers.deepgram.com/reference/text-to-speech/speak-streaming */
export interface SpeakOptions extends VoiceOptions {
  /** Which voice speaks. Default `aura-2-andromeda-en`. */
  model: TTSModels | (string & {});
}

export interface TTSOptions extends SpeakOptions, DeepgramConnectOptions {
  /** Cuts text into what is sent at once. Default: LiveKit's, sentences of eight characters at least. */
  sentenceTokenizer: tokenize.SentenceTokenizer;
  /** `streaming: false`: AgentSession asks for each sentence by itself, with `synthesize()`. Default: it streams. */
  capabilities: tts.TTSCapabilities;
}

/** What both generations of voices have in common. */
export const voiceRules: Omit<OptionRules<VoiceOptions>, 'model' | 'sampleRate' | 'speed'> = {
  encoding: ['linear16', checkEncoding],
  bitRate: [null, checkRange, [0, Infinity]],
  mipOptOut: [false, checkFlag],
};
const rules: OptionRules<SpeakOptions> = {
  ...voiceRules,
  model: ['aura-2-andromeda-en', checkName],
  sampleRate: [24_000, checkNumber, [8_000, 16_000, 24_000, 32_000, 48_000]],
  speed: [null, checkRange, [0.7, 1.5]],
};

/**
 * What the user said, over what held before.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function resolveSpeaking(options: Partial<TTSOptions>, before?: SpeakOptions): SpeakOptions {
  return resolveOptions(rules, options, before);
}

export function voiceQuery({ speed, mipOptOut, ...options }: VoiceOptions): Query {
  return { ...audioQuery(options), speed: speed ?? undefined, mip_opt_out: mipOptOut };
}

function checkEncoding(option: string, encoding: unknown): void {
  if (encoding === 'linear16') return;
  refuseOption(option, "'linear16', which is what LiveKit plays: it would take anything else for noise");
}
