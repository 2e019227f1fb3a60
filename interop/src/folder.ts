import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Everything that a run writes is in here: what was installed, what servers said, what came of it. Git ignores it. */
export const folder: string = join(import.meta.dirname, '../out');

/** A folder in there, made if there is none yet. */
export function folderOf(...names: string[]): string {
  const path = join(folder, ...names);
  mkdirSync(path, { recursive: true });
  return path;
}
