import type { tokenize } from '@livekit/agents';
import {
  checkCount,
  checkName,
  checkNumber,
  checkRange,
  checkStrings,
  refuseOption,
  resolveOptions,
  type OptionRules,
} from '@patchbay/plugin-kit';
import type { Query } from '@patchbay/ws-url';
import type { FluxTTSModels } from '../models.ts';
import type { DeepgramConnectOptions } from '../options.ts';
import { tagBounds } from '../stt/options.ts';
import { voiceQuery, voiceRules, type VoiceOptions } from '../tts/options.ts';

/** What speech is asked for with. https://developers.deepgram.com/reference/text-to-speech/speak-flux */
export interface FluxSpeakOptions extends VoiceOptions {
  /** Which voice speaks. Default `flux-alexis-en`. */
  model: FluxTTSModels | (string & {});
  /** Hz: 8,000, 16,000, 24,000, 32,000, 44,100 or 48,000. Default 24,000. */
  sampleRate: number;
  /** 0.5 to 1.5, in steps of 0.05. Default: the voice's own. */
  speed?: number | null;
  /** From -2, calm, to 2, animated. Default 0. */
  expressivity?: number | null;
  /** Labels for usage reports, 128 characters each at most. */
  tags?: string[] | null;
}

export interface TTSv2Options extends FluxSpeakOptions, DeepgramConnectOptions {
  /** Cuts text into what is sent at once. Default: it is sent as it is written, for Flux finds the sentences itself. */
  wordTokenizer: tokenize.WordTokenizer;
}

const rules: OptionRules<FluxSpeakOptions> = {
  ...voiceRules,
  model: ['flux-alexis-en', checkName],
  sampleRate: [24_000, checkNumber, [8_000, 16_000, 24_000, 32_000, 44_100, 48_000]],
  speed: [null, checkSpeed],
  expressivity: [null, checkCount, [-2, 2]],
  tags: [null, checkStrings, tagBounds],
};

/**
 * What the user said, over what held before.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function resolveFluxSpeaking(options: Partial<TTSv2Options>, before?: FluxSpeakOptions): FluxSpeakOptions {
  return resolveOptions(rules, options, before);
}

export function fluxVoiceQuery(options: FluxSpeakOptions): Query {
  return { ...voiceQuery(options), expressivity: options.expressivity ?? undefined, tag: options.tags ?? [] };
}

function checkSpeed(option: string, speed: unknown): void {
  checkRange(option, speed, [0.5, 1.5]);
  const steps = Number(speed) * 20;
  if (Math.abs(steps - Math.round(steps)) > 1e-6) refuseOption(option, 'a multiple of 0.05');
}
