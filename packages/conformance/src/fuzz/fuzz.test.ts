import { execFile } from 'node:child_process';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { feedFunction } from './functions.ts';
import { Feed } from './feed.ts';
import { fuzzSources, supervise, targetsOf } from './supervise.ts';
import type { FuzzResult } from './types.ts';

/** Always the same frames: what fails here, fails for everybody. */
const seed = 1;
/** Frames: at least, of a decoder of weight 1, and at most. */
const [fewest, share, most] = [200, 400, 4_000];

const sources = await Promise.all(
  fuzzSources().map(async (source) => ({ name: basename(source), source, targets: await targetsOf(source) })),
);

describe('no frame lets anything escape, hang, grow or leak', () => {
  // Reads from the network are waited for, so this is a wall and no measure.
  it.each(sources)('of $name', { timeout: 400_000 }, async ({ source, targets }) => {
    const frames = Object.fromEntries(
      targets.map(({ name, weight = 1 }) => [name, Math.min(most, Math.max(fewest, weight * share))] as const),
    );
    const results = await supervise({ source, seed, frames });
    expect(results.filter(({ failures }) => failures.length > 0)).toEqual([]);
    expect(Object.fromEntries(results.map(({ name, frames: fed }) => [name, fed]))).toEqual(frames);
  });

  it('in any decoder of the shared packages and of a plugin', () => {
    expect(sources.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['kit.ts', 'loopback.ts', 'fuzz-targets.ts']),
    );
    expect(sources.flatMap(({ targets }) => targets).length).toBeGreaterThanOrEqual(40);
  });
});

describe('a decoder that is wrong', () => {
  const broken = (name: string): Promise<FuzzResult[]> =>
    supervise({
      source: import.meta.resolve('./__fixtures__/broken.ts'),
      seed,
      frames: { [name]: 2_000 },
      hangMs: 3_000,
    });

  it.each([
    ['throws', /cannot read/],
    ['throws later', /a throw escaped.*from a timer/s],
    ['rejects', /a rejection was not handled.*nobody waits/s],
    ['hangs', /took no frame for 3000 ms/],
    ['waits', /took no frame for 3000 ms/],
    ['grows', /the heap grew/],
    ['pollutes', /every object has these now: polluted/],
    ['ends', /ended its process \(7\)/],
  ])('and %s is found out', async (name, why) => {
    const [result] = await broken(name);
    expect(result!.failures.join('\n')).toMatch(why);
  });
});

it('the same seed makes the same frames, and another one others', () => {
  const frames = (from: number): unknown[] => {
    const feed = new Feed({ seed: from, frames: 500, recorded: ['{"type":"a","id":"b"}', '{"type":"c","list":[1]}'] });
    return Array.from({ length: 500 }, () => feed.next());
  };
  expect(frames(7)).toEqual(frames(7));
  expect(frames(7)).not.toEqual(frames(8));
});

it('a report names each kind of failure once, with the frame', async () => {
  const feed = new Feed({ seed, frames: 200, recorded: ['{"type":"a"}'] });
  const fed = feedFunction(feed, (frame) => {
    if (frame.length > 5) throw new Error('too long');
  });
  await expect(fed).rejects.toThrow(/^Error: too long/);
  await expect(fed).rejects.not.toThrow(/too long[^]*Error: too long/);
  expect(feed.left).toBe(0);
});

describe('pnpm fuzz', () => {
  const run = (...options: string[]): Promise<{ stdout: string }> =>
    promisify(execFile)(process.execPath, ['-C', 'dev', join(import.meta.dirname, 'cli.ts'), ...options]);

  it('--help says what there is to say, and feeds nobody', async () => {
    const { stdout } = await run('--help');
    expect(stdout).toMatch(/^fuzz: /);
    expect(stdout.match(/^ {2}--\w+/gm)).toEqual(
      ['frames', 'seed', 'only', 'write', 'list', 'help'].map((o) => `  --${o}`),
    );
    expect(stdout).not.toMatch(/per second/);
  });

  it('--list names the decoders, one of which --only wants', async () => {
    const { stdout } = await run('--list');
    const names = sources.flatMap(({ targets }) => targets.map(({ name }) => name));
    expect(stdout.trim().split('\n').sort()).toEqual([...names].sort());
    await expect(run('--only', 'Novas')).rejects.toThrow(/there is no decoder 'Novas': see --list/);
  });
});
