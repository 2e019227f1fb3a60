import type { Utterance } from '../../speech/mouth.ts';
import type { Timestamps } from './events.ts';

/**
 * The characters that begin in a frame of an utterance. Each takes the same time: nobody asked the voice.
 * `startSeconds`: where in the stream the utterance began.
 */
export function timestampsOf(
  frame: number,
  { text, start, length }: Utterance,
  sampleRate: number,
  startSeconds: number,
): Timestamps {
  const characters = [...text];
  const step = length / characters.length;
  const isLast = start + frame >= length;
  const from = Math.ceil(start / step);
  const until = isLast ? characters.length : Math.ceil((start + frame) / step);
  const secondsAt = (index: number): number => rounded(startSeconds + (index * step) / sampleRate);
  const chosen = characters.slice(from, until);
  return {
    characters: chosen,
    character_start_times_seconds: chosen.map((_character, index) => secondsAt(from + index)),
    character_end_times_seconds: chosen.map((_character, index) => secondsAt(from + index + 1)),
  };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
