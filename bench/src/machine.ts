import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** What was measured on, and with. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGB: number;
  system: string;
  node: string;
  packages: Readonly<Record<string, string>>;
}

const named = ['@livekit/agents', '@livekit/agents-plugin-openai', '@livekit/rtc-node', 'ws'];

export function thisMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
    node: process.version,
    packages: Object.fromEntries(named.map((name) => [name, versionOf(name)])),
  };
}

/** What is measured, as Git knows it; `undefined` where it does not. */
export async function presentCommit(): Promise<string | undefined> {
  const git = promisify(execFile);
  try {
    const { stdout } = await git('git', ['describe', '--always', '--abbrev=10', '--dirty', '--exclude=*'], {
      cwd: import.meta.dirname,
    });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

/** How much of the machine somebody uses for so long, in per cent. */
export async function busyFor(milliseconds: number): Promise<number> {
  const before = coresUsed();
  await sleep(milliseconds);
  const now = coresUsed();
  return Math.round((100 * (now.busy - before.busy)) / (now.all - before.all));
}

/** Waits for others to be done; `false` if they are not in five minutes. */
export async function untilIdle(print: (line: string) => void): Promise<boolean> {
  for (let second = 0; second < 300; second += 5) {
    const busy = await busyFor(5_000);
    if (busy <= idlePercent) return true;
    print(`waiting for others, who use ${busy} % of the machine`);
  }
  return false;
}

/** A machine has always something small to do. */
const idlePercent = 5;

function coresUsed(): { busy: number; all: number } {
  const times = cpus().map((core) => core.times);
  const all = times.reduce((sum, { user, nice, sys, irq, idle }) => sum + user + nice + sys + irq + idle, 0);
  return { busy: all - times.reduce((sum, { idle }) => sum + idle, 0), all };
}

/** Not every package exports its manifest. */
function versionOf(name: string): string {
  const require = createRequire(import.meta.url);
  for (let folder = dirname(require.resolve(name)); ; folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
      if (manifest.name === name) return String(manifest.version);
    } catch {
      // Further up.
    }
    if (folder === dirname(folder)) return 'unknown';
  }
}
