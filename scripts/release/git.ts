import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';

/** What git says. */
export function git(root: string, ...words: string[]): string {
  return execFileSync('git', words, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
  });
}

/** The commit of that name, or undefined. */
export function commitOf(root: string, name: string): string | undefined {
  try {
    return git(root, 'rev-parse', '--verify', '--quiet', `${name}^{commit}`).trim();
  } catch {
    return undefined;
  }
}

/** Where the work that is checked out left `name`; `name` itself where the two have nothing in common. */
export function forkOf(root: string, commit: string): string {
  try {
    return git(root, 'merge-base', commit, 'HEAD').trim();
  } catch {
    return commit;
  }
}

/** A file as it was, or undefined if it was not. */
export function fileAt(root: string, commit: string, path: string): string | undefined {
  try {
    return git(root, 'show', `${commit}:${path}`);
  } catch {
    return undefined;
  }
}

export interface Change {
  /** From the root, with `/`. */
  path: string;
  deleted: boolean;
}

/** What is different from that commit, uncommitted and new files included. */
export function changesSince(root: string, commit: string): Change[] {
  const fields = git(root, 'diff', '--name-status', '--no-renames', '-z', commit).split('\0').slice(0, -1);
  const changes: Change[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    changes.push({ path: fields[at + 1]!, deleted: fields[at] === 'D' });
  }
  const untracked = git(root, 'ls-files', '--others', '--exclude-standard', '-z').split('\0').filter(Boolean);
  return [...changes, ...untracked.map((path) => ({ path, deleted: false }))];
}

/** A repository of git on `main` with one commit of all that is in a folder, or one more commit where there is one. */
export function commitAll(root: string, message = 'All'): void {
  git(root, 'init', '--quiet', '--initial-branch', 'main');
  git(root, 'add', '--all');
  git(root, '-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '-m', message);
}

/** All that git knows of a repository, as it is now, uncommitted and new files included, in another folder. */
export function copyFiles(from: string, to: string): void {
  const paths = git(from, 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate');
  const gone = new Set(git(from, 'ls-files', '-z', '--deleted').split('\0'));
  for (const path of paths.split('\0').filter((each) => each !== '' && !gone.has(each))) {
    cpSync(join(from, path), join(to, path));
  }
}
