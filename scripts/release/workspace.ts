import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

export type Ranges = Readonly<Record<string, string>>;

/** As much of a `package.json` as releases look at. */
export interface Manifest {
  name: string;
  version?: string;
  private?: boolean;
  description?: string;
  license?: string;
  repository?: { type?: string; url?: string; directory?: string };
  type?: string;
  engines?: Ranges;
  files?: readonly string[];
  main?: string;
  module?: string;
  types?: string;
  bin?: string | Ranges;
  exports?: Readonly<Record<string, unknown>>;
  scripts?: Ranges;
  dependencies?: Ranges;
  optionalDependencies?: Ranges;
  peerDependencies?: Ranges;
  peerDependenciesMeta?: Readonly<Record<string, { optional?: boolean }>>;
  devDependencies?: Ranges;
  publishConfig?: { access?: string; exports?: Readonly<Record<string, unknown>>; [setting: string]: unknown };
}

export interface Package {
  /** From the root, with `/`. */
  folder: string;
  manifest: Manifest;
}

/** Name of a catalog → package → range. The one without a name is `default`. */
export type Catalogs = Readonly<Record<string, Ranges>>;

interface WorkspaceFile {
  packages?: string[];
  catalog?: Ranges;
  catalogs?: Record<string, Ranges>;
}

export const workspaceFile = 'pnpm-workspace.yaml';

/** Every package of the workspace, by folder. */
export function packagesOf(root: string): Package[] {
  const { packages = [] } = workspaceIn(readFileSync(join(root, workspaceFile), 'utf8'));
  return packages
    .flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: root }))
    .map((path) => dirname(path).replaceAll('\\', '/'))
    .sort()
    .map((folder) => ({ folder, manifest: manifestOf(join(root, folder)) }));
}

/** Those that users can install: all of them are released together. */
export function publishedOf(root: string): Package[] {
  return packagesOf(root).filter(isPublished);
}

export function isPublished({ manifest }: Package): boolean {
  return manifest.private !== true;
}

export function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/**
 * The catalogs in the text of a `pnpm-workspace.yaml`.
 *
 * @throws Error that says where it cannot be read.
 */
export function catalogsOf(text: string): Catalogs {
  const { catalog, catalogs } = workspaceIn(text);
  return { ...catalogs, default: { ...catalogs?.default, ...catalog } };
}

function workspaceIn(text: string): WorkspaceFile {
  const cannot = (why: string): Error => new Error(`${workspaceFile} cannot be read: ${why}`);
  let read: unknown;
  try {
    read = parse(text) ?? {};
  } catch (error) {
    // The first line says what and where; a drawing of it follows.
    throw cannot((error as Error).message.split('\n')[0]!.replace(/:$/, ''));
  }
  if (typeof read !== 'object' || Array.isArray(read)) throw cannot('it should be settings by name');
  return read as WorkspaceFile;
}

/** A range as it will be published: `catalog:peer` is what that catalog says of the package. */
export function resolveRange(name: string, range: string, catalogs: Catalogs): string {
  const catalog = catalogNamed(range);
  return (catalog === undefined ? undefined : catalogs[catalog]?.[name]) ?? range;
}

/** Which catalog a range is taken from: `catalog:peer` from `peer`, `catalog:` from `default`, `^1.9.0` from none. */
export function catalogNamed(range: string): string | undefined {
  return range.startsWith('catalog:') ? range.slice('catalog:'.length) || 'default' : undefined;
}

/**
 * Whether a file of a package is there for tests alone, by its path: no build has it.
 */
export function isForTests(path: string): boolean {
  return (
    /\.(test|spec)(-d)?(\.d)?\.[cm]?[jt]sx?(\.map)?$/.test(path) ||
    /(^|\/)(__fixtures__|__snapshots__|__tests__|conformance|evidence)\/|(^|\/)fuzz-targets\.ts$/.test(path)
  );
}

/** Whether a file, by its path, tells coding agents how to work where it lies: no build has it. */
export function isForAgents(path: string): boolean {
  return /(^|\/)(AGENTS|CLAUDE|GEMINI)\.md$/.test(path);
}
