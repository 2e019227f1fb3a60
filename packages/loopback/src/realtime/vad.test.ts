import { expect, test } from 'vitest';
import { VoiceActivity } from './vad.ts';

const SAMPLE_RATE = 24_000;

/** A tone of that level, in milliseconds. */
function tone(level: number, milliseconds: number): Int16Array {
  return Int16Array.from({ length: milliseconds * 24 }, (_, index) => level * Math.SQRT2 * Math.sin(index / 8));
}

function edges(detector: VoiceActivity, ...parts: Int16Array[]): string[] {
  const told: string[] = [];
  for (const part of parts) {
    detector.push(part, (edge) =>
      told.push(edge.type === 'started' ? `started ${edge.atMs}` : `silent ${edge.silentMs}`),
    );
  }
  return told;
}

test('speech begins where its energy does', () => {
  const detector = new VoiceActivity(SAMPLE_RATE, { threshold: 0.5 });
  expect(edges(detector, tone(0, 500), tone(3_000, 200))).toEqual(['started 500']);
  expect(detector.speaking).toBe(true);
});

test('a click is not speech', () => {
  const detector = new VoiceActivity(SAMPLE_RATE, { threshold: 0.5 });
  expect(edges(detector, tone(0, 100), tone(20_000, 30), tone(0, 500))).toEqual([]);
});

test('a silence is told as it grows, and a word ends it', () => {
  const detector = new VoiceActivity(SAMPLE_RATE, { threshold: 0.5 });
  expect(edges(detector, tone(3_000, 100), tone(0, 30), tone(3_000, 100), tone(0, 10))).toEqual([
    'started 0',
    'silent 10',
    'silent 20',
    'silent 30',
    'silent 10',
  ]);
});

test('the same audio gives the same edges in pieces of any size', () => {
  const audio = Int16Array.from([...tone(0, 123), ...tone(3_000, 321), ...tone(0, 222), ...tone(3_000, 100)]);
  const whole = edges(new VoiceActivity(SAMPLE_RATE, { threshold: 0.5 }), audio);
  const detector = new VoiceActivity(SAMPLE_RATE, { threshold: 0.5 });
  const pieces: Int16Array[] = [];
  for (let start = 0; start < audio.length; start += 77) pieces.push(audio.subarray(start, start + 77));
  expect(edges(detector, ...pieces)).toEqual(whole);
});

test('a higher threshold wants louder speech', () => {
  const quiet = tone(150, 200);
  expect(edges(new VoiceActivity(SAMPLE_RATE, { threshold: 0.5 }), quiet)).toEqual(['started 0']);
  expect(edges(new VoiceActivity(SAMPLE_RATE, { threshold: 0.9 }), quiet)).toEqual([]);
});
