import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingChangesets } from '../check-changesets.ts';
import { workspace, write } from './__fixtures__/scratch.ts';
import { catalogs, changeset, smallWorkspace } from './__fixtures__/small-workspace.ts';
import { git } from './git.ts';

describe('the catalogs', () => {
  const workspaceWith = (text: string): string => smallWorkspace({ 'pnpm-workspace.yaml': text });
  const none =
    'pnpm-workspace.yaml has no `@livekit/agents` in `catalogs.peer`, where plugins/openai/package.json takes it from: write its range there';

  it.each<[string, string, string]>([
    ['without those of peers', catalogs().replace(/^ {2}peer:.*$/m, ''), none],
    ['without a peer', catalogs().replace('@livekit/agents', '@livekit/other'), none],
    ['without any', 'packages: [packages/*, plugins/*]\n', none],
    [
      'with what is no range',
      catalogs('latest'),
      'pnpm-workspace.yaml says "latest" of `@livekit/agents` in `catalogs.peer`, which is no range: write one such as "^1.9.0"',
    ],
    [
      'with a number for a range',
      catalogs('1.9'),
      'pnpm-workspace.yaml says 1.9 of `@livekit/agents` in `catalogs.peer`, which is no range: write one such as "^1.9.0"',
    ],
    ['that are a list', '- packages\n', 'pnpm-workspace.yaml cannot be read: it should be settings by name'],
    ['that cannot be read', 'packages: [packages/*\ncatalogs: {}\n', 'pnpm-workspace.yaml cannot be read: '],
  ])('%s are an error in a line, and no trace of the program', (_what, text, line) => {
    for (const program of ['check-changesets', 'check-packages']) {
      const { status, stderr } = run(program, workspaceWith(text));
      expect([status, stderr]).toEqual([1, expect.stringContaining(line)]);
      expect(stderr).not.toMatch(/^\s+at |\.ts:\d/m);
    }
  });

  it('that could not be read before, and can now, are no error', () => {
    const root = workspaceWith('- packages\n');
    write(root, { 'pnpm-workspace.yaml': catalogs(), ...changeset({ '@patchbay/openai': 'minor' }) });
    expect(missingChangesets(root, git(root, 'rev-parse', 'main').trim())).toEqual([]);
  });
});

/** A program of the releases. */
function run(program: string, root: string, ...words: string[]) {
  const path = join(workspace, `scripts/${program}.ts`);
  return spawnSync(process.execPath, ['-C', 'dev', path, '--root', root, ...words], { encoding: 'utf8' });
}
