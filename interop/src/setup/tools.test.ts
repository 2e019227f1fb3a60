import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { missingTools } from './tools.ts';

test('a tool that is asked for its version writes nothing into its user’s home', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tools-'));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  const [programs, home] = [join(folder, 'bin'), join(folder, 'home')];
  for (const path of [programs, home]) mkdirSync(path);
  writeFileSync(join(programs, 'go'), '#!/bin/sh\n: > "$HOME/.counted"\necho go version go1.99.0\n');
  chmodSync(join(programs, 'go'), 0o755);
  vi.stubEnv('PATH', programs);
  vi.stubEnv('HOME', home);
  expect(await missingTools(['go'])).toEqual([]);
  expect(readdirSync(home)).toEqual([]);
});
