import { plainVoice } from '@patchbay/loopback';
import { expect, it } from 'vitest';
import { groupSamples, stamp } from '../soak/stamp.ts';
import { groupsIn, UnderstandingEar } from './understanding-ear.ts';

function said(first: number, count: number): Int16Array {
  const samples = new Int16Array(count * groupSamples);
  stamp(samples, 1, first, true);
  return samples;
}

async function heardOf(pieces: readonly Int16Array[]): Promise<{ text: string; strange: number }> {
  const ear = new UnderstandingEar();
  const listener = await ear.listen({ sampleRate: 24_000 });
  const words = pieces.flatMap((piece) => listener.push(piece));
  return { text: [...words, ...(await listener.finish())].join('').trim(), strange: ear.strange };
}

it('tells what it has heard, word by word, in frames of any length', async () => {
  const all = said(0, 2_000);
  const frames: Int16Array[] = [];
  for (let at = 0; at < all.length; at += 37) frames.push(all.subarray(at, at + 37));
  const { text, strange } = await heardOf(frames);
  expect(groupsIn(text)).toEqual([
    [0, 750],
    [750, 1_500],
    [1_500, 2_000],
  ]);
  expect(strange).toBe(0);
});

it('tells of a gap, and of what is heard again', async () => {
  const { text } = await heardOf([said(0, 100), new Int16Array(480), said(200, 100), said(250, 50)]);
  expect(groupsIn(text)).toEqual([
    [0, 100],
    [200, 300],
    [250, 300],
  ]);
});

it('counts what is out of place, and understands the plain voice', async () => {
  const { samples } = await plainVoice.speak('good morning');
  const { text, strange } = await heardOf([samples]);
  expect(text).toBe('good morning');
  expect(strange).toBeGreaterThan(0);
  expect((await heardOf([said(0, 10).subarray(3)])).strange).toBeGreaterThan(0);
});
