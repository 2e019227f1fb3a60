import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Observation } from './expectation.ts';
import { cleanEnvironment } from './options.ts';
import { reportFd, type Report, type Task } from './protocol.ts';
import { formsOf, type Secrets } from './secrets.ts';

/** One cell, when it is over. */
export interface CellRun {
  subject: string;
  row: string;
  observation: Observation;
  realMs: number;
}

export interface RunOptions {
  module: string;
  subject: string;
  rows: readonly string[];
  round?: number;
  real?: boolean;
  /** In real time: after so many milliseconds a turn is said to hang. Default 6,000. */
  patienceMs?: number;
  /** Every cell in a process of its own. */
  alone?: boolean;
  /** What every process loads before anything else. */
  preload?: string;
  told?: (cell: CellRun) => void;
}

const program = join(import.meta.dirname, 'child.ts');
/** A `preload` with which nothing is hidden, to see whether that is seen. */
export const noScrubber: string = join(import.meta.dirname, 'no-scrubber.ts');
/** A process that has said nothing for so long stands still. */
const wallMs = 60_000;

/**
 * Runs cells of one subject in processes of their own. A process that dies takes one cell with it: `crashed`; the next
 * one goes on behind it. Everything that processes print is searched for the secrets of their cells.
 */
export async function runSubject(options: RunOptions): Promise<CellRun[]> {
  const { rows, alone = false } = options;
  const done: CellRun[] = [];
  for (let left = [...rows]; left.length > 0;) {
    const part = alone ? left.slice(0, 1) : left;
    const cells = await runProcess(options, part);
    done.push(...cells);
    left = left.slice(cells.length);
  }
  return done;
}

async function runProcess(options: RunOptions, rows: readonly string[]): Promise<CellRun[]> {
  const { module, subject, round = 0, real = false, patienceMs, preload, told } = options;
  const task: Task = { module, subject, rows, round, real, patienceMs };
  const child = spawn(
    process.execPath,
    [
      ...['--expose-gc', '-C', 'dev', '--disable-warning=ExperimentalWarning'],
      ...(preload === undefined ? [] : ['--import', preload]),
      ...[program, JSON.stringify(task)],
    ],
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env: cleanEnvironment() },
  );
  const output = new Output();
  output.read(child.stdout as Readable);
  output.read(child.stderr as Readable);
  const cells: CellRun[] = [];
  let begun: string | undefined;
  const finish = (row: string, observation: Observation, realMs: number): void => {
    begun = undefined;
    cells.push({ subject, row, observation, realMs });
  };
  const watch = new Watchdog(child);
  for await (const line of createInterface({ input: child.stdio[reportFd] as Readable })) {
    watch.touch();
    const report = JSON.parse(line) as Report;
    if ('begins' in report) {
      begun = report.begins;
      output.expect(report.begins, report.secrets);
    } else if ('ends' in report) finish(report.ends, report.observation, report.realMs);
    else finish(report.broken, broken('hangs', `the suite itself failed: ${report.message}`), 0);
  }
  const exit = await watch.exit;
  if (begun !== undefined) finish(begun, broken('crashed', `${exit}${output.lastWords}`), 0);
  if (cells.length === 0) throw new Error(`no cell of ${subject} began: ${exit}${output.lastWords}`);
  const leaks = output.leaks();
  for (const cell of cells) {
    cell.observation.leaks.push(...(leaks.get(cell.row) ?? []));
    told?.(cell);
  }
  return cells;
}

function broken(outcome: 'crashed' | 'hangs', why: string): Observation {
  return {
    ...{ outcome, dials: 0, ms: 0, delivers: 'nothing', recoverable: 0, tells: [], droppedMs: 0 },
    ...{ afterwards: 'works', left: [], leaks: [], wrong: [why] },
  };
}

/** What a process prints, as far as it must be kept: everything, for it is searched when the process is gone. */
class Output {
  readonly #pieces: Buffer[] = [];
  readonly #expected = new Map<string, Secrets>();

  read(stream: Readable): void {
    stream.on('data', (piece: Buffer) => this.#pieces.push(piece));
  }

  expect(row: string, secrets: Secrets): void {
    this.#expected.set(row, secrets);
  }

  leaks(): Map<string, string[]> {
    const text = Buffer.concat(this.#pieces).toString('latin1');
    const found = new Map<string, string[]>();
    for (const [row, secrets] of this.#expected) {
      for (const form of formsOf(secrets)) {
        const at = text.indexOf(form);
        if (at < 0) continue;
        const where = text.slice(Math.max(0, at - 60), at).replace(/\s+/g, ' ');
        found.set(row, [...(found.get(row) ?? []), `a secret in the output, behind "${where}"`]);
      }
    }
    return found;
  }

  get lastWords(): string {
    const text = Buffer.concat(this.#pieces.slice(-20)).toString().trim();
    const error = /^.*(?:Error|Uncaught).*$/m.exec(text.slice(-4_000))?.[0];
    return error === undefined ? '' : `: ${error.slice(0, 300)}`;
  }
}

class Watchdog {
  readonly exit: Promise<string>;
  readonly #child: ChildProcess;
  #timer: NodeJS.Timeout | undefined;
  #bitten = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.touch();
    this.exit = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        clearTimeout(this.#timer);
        resolve(this.#bitten ? 'stood still' : `exit ${code ?? signal}`);
      });
    });
  }

  touch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#bitten = true;
      this.#child.kill('SIGKILL');
    }, wallMs);
  }
}
