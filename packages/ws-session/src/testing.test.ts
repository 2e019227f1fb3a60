import { describe, expect, it } from 'vitest';
import { currentRuntime, systemRuntime } from './runtime.ts';
import { createTestRuntime, installRuntime, ManualClock } from './testing.ts';

describe('a manual clock', () => {
  it('fires timers in the order in which they are due, each at its time', async () => {
    const clock = new ManualClock();
    const start = clock.now();
    const fired: [string, number][] = [];
    const note = (name: string) => () => void fired.push([name, clock.now() - start]);
    clock.setTimer(note('second'), 20);
    clock.setTimer(note('first'), 10);
    clock.setTimer(note('also second'), 20);
    clock.setTimer(() => clock.setTimer(note('nested'), 5), 12);
    clock.setTimer(note('later'), 31);
    clock.setTimer(note('never'), 15).cancel();
    await clock.advance(30);
    expect(fired).toEqual([
      ['first', 10],
      ['nested', 17],
      ['second', 20],
      ['also second', 20],
    ]);
    expect(clock.now() - start).toBe(30);
    expect(clock.pending).toBe(1);
  });

  it('fires late what was due during a stall', async () => {
    const clock = new ManualClock();
    const start = clock.now();
    const fired: number[] = [];
    clock.setTimer(() => void fired.push(clock.now() - start), 10);
    clock.stall(500);
    expect(fired).toEqual([]);
    await clock.advance(0);
    expect(fired).toEqual([500]);
  });

  it('has a wall clock that may be corrected without time passing', async () => {
    const clock = new ManualClock(Date.UTC(2030, 0, 1));
    await clock.advance(1_000);
    expect(new Date(clock.wallClock()).toISOString()).toBe('2030-01-01T00:00:01.000Z');
    const now = clock.now();
    clock.correctWallClock(-5_000);
    expect(clock.now()).toBe(now);
    expect(new Date(clock.wallClock()).toISOString()).toBe('2029-12-31T23:59:56.000Z');
  });
});

describe('the runtime', () => {
  it('is replaced in part, nested, and brought back', () => {
    expect(currentRuntime()).toBe(systemRuntime);
    const outer = createTestRuntime();
    const restoreOuter = installRuntime(outer);
    const restoreInner = installRuntime({ random: () => 0.25 });
    expect(currentRuntime().clock).toBe(outer.clock);
    expect(currentRuntime().random()).toBe(0.25);
    restoreInner();
    expect(currentRuntime().random()).toBe(0.5);
    restoreOuter();
    expect(currentRuntime()).toBe(systemRuntime);
  });
});
