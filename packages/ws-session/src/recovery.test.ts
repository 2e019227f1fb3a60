import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoff, Budget, DEFAULT_RECONNECT } from './recovery.ts';

describe('the wait', () => {
  it('grows to its cap and is never less than half of itself', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 2_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, chance) => {
          const wait = backoff(DEFAULT_RECONNECT, failures, () => chance);
          const whole = Math.min(8_000, 250 * 3 ** failures);
          expect(wait).toBeGreaterThanOrEqual(whole / 2);
          expect(wait).toBeLessThanOrEqual(whole);
        },
      ),
    );
  });

  it('lets the attempts of the default budget outlast a restart of eight seconds, at the least', () => {
    const waits = Array.from({ length: DEFAULT_RECONNECT.budget }, (_, failures) =>
      backoff(DEFAULT_RECONNECT, failures, () => 0),
    );
    expect(waits[0]).toBeLessThan(250);
    expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThan(8_000);
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
