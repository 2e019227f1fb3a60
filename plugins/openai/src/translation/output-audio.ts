import { audioFrameOf } from '@patchbay/plugin-kit';
import type { AudioFrame } from '@patchbay/plugin-kit';
import { TRANSLATION_SAMPLE_RATE } from './api-proto.ts';
import type { TranslationAudioDelta } from './api-proto.ts';

/** An audio delta as a frame: its rate and channels are those that it names. `undefined` if there is no sound in it. */
export function outputFrameOf(event: TranslationAudioDelta): AudioFrame | undefined {
  if (typeof event.delta !== 'string') return undefined;
  const sampleRate = countOf(event.sample_rate, TRANSLATION_SAMPLE_RATE);
  const frame = audioFrameOf(event.delta, sampleRate, countOf(event.channels, 1));
  return frame.samplesPerChannel > 0 ? frame : undefined;
}

function countOf(value: unknown, otherwise: number): number {
  return Number.isInteger(value) && (value as number) > 0 ? (value as number) : otherwise;
}
