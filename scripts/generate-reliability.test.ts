import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { generateFeatures, generateReliability, pages } from './generate-reliability.ts';

it.each([
  ['reliability', generateReliability],
  ['features', generateFeatures],
] as const)(
  'docs/%s.md says what the data say (if not: node -C dev scripts/generate-reliability.ts)',
  async (name, generate) => {
    expect(await readFile(pages[name], 'utf8')).toBe(await generate());
  },
);
