import { expect, it } from 'vitest';
import { resampled } from './wave-file.ts';

const tone = (hertz: number, rate: number): Int16Array =>
  Int16Array.from({ length: rate / 2 }, (_, index) => 10_000 * Math.sin((2 * Math.PI * hertz * index) / rate));

/** The loudest of the middle. */
const peak = (samples: Int16Array): number => Math.max(...samples.subarray(100, -100).map(Math.abs));

it('keeps what the lower rate can hold', () => {
  const lower = resampled(tone(1_000, 24_000), 24_000);
  expect(lower).toHaveLength(8_000);
  const expected = tone(1_000, 16_000);
  const error = lower.map((sample, index) => sample - expected[index]!);
  expect(peak(error)).toBeLessThan(100);
});

it('leaves out what it cannot', () => {
  expect(peak(resampled(tone(10_000, 24_000), 24_000))).toBeLessThan(200);
});
