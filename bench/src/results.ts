import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mode } from './job.ts';
import type { Machine } from './machine.ts';

/** What one run of `pnpm bench --write` kept, and docs/performance.md shows. */
export interface Results {
  machine: Machine;
  /** The day, as `2026-01-31`. */
  finishedOn: string;
  /** What was measured. */
  commit?: string;
  /** What else is to be known of it. */
  remark?: string;
  jobs: JobResults[];
}

export interface JobResults {
  name: string;
  rounds: number;
  /** How much of the machine others used before, in per cent. */
  busy?: number;
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
