import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { generatePlugin } from './new-plugin/generate.ts';
import { namesOf } from './new-plugin/names.ts';

/** What has to run once the files are there: what it depends on, and what is generated from them. */
const steps = [
  'pnpm install --no-frozen-lockfile',
  'pnpm exec node -C dev scripts/generate-options.ts',
  'pnpm check:packages --write',
];

function run(step: string, root: string): void {
  console.log(`\n$ ${step}`);
  const { status } = spawnSync(step, { cwd: root, shell: true, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${step} did not end well: run it and what follows by hand: ${steps.join('; ')}`);
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
try {
  const names = namesOf(positionals[0], values.title, values.root);
  const files = await generatePlugin(names, values.root);
  for (const file of files) console.log(file);
  for (const step of values.install ? steps : []) run(step, values.root);
  console.log(`
plugins/${names.name} stands, and passes every check. What it says on its socket is nobody's protocol yet:
docs/add-a-plugin.md has what comes next, from loopback's side of it (2) over the endpoint (3) to the wire (4).`);
  if (!values.install) console.log(`Before that: ${steps.join('; ')}`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
