import { expect, test } from 'vitest';
import { decodeSamples, encodeSamples } from '../realtime/audio.ts';
import { plainEar, plainVoice } from './plain-voice.ts';

const TEXT = 'Grüße aus Łódź, it’s 20 °C — 完璧!';

async function hear(samples: Int16Array, { sampleRate = 24_000, pieceSamples = 480 } = {}): Promise<string> {
  const listener = await plainEar.listen({ sampleRate });
  const pieces: string[] = [];
  for (let start = 0; start < samples.length; start += pieceSamples) {
    pieces.push(...listener.push(samples.subarray(start, start + pieceSamples)));
  }
  return [...pieces, ...(await listener.finish())].join('');
}

const spoken = async (text = TEXT, sampleRate = 24_000): Promise<Int16Array> =>
  (await plainVoice.speak(text, { sampleRate })).samples;

test.each([1, 7, 240, 480, 1_000, 1_000_000])('is understood in pieces of %i samples', async (pieceSamples) => {
  expect(await hear(await spoken(), { pieceSamples })).toBe(TEXT);
});

test.each([8_000, 16_000, 22_050, 48_000])('is understood at %i Hz', async (sampleRate) => {
  expect(await hear(await spoken(TEXT, sampleRate), { sampleRate })).toBe(TEXT);
});

test.each(['audio/pcmu', 'audio/pcma'] as const)('survives %s', async (type) => {
  const samples = await spoken(TEXT, 8_000);
  expect(await hear(decodeSamples(encodeSamples(samples, { type }), { type }), { sampleRate: 8_000 })).toBe(TEXT);
});

test('words come out as soon as they are complete', async () => {
  const listener = await plainEar.listen({ sampleRate: 24_000 });
  const samples = await spoken('One two three.');
  expect(listener.push(samples.subarray(0, 11 * 960))).toEqual(['One ', 'two ']);
  expect(listener.push(samples.subarray(11 * 960))).toEqual([]);
  expect(listener.push(new Int16Array(24_000))).toEqual(['three.']);
});

test('a space stands between utterances, whatever they end with', async () => {
  const listener = await plainEar.listen({ sampleRate: 24_000 });
  const pieces: string[] = [];
  for (const sentence of ['Done. ', 'At seven.', 'For two.']) pieces.push(...listener.push(await spoken(sentence)));
  pieces.push(...(await listener.finish()));
  expect(pieces.join('')).toBe('Done. At seven. For two.');
  expect([...listener.push(await spoken('Next.')), ...(await listener.finish())]).toEqual(['Next.']);
});

test('what is cut off is a strict prefix', async () => {
  const samples = await spoken('Once upon a time');
  expect(await hear(samples.subarray(0, 8 * 960 + 100))).toBe('Once upon');
});

test('a wrong rate, a wrong byte order and lost frames are not understood', async () => {
  const samples = await spoken();
  expect(await hear(samples, { sampleRate: 16_000 })).toBe('');
  const swapped = Int16Array.from(samples, (sample) => ((sample & 0xff) << 8) | ((sample >> 8) & 0xff));
  expect(await hear(swapped)).toBe('');
  const lossy = Int16Array.from([...samples.subarray(0, 4_800), ...samples.subarray(4_800 + 1_920)]);
  expect(await hear(lossy)).not.toBe(TEXT);
});

test('a rate it cannot speak at is refused', async () => {
  await expect(plainVoice.speak('x', { sampleRate: 12_345 })).rejects.toThrow(RangeError);
});
