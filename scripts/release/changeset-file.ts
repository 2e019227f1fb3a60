import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const levels = ['patch', 'minor', 'major'] as const;
export type Level = (typeof levels)[number];

/** A file in `.changeset`. */
export interface ChangesetFile {
  /** From the root: `.changeset/brave-cats-sing.md`. */
  path: string;
  /** Package → what is written behind it, which may be anything. */
  releases: ReadonlyMap<string, unknown>;
  /** What users will read. */
  text: string;
}

/** Those that the next release consumes. What an earlier prerelease consumed lies in `.changeset/pre`. */
export function changesetPaths(root: string): string[] {
  return globSync('.changeset/*.md', { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !/\/readme\.md$/i.test(path))
    .sort();
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
