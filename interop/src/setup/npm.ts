import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { folderOf } from '../folder.ts';
import { installationEnvironment } from '../process/environment.ts';
import { runCommand } from '../process/command.ts';

/** What the lock file of a folder lists; no package runs a script. */
export async function installNpm(folder: string, from: string): Promise<void> {
  for (const file of ['package.json', 'package-lock.json']) await cp(join(from, file), join(folder, file));
  const env = installationEnvironment({ npm_config_cache: folderOf('cache', 'npm') });
  await runCommand('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=dev'], { cwd: folder, env });
}
