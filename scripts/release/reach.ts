import { fileAt, type Change } from './git.ts';
import {
  catalogsOf,
  isForAgents,
  isForTests,
  isPublished,
  resolveRange,
  workspaceFile,
  type Catalogs,
  type Manifest,
  type Package,
  type Ranges,
} from './workspace.ts';

/** A published package that users will find different, and why. */
export interface Touched {
  name: string;
  because: string;
}

/** One side of a change. */
export interface Side {
  manifest: Manifest | undefined;
  catalogs: Catalogs;
}

/** A published package before and after. */
export interface Comparison {
  name: string;
  folder: string;
  before: Side;
  after: Side;
}

/** Every published package whose manifest or catalog entries may differ from those of `base`, and those that went away. */
export function comparisons(
  root: string,
  base: string,
  changes: readonly Change[],
  packages: readonly Package[],
  catalogs: Catalogs,
): Comparison[] {
  const paths = new Set(changes.map(({ path }) => path));
  const before = paths.has(workspaceFile) ? catalogsBefore(fileAt(root, base, workspaceFile)) : catalogs;
  const manifestAt = (folder: string): Manifest | undefined => {
    const text = fileAt(root, base, `${folder}/package.json`);
    return text === undefined ? undefined : (JSON.parse(text) as Manifest);
  };
  const gone = changes
    .filter(({ path, deleted }) => deleted && path.endsWith('/package.json') && !isForTests(path))
    .map(({ path }) => path.slice(0, -'/package.json'.length))
    .flatMap((folder) => {
      const manifest = manifestAt(folder);
      return manifest === undefined || !isPublished({ folder, manifest }) ? [] : [{ folder, manifest }];
    });
  return [
    ...packages.filter(isPublished).map(({ folder, manifest }) => ({
      ...{ name: manifest.name, folder, after: { manifest, catalogs } },
      before: { catalogs: before, manifest: paths.has(`${folder}/package.json`) ? manifestAt(folder) : manifest },
    })),
    ...gone.map(({ folder, manifest }) => ({
      ...{ name: manifest.name, folder, after: { manifest: undefined, catalogs } },
      before: { manifest, catalogs: before },
    })),
  ];
}

/** What could not be read then said nothing, and whoever mends it now is not to blame. */
function catalogsBefore(text = ''): Catalogs {
  try {
    return catalogsOf(text);
  } catch {
    return {};
  }
}

/** What goes into all packages: how they are built, and the licence, which pnpm packs with each. It packs no NOTICE. */
const common = new Set(['tsdown.base.ts', 'tsconfig.base.json', 'LICENSE']);
/** What goes into a package beside its sources. */
const own = new Set(['tsdown.config.ts', 'tsconfig.json', 'LICENSE', 'NOTICE']);

/** What of a change reaches those who install: what is built, what is asked of their side, not READMEs and tests. */
export function touchedBy(changes: readonly Change[], compared: readonly Comparison[]): Touched[] {
  return compared.flatMap(({ name, folder, before, after }) => {
    if (after.manifest === undefined) return [{ name, because: `${folder} is gone` }];
    const file = changes.find(({ path }) => isShipped(path, folder));
    if (file !== undefined) return [{ name, because: file.path }];
    const field = changedField(before.manifest, after.manifest);
    if (field !== undefined) return [{ name, because: `\`${field}\` of ${folder}/package.json` }];
    const entry = changedEntry(before, after);
    return entry === undefined ? [] : [{ name, because: `the catalog entry of ${entry} in ${workspaceFile}` }];
  });
}

function isShipped(path: string, folder: string): boolean {
  if (common.has(path)) return true;
  if (!path.startsWith(`${folder}/`)) return false;
  const inside = path.slice(folder.length + 1);
  return own.has(inside) || (inside.startsWith('src/') && !isForTests(inside) && !isForAgents(inside));
}

/** A field that users get. Releases write the version; scripts and dev dependencies stay at home. */
function changedField(before: Manifest | undefined, after: Manifest): string | undefined {
  const home = new Set(['version', 'scripts', 'devDependencies']);
  const [old, now] = [{ ...before }, { ...after }] as Record<string, unknown>[];
  return [...new Set([...Object.keys(old!), ...Object.keys(now!)])]
    .filter((field) => !home.has(field))
    .find((field) => JSON.stringify(old![field]) !== JSON.stringify(now![field]));
}

function changedEntry(before: Side, after: Side): string | undefined {
  const { dependencies, optionalDependencies, peerDependencies } = after.manifest!;
  return [dependencies, optionalDependencies, peerDependencies]
    .flatMap((ranges: Ranges = {}) => Object.entries(ranges))
    .find(
      ([name, range]) => resolveRange(name, range, before.catalogs) !== resolveRange(name, range, after.catalogs),
    )?.[0];
}
