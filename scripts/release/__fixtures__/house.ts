import { mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commitAll, copyFiles } from '../git.ts';
import { packagesOf } from '../workspace.ts';
import { workspace } from './scratch.ts';

/** All of this workspace that git knows, as it is now, in a repository of its own in that folder, installed. */
export function copyOfWorkspace(root: string): void {
  copyFiles(workspace, root);
  symlinkSync(join(workspace, 'node_modules'), join(root, 'node_modules'));
  for (const { folder } of packagesOf(workspace)) installLike(root, folder, folder);
  commitAll(root);
}

/** Gives a folder of a copy what is installed for a folder of this workspace; packages of the workspace are the copy's. */
export function installLike(root: string, folder: string, model: string): void {
  const modules = join(workspace, model, 'node_modules');
  const homes = new Map(packagesOf(root).map(({ folder: home, manifest }) => [manifest.name, join(root, home)]));
  for (const name of installed(modules)) {
    link(homes.get(name) ?? realpathSync(join(modules, name)), join(root, folder, 'node_modules', name));
  }
}

export function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

function installed(modules: string): string[] {
  return readdirSync(modules)
    .filter((entry) => !entry.startsWith('.'))
    .flatMap((entry) => (entry.startsWith('@') ? readdirSync(join(modules, entry)).map((name) => `${entry}/${name}`) : entry));
}
