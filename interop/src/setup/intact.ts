import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Of every file its size in bytes, and when it was written, in whole seconds: archives keep no more. */
export type Inventory = Record<string, [bytes: number, seconds: number]>;

/** What is in a folder. What Python makes of its sources while it runs is left out. */
export function inventoryOf(folder: string): Inventory {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !entry.parentPath.endsWith('__pycache__'))
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.map((file) => {
      const { size, mtimeMs } = lstatSync(file);
      return [file.slice(folder.length + 1), [size, Math.floor(mtimeMs / 1_000)]];
    }),
  );
}

/** Whether all of it is still there as it was; more may be. */
export function isIntact(folder: string, inventory: Inventory): boolean {
  const now = inventoryOf(folder);
  return Object.entries(inventory).every(
    ([file, [bytes, seconds]]) => now[file]?.[0] === bytes && now[file][1] === seconds,
  );
}
