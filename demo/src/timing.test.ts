import { expect, test } from 'vitest';
import { conversationOf, cutTurn, goodTurn } from './fixture.ts';
import { align, latencyTable } from './latency.ts';
import { timings } from './timing.ts';

test('the stretches of a wait add up to the wait', () => {
  for (const mode of ['pipeline', 'realtime'] as const) {
    for (const { waits, total } of timings(conversationOf([goodTurn()], mode))) {
      expect(total).toBe(800);
      expect(waits.reduce((sum, { milliseconds }) => sum + milliseconds, 0)).toBe(800);
      expect(waits.every(({ milliseconds }) => milliseconds >= 0)).toBe(true);
    }
  }
});

test('each stretch ends with what it is named after', () => {
  const [timing] = timings(conversationOf([goodTurn()], 'pipeline'));
  expect(timing!.waits.map(({ what, milliseconds }) => [what, milliseconds])).toEqual([
    ['turn noticed', 300],
    ['transcript', 50],
    ['tool', 151],
    ['model', 79],
    ['first sentence', 20],
    ['speech', 190],
    ['playout', 10],
  ]);
});

test('a turn that was never answered has no wait', () => {
  expect(timings(conversationOf([cutTurn({ playedFrom: NaN })]))).toEqual([]);
});

test('the table ends with medians, and its columns are straight', () => {
  const table = latencyTable(conversationOf([goodTurn(), cutTurn()]));
  expect(table[0]!.at(-1)).toBe('total');
  expect(table.at(-1)!.at(-1)).toBe('600');
  expect(new Set(align(table).map((line) => line.length)).size).toBe(1);
  expect(latencyTable(conversationOf([]))).toEqual([]);
});
