import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder that can be written, with those above it. Step by step: `mkdir` with `recursive` never returns where a
 * virtual file system, such as `/proc`, says that the parent of a new folder does not exist although it does.
 *
 * @throws Error that says which folder is in the way, and why.
 */
export function prepareFolder(folder: string): void {
  const missing: string[] = [];
  let path = folder;
  try {
    for (; statSync(path, { throwIfNoEntry: false }) === undefined; path = dirname(path)) missing.unshift(path);
    if (!statSync(path).isDirectory()) throw new Error(`${path} is not a folder.`);
    accessSync(path, constants.W_OK | constants.X_OK);
    for (path of missing) mkdirSync(path);
  } catch (error) {
    throw new Error(`Nothing can be written to ${folder}.`, { cause: error });
  }
}
