import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { commitAll } from '../../scripts/release/git.ts';
import { Stage } from './stage.ts';
import { leftBehind, tracesOf } from './traces.ts';

function scene() {
  const stage = new Stage();
  onTestFinished(() => stage.end());
  const [workspace, home, projects] = ['workspace', 'home', 'projects'].map((name) => stage.folderOf(name));
  writeFileSync(join(workspace!, 'pnpm-lock.yaml'), 'lockfileVersion: 9\n');
  commitAll(workspace!);
  const before = tracesOf(workspace!, home);
  const folder = join(stage.folder, 'rehearsal');
  const left = (): string[] => leftBehind(before, tracesOf(workspace!, home), folder, projects!);
  return { stage, workspace: workspace!, home: home!, projects: projects!, folder, left };
}

it('where nothing changed, nothing is left behind', () => {
  expect(scene().left()).toEqual([]);
});

it('a lockfile that changed is left behind', () => {
  const { workspace, left } = scene();
  writeFileSync(join(workspace, 'pnpm-lock.yaml'), 'lockfileVersion: 10\n');
  expect(left()).toEqual([expect.stringMatching(/^status changed/), expect.stringMatching(/^lockfile changed/)]);
});

it('settings of npm are left behind, the user’s and the workspace’s', () => {
  const { home, workspace, left } = scene();
  writeFileSync(join(home, '.npmrc'), 'registry=http://127.0.0.1:4873/\n');
  expect(left()).toEqual([expect.stringMatching(/^settings changed/)]);
  writeFileSync(join(workspace, '.npmrc'), '');
  expect(left()[0]).toMatch(/^status changed/);
});

it('a folder is left behind, and a link to it in the store', () => {
  const { folder, projects, left } = scene();
  mkdirSync(folder);
  symlinkSync(join(folder, 'clone'), join(projects, '0254f1'));
  symlinkSync('/elsewhere', join(projects, '0254f2'));
  expect(left()).toEqual([`${folder} is still there`, expect.stringMatching(/0254f1 in pnpm's store/)]);
});

it.runIf(process.platform === 'linux')('a process is left behind, and named', async () => {
  const { stage, folder, left } = scene();
  const words = ['-e', 'console.log(0); setInterval(() => {}, 1000)', join(folder, 'server.js')];
  const child = stage.start(process.execPath, words, { cwd: '/', env: {} });
  await new Promise((resolve) => child.stdout!.once('data', resolve));
  expect(left()).toEqual([expect.stringContaining(`a process is still there: ${child.pid} `)]);
});
