import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { expect, it } from 'vitest';
import { generateOptions, pages } from './generate-options.ts';

const readmes = (await pages()).map((page) => [relative(process.cwd(), page), page] as const);

it.each(readmes)(
  '%s says what the types say (if not: node -C dev scripts/generate-options.ts)',
  { timeout: 60_000 },
  async (_name, page) => {
    expect(await readFile(page, 'utf8')).toBe(await generateOptions(page));
  },
);

it('there are such tables', () => {
  const pages = ['plugins/deepgram/README.md', 'plugins/soniox/README.md'];
  expect(readmes.map(([name]) => name)).toEqual(expect.arrayContaining(pages));
});
