import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { folderOf } from '../folder.ts';
import { installDebian } from './debian.ts';
import { buildGo, type GoBuild } from './go.ts';
import { inventoryOf, isIntact, type Inventory } from './intact.ts';
import { installNpm } from './npm.ts';
import { installPython, type PythonPackages } from './python.ts';

/** Installs with the machine's ordinary package clients, into a folder that Git ignores, and what is there already not again. */
export class Installer {
  readonly #told: (what: string) => void;

  constructor(told: (what: string) => void) {
    this.#told = told;
  }

  /** A virtual environment with exactly these packages; where its programs are. */
  python(name: string, packages: PythonPackages): Promise<string> {
    const { requirements, sources } = packages;
    const locks = contentsOf(requirements, ...(sources === undefined ? [] : [sources]));
    return this.once('python', name, locks, (folder) => installPython(folder, packages)).then((at) => join(at, 'bin'));
  }

  /** Debian's packages, unpacked: nothing is installed on the machine. The root that they are in. */
  debian(name: string, packages: readonly string[]): Promise<string> {
    return this.once('debian', name, packages, (folder) => installDebian(folder, packages));
  }

  /** A program that is built from a Go module; its path. */
  go(name: string, build: GoBuild): Promise<string> {
    const { module, program } = build;
    const recipe = [program, ...contentsOf(join(module, 'go.mod'), join(module, 'go.sum'))];
    return this.once('go', name, recipe, (folder) => buildGo(folder, build)).then((at) => join(at, name));
  }

  /** Packages of npm, from their lock file; the folder that has `node_modules`. */
  npm(name: string, from: string): Promise<string> {
    return this.once('npm', name, contentsOf(join(from, 'package-lock.json')), (folder) => installNpm(folder, from));
  }

  /** `make` fills a folder; not again while `recipe` is the same, and from nothing when it broke off or a file is damaged. */
  async once(kind: string, name: string, recipe: unknown, make: (folder: string) => Promise<void>): Promise<string> {
    const folder = join(folderOf('installed', kind), name);
    const stamp = join(folder, '.installed.json');
    if (existsSync(stamp)) {
      const installed = JSON.parse(readFileSync(stamp, 'utf8')) as { recipe?: unknown; files?: Inventory };
      if (isDeepStrictEqual(installed.recipe, recipe) && isIntact(folder, installed.files ?? {})) return folder;
    }
    this.#told(`installing ${name}`);
    await rm(folder, { recursive: true, force: true });
    folderOf('installed', kind, name);
    await make(folder);
    writeFileSync(stamp, JSON.stringify({ recipe, files: inventoryOf(folder) }));
    return folder;
  }
}

/** What is installed follows what is in the lock files, wherever they are. */
function contentsOf(...files: string[]): string[] {
  return files.map((file) => readFileSync(file, 'utf8'));
}
