import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { isForAgents } from './workspace.ts';

export const levels = ['patch', 'minor', 'major'] as const;
export type Level = (typeof levels)[number];

/** A file in `.changeset`. */
export interface ChangesetFile {
  /** From the root: `.changeset/brave-cats-sing.md`, or `.changeset/pre/…` once a prerelease has consumed it. */
  path: string;
  /** Package → what is written behind it, which may be anything. */
  releases: ReadonlyMap<string, unknown>;
  /** What users will read. */
  text: string;
}

/** Those that changesets reads too: that wait, and that a prerelease has consumed and moved to `.changeset/pre`. */
export function changesetPaths(root: string): string[] {
  return globSync(['.changeset/*.md', '.changeset/pre/*.md'], { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !isNote(basename(path)))
    .sort();
}

/** What changesets takes for no changeset: `ignoredMdFiles` of @changesets/read 1.0.1. */
function isNote(name: string): boolean {
  return /^readme\.md$/i.test(name) || isForAgents(name) || name.startsWith('.');
}

/** Undefined for what has no readable head. */
export function readChangeset(root: string, path: string): ChangesetFile | undefined {
  const [, head, text] = /^\s*---([^]*?)\n\s*---\s*(?:\n([^]*))?$/.exec(readFileSync(join(root, path), 'utf8')) ?? [];
  if (head === undefined) return undefined;
  try {
    const releases: unknown = parse(head) ?? {};
    if (typeof releases !== 'object' || Array.isArray(releases)) return undefined;
    return { path, releases: new Map(Object.entries(releases as object)), text: (text ?? '').trim() };
  } catch {
    return undefined;
  }
}

export function isLevel(value: unknown): value is Level {
  return levels.includes(value as Level);
}

/** The higher of two; undefined is below all. */
export function higher(one: Level | undefined, other: Level | undefined): Level | undefined {
  return rank(one) >= rank(other) ? one : other;
}

export function rank(level: Level | undefined): number {
  return level === undefined ? -1 : levels.indexOf(level);
}
