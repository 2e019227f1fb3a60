import { existsSync, realpathSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

interface Manifest {
  files?: string[];
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

export interface Installation {
  /** Folders of packages. */
  packages: number;
  bytes: number;
}

/** A package with all that it needs, as it is found from a folder: what an installation of it consists of. */
export async function installationOf(name: string, from: string): Promise<Installation> {
  const folders = new Map<string, Manifest>();
  const visit = async (wanted: string, whoWants: string): Promise<void> => {
    const folder = folderOf(wanted, whoWants);
    // What is optional is not there on every machine.
    if (folder === undefined || folders.has(folder)) return;
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
    folders.set(folder, manifest);
    for (const need of needsOf(manifest)) await visit(need, folder);
  };
  if (folderOf(name, from) === undefined) throw new Error(`${name} is not installed`);
  await visit(name, from);
  let bytes = 0;
  for (const [folder, manifest] of folders) bytes += await sizeOf(folder, manifest);
  return { packages: folders.size, bytes };
}

function needsOf({ dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta }: Manifest): string[] {
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => peerDependenciesMeta?.[name]?.optional !== true);
  return [...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {}), ...peers];
}

/** As Node looks it up. */
function folderOf(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (basename(folder) !== 'node_modules' && existsSync(found)) return realpathSync(found);
    if (folder === dirname(folder)) return undefined;
  }
}

/** A package of this workspace has more files here than where it is installed. */
async function sizeOf(folder: string, { files }: Manifest): Promise<number> {
  const isInstalled = folder.includes(`${join('/', 'node_modules')}/`);
  if (isInstalled || files === undefined) return bytesBelow(folder);
  const published = ['package.json', 'README.md', 'LICENSE', ...files].map((file) => join(folder, file));
  const sizes = [...new Set(published)].filter((file) => existsSync(file)).map((file) => bytesBelow(file));
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function bytesBelow(path: string): Promise<number> {
  const entry = await stat(path);
  if (!entry.isDirectory()) return entry.size;
  let bytes = 0;
  // Other packages lie in there too.
  for (const name of await readdir(path)) if (name !== 'node_modules') bytes += await bytesBelow(join(path, name));
  return bytes;
}
