import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { modes, modesOf, roundsOf, type Job, type Mode } from './job.ts';
import { jobs } from './jobs/index.ts';
import { presentCommit, thisMachine, untilIdle } from './machine.ts';
import { endAll } from './processes.ts';
import { htmlOf } from './report/html.ts';
import { plainTable, tablesOf } from './report/tables.ts';
import { writeResults, type Results } from './results.ts';
import { runJob } from './run.ts';

const HELP = `bench: what the plugins cost, beside a bare socket, LiveKit's base classes and its own plugin

  pnpm bench [job …] [options]

  jobs: ${jobs.map(({ name }) => name).join(', ')}

  --rounds N      how often everything is asked. Default: as each job says, 3 mostly
  --quick         less work and fewer rounds: for looking at ratios while others use the machine
  --only A        this variant only; may be given more than once
  --modes A,…     these of ${modes.join(', ')} only
  --profile       keeps a CPU profile of each client in bench/out/profiles
  --write         keeps the figures in bench/results.json, which docs/performance.md is generated from: of all jobs,
                  with 3 rounds at least, once nothing else runs; that takes about two hours
  --help

Figures and a page with charts go to bench/out, which Git ignores.
`;

const { values, positionals } = given();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    endAll();
    process.exit(1);
  });

if (values.help) console.log(HELP);
else process.exit((await main()) ? 0 : 1);

function given(): ReturnType<typeof parse> {
  try {
    return parse();
  } catch (error) {
    console.error(`${(error as Error).message}\nWhat there is: pnpm bench --help`);
    process.exit(1);
  }
}

function parse() {
  return parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      modes: { type: 'string' },
      profile: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
}

async function main(): Promise<boolean> {
  const wrong = mistake();
  if (wrong !== undefined) {
    console.error(wrong);
    return false;
  }
  const out = join(import.meta.dirname, '../out');
  await mkdir(out, { recursive: true });
  if (values.write && !(await untilIdle(console.log))) {
    console.error('--write keeps figures of a machine that does nothing else: close what runs, and ask again.');
    return false;
  }
  const now: Results = { machine: thisMachine(), finishedOn: '', commit: await presentCommit(), jobs: [] };
  const failed: string[] = [];
  for (const job of chosen()) {
    const began = performance.now();
    try {
      const results = await runJob(job, {
        rounds: Number(values.rounds ?? roundsOf(job, values.quick)),
        quick: values.quick,
        variants: values.only,
        modes: values.modes?.split(',') as Mode[] | undefined,
        profiles: values.profile ? join(out, 'profiles') : undefined,
        print: console.log,
      });
      now.jobs.push(results);
      const seconds = Math.round((performance.now() - began) / 1000);
      console.log(`\n${job.title}, ${seconds} s\n\n${tablesOf(job, results).map(plainTable).join('\n\n')}\n`);
    } catch (error) {
      failed.push(`${job.name} was not done: ${String(error)}`);
      console.error(failed.at(-1));
    }
  }
  now.finishedOn = new Date().toISOString().slice(0, 10);
  await writeFile(join(out, 'results.json'), `${JSON.stringify(now, null, 1)}\n`);
  await writeFile(join(out, 'index.html'), htmlOf(now, jobs));
  if (values.write && failed.length === 0) {
    await writeResults(now);
    const { generatePerformance, writePerformance } = await import('../../scripts/generate-performance.ts');
    await writePerformance(await generatePerformance());
  }
  if (values.write && failed.length > 0) failed.push('So nothing was kept.');
  console.log(['bench/out/index.html shows it', ...failed].join('\n'));
  return failed.length === 0;
}

/** Jobs of which something is asked for. */
function chosen(): Job[] {
  const wantedModes = values.modes?.split(',');
  return jobs.filter((job) => {
    const variants = job.variants.filter((variant) => values.only?.includes(variant) ?? true);
    const isAsked = variants.some((variant) =>
      modesOf(job, variant).some((mode) => wantedModes?.includes(mode) ?? true),
    );
    return isAsked && (positionals.length === 0 || positionals.includes(job.name));
  });
}

function mistake(): string | undefined {
  const unknown = positionals.find((name) => !jobs.some((job) => job.name === name));
  if (unknown !== undefined)
    return `There is no job named '${unknown}'. There are: ${jobs.map(({ name }) => name).join(', ')}.`;
  if (values.rounds !== undefined && !/^[1-9]\d*$/.test(values.rounds)) return '--rounds is a number from 1 on.';
  const variants = new Set(jobs.flatMap((job) => job.variants));
  const variant = values.only?.find((name) => !variants.has(name));
  if (variant !== undefined) return `There is no variant named '${variant}'. There are: ${[...variants].join('; ')}.`;
  const mode = values.modes?.split(',').find((name) => !(modes as readonly string[]).includes(name));
  if (mode !== undefined) return `There is no mode named '${mode}'. There are: ${modes.join(', ')}.`;
  if (chosen().length === 0) return 'No job that was named has such a variant in such a mode.';
  const isPart = positionals.length > 0 || values.only !== undefined || values.modes !== undefined;
  const isRough = values.quick || values.profile || Number(values.rounds ?? 3) < 3;
  return values.write && (isPart || isRough) ? '--write keeps whole runs of 3 rounds at least only.' : undefined;
}
