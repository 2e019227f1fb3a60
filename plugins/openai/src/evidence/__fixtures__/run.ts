/** Runs scenarios against one plugin: `run.ts ours|upstream NUMBER…`. Prints a line of JSON for each. */
import { initializeLogger } from '@livekit/agents';
import { orElse, type Plugin, type PluginName } from './scenario.ts';
import { scenarios } from './scenarios.ts';

const [name, ...pains] = process.argv.slice(2) as [PluginName, ...string[]];
delete process.env.OPENAI_API_KEY;
delete process.env.OPENAI_BASE_URL;
initializeLogger({ pretty: false, level: 'silent' });
const plugin = (name === 'ours'
  ? await import('../../index.ts')
  : await import('@livekit/agents-plugin-openai')) as unknown as Plugin;
await Promise.all(
  scenarios
    .filter(({ pain }) => pains.includes(String(pain)))
    .map(async ({ pain, run }) => {
      const seen = await orElse(
        run(plugin).catch((error: Error) => ({ error: error.message })),
        { hangs: true },
        90_000,
      );
      process.stdout.write(`${JSON.stringify({ pain, seen })}\n`);
    }),
);
process.exit(0);
