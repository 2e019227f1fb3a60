import { tokenize, type tts } from '@livekit/agents';
import {
  checkCount,
  checkFlag,
  checkName,
  checkObject,
  checkOneOf,
  checkRange,
  refuseOption,
} from '@patchbay/plugin-kit';
import type { Query } from '@patchbay/ws-url';
import type { TTSEncoding, TTSModels } from '../models.ts';
import type { DeepgramConnectOptions } from '../options.ts';

/** What speech is asked for with. https://developers.deepgram.com/reference/text-to-speech/speak-streaming */
export interface SpeakOptions {
  /** Default `aura-2-andromeda-en`. */
  model: TTSModels | (string & {});
  /** Only `linear16`: what LiveKit plays. */
  encoding: TTSEncoding;
  /** Hz: 8,000, 16,000, 24,000 (default), 32,000 or 48,000. */
  sampleRate: number;
  /** Of compressed encodings, so of none. */
  bitRate?: number | null;
  /** 0.7 to 1.5. Default: the voice's own. */
  speed?: number;
  /** Keep the text out of Deepgram's training. Default false. */
  mipOptOut: boolean;
}

export interface TTSOptions extends SpeakOptions, DeepgramConnectOptions {
  /** Cuts text into what is sent at once. Default: LiveKit's, sentences of eight characters at least. */
  sentenceTokenizer: tokenize.SentenceTokenizer;
  /** `streaming: false`: AgentSession asks for each sentence over HTTP. */
  capabilities: tts.TTSCapabilities;
}

const defaults: SpeakOptions = {
  model: 'aura-2-andromeda-en',
  encoding: 'linear16',
  sampleRate: 24_000,
  bitRate: null,
  mipOptOut: false,
};
const names = [...(Object.keys(defaults) as (keyof SpeakOptions)[]), 'speed'] as const;

/**
 * What the user said, over what held before.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function resolveSpeaking(options: Partial<TTSOptions>, before: SpeakOptions = defaults): SpeakOptions {
  checkObject('options', options);
  checkName('model', options.model);
  checkCount('sampleRate', options.sampleRate, [8_000, 48_000]);
  checkRange('speed', options.speed, [0.7, 1.5]);
  checkFlag('mipOptOut', options.mipOptOut);
  checkOneOf('encoding', options.encoding, ['linear16', 'mulaw', 'alaw', 'mp3', 'opus', 'flac', 'aac']);
  if ((options.encoding ?? 'linear16') !== 'linear16') {
    refuseOption('encoding', "'linear16', which is what LiveKit plays: it would take anything else for noise");
  }
  const given = names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]] as const]));
  return { ...before, ...(Object.fromEntries(given) as Partial<SpeakOptions>) };
}

export function speakQuery({ encoding, sampleRate, speed, mipOptOut }: SpeakOptions): Query {
  return { encoding, sample_rate: sampleRate, speed, mip_opt_out: mipOptOut };
}

/** LiveKit's, with the least length that upstream's plugin has. */
export function defaultTokenizer(): tokenize.SentenceTokenizer {
  return new tokenize.basic.SentenceTokenizer({ minSentenceLength: 8 });
}
