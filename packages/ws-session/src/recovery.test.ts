import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoff, Breaker, Budget, DEFAULT_RECONNECT } from './recovery.ts';

describe('the wait', () => {
  it('grows to its cap and is never less than half of itself', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 2_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, chance) => {
          const wait = backoff(DEFAULT_RECONNECT, failures, () => chance);
          const whole = Math.min(8_000, 250 * 2 ** failures);
          expect(wait).toBeGreaterThanOrEqual(whole / 2);
          expect(wait).toBeLessThanOrEqual(whole);
        },
      ),
    );
  });
});

describe('the budget', () => {
  it('never holds more than its size, however long things go well', () => {
    const budget = new Budget(2, 60_000);
    budget.refund(10_000_000);
    expect([budget.take(), budget.take(), budget.take()]).toEqual([true, true, false]);
  });

  it('adds up short spells of health', () => {
    const budget = new Budget(1, 60_000);
    budget.take();
    for (let spell = 0; spell < 5; spell++) budget.refund(10_000);
    expect(budget.take()).toBe(false);
    budget.refund(10_000);
    expect(budget.take()).toBe(true);
  });
});

describe('the breaker', () => {
  it('forgives as soon as one connection lasts', () => {
    const breaker = new Breaker(3, 5_000);
    expect([10, 10, 5_000, 10, 10, 10].map((uptimeMs) => breaker.trips(uptimeMs))).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });
});
