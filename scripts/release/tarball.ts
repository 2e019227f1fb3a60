import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { manifestOf, type Manifest, type Package } from './workspace.ts';

const run = promisify(execFile);

/** A package as it will be installed. */
export interface Packed {
  /** Its manifest in the tarball, not that of the workspace. */
  manifest: Manifest;
  /** Every file, with `/`, in order. */
  files: readonly string[];
  readonly has: (path: string) => boolean;
  /** The text of a file, or '' if there is none. */
  readonly read: (path: string) => string;
}

/** Packs packages as `pnpm publish` does, and gives the paths of the tarballs. */
export async function pack(root: string, packages: readonly Package[], into: string): Promise<string[]> {
  const filters = packages.flatMap(({ manifest }) => ['--filter', manifest.name]);
  mkdirSync(into, { recursive: true });
  await run('pnpm', [...filters, 'pack', '--pack-destination', into], { cwd: root, maxBuffer: 2 ** 26 });
  return tarballsIn(into);
}

export function tarballsIn(folder: string): string[] {
  return globSync('**/*.tgz', { cwd: folder })
    .sort()
    .map((path) => join(folder, path));
}

/** Opens a tarball in a folder of its own. */
export async function unpack(tarball: string, into: string): Promise<Packed> {
  mkdirSync(into, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', into]);
  return packedIn(join(into, 'package'));
}

/** A package that is unpacked already. */
export function packedIn(folder: string): Packed {
  // Not a glob: it would leave out names with a dot before them.
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
  return {
    manifest: manifestOf(folder),
    files,
    has: (path) => files.includes(normal(path)),
    read: (path) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : ''),
  };
}

/** `./dist/index.js` is `dist/index.js`. */
function normal(path: string): string {
  return path.replace(/^\.\//, '');
}
