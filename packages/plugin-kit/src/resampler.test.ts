import { describe, expect, it } from 'vitest';
import { Resampler } from './resampler.ts';

function tone(rate: number, hertz: number, seconds: number): Int16Array {
  return Int16Array.from({ length: Math.round(rate * seconds) }, (_, n) =>
    Math.round(12_000 * Math.sin((2 * Math.PI * hertz * n) / rate)),
  );
}

function run(input: Int16Array, from: number, to: number, frameLength: number): Int16Array {
  const resampler = new Resampler(from, to);
  const pieces: Int16Array[] = [];
  for (let at = 0; at < input.length; at += frameLength)
    pieces.push(resampler.push(input.subarray(at, at + frameLength)));
  pieces.push(resampler.flush());
  return Int16Array.from(pieces.flatMap((piece) => [...piece]));
}

/** Decibels of what differs, relative to the expected tone, away from both ends. */
function error(actual: Int16Array, expected: Int16Array): number {
  let wrong = 0;
  let right = 0;
  for (let n = 200; n < expected.length - 200; n++) {
    wrong += ((actual[n] ?? 0) - (expected[n] ?? 0)) ** 2;
    right += (expected[n] ?? 0) ** 2;
  }
  return 10 * Math.log10(wrong / right);
}

describe('Resampler', () => {
  it.each([
    [48_000, 24_000, 1_000],
    [48_000, 24_000, 10_500],
    [44_100, 24_000, 3_000],
    [16_000, 24_000, 6_500],
    [8_000, 24_000, 3_000],
    [24_000, 16_000, 7_000],
    [22_050, 24_000, 5_000],
  ])('keeps a tone in phase and in level: %i to %i Hz at %i Hz', (from, to, hertz) => {
    const output = run(tone(from, hertz, 0.5), from, to, from / 100);
    expect(output.length).toBe(to / 2);
    expect(error(output, tone(to, hertz, 0.5))).toBeLessThan(-50);
  });

  it('does not fold what the output cannot carry back into the speech', () => {
    const output = run(tone(48_000, 17_000, 0.5), 48_000, 24_000, 480);
    expect(Math.max(...output.subarray(200, -200).map(Math.abs))).toBeLessThan(40);
  });

  it('gives the same samples however the input is cut', () => {
    const input = tone(44_100, 700, 0.2);
    expect(run(input, 44_100, 24_000, 37)).toEqual(run(input, 44_100, 24_000, 4_410));
  });

  it('clips instead of wrapping around', () => {
    const square = Int16Array.from({ length: 4_800 }, (_, n) => (n % 96 < 48 ? 32_767 : -32_768));
    const output = run(square, 48_000, 24_000, 480);
    for (let n = 1; n < output.length; n++)
      expect(Math.abs((output[n] ?? 0) - (output[n - 1] ?? 0))).toBeLessThan(66_000);
    expect(Math.max(...output)).toBe(32_767);
    expect(Math.min(...output)).toBe(-32_768);
  });

  it('is as new after a flush', () => {
    const resampler = new Resampler(48_000, 24_000);
    const input = tone(48_000, 400, 0.1);
    const first = [...resampler.push(input), ...resampler.flush()];
    expect([...resampler.push(input), ...resampler.flush()]).toEqual(first);
  });
});
