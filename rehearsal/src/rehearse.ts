import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { publishedOf } from '../../scripts/release/workspace.ts';
import { Acts, type Act } from './acts.ts';
import { Clone, writeUserconfig } from './clone.ts';
import { consumeAll } from './consumers.ts';
import { builderEnvironment, consumerEnvironment, publisherEnvironment } from './environment.ts';
import { fillUp } from './fill.ts';
import { cellsOf, runtimesOf, type Scale } from './plan.ts';
import { startRegistry } from './registry.ts';
import { releaseAll, releaseSnapshot, releaseThroughFailure, type Release } from './release.ts';
import { installBun, installNodes } from './runtimes.ts';
import type { Stage } from './stage.ts';
import type { CellResult } from './table.ts';

/** How many packages are published once all plugins are there. */
const fullSize = 31;

export interface Rehearsed {
  acts: readonly Act[];
  cells: readonly CellResult[];
}

/** A release from its changeset to those who install it, on a stage. What fails is in what is given back. */
export async function rehearse(
  workspace: string,
  scale: Scale,
  stage: Stage,
  told: (line: string) => void,
): Promise<Rehearsed> {
  const acts = new Acts(told);
  const cells: CellResult[] = [];
  try {
    await play(workspace, scale, stage, told, acts, cells);
  } catch (error) {
    // It is told already where an act has failed.
    if (acts.all.at(-1)?.passed !== false)
      acts.all.push({ title: 'rehearsal', passed: false, seen: (error as Error).stack ?? String(error), seconds: 0 });
  }
  return { acts: acts.all, cells };
}

async function play(
  workspace: string,
  scale: Scale,
  stage: Stage,
  told: (line: string) => void,
  acts: Acts,
  results: CellResult[],
): Promise<void> {
  const caches = stage.folderOf('caches');
  const asked = await stage.run('npm', ['config', 'get', 'registry'], { cwd: workspace, env: inherited() });
  const env = consumerEnvironment(process.env, asked.trim(), caches);
  const clone = new Clone(stage, workspace, builderEnvironment(process.env));

  await acts.act('the clone is installed', () => clone.install('--frozen-lockfile'), lastOf);
  if (scale === 'full') await fill(acts, clone);

  const registry = await acts.act(
    'a registry of its own',
    () => startRegistry(stage, '@patchbay'),
    ({ address }) => `verdaccio at ${address}`,
  );
  const { address, token } = registry;
  const userconfig = writeUserconfig(stage, address, token);
  const publisher = publisherEnvironment(process.env, { registry: address, userconfig, caches });
  const release: Release = { acts, stage, clone, registry, env: publisher };
  await releaseAll(release);

  const bun = scale === 'whole' ? await installBun(stage, env) : undefined;
  if (bun !== undefined && 'reason' in bun) told(`without Bun: ${bun.reason}`);
  const cells = cellsOf(scale, bun !== undefined && 'program' in bun);
  const programs = await acts.act(
    'runtimes are installed',
    () => installNodes(stage, runtimesOf(cells), env),
    (all) => Object.keys(all).join(', ') + (bun !== undefined && 'program' in bun ? ', bun' : ''),
  );
  if (bun !== undefined && 'program' in bun) programs.bun = bun.program;
  const plugins = publishedOf(clone.root).filter(({ folder }) => folder.startsWith('plugins/'));
  await acts.act(
    'it is consumed',
    () =>
      consumeAll(
        {
          ...{ stage, registry: address, scope: '@patchbay', version: clone.version(), programs, env, told },
          peers: clone.peers(),
          plugins: plugins.map(({ manifest }) => manifest.name),
        },
        cells,
      ),
    (consumed) => {
      results.push(...consumed);
      return `${consumed.filter(({ passed }) => passed).length} of ${consumed.length}`;
    },
  );
  await releaseSnapshot(release);
  await releaseThroughFailure(release);
}

/** The clone gets the plugins that are not there yet, and what is generated from them. */
async function fill(acts: Acts, clone: Clone): Promise<void> {
  const plugins = await acts.act(
    `plugins are generated, up to ${fullSize} packages`,
    () => fillUp(clone, fullSize),
    (names) => `${names.length} plugins`,
  );
  await acts.act('they are installed', () => clone.install('--no-frozen-lockfile'), lastOf);
  await acts.act('options are told in READMEs', () => clone.script('scripts/generate-options.ts'), lastOf);
  await acts.act(
    'they are built, and what they export is told',
    () => clone.pnpm('check:packages', '--write'),
    (said) => `${lastOf(said).split(':')[0]}`,
  );
  clone.commit('Plugins');
  // What a build and a tarball do not tell of packages that are written alike, and so many.
  await acts.act('they repeat little of each other', () => clone.pnpm('duplicates'), duplicatesIn);
  await acts.act('they compile', () => clone.pnpm('typecheck'), lastOf);
  const tests = plugins.map((name) => `plugins/${name}/`);
  if (tests.length > 0) await acts.act('they pass their tests', () => clone.pnpm('test', ...tests), testsIn);
}

/** `249 (0.62%)`, lines, of what jscpd says. */
function duplicatesIn(said: string): string {
  return /\d+ \(\d+(\.\d+)?%\)/.exec(said)?.[0] ?? lastOf(said);
}

function testsIn(said: string): string {
  return /Tests +(.*)/.exec(stripVTControlCharacters(said))?.[1] ?? lastOf(said);
}

function inherited(): Record<string, string> {
  return process.env as Record<string, string>;
}

function lastOf(said: string): string {
  return said.trim().split('\n').at(-1)!.trim();
}

/** The workspace that this room is in. */
export const workspaceRoot: string = join(import.meta.dirname, '../..');
