import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { features } from './features.ts';
import { pains } from './pains.ts';

const root = join(import.meta.dirname, '../../../..');

test('there are 32 pains, in order', () => {
  expect(pains.map(({ number }) => number)).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
});

const claims = [
  ...pains.map(({ number, tests }) => [`pain ${number}`, tests] as const),
  ...features.flatMap(({ feature, tests }) => (tests === undefined ? [] : [[feature, tests] as const])),
];

// Whether they ran and passed is for scripts/check-evidence.ts to say, when all of them are over.
test.each(claims)('%s names tests', async (_, tests) => {
  expect(tests.length).toBeGreaterThan(0);
  for (const [file, title] of tests) {
    expect(file).toMatch(/\.test\.ts$/);
    expect(title).toMatch(/\w{3}/);
    await access(join(root, file));
  }
});

test.each(features)('$feature has a test, or a reason why there is none', ({ tests, reason }) => {
  expect([tests, reason].filter((each) => each !== undefined)).toHaveLength(1);
});
