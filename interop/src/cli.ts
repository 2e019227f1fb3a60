import { join } from 'node:path';
import { askedOf, UsageError, type Asked } from './asked.ts';
import { besideReal } from './beside-real.ts';
import { folderOf } from './folder.ts';
import { keep } from './keep.ts';
import { failuresOf, matrixOf, summaryOf } from './matrix.ts';
import { laidOver, readResults, writeResults } from './results.ts';
import { endAll, installAhead, runSystem, type SystemRun } from './run.ts';
import { groups } from './system.ts';
import { systems } from './systems.ts';

const HELP = `interop: the plugins against software that others wrote, all of it on this machine

  pnpm interop [group or system …] [options]

  groups: ${groups.join(', ')}

  --only ID,…   these cases only
  --write       keep what came of it in interop/results.json, and in docs/interop.md and docs/gateways.md, which tell it
  --list        name the systems and what they need
  --help

What is installed, and what the programs say, goes to interop/out, which Git ignores. A system whose tools this machine
lacks is skipped, and named.

It ends with 0 if nothing failed, also where everything was skipped; with 1 if something did; with 2 if what was asked for
makes no sense.
`;

// Whoever interrupts a run is left with nothing running either. Programs are asked to end, for some leave files where one
// that is killed cannot remove them; who interrupts twice has them killed.
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    if (!isInterrupted) void endAll().finally(() => process.exit(1));
    else process.exit(1);
    isInterrupted = true;
  });

process.exit(await main());

async function main(): Promise<number> {
  try {
    const asked = askedOf(process.argv.slice(2), systems);
    if (asked.help) console.log(HELP);
    else if (asked.list) list(asked);
    else return (await run(asked)) ? 0 : 1;
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    return 2;
  }
}

function list({ systems }: Asked): void {
  for (const { name, group, needs } of systems)
    console.log(`${name.padEnd(24)} ${group}: ${needs.join(', ') || 'Node alone'}`);
}

/** Whether nothing failed. */
async function run({ systems: wanted, isWanted, write }: Asked): Promise<boolean> {
  installAhead(wanted, console.log);
  const runs: SystemRun[] = [];
  for (const system of wanted) {
    const run = besideReal(await runSystem(system, console.log, isWanted), runs);
    console.log(`${matrixOf([run])}\n`);
    runs.push(run);
  }
  const names = systems.map(({ name }) => name);
  await writeResults(laidOver({ systems: [] }, runs, names), join(folderOf(), 'results.json'));
  if (write) await keep(laidOver(await readResults(), runs, names));
  console.log(`${failuresOf(runs)}${summaryOf(runs)}`);
  return runs.every(({ results }) => results.every(({ verdict }) => verdict === 'pass'));
}
