import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mode } from './job.ts';
import type { Machine } from './machine.ts';

/** What `pnpm bench --write` keeps, and docs/performance.md shows. */
export interface Results {
  machine: Machine;
  jobs: JobResults[];
}

export interface JobResults {
  name: string;
  rounds: number;
  /** How busy the machine was before, in processes that wanted to run. */
  load: number;
  variants: Record<string, Samples>;
}

/** Every figure, by measure, in the order of the rounds: those of a round were taken side by side. */
export type Samples = Partial<Record<Mode, Record<string, number[]>>>;

export const resultsFile: string = join(import.meta.dirname, '../results.json');

/** What was kept last, if anything was. */
export async function readResults(file: string = resultsFile): Promise<Results | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Results);
}

export async function writeResults(results: Results, file: string = resultsFile): Promise<void> {
  await writeFile(file, `${JSON.stringify(results, null, 1)}\n`);
}

/** What was kept, with what was measured anew, in the order of `names`. Figures of another machine are not mixed in. */
export function laidOver(before: Results | undefined, now: Results, names: readonly string[]): Results {
  const isSame = JSON.stringify(before?.machine) === JSON.stringify(now.machine);
  const known = new Map([...(isSame ? before!.jobs : []), ...now.jobs].map((job) => [job.name, job]));
  return { machine: now.machine, jobs: names.flatMap((name) => known.get(name) ?? []) };
}
