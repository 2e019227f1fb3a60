import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runClient } from '../../client.ts';
import type { Figures, Mode, Order } from '../../job.ts';
import { installationOf } from './installation.ts';

const run = promisify(execFile);
const bench = join(import.meta.dirname, '../../..');

const nameOf: Readonly<Partial<Record<Mode, (variant: string) => string>>> = {
  floor: () => '@livekit/agents',
  ours: (variant) => `@patchbay/${variant}`,
  upstream: (variant) => `@livekit/agents-plugin-${variant}`,
};

await runClient(async ({ variant, mode }: Order): Promise<Figures> => {
  const name = nameOf[mode]!(variant);
  const { packages, bytes } = await installationOf(name, bench);
  return { importing: await importOf(name), size: bytes / 1e6, packages };
});

/** In a process of its own, that has no condition but those of a user's. */
async function importOf(name: string): Promise<number> {
  const program = `const before = performance.now(); await import('${name}'); console.log(performance.now() - before); process.exit(0)`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: bench });
  return Number(stdout);
}
