import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { folderOf } from '../folder.ts';
import { installationEnvironment } from '../process/environment.ts';
import { runCommand } from '../process/command.ts';

export interface GoBuild {
  /** A folder with `go.mod` and `go.sum`. */
  module: string;
  /** The package of the program. */
  program: string;
}

/** Builds a program from a module whose sums are known, into a folder, under the folder's own name. */
export async function buildGo(folder: string, { module, program }: GoBuild): Promise<void> {
  for (const file of ['go.mod', 'go.sum']) await cp(join(module, file), join(folder, file));
  const env = installationEnvironment({
    GOPATH: folderOf('cache', 'go'),
    GOCACHE: folderOf('cache', 'go-build'),
    GOFLAGS: '-mod=readonly -modcacherw',
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
  });
  const output = join(folder, folder.slice(dirname(folder).length + 1));
  await runCommand('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', output, program], {
    ...{ cwd: folder, env },
    niceness: 19,
  });
}
