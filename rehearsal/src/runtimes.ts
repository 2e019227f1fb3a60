import { existsSync, globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Runtime } from './plan.ts';
import type { Environment, Stage } from './stage.ts';

/** What each runtime begins with: the lowest Node that we promise, and the newest of the others. */
const ranges: Readonly<Record<Exclude<Runtime, 'bun'>, string>> = {
  '20': '~20.19.0',
  '22': '22',
  '24': '24',
  '26': '26',
};

/** Installs every Node that is asked for and is not the one that runs already. Gives the program of each. */
export async function installNodes(
  stage: Stage,
  wanted: readonly Runtime[],
  env: Environment,
): Promise<Partial<Record<Runtime, string>>> {
  const [own] = process.versions.node.split('.');
  const others = wanted.filter((runtime) => runtime !== 'bun' && runtime !== own);
  const folder = newProject(stage, 'nodes');
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const names = others.map(
    (runtime) => `node-${runtime}@npm:node-${system}-${process.arch}@${ranges[runtime as keyof typeof ranges]}`,
  );
  if (names.length > 0) await stage.run('npm', ['install', '--ignore-scripts', ...names], { cwd: folder, env });
  const programs: Partial<Record<Runtime, string>> = { [own as Runtime]: process.execPath };
  for (const runtime of others) programs[runtime] = join(folder, `node_modules/node-${runtime}/bin/node`);
  return programs;
}

/** Installs Bun, or says why it cannot be: not every registry has it for every machine. */
export async function installBun(stage: Stage, env: Environment): Promise<{ program: string } | { reason: string }> {
  const folder = newProject(stage, 'bun');
  try {
    await stage.run('npm', ['install', '--ignore-scripts', 'bun'], { cwd: folder, env });
  } catch (error) {
    return { reason: (error as Error).message.split('\n').find((line) => line.includes('error')) ?? String(error) };
  }
  for (const path of globSync('node_modules/@oven/*/bin/bun{,.exe}', { cwd: folder })) {
    const program = join(folder, path);
    if (existsSync(program) && (await stage.ask(program, ['--version'], { cwd: folder, env })).code === 0)
      return { program };
  }
  return { reason: 'its npm package brings no program for this machine' };
}

/** A folder in which nothing is installed yet. */
export function newProject(stage: Stage, ...names: string[]): string {
  const folder = stage.folderOf(...names);
  writeFileSync(join(folder, 'package.json'), '{ "name": "somebody", "private": true }\n');
  return folder;
}
