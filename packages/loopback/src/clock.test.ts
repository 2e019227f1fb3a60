import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';

const DAY_MS = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
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

  it('for ever is none, and a long one that is cancelled is gone', () => {
    systemClock.setTimer(() => {}, Infinity);
    const timer = systemClock.setTimer(() => {}, 60 * DAY_MS);
    vi.advanceTimersByTime(40 * DAY_MS);
    timer.cancel();
    expect(vi.getTimerCount()).toBe(0);
  });
});
