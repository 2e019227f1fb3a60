import { expect, it } from 'vitest';
import { LeapingClock } from './leaping-clock.ts';

it('lets a minute pass in a moment, in order, and forgets what was cancelled', async () => {
  const clock = new LeapingClock();
  const fired: string[] = [];
  clock.setTimer(() => fired.push('second'), 20_000);
  clock.setTimer(() => fired.push('first'), 10_000);
  clock.setTimer(() => fired.push('never'), 15_000).cancel();
  clock.setTimer(() => fired.push('later'), 600_000);
  const before = clock.now();
  await clock.pass(60_000);
  expect(fired).toEqual(['first', 'second']);
  expect(clock.now() - before).toBeGreaterThanOrEqual(60_000);
  await clock.pass(600_000);
  expect(fired).toEqual(['first', 'second', 'later']);
});
