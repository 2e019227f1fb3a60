import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { planPlugin, writeFiles } from './new-plugin/generate.ts';
import { namesOf } from './new-plugin/names.ts';
import { Undo } from './new-plugin/undo.ts';
import { publishedOf } from './release/workspace.ts';

/** What has to run once the files are there: what it depends on, and what is generated from them. */
const steps = [
  'pnpm install --no-frozen-lockfile',
  'pnpm exec node -C dev scripts/generate-options.ts',
  'pnpm check:packages --write',
];

/** What these steps write beside the plugin. */
function writtenBySteps(root: string): string[] {
  return ['pnpm-lock.yaml', ...publishedOf(root).flatMap(({ folder }) => [`${folder}/README.md`, `${folder}/api.md`])];
}

function run(step: string, root: string): void {
  console.log(`\n$ ${step}`);
  const { status } = spawnSync(step, { cwd: root, shell: true, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${step} did not end well: mend that, or write the files alone with --no-install`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    title: { type: 'string' },
    root: { type: 'string', default: '.' },
    install: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const undo = new Undo(values.root);
// Whoever interrupts a step ends it, and then everything is taken back.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
try {
  const names = namesOf(positionals[0], values.title, values.root);
  const files = await planPlugin(names, values.root);
  undo.keep([...files.keys(), ...(values.install ? writtenBySteps(values.root) : [])]);
  writeFiles(files, values.root);
  for (const file of [...files.keys()].sort()) console.log(file);
  for (const step of values.install ? steps : []) run(step, values.root);
  console.log(`
plugins/${names.name} stands, and passes every check. What it says on its socket is nobody's protocol yet:
docs/add-a-plugin.md has what comes next, from loopback's side of it (2) over the endpoint (3) to the wire (4).`);
  if (!values.install) console.log(`Before that: ${steps.join('; ')}`);
} catch (error) {
  undo.undo();
  console.error(`${(error as Error).message}\nNothing was made.`);
  process.exitCode = 1;
}
