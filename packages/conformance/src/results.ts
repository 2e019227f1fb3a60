import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { faultRows } from './faults.ts';
import type { Cell } from './matrix.ts';

/** What `pnpm faults --write` keeps, and docs/reliability.md shows: no times of a machine and no dates. */
export interface Results {
  /** Classes, in the order of the columns. */
  subjects: string[];
  /** Row → class → verdict, how it ended and the number of dials; or why it cannot occur. */
  rows: Record<string, Record<string, ResultCell>>;
}

export type ResultCell =
  { verdict: 'pass' | 'fail'; outcome: string; dials: number } | { verdict: 'na'; reason: string };

/** Classes by the plugin that they are of, which is what their names begin with. */
export function byPlugin(subjects: readonly string[]): [plugin: string, subjects: string[]][] {
  const groups = new Map<string, string[]>();
  for (const subject of subjects) {
    const [plugin = ''] = subject.split('.');
    groups.set(plugin, [...(groups.get(plugin) ?? []), subject]);
  }
  return [...groups];
}

/** Names of a plugin's columns: without the plugin. */
export function columnsOf(subjects: readonly string[]): string[] {
  return subjects.map((subject) => subject.replace(/^\w+\./, ''));
}

export const resultsFile: string = join(import.meta.dirname, '../results.json');

/** What was kept last. */
export async function readResults(): Promise<Results> {
  return JSON.parse(await readFile(resultsFile, 'utf8')) as Results;
}

export function resultsOf(cells: readonly Cell[]): Results {
  const subjects = [...new Set(cells.map(({ subject }) => subject))].sort();
  const rows: Results['rows'] = {};
  for (const { id } of faultRows) {
    const row: Record<string, ResultCell> = {};
    for (const subject of subjects) {
      const own = cells.filter((cell) => cell.row === id && cell.subject === subject);
      const worst = own.find(({ verdict }) => verdict === 'fail') ?? own[0];
      if (worst) row[subject] = resultOf(worst);
    }
    rows[id] = row;
  }
  return { subjects, rows };
}

/** What was kept before, with what is known better now. */
export function laidOverResults(before: Results, now: Results): Results {
  const subjects = [...new Set([...before.subjects, ...now.subjects])].sort();
  const rows = faultRows.map(({ id }): [string, Record<string, ResultCell>] => {
    const row = { ...before.rows[id], ...now.rows[id] };
    return [id, Object.fromEntries(subjects.flatMap((subject) => (row[subject] ? [[subject, row[subject]]] : [])))];
  });
  return { subjects, rows: Object.fromEntries(rows) };
}

function resultOf({ verdict, reasons, observation }: Cell): ResultCell {
  if (verdict === 'na') return { verdict, reason: reasons[0] ?? '' };
  return { verdict, outcome: observation?.outcome ?? 'crashed', dials: observation?.dials ?? 0 };
}
