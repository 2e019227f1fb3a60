import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installationOf } from './installation.ts';

let root: string;
beforeEach(async () => void (root = await realpath(await mkdtemp(join(tmpdir(), 'installation-')))));
afterEach(() => rm(root, { recursive: true }));

/** A package with a file of so many bytes, and where the packages that it needs are. */
async function made(folder: string, bytes: number, manifest: object, links: Readonly<Record<string, string>> = {}) {
  const text = JSON.stringify(manifest);
  await mkdir(join(root, folder, 'node_modules'), { recursive: true });
  await writeFile(join(root, folder, 'package.json'), text.padEnd(100));
  await writeFile(join(root, folder, 'index.js'), 'x'.repeat(bytes));
  for (const [name, target] of Object.entries(links))
    await symlink(join(root, target), join(root, folder, 'node_modules', name));
}

it('counts every package once, with peers, without what is optional and absent, and without what lies inside', async () => {
  await made('app', 0, {}, { voice: 'store/voice/node_modules/voice' });
  const needs = { dependencies: { wire: '1' }, optionalDependencies: { native: '1' }, peerDependencies: { host: '1' } };
  await made('store/voice/node_modules/voice', 1_000, needs, { wire: 'store/wire/node_modules/wire' });
  await made('store/voice/node_modules/host', 10_000, { dependencies: { wire: '1' } });
  await made('store/wire/node_modules/wire', 100_000, {});
  await symlink(join(root, 'store/wire/node_modules/wire'), join(root, 'store/voice/node_modules/wire'));
  expect(await installationOf('voice', join(root, 'app'))).toEqual({ packages: 3, bytes: 111_000 + 300 });
});

it('counts of a package in the workspace what is published', async () => {
  await made('app', 0, {}, { voice: 'plugins/voice' });
  await made('plugins/voice', 1_000_000, { files: ['dist'] });
  await mkdir(join(root, 'plugins/voice/dist'));
  await writeFile(join(root, 'plugins/voice/dist/index.js'), 'x'.repeat(500));
  expect(await installationOf('voice', join(root, 'app'))).toEqual({ packages: 1, bytes: 600 });
});

it('says which package is not there', async () => {
  await expect(installationOf('voice', root)).rejects.toThrow('voice is not installed');
});
