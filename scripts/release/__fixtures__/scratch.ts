import { cpSync, globSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { commitAll } from '../git.ts';
import { packagesOf, type Package } from '../workspace.ts';

export const workspace: string = join(import.meta.dirname, '../../..');

/** What is said where: `{ 'plugins/a/package.json': {…}, 'README.md': '…' }`; null deletes. */
export type Files = Readonly<Record<string, unknown>>;

/** A folder of its own for a test, gone after it. */
export function scratchFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'patchbay-scratch-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function write(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    if (content === null) {
      rmSync(file);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
  }
}

/** This workspace as far as releases look at it, in a repository of its own, with no changeset waiting. */
export function scratchClone(): { root: string; packages: Package[] } {
  const root = scratchFolder();
  const packages = packagesOf(workspace);
  const manifests = packages.map(({ folder }) => `${folder}/package.json`);
  const kept = ['package.json', 'pnpm-workspace.yaml', '.gitignore', '.prettierrc', '.changeset/config.json'];
  for (const path of [...kept, ...manifests]) cpSync(join(workspace, path), join(root, path));
  symlinkSync(join(workspace, 'node_modules'), join(root, 'node_modules'));
  // A link is no folder, so `node_modules/` in .gitignore would not do.
  write(root, { '.git/info/exclude': 'node_modules\n' });
  commitAll(root);
  return { root, packages };
}

/** Paths that match, with `/`. */
export function found(root: string, pattern: string): string[] {
  return globSync(pattern, { cwd: root }).map((path) => path.replaceAll('\\', '/'));
}
