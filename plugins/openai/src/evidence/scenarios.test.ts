import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Observation, type PluginName, pluginNames } from './__fixtures__/scenario.ts';
import { scenarios } from './__fixtures__/scenarios.ts';

/** What upstream never does can only be waited for, so it is asked on demand: `pnpm pains`. */
const plugins = process.env.UPSTREAM === '1' ? pluginNames : (['ours'] as const);
const program = join(import.meta.dirname, '__fixtures__/run.ts');

/** What each scenario saw, by `PLUGIN NUMBER`; nothing if its process ended before. */
const seen = new Map<string, Observation>();
/** The exit code of each process, by the scenario that it was made for. */
const exits = new Map<string, number>();

/** Runs scenarios in a process of their own: some of them end it. */
async function runScenarios(plugin: PluginName, numbers: readonly number[]): Promise<void> {
  const { stdout, code } = await promisify(execFile)(
    process.execPath,
    ['-C', 'dev', program, plugin, ...numbers.map(String)],
    {
      timeout: 120_000,
    },
  ).then(
    (result) => ({ ...result, code: 0 }),
    (error: { stdout: string; code: number }) => error,
  );
  for (const line of stdout.split('\n').filter((each) => each.startsWith('{'))) {
    const { pain, seen: observation } = JSON.parse(line) as { pain: number; seen: Observation };
    seen.set(`${plugin} ${pain}`, observation);
  }
  for (const number of numbers) exits.set(`${plugin} ${number}`, code);
}

beforeAll(async () => {
  const together = scenarios.filter(({ alone }) => !alone).map(({ pain }) => pain);
  const alone = scenarios.filter((scenario) => scenario.alone).map(({ pain }) => pain);
  for (const plugin of plugins) {
    await runScenarios(plugin, together);
    for (const number of alone) await runScenarios(plugin, [number]);
  }
}, 300_000);

describe.each(plugins)('%s', (plugin) => {
  test.each(scenarios.map(({ pain, what, expected }) => [pain, what, expected[plugin]] as const))(
    'pain %i: %s',
    (number, _what, expected) => {
      const key = `${plugin} ${number}`;
      expect(seen.get(key) ?? (exits.get(key) === 0 ? 'nothing' : 'crash')).toEqual(expected);
    },
  );
});
