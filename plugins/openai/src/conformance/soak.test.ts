import { runSoak } from '@patchbay/conformance';
import { expect, it } from 'vitest';
import { subjects } from './__fixtures__/subjects.ts';

// `pnpm soak` is the same, 300 times as long.
it(
  'four sessions live for two hours while things go wrong, and no sample is lost without a word',
  { timeout: 300_000 },
  async () => {
    const mix = { stt: 2, realtime: 1, interpreter: 1 };
    const { breaches, samples, rotations, faults } = await runSoak({ subjects, mix, hours: 2, seed: 4 });
    expect(breaches).toEqual([]);
    expect(samples.unaccounted).toBe(0);
    expect(samples.sent).toBeGreaterThan(10_000_000);
    expect(samples.received / samples.sent).toBeGreaterThan(0.9);
    expect(rotations).toBeGreaterThan(5);
    expect(Object.keys(faults).length).toBeGreaterThan(3);
  },
);
