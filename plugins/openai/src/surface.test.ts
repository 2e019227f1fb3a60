import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareSurfaces } from './__fixtures__/surface.ts';

/** Names in the first column of the table of docs/migrating.md: the differences that are meant. */
const documented = readFileSync(join(import.meta.dirname, '../../../docs/migrating.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap((row) => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));

const differences = compareSurfaces();
const covers = (name: string) => (difference: string) =>
  difference.startsWith(name) && /^$|^[.([]/.test(difference.slice(name.length));

test("nothing of upstream's surface is missing or different, unless docs/migrating.md says so", () => {
  const unexplained = differences.filter(({ name }) => !documented.some((each) => covers(each)(name)));
  expect(unexplained).toEqual([]);
});

test.each(documented)('%s is a difference indeed', (name) => {
  expect(differences.some((difference) => covers(name)(difference.name))).toBe(true);
});
