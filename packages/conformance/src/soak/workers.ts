import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { shareOut, type Mix } from './mix.ts';
import { reportFd, type SoakReport } from './report.ts';

export interface CrewOptions {
  mix: Mix;
  hours: number;
  seed: number;
  workers: number;
  told: (line: string) => void;
}

const flags = [
  '-C',
  'dev',
  '--disable-warning=ExperimentalWarning',
  // Frames live for a moment: with room for more of them, they are collected less often.
  '--max-semi-space-size=64',
];

/** One soak in several processes: each has a clock, clouds and sessions of its own. */
export async function runCrew(options: CrewOptions): Promise<SoakReport> {
  const began = performance.now();
  const shares = shareOut(options.mix, options.workers);
  const reports = await Promise.all(shares.map((mix, index) => runWorker(options, mix, index)));
  return { ...merge(reports), seed: options.seed, wallSeconds: (performance.now() - began) / 1_000 };
}

async function runWorker({ hours, seed, told }: CrewOptions, mix: Mix, index: number): Promise<SoakReport> {
  const task = JSON.stringify({ mix, hours, seed: (seed + index) >>> 0 });
  const child = spawn(process.execPath, [...flags, join(import.meta.dirname, 'worker.ts'), task], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
  let report: SoakReport | undefined;
  for await (const line of createInterface(child.stdio[reportFd] as Readable)) {
    const said = JSON.parse(line) as { told?: string; report?: SoakReport };
    if (said.told !== undefined) told(`${index + 1}: ${said.told}`);
    report = said.report ?? report;
  }
  const code = await ended;
  if (report && code === 0) return report;
  throw new Error(`process ${index + 1} of the soak ended with ${String(code)} and no report`);
}

function merge(reports: readonly SoakReport[]): SoakReport {
  const sum = (of: (report: SoakReport) => number): number => reports.reduce((all, report) => all + of(report), 0);
  const added = <Key extends string>(
    of: (report: SoakReport) => Readonly<Record<Key, number>>,
  ): Record<Key, number> => {
    const total = {} as Record<Key, number>;
    for (const report of reports) {
      for (const [key, value] of Object.entries<number>(of(report))) {
        total[key as Key] = (total[key as Key] ?? 0) + value;
      }
    }
    return total;
  };
  return {
    seed: 0,
    sessions: added(({ sessions }) => sessions),
    sessionHours: sum(({ sessionHours }) => sessionHours),
    rotations: sum(({ rotations }) => rotations),
    reconnects: sum(({ reconnects }) => reconnects),
    faults: added(({ faults }) => faults),
    samples: added(({ samples }) => samples),
    census: reports.map(({ census }) => census).flat(),
    wallSeconds: 0,
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    breaches: reports.flatMap(({ breaches }) => breaches),
  };
}
