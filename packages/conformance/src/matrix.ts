import { deviations, type Expectation, type Observation } from './expectation.ts';
import { faultRows } from './faults.ts';
import { runSubject, type CellRun } from './run.ts';
import { titleOf, type Subject } from './subject.ts';
import { expectationFor } from './suites/index.ts';

/** One cell of the matrix, judged. */
export interface Cell {
  subject: string;
  row: string;
  verdict: 'pass' | 'fail' | 'na';
  /** Why it cannot occur, or what is wrong with it. */
  reasons: string[];
  observation?: Observation;
}

export interface MatrixOptions {
  module: string;
  subjects: readonly Subject[];
  /** Ids of rows; default: all. */
  rows?: readonly string[];
  rounds?: number;
  /** Processes at once. */
  workers: number;
  told?: (cell: Cell, round: number, realMs: number) => void;
}

/** Runs every cell that can occur, `rounds` times with other secrets and other points. */
export async function runMatrix(options: MatrixOptions): Promise<Cell[]> {
  const { module, subjects, rounds = 1, workers, told } = options;
  const wanted = faultRows.map(({ id }) => id).filter((id) => options.rows?.includes(id) ?? true);
  const cells: Cell[] = [];
  const jobs: (() => Promise<void>)[] = [];
  for (const subject of subjects) {
    const title = titleOf(subject);
    const expected = new Map<string, Expectation>();
    for (const row of wanted) {
      const what = expectationFor(subject, row);
      if ('na' in what) cells.push({ subject: title, row, verdict: 'na', reasons: [what.na] });
      else expected.set(row, what);
    }
    const judge = ({ row, observation }: CellRun): Cell => {
      const reasons = deviations(expected.get(row)!, observation);
      return { subject: title, row, verdict: reasons.length === 0 ? 'pass' : 'fail', reasons, observation };
    };
    for (let round = 0; round < rounds; round++) {
      for (const rows of halves([...expected.keys()])) {
        jobs.push(async () => {
          await runSubject({
            ...{ module, subject: title, rows, round },
            told: (run) => {
              const cell = judge(run);
              cells.push(cell);
              told?.(cell, round, run.realMs);
            },
          });
        });
      }
    }
  }
  await inParallel(jobs, workers);
  return cells;
}

/** Two processes finish sooner than one. */
function halves<T>(list: T[]): T[][] {
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)].filter((half) => half.length > 0);
}

export async function inParallel(jobs: (() => Promise<void>)[], workers: number): Promise<void> {
  const waiting = [...jobs];
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (let job = waiting.shift(); job; job = waiting.shift()) await job();
    }),
  );
}

export interface Counts {
  pass: number;
  fail: number;
  na: number;
}

export function countsOf(cells: readonly Cell[]): Counts {
  const count = (verdict: Cell['verdict']): number => cells.filter((cell) => cell.verdict === verdict).length;
  return { pass: count('pass'), fail: count('fail'), na: count('na') };
}

/** What a cell shows: how it ended, and at what cost. */
export function figureOf({ verdict, observation }: Pick<Cell, 'verdict' | 'observation'>): string {
  if (verdict === 'na') return '–';
  const { outcome = 'crashed', dials = 0, ms = 0 } = observation ?? {};
  const mark = verdict === 'pass' ? '✔' : '✘';
  return `${mark} ${outcome} ${dials}× ${ms < 10_000 ? ms : `${Math.round(ms / 1000)}k`}`;
}
