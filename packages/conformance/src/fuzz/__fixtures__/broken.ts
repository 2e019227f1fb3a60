import type { Feed } from '../feed.ts';
import { feedFunction } from '../functions.ts';
import type { FuzzTarget } from '../types.ts';

const kept: unknown[] = [];

/** What a fuzzer is there to find. */
export const targets: readonly FuzzTarget[] = [
  broken('throws', () => {
    throw new Error('cannot read');
  }),
  broken('throws later', () =>
    setTimeout(() => {
      throw new Error('from a timer');
    }),
  ),
  broken('rejects', () => void Promise.reject(new Error('nobody waits'))),
  broken('hangs', () => {
    for (;;);
  }),
  { name: 'waits', seam: 'function', recorded: ['{}'], run: () => new Promise(() => setInterval(() => {}, 1_000)) },
  broken('grows', () => kept.push(new Array(1_000).fill(0))),
  broken('pollutes', () => Object.assign(Object.prototype, { polluted: true })),
  broken('ends', () => process.exit(7)),
];

function broken(name: string, read: () => unknown): FuzzTarget {
  return { name, seam: 'function', recorded: ['{}'], run: (feed: Feed) => feedFunction(feed, read) };
}
