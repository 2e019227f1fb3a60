import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareFolder } from './folder.ts';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'demo-'))));
afterEach(() => rmSync(root, { recursive: true }));

test('a folder is made with those above it, and may be there already', () => {
  const folder = join(root, 'a/b/c');
  prepareFolder(folder);
  prepareFolder(folder);
  expect(statSync(folder).isDirectory()).toBe(true);
});

test('a file in the way is told by name', () => {
  const file = join(root, 'file');
  writeFileSync(file, '');
  for (const folder of [file, join(file, 'x'), join(file, 'x/y')]) {
    expect(() => prepareFolder(folder)).toThrow(`Nothing can be written to ${folder}.`);
  }
});

test.runIf(process.platform === 'linux')(
  'a file system that takes no folders is an error, and no endless search',
  () => {
    expect(() => prepareFolder('/proc/patchbay/out')).toThrow('Nothing can be written to /proc/patchbay/out.');
  },
);
