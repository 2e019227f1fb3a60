import { modesOf, type Figures, type Job, type Mode } from './job.ts';
import { busyFor } from './machine.ts';
import { askClient, buildPublished, withServer } from './processes.ts';
import type { JobResults, Samples } from './results.ts';

export interface RunOptions {
  rounds: number;
  quick: boolean;
  /** These variants and modes only. */
  variants?: readonly string[] | undefined;
  modes?: readonly Mode[] | undefined;
  /** Where a CPU profile of each client goes. */
  profiles?: string | undefined;
  print: (line: string) => void;
}

/**
 * Does a job, round by round: each round asks every mode of every variant once, so that whatever else the machine does
 * meets them all, and begins with another mode, so that none is always first.
 *
 * @throws Error if a client fails, or leaves a figure out.
 */
export async function runJob(job: Job, options: RunOptions): Promise<JobResults> {
  const { rounds, quick, variants: wanted, print } = options;
  if (job.builds === true) await buildPublished();
  const busy = await busyFor(1_000);
  const variants = job.variants.filter((variant) => wanted?.includes(variant) ?? true);
  const results: JobResults = { name: job.name, rounds, busy, variants: {} };
  for (let round = 0; round < rounds; round++) {
    for (const variant of variants) {
      const samples = (results.variants[variant] ??= {});
      const modes = modesOf(job, variant).filter((mode) => options.modes?.includes(mode) ?? true);
      for (let turn = 0; turn < modes.length; turn++) {
        const mode = modes[(turn + round) % modes.length]!;
        // A server of its own: one that has served others writes in another rhythm, and who reads is woken by that.
        const server = typeof job.server === 'function' ? job.server(variant) : job.server;
        const figures = await withServer(server, (port) =>
          askClient(job.client, { variant, mode, quick, port }, options.profiles),
        );
        keep(job, samples, mode, figures);
        print(`${job.name} ${round + 1}/${rounds} ${variant} ${mode}: ${told(job, figures)}`);
      }
    }
  }
  return results;
}

function keep(job: Job, samples: Samples, mode: Mode, figures: Figures): void {
  const kept = (samples[mode] ??= {});
  for (const { name } of job.measures) {
    const value = figures[name];
    if (value === undefined) throw new Error(`${job.name}, ${mode}: the client did not tell ${name}`);
    (kept[name] ??= []).push(Number(value.toPrecision(5)));
  }
}

function told(job: Job, figures: Figures): string {
  return job.measures.map(({ name, unit }) => `${name} ${Number(figures[name]!.toPrecision(3))} ${unit}`).join(', ');
}
