import { mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

/** Where everything goes that the installer writes. */
const place = vi.hoisted(() => ({ root: '' }));
vi.mock('../folder.ts', async () => {
  const { mkdirSync } = await import('node:fs');
  const path = await import('node:path');
  return {
    folderOf: (...names: string[]) => {
      const folder = path.join(place.root, ...names);
      mkdirSync(folder, { recursive: true });
      return folder;
    },
  };
});
const { Installer } = await import('./installer.ts');

beforeEach(async () => {
  place.root = await mkdtemp(join(tmpdir(), 'installer-'));
});
afterEach(() => rm(place.root, { recursive: true }));

const make = vi.fn(async (folder: string) => {
  await writeFile(join(folder, 'program'), 'a program');
});

it.each<[string, (program: string) => Promise<unknown>]>([
  ['emptied', (program) => truncate(program)],
  ['removed', (program) => rm(program)],
  [
    'overwritten by as many bytes',
    async (program) => {
      await writeFile(program, 'PROGRAMME');
      await utimes(program, 2_000_000_000, 2_000_000_000);
    },
  ],
])('installs again what has been %s since, and what is whole is left alone', async (_how, damage) => {
  const told: string[] = [];
  const install = () => new Installer((what) => told.push(what)).once('go', 'thing', ['1.0'], make);
  const folder = await install();
  await writeFile(join(folder, 'written-by-the-program'), 'more');
  await install();
  expect(told).toEqual(['installing thing']);
  await damage(join(folder, 'program'));
  await install();
  expect(told).toEqual(['installing thing', 'installing thing']);
});

it('installs again where the recipe is another one', async () => {
  const told: string[] = [];
  const installer = new Installer((what) => told.push(what));
  for (const recipe of [['1.0'], ['1.0'], ['1.1']]) await installer.once('go', 'thing', recipe, make);
  expect(told).toHaveLength(2);
});
