import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { folderOf } from './folder.ts';
import { matrixOf, summaryOf } from './matrix.ts';
import { laidOver, readResults, writeResults } from './results.ts';
import { endAll, installAhead, runSystem, type SystemRun } from './run.ts';
import { groups } from './system.ts';
import { systems } from './systems.ts';

const HELP = `interop: the plugins against software that others wrote, all of it on this machine

  pnpm interop [group or system …] [options]

  groups: ${groups.join(', ')}

  --only ID,…   these cases only
  --write       keep what came of it in interop/results.json, which docs/interop.md is generated from
  --list        name the systems and what they need
  --help

What is installed, and what the programs say, goes to interop/out, which Git ignores. A system whose tools this machine
lacks is skipped, and named.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    write: { type: 'boolean' },
    list: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

// Whoever interrupts a run is left with nothing running either. Programs are asked to end, for some leave files where one
// that is killed cannot remove them; who interrupts twice has them killed.
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    if (!isInterrupted) void endAll().finally(() => process.exit(1));
    else process.exit(1);
    isInterrupted = true;
  });

if (values.help) console.log(HELP);
else if (values.list)
  for (const { name, group, needs } of systems)
    console.log(`${name.padEnd(24)} ${group}: ${needs.join(', ') || 'Node alone'}`);
else process.exit((await main()) ? 0 : 1);

async function main(): Promise<boolean> {
  const unknown = positionals.find((name) => !systems.some((system) => system.name === name || system.group === name));
  if (unknown !== undefined) {
    console.error(
      `There is no group or system named '${unknown}'. There are: ${systems.map(({ name }) => name).join(', ')}.`,
    );
    return false;
  }
  const wanted = systems.filter(({ name, group }) => {
    return positionals.length === 0 || positionals.includes(name) || positionals.includes(group);
  });
  const only = values.only?.split(',');
  if (only !== undefined && values.write === true) {
    console.error('--write keeps all cases of a system, and --only asks some: leave out one of them.');
    return false;
  }
  installAhead(wanted, console.log);
  const runs: SystemRun[] = [];
  for (const system of wanted) {
    const run = await runSystem(system, console.log, (id) => only?.includes(id) ?? true);
    console.log(`${matrixOf([run])}\n`);
    runs.push(run);
  }
  const all = laidOver(
    { systems: [] },
    runs,
    systems.map(({ name }) => name),
  );
  await writeFile(join(folderOf(), 'results.json'), `${JSON.stringify(all, null, 2)}\n`);
  if (values.write)
    await writeResults(
      laidOver(
        await readResults(),
        runs,
        systems.map(({ name }) => name),
      ),
    );
  console.log(summaryOf(runs));
  return (
    runs.every(({ results }) => results.every(({ verdict }) => verdict === 'pass')) &&
    runs.some(({ results }) => results.length > 0)
  );
}
