import { copyFile, glob, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { folderOf } from '../folder.ts';
import { installationEnvironment } from '../process/environment.ts';
import { runCommand } from '../process/command.ts';

export interface PythonPackages {
  /** A file of exact versions with their hashes. */
  requirements: string;
  /** A file of the same kind, of packages that are not installed but unpacked, into the folder `sources`. */
  sources?: string;
}

/** The installer of packages: pip takes minutes for what it does in seconds. */
const uv = 'uv==0.9.7';

/** A virtual environment with what the file lists, each package of its hash. */
export async function installPython(folder: string, { requirements, sources }: PythonPackages): Promise<void> {
  const env = installationEnvironment({
    UV_CACHE_DIR: folderOf('cache', 'uv'),
    PIP_CACHE_DIR: folderOf('cache', 'pip'),
  });
  const run = (command: string, args: readonly string[]): Promise<string> =>
    runCommand(command, args, { env, niceness: 10 });
  await run('python3', ['-m', 'venv', folder]);
  await run(join(folder, 'bin/pip'), ['install', '-q', '--disable-pip-version-check', uv]);
  await copyFile(requirements, join(folder, 'requirements.lock'));
  await run(join(folder, 'bin/uv'), [
    ...['pip', 'install', '-q', '--python', join(folder, 'bin/python'), '--require-hashes', '--compile-bytecode'],
    ...['-r', join(folder, 'requirements.lock')],
  ]);
  if (sources !== undefined)
    await unpackSources(join(folder, 'sources'), sources, (program, args) => run(join(folder, 'bin', program), args));
}

/** pip reads the hashes, and asks a package for its name with the setuptools that were installed: they are listed too. */
async function unpackSources(
  folder: string,
  list: string,
  run: (program: string, args: readonly string[]) => Promise<string>,
): Promise<void> {
  await mkdir(folder);
  await run('pip', [
    ...['download', '-q', '--disable-pip-version-check', '--require-hashes', '--no-deps', '--no-build-isolation'],
    ...['--no-binary', ':all:', '-d', folder, '-r', list],
  ]);
  for await (const file of glob('*.tar.gz', { cwd: folder }))
    await run('python', ['-m', 'tarfile', '-e', join(folder, file), folder]);
}
