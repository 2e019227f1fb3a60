import { parseArgs } from 'node:util';
import { keepFigures, readFigures } from '../figures.ts';
import { fuzzSources, supervise, targetsOf } from './supervise.ts';
import type { FuzzResult } from './types.ts';

type Target = Awaited<ReturnType<typeof targetsOf>>[number];

const HELP = `fuzz: frames that make no sense, for every decoder that meets the network

  pnpm fuzz [options]

  --frames N      so many in all, shared out among the decoders (default 1,000,000)
  --seed N        the frames of another run, such as one that failed (default: others each time)
  --only NAME     this decoder; again for one more
  --write         keep the figures for docs/reliability.md, beside those of other seeds
  --list          name the decoders
  --help
`;

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string', multiple: true },
    write: { type: 'boolean' },
    list: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

if (values.help) console.log(HELP);
else if (values.list) for (const { targets } of await sourcesOf()) for (const { name } of targets) console.log(name);
else process.exitCode = (await main(Number(values.frames), Number(values.seed))) ? 0 : 1;

/** Modules, and the decoders of theirs that are wanted. */
async function sourcesOf(only?: readonly string[]): Promise<{ source: string; targets: Target[] }[]> {
  const sources = await Promise.all(
    fuzzSources().map(async (source) => ({ source, targets: await targetsOf(source) })),
  );
  const names = sources.flatMap(({ targets }) => targets.map(({ name }) => name));
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`there is no decoder '${unknown}': see --list`);
  return sources.map(({ source, targets }) => ({
    source,
    targets: targets.filter(({ name }) => only?.includes(name) ?? true),
  }));
}

async function main(wanted: number, seed: number): Promise<boolean> {
  const sources = await sourcesOf(values.only);
  const sum = sources.flatMap(({ targets }) => targets).reduce((total, { weight = 1 }) => total + weight, 0);

  console.log(`fuzz: ${wanted} frames, --seed ${seed}\n`);
  console.log(row('decoder', 'seam', 'frames', 'per second', 'heap before → after, MiB'));
  const results: FuzzResult[] = [];
  for (const { source, targets } of sources) {
    if (targets.length === 0) continue;
    const frames = Object.fromEntries(
      targets.map(({ name, weight = 1 }) => [name, Math.ceil((wanted * weight) / sum)] as const),
    );
    results.push(...(await supervise({ source, seed, frames }, tell)));
  }
  const frames = results.reduce((total, each) => total + each.frames, 0);
  const failed = results.filter(({ failures }) => failures.length > 0);
  console.log(`\n${frames} frames, ${results.length} decoders, ${failed.length} failed, --seed ${seed}`);
  for (const { name, failures } of failed) console.log(`\n${name}:\n${failures.join('\n')}`);
  if (values.write) {
    const growth = Math.max(...results.map(({ heapBefore, heapAfter }) => heapAfter - heapBefore));
    const { fuzz = [] } = await readFigures();
    const own = { seed, frames, decoders: results.length, failed: failed.length, heapGrowthMiB: Number(mebi(growth)) };
    await keepFigures({ fuzz: [...fuzz.filter((run) => run.seed !== seed), own] });
  }
  return failed.length === 0 && frames >= wanted;
}

function tell({ name, seam, frames, tookMs, heapBefore, heapAfter }: FuzzResult): void {
  const rate = tookMs > 0 ? Math.round((frames / tookMs) * 1_000) : 0;
  console.log(row(name, seam, frames, rate, `${mebi(heapBefore)} → ${mebi(heapAfter)}`));
}

function row(...[name, seam, count, rate, heap]: (string | number)[]): string {
  return `${String(name).padEnd(34)}${String(seam).padEnd(10)}${String(count).padStart(9)}${String(rate).padStart(12)}   ${heap}`;
}

function mebi(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1);
}
