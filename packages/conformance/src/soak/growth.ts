import type { Census } from './census.ts';

/** Marks before this are of a process that still compiles, caches and pools. */
const warmUpHours = 3;
/** Fewer marks say nothing of growth. */
const fewest = 6;
/**
 * Bytes of heap that an hour may add: for the process, which goes on compiling, and for each session. One 100 ms frame
 * that a session keeps at each of its three or four rotations and faults of an hour is three times as much.
 */
const mayGrow = { process: 128 * 1_024, session: 8 * 1_024 };

/** What grew from hour to hour. */
export function growth(census: readonly Census[], sessions: number): string[] {
  const found: string[] = [];
  const marks = census.filter(({ hour }) => hour >= warmUpHours);
  if (marks.length < fewest) return found;
  const third = Math.floor(marks.length / 3);
  const mean = (some: readonly Census[], of: (each: Census) => number): number =>
    some.reduce((sum, each) => sum + of(each), 0) / some.length;
  const [early, late] = [marks.slice(0, third), marks.slice(-third)];
  const hours = mean(late, ({ hour }) => hour) - mean(early, ({ hour }) => hour);
  const grown = (of: (each: Census) => number): number => mean(late, of) - mean(early, of);
  const heap = grown(({ heap }) => heap) / hours;
  if (heap > mayGrow.process + mayGrow.session * sessions)
    found.push(`the heap grows by ${Math.round(heap / 1_024)} KiB an hour`);
  for (const what of ['timers', 'sockets', 'handles', 'listeners'] as const) {
    // What waits differs from mark to mark by what a session happens to be doing; not by as many as there are sessions.
    const more = grown((each) => each[what]);
    if (more >= Math.max(2, sessions / 2))
      found.push(`${what}: ${more.toFixed(1)} more at the end than at the beginning`);
  }
  return found;
}
