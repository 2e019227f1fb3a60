import { expect, it } from 'vitest';
import type { Census } from './census.ts';
import { figuresOf } from './report.ts';

it('keeps of the census the first mark and the last, all processes together', () => {
  const mark = (hour: number): Census => ({ hour, heap: 50e6 + hour, timers: 3, sockets: 2, handles: 8, listeners: 4 });
  const figures = figuresOf({
    seed: 7,
    sessions: { 'openai.STT (realtime)': 4 },
    sessionHours: 12,
    rotations: 9,
    reconnects: 5,
    faults: { 'drop-after:0': 3, 'freeze:0,ms=8000': 2 },
    samples: { sent: 100, received: 90, dropped: 12, replayed: 4, overReported: 2, unaccounted: 0 },
    census: [mark(1), mark(2), mark(3), mark(1.002), mark(2), mark(3.001)],
    wallSeconds: 61,
    cpuSeconds: 100,
    breaches: [],
  });
  const counted = { heapMB: 100, timers: 6, sockets: 4, listeners: 8 };
  expect(figures).toMatchObject({ hits: 5, faults: 2, breaches: 0, wallMinutes: 2 });
  expect(figures.census).toEqual([
    { hour: 1, ...counted },
    { hour: 3, ...counted },
  ]);
});
