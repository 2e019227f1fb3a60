import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Stage } from '../stage.ts';
import { answers } from './answers.ts';
import { runCommand } from './command.ts';

const isThere = (url: string): Promise<boolean> => answers(url).catch(() => false);

/** A program that starts another one, which serves and does not listen to signals, and tells when that is there. */
async function startingAnother(then: string): Promise<{ script: string; url: string }> {
  const port = await new Stage('command-test').freePort();
  const served = `require('http').createServer((_, r) => r.end()).listen(${port}, '127.0.0.1', () => process.send('there'))`;
  const other = `process.on('SIGTERM', () => {}); process.on('SIGINT', () => {}); setTimeout(process.exit, 90_000); ${served}`;
  const options = `{ stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }`;
  const script = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(other)}], ${options}).on('message', () => { ${then} })`;
  return { script, url: `http://127.0.0.1:${port}` };
}

test('what a command leaves behind is ended with it, and not waited for', async () => {
  const { script, url } = await startingAnother(`console.log('done'); process.exit()`);
  expect(await runCommand(process.execPath, ['-e', script])).toBe('done\n');
  await expect.poll(() => isThere(url), { timeout: 30_000 }).toBe(false);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'a run that gets a %s leaves nothing of what its commands have started',
  async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), 'command-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const told = join(folder, 'told');
    const { script, url } = await startingAnother(`require('fs').writeFileSync('${told}', '')`);
    // Whoever is asked for its version takes forever.
    writeFileSync(join(folder, 'script.cjs'), script);
    writeFileSync(join(folder, 'go'), `#!/bin/sh\n"${process.execPath}" "${folder}/script.cjs"\n`);
    chmodSync(join(folder, 'go'), 0o755);
    const run = spawn(process.execPath, ['-C', 'dev', join(import.meta.dirname, '../cli.ts'), 'livekit'], {
      env: { PATH: folder },
      stdio: 'ignore',
    });
    await expect.poll(() => isThere(url), { timeout: 30_000 }).toBe(true);
    await expect.poll(() => readFileSync(told, 'utf8'), { timeout: 30_000 }).toBe('');
    run.kill(signal);
    expect(await once(run, 'exit')).toEqual([1, null]);
    await expect.poll(() => isThere(url), { timeout: 30_000 }).toBe(false);
  },
);
