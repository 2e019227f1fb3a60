import { expect, it } from 'vitest';
import { quietSpot } from './quiet-spot.ts';

/** 20 ms at 16 kHz, this loud; a view of a larger buffer. */
function frame(loudness: number): Uint8Array {
  return new Uint8Array(new Int16Array(960).fill(loudness).buffer, 640, 640);
}

const line = (...loudness: number[]): Uint8Array[] => loudness.map(frame);

it('finds the middle of the longest quiet, and not the quietest moment of a loud word', () => {
  expect(quietSpot(line(900, 0, 900, 900, 100, 100, 100, 900, 900), 3)).toBe(5);
});

it('prefers the latest of equals, and takes the end where there is no choice', () => {
  expect(quietSpot(line(5, 5, 5, 5, 5), 1)).toBe(4);
  expect(quietSpot(line(5), 3)).toBe(0);
});
