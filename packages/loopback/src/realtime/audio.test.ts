import { expect, test } from 'vitest';
import { decodeBase64, decodeSamples, encodeSamples } from './audio.ts';

/** Tables of ITU-T G.711: a code, and the value it stands for, scaled to 16 bits. */
test.each([
  ['audio/pcmu', 0x00, -32_124],
  ['audio/pcmu', 0x80, 32_124],
  ['audio/pcmu', 0xff, 0],
  ['audio/pcmu', 0x7f, 0],
  ['audio/pcmu', 0xf0, 120],
  ['audio/pcma', 0x55, -8],
  ['audio/pcma', 0xd5, 8],
  ['audio/pcma', 0x2a, -32_256],
  ['audio/pcma', 0xaa, 32_256],
] as const)('%s 0x%s stands for %i', (type, code, value) => {
  expect([...decodeSamples(Uint8Array.of(code), { type })]).toEqual([value || 0]);
});

test.each(['audio/pcmu', 'audio/pcma'] as const)('every %s code is the nearest to the value it stands for', (type) => {
  for (let code = 0; code < 256; code += 1) {
    const samples = decodeSamples(Uint8Array.of(code), { type });
    const again = decodeSamples(encodeSamples(samples, { type }), { type });
    expect(again[0]! + 0).toBe(samples[0]! + 0);
  }
  for (let sample = -32_768; sample < 32_768; sample += 97) {
    const [decoded] = decodeSamples(encodeSamples(Int16Array.of(sample), { type }), { type });
    expect(Math.abs(decoded! - sample)).toBeLessThanOrEqual(Math.max(16, Math.abs(sample) / 16));
  }
});

test('PCM is little-endian and keeps its bytes when they are a view of something larger', () => {
  const format = { type: 'audio/pcm', rate: 24_000 } as const;
  const bytes = Buffer.from([0xff, 0x01, 0x80, 0xfe, 0xff, 0xff]).subarray(1, 5);
  expect([...decodeSamples(bytes, format)]).toEqual([-32_767, -2]);
  expect([...encodeSamples(Int16Array.of(-32_767, -2), format)]).toEqual([0x01, 0x80, 0xfe, 0xff]);
});

test.each(['!', 'A', 'AA=A', 7, undefined])('%s is not base64', (audio) => {
  expect(() => decodeBase64(audio, 'audio')).toThrow(/base64/);
});

test('base64 without padding is taken', () => {
  expect([...decodeBase64('AAE', 'audio')]).toEqual([0, 1]);
});
