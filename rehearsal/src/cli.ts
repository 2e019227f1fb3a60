import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Scale } from './plan.ts';
import { rehearse, workspaceRoot } from './rehearse.ts';
import { Stage } from './stage.ts';
import { tableOf } from './table.ts';
import { leftBehind, projectsFolder, tracesOf } from './traces.ts';

const HELP = `rehearse: a whole release, from a changeset to those who install it, on this machine and for nobody else

  pnpm rehearse [options]

  --reduced     fewer consumers: Node 20 and 24, the oldest compiler and the newest
  --full        fill the clone up to 31 published packages first, and check what was generated: duplicates, types,
                tests; consumers as of --reduced
  --out FILE    keep what came of it, as JSON
  --help

It happens in a clone of the workspace as it is now, in a temporary folder, with a registry that nobody else knows.
Nothing of it is left afterwards.
`;

const { values } = parseArgs({
  options: {
    reduced: { type: 'boolean' },
    full: { type: 'boolean' },
    out: { type: 'string' },
    help: { type: 'boolean' },
  },
});

// Whoever interrupts it is left with nothing, either: the stage ends with the process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

if (values.help) console.log(HELP);
else process.exit((await main(values.full ? 'full' : values.reduced ? 'reduced' : 'whole')) ? 0 : 1);

async function main(scale: Scale): Promise<boolean> {
  const startMs = performance.now();
  const before = tracesOf(workspaceRoot);
  const stage = new Stage();
  const { acts, cells } = await rehearse(workspaceRoot, scale, stage, console.log).finally(() => stage.end());
  const left = leftBehind(before, tracesOf(workspaceRoot), stage.folder, projectsFolder());
  if (cells.length > 0) console.log(`\n${tableOf(cells)}\n`);
  for (const trace of left) console.error(`left behind: ${trace}`);
  if (left.length === 0) console.log('nothing is left behind: no process, no folder, no lockfile, no setting');
  const cases = [...acts, ...cells, { passed: left.length === 0 }];
  const passed = cases.filter((each) => each.passed).length;
  const failed = cases.length - passed;
  if (values.out !== undefined)
    writeFileSync(values.out, `${JSON.stringify({ passed, failed, acts, cells }, null, 2)}\n`);
  console.log(`${passed} passed, ${failed} failed, ${Math.round((performance.now() - startMs) / 1000)} s`);
  return failed === 0;
}
