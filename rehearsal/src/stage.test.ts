import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Stage } from './stage.ts';
import { processesOf } from './traces.ts';

/** A child that does not listen, with a child of its own that does not either; both stand in the stage's folder. */
const stubborn = `
  process.on('SIGTERM', () => {}); process.on('SIGINT', () => {}); setInterval(() => {}, 1000);
  if (process.argv[1] !== 'last') {
    const child = require('child_process').spawn(process.execPath, ['-e', process.env.PROGRAM, 'last'], { stdio: 'inherit' });
    console.log(child.pid);
  }`;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const options = (stage: Stage) => ({
  cwd: stage.folder,
  env: { PATH: process.env.PATH!, PROGRAM: stubborn },
});

describe('a stage', () => {
  it('takes its folder and all that runs on it along when it ends', async () => {
    const stage = new Stage();
    const child = stage.start(process.execPath, ['-e', stubborn, 'first'], options(stage));
    const [grandchild] = (await once(child.stdout!, 'data')) as [Buffer];
    stage.folderOf('some', 'where');
    stage.end();
    expect(existsSync(stage.folder)).toBe(false);
    await expect
      .poll(() => [child.pid!, Number(grandchild.toString())].filter(isAlive), { timeout: 30_000 })
      .toEqual([]);
  });

  it('says how a program ended that did not end well, and what it said last', async () => {
    const stage = new Stage();
    onTestFinished(() => stage.end());
    const words = ['-e', "console.log('once'); console.error('no such package'); process.exit(3)"];
    const failing = stage.run(process.execPath, words, options(stage));
    await expect(failing).rejects.toThrow(/ended with 3:\n(once\n)?no such package/);
    expect(await stage.ask(process.execPath, words, options(stage))).toMatchObject({ code: 3 });
  });

  it('says which program is not there', async () => {
    const stage = new Stage();
    onTestFinished(() => stage.end());
    await expect(stage.run('/no/such/program', [], options(stage))).rejects.toThrow('/no/such/program');
  });
});

describe('a rehearsal that is interrupted', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s leaves neither a process nor a folder', async (signal) => {
    const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'patchbay-interrupted-')));
    onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
    const words = ['-C', 'dev', '--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'cli.ts')];
    const rehearsal = spawn(process.execPath, [...words, '--reduced'], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: 'ignore',
    });
    const ended = once(rehearsal, 'exit');
    const stageFolder = (): string | undefined => readdirSync(temporary).find((name) => name.includes('rehearsal'));
    // A clone is there, and something is at work in it.
    await expect
      .poll(() => stageFolder() !== undefined && processesOf(join(temporary, stageFolder()!)).length > 0, {
        timeout: 50_000,
        interval: 20,
      })
      .toBe(true);
    const folder = join(temporary, stageFolder()!);
    rehearsal.kill(signal);
    expect(await ended).toEqual([1, null]);
    expect(stageFolder()).toBeUndefined();
    await expect.poll(() => processesOf(folder), { timeout: 30_000 }).toEqual([]);
  });
});
