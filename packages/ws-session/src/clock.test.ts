import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Deadline, inWholeSeconds, systemClock } from './clock.ts';

const DAY_MS = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the time of the machine', () => {
  it('is in whole milliseconds that have passed', () => {
    const precise = vi.spyOn(performance, 'now');
    const read = [0.2, 1.5, 17.999, 1_234_567.89, 42].map((value) => {
      precise.mockReturnValue(value);
      return systemClock.now();
    });
    precise.mockRestore();
    expect(read).toEqual([0, 1, 17, 1_234_567, 42]);
  });
});

/** Node's timers hold 2^31-1 ms, just under 25 days; more becomes 1 ms there. */
describe('a timer of the machine', () => {
  it('longer than Node can count fires once, when it is due and not before', () => {
    const fired = vi.fn();
    systemClock.setTimer(fired, 60 * DAY_MS);
    vi.advanceTimersByTime(60 * DAY_MS - 1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('longer than Node can count can be cancelled at any time', () => {
    const fired = vi.fn();
    const timer = systemClock.setTimer(fired, 60 * DAY_MS);
    vi.advanceTimersByTime(40 * DAY_MS);
    timer.cancel();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('for ever is none', () => {
    systemClock.setTimer(() => {}, Infinity).cancel();
    systemClock.setTimer(() => {}, Infinity);
    expect(vi.getTimerCount()).toBe(0);
  });
});

/** Node keeps a list for each duration, so ages with jitter would be a list for each socket. */
describe('an age', () => {
  it.each([
    [60_000.7, 60_000],
    [3_299_999, 3_299_000],
    [Infinity, Infinity],
  ])('of minutes is one of whole seconds: %s ms is %s', (ageMs, expected) => {
    expect(inWholeSeconds(ageMs)).toBe(expected);
  });

  it.each([0, 0.5, 59_999])('of seconds is what it is: %s ms', (ageMs) => {
    expect(inWholeSeconds(ageMs)).toBe(ageMs);
  });

  it('that a hundred sockets have is one of a few', () => {
    const ages = Array.from({ length: 100 }, (_, socket) => inWholeSeconds(3_300_000 - 101.3 * socket));
    expect(new Set(ages).size).toBeLessThanOrEqual(12);
  });
});

describe('a deadline', () => {
  it.each([60 * DAY_MS, Infinity])('of %s ms costs nothing while it waits', (intervalMs) => {
    const expired = vi.fn();
    const deadline = new Deadline(systemClock, expired);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    deadline.arm(intervalMs);
    for (let day = 0; day < 59; day++) {
      vi.advanceTimersByTime(DAY_MS);
      deadline.touch();
    }
    expect(timers.mock.calls.length).toBeLessThanOrEqual(3);
    timers.mockRestore();
    vi.advanceTimersByTime(59 * DAY_MS);
    expect(expired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(DAY_MS);
    expect(expired).toHaveBeenCalledTimes(intervalMs === Infinity ? 0 : 1);
    deadline.disarm();
    expect(vi.getTimerCount()).toBe(0);
  });
});
