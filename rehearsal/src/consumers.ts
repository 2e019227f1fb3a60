import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { typescriptsOf, type Cell, type Manager, type Runtime, type TypeScript } from './plan.ts';
import { newProject } from './runtimes.ts';
import type { Environment, Stage } from './stage.ts';
import type { CellResult } from './table.ts';
import { complaintsOutside, typedProgram, typedSettings } from './typed.ts';

export interface Consumption {
  stage: Stage;
  registry: string;
  /** `@patchbay` */
  scope: string;
  /** Names of what LiveKit uses, without the version. */
  plugins: readonly string[];
  /** The version that all have. */
  version: string;
  /** What they want beside them, with the range. */
  peers: readonly string[];
  programs: Partial<Record<Runtime, string>>;
  env: Environment;
  told: (line: string) => void;
}

const typescripts: Readonly<Record<TypeScript, string>> = { '5.9': '~5.9.0', '6': '^6.0.0', '7': '^7.0.0' };
/** What LiveKit's declarations name and do not bring. */
const missingTypes = ['@types/ws@8', '@types/json-schema@7'];

/** Installs everything once per package manager, in a fresh folder, and has every runtime and compiler use it. */
export async function consumeAll(consumption: Consumption, cells: readonly Cell[]): Promise<CellResult[]> {
  const results: CellResult[] = [];
  for (const [manager, own] of Map.groupBy(cells, (cell) => cell.manager)) {
    const folder = projectOf(consumption, manager);
    const { plugins, version, scope, peers } = consumption;
    const compilers = typescriptsOf(own).map((each) => `typescript-${each}@npm:typescript@${typescripts[each]}`);
    const ours = [...plugins, `${scope}/loopback`].map((name) => `${name}@${version}`);
    await install(consumption, manager, folder, [...ours, ...peers]);
    await install(consumption, manager, folder, ['@types/node@24', ...compilers]);
    const isBare = ({ consumer }: Cell): boolean => consumer.kind === 'types' && !consumer.types;
    results.push(...(await inPairs(own.filter(isBare), (cell) => consume(consumption, folder, cell))));
    await install(consumption, manager, folder, missingTypes);
    const others = own.filter((cell) => !isBare(cell));
    results.push(...(await inPairs(others, (cell) => consume(consumption, folder, cell))));
  }
  return results;
}

function projectOf({ stage, registry, scope, plugins }: Consumption, manager: Manager): string {
  const folder = newProject(stage, 'consumers', manager);
  writeFileSync(join(folder, '.npmrc'), `${scope}:registry=${registry}\n`);
  // What the README says about the one install script that there is.
  if (manager === 'pnpm')
    writeFileSync(join(folder, 'pnpm-workspace.yaml'), "allowBuilds: { '@livekit/local-inference': false }\n");
  const sources = join(import.meta.dirname, 'consumer');
  cpSync(sources, folder, { recursive: true });
  for (const file of ['typed.mts', 'typed.cts'] as const) writeFileSync(join(folder, file), typedProgram(plugins));
  return folder;
}

async function install(
  { stage, env, told }: Consumption,
  manager: Manager,
  cwd: string,
  packages: readonly string[],
): Promise<void> {
  const startMs = performance.now();
  await stage.run(manager, [manager === 'npm' ? 'install' : 'add', ...packages], { cwd, env });
  told(`${manager} installs ${packages.length} packages: ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
}

async function consume(consumption: Consumption, folder: string, cell: Cell): Promise<CellResult> {
  const { consumer, runtime } = cell;
  const program = consumption.programs[runtime];
  if (program === undefined) return { cell, passed: false, seen: `${runtime} is not installed` };
  const seen = consumer.kind === 'program' ? runProgram : compile;
  return seen(consumption, folder, cell, program).then(
    (text) => ({ cell, passed: true, seen: text }),
    (error: unknown) => ({ cell, passed: false, seen: (error as Error).message }),
  );
}

async function runProgram(
  { stage, env, plugins }: Consumption,
  cwd: string,
  { consumer }: Cell,
  program: string,
): Promise<string> {
  return (
    await stage.run(program, [consumer.kind === 'program' ? consumer.file : '', ...plugins], { cwd, env })
  ).trim();
}

async function compile({ stage, env }: Consumption, cwd: string, { consumer }: Cell, program: string): Promise<string> {
  if (consumer.kind !== 'types') throw new Error('no program of a compiler');
  const { typescript, file, resolution, types } = consumer;
  const settings = `tsconfig.${resolution}${file.slice('typed'.length)}.json`;
  writeFileSync(join(cwd, settings), JSON.stringify(typedSettings(file, resolution)));
  const compiler = join(cwd, `node_modules/typescript-${typescript}`);
  const { bin } = JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8')) as { bin: { tsc: string } };
  const words = [join(compiler, bin.tsc), '--pretty', 'false', '-p', settings];
  const { code, said } = await stage.ask(program, words, { cwd, env });
  if (code === 0) return '0 errors';
  const errors = complaintsOutside(said, types ? 'nobody' : '@livekit/agents');
  if (types || errors.length > 0) throw new Error(said.trim().slice(0, 2_000));
  return `${said.match(/error TS\d+/g)!.length} errors, all of them inside @livekit/agents`;
}

/** Two at a time: as many as the smallest machines have cores. */
async function inPairs<T, R>(all: readonly T[], work: (each: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < all.length) {
      const index = next++;
      results[index] = await work(all[index]!);
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}
