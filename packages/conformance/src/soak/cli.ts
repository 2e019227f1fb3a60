import { parseArgs } from 'node:util';
import { keepFigures } from '../figures.ts';
import { mixOf, usualMix, type Mix } from './mix.ts';
import { figuresOf, textOf } from './report.ts';
import { runCrew } from './workers.ts';

const HELP = `soak: many sessions for a long time, while things go wrong; every sample is accounted for

  pnpm soak [options]

  --sessions N      default 100
  --hours N         of session time, default 24
  --seed N          repeats a run; default: another one each time
  --mix KIND=N,…    shares of stt, realtime, interpreter and duplex
  --workers N       processes, each with a clock of its own (default 2)
  --quiet           the report only
  --write           keep the figures for docs/reliability.md
  --help
`;

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '100' },
    hours: { type: 'string', default: '24' },
    seed: { type: 'string' },
    mix: { type: 'string' },
    workers: { type: 'string', default: '2' },
    quiet: { type: 'boolean' },
    write: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

if (values.help) console.log(HELP);
else process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
  console.log(`seed ${seed}`);
  const report = await runCrew({
    mix: mixOf(Number(values.sessions), values.mix === undefined ? usualMix : readMix(values.mix)),
    hours: Number(values.hours),
    seed,
    workers: Number(values.workers),
    told: (line) => {
      if (!values.quiet) console.log(line);
    },
  });
  console.log(textOf(report));
  if (values.write) await keepFigures({ soak: figuresOf(report) });
  for (const breach of report.breaches.slice(0, 100)) console.log(`✘ ${breach}`);
  console.log(report.breaches.length === 0 ? '\nall is well' : `\n${report.breaches.length} breaches`);
  return report.breaches.length === 0 && report.samples.sent > 0;
}

function readMix(text: string): Mix {
  return Object.fromEntries(
    text.split(',').map((share): [string, number] => {
      const [kind = '', count] = share.split('=');
      return [kind, Number(count)];
    }),
  );
}
