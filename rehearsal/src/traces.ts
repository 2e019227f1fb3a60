import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { git } from '../../scripts/release/git.ts';

/** What of a machine a rehearsal must not change. */
export interface Traces {
  /** What git says is different in the workspace. */
  status: string;
  lockfile: string;
  /** When the settings of npm and pnpm were last written; nobody reads them here. */
  settings: string;
}

export function tracesOf(workspace: string, home: string = homedir()): Traces {
  const files = [join(workspace, '.npmrc'), join(home, '.npmrc'), join(home, '.config/pnpm/rc')];
  return {
    status: git(workspace, 'status', '--porcelain', '-uall'),
    lockfile: createHash('sha256')
      .update(readFileSync(join(workspace, 'pnpm-lock.yaml')))
      .digest('hex'),
    settings: files.map((file) => `${file} ${existsSync(file) ? statSync(file).mtimeMs : 'is not there'}`).join('\n'),
  };
}

/** What is left behind, a line each. */
export function leftBehind(before: Traces, after: Traces, folder: string, projects: string): string[] {
  const kinds = Object.keys(before) as (keyof Traces)[];
  return [
    ...kinds
      .filter((kind) => before[kind] !== after[kind])
      .map((kind) => `${kind} changed, from\n${before[kind]}\nto\n${after[kind]}`),
    ...(existsSync(folder) ? [`${folder} is still there`] : []),
    ...linksInto(projects, folder).map((link) => `${link} in pnpm's store names a project of it`),
    ...processesOf(folder).map((process) => `a process is still there: ${process}`),
  ];
}

/** Processes that were started in a folder, or with a file of it. Linux tells; elsewhere there are none. */
export function processesOf(folder: string): string[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  return readdirSync('/proc').flatMap((id) => {
    if (!/^\d+$/.test(id) || id === String(process.pid)) return [];
    try {
      const words = readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const isThere = words.includes(folder) || readlinkSync(`/proc/${id}/cwd`).startsWith(folder);
      return isThere && words !== '' ? [`${id} ${words.slice(0, 200)}`] : [];
    } catch {
      return []; // It is gone, or somebody else's.
    }
  });
}

/** Where pnpm remembers who uses its store, so that it can be cleaned up. */
export function projectsFolder(): string {
  const store = execFileSync('pnpm', ['store', 'path'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return join(store.trim(), 'projects');
}

/** Links of a folder that go to another folder, or to what is in it. */
export function linksInto(links: string, folder: string): string[] {
  if (!existsSync(links)) return [];
  return readdirSync(links, { withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink())
    .map(({ name }) => join(links, name))
    .filter((link) => readlinkSync(link).startsWith(folder));
}
