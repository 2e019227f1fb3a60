import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { folderOf } from '../folder.ts';
import { installationEnvironment } from '../process/environment.ts';
import { runCommand } from '../process/command.ts';

/** Unpacks packages, and those that they need and the machine lacks, into a folder. No root, and nothing on the machine changes. */
export async function installDebian(folder: string, packages: readonly string[]): Promise<void> {
  const apt = aptWith(folderOf('apt'));
  await apt(['update', '-qq'], folder);
  const uris = await apt(['install', '--print-uris', '-qq', '-y', '--no-install-recommends', ...packages], folder);
  const names = [...uris.matchAll(/^'\S+\/([^/_\s]+)_\S+' \S+_\S+\.deb /gm)].map(([, name]) => name!);
  // What the machine has already is not listed; what was asked for must be here in any case.
  await apt(['download', '-qq', ...new Set([...packages, ...names])], folder);
  const { glob } = await import('node:fs/promises');
  for await (const file of glob('*.deb', { cwd: folder })) {
    await runCommand('dpkg-deb', ['-x', join(folder, file), folder]);
    await rm(join(folder, file));
  }
}

/** apt-get with lists and a cache of its own. */
function aptWith(state: string): (args: readonly string[], cwd: string) => Promise<string> {
  const options = {
    'Dir::State::lists': join(state, 'lists'),
    'Dir::State::status': '/var/lib/dpkg/status',
    'Dir::Cache': join(state, 'cache'),
    'Debug::NoLocking': '1',
    'APT::Sandbox::User': '',
  };
  for (const path of ['lists/partial', 'cache/archives/partial']) folderOf('apt', ...path.split('/'));
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return (args, cwd) => runCommand('apt-get', [...flags, ...args], { cwd, env: installationEnvironment() });
}

/** What a program that was unpacked there needs in its environment to find its libraries. */
export function debianEnvironment(root: string): Record<string, string> {
  const libraries = ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'usr/lib', 'lib/x86_64-linux-gnu'];
  return { LD_LIBRARY_PATH: libraries.map((path) => join(root, path)).join(':') };
}
