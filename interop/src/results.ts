import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SystemRun } from './run.ts';
import { titlesOf } from './setup/tools.ts';

/** What `pnpm interop --write` keeps, and docs/interop.md shows: versions and results, no times and no dates. */
export interface Results {
  systems: SystemResults[];
}

export interface SystemResults {
  name: string;
  title: string;
  group: string;
  version: string;
  imitates?: string;
  /** What it needs of a machine beside Node, by names that a person understands. */
  needs: string[];
  cases: { id: string; about: string; title: string; verdict: 'pass' | 'fail'; seen: string }[];
}

export const resultsFile: string = join(import.meta.dirname, '../results.json');

/** What was kept last. */
export async function readResults(): Promise<Results> {
  return JSON.parse(await readFile(resultsFile, 'utf8').catch(() => '{"systems":[]}')) as Results;
}

/** What was kept before, with what is known better now, in the order of `names`; systems that are no more are forgotten. */
export function laidOver(before: Results, runs: readonly SystemRun[], names: readonly string[]): Results {
  const now = runs.filter(({ lacks }) => lacks.length === 0).map(resultsOf);
  const known = new Map([...before.systems, ...now].map((system) => [system.name, system]));
  return { systems: names.flatMap((name) => known.get(name) ?? []) };
}

export async function writeResults(results: Results, file: string = resultsFile): Promise<void> {
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
}

function resultsOf({ system, results }: SystemRun): SystemResults {
  const { name, title, group, version, imitates } = system;
  const needs = titlesOf(system.needs);
  const cases = results.map(({ calls: _calls, ...kept }) => kept);
  return { name, title, group, version, ...(imitates === undefined ? {} : { imitates }), needs, cases };
}
