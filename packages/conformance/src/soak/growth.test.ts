import { expect, it } from 'vitest';
import type { Census } from './census.ts';
import { growth } from './growth.ts';

/** A day's marks, each with so much more than the one before. */
function day(more: Partial<Census>): Census[] {
  const start: Census = { hour: 0, heap: 50e6, timers: 40, sockets: 10, handles: 40, listeners: 20 };
  return Array.from({ length: 24 }, (_, hour) => ({
    ...start,
    ...Object.fromEntries(
      Object.entries(more).map(([what, each]) => [what, start[what as keyof Census] + each * hour]),
    ),
    hour: hour + 1,
  }));
}

it('a day on which nothing grows is a good one', () => {
  expect(growth(day({}), 10)).toEqual([]);
  expect(growth(day({ heap: 100_000 }), 10)).toEqual([]);
});

it.each<[string, Partial<Census>, string]>([
  ['a frame of each socket', { heap: 10 * 4 * 6_400 }, 'the heap grows by 250 KiB an hour'],
  ['timers', { timers: 1 }, 'timers: 15.0 more at the end than at the beginning'],
  ['sockets', { sockets: 1 }, 'sockets: 15.0 more at the end than at the beginning'],
  ['listeners', { listeners: 1 }, 'listeners: 15.0 more at the end than at the beginning'],
])('what keeps %s is found', (_what, more, found) => {
  expect(growth(day(more), 10)).toEqual([found]);
});

it('what came in the first hours, and a run that is short, say nothing', () => {
  const marks = day({});
  marks[0]!.heap = 200e6;
  expect(growth(marks, 10)).toEqual([]);
  expect(growth(day({ heap: 1e6 }).slice(0, 5), 10)).toEqual([]);
});
