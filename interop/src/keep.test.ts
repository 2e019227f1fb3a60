import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { keep } from './keep.ts';
import { readResults } from './results.ts';

it('keeps the results and the pages that are made of them, as they are in the repository', async () => {
  const root = await mkdtemp(join(tmpdir(), 'keep-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const folder of ['interop', 'docs']) await mkdir(join(root, folder));
  await keep(await readResults(), root);
  const repository = join(import.meta.dirname, '../..');
  for (const file of ['interop/results.json', 'docs/interop.md', 'docs/gateways.md'])
    expect(await readFile(join(root, file), 'utf8'), file).toBe(await readFile(join(repository, file), 'utf8'));
});
