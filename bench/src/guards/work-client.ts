import { Session } from 'node:inspector/promises';
import { runClient } from '../client.ts';
import type { Figures, Order } from '../job.ts';

/** Ours: not of what they are built on. */
const isOurs = /\/(packages|plugins)\/[^/]+\/src\//;

/** RFC 6455 has every byte that a client sends masked: four at a time, which `ws-session` guards itself. */
const masking = { file: /\/ws-session\/src\/frame-writer\.ts$/, name: 'mask' };

const turnsToWarmUp = 3;
const turnsMeasured = 5;

/** Values that pass one by one through what a language offers for it. */
let values = 0;

/** Counts what iterates over bytes or takes text apart; a loop that does it by hand is seen by its own count. */
function watchValues(): void {
  const typedArray = Object.getPrototypeOf(Uint8Array) as {
    from(...given: unknown[]): unknown;
    prototype: Record<PropertyKey, unknown>;
  };
  const watch = (owner: object, name: PropertyKey, countOf: (self: { length: number }, given: unknown[]) => number) => {
    const original = Reflect.get(owner, name) as (...given: unknown[]) => unknown;
    const watched = function (this: { length: number }, ...given: unknown[]): unknown {
      values += countOf(this, given);
      return Reflect.apply(original, this, given);
    };
    Reflect.defineProperty(owner, name, { value: watched, writable: true, configurable: true });
  };
  const one = (): number => 1;
  const own = ({ length }: { length: number }): number => length;
  const first = (_self: unknown, [given]: unknown[]): number => (given as { length?: number } | undefined)?.length ?? 0;
  for (const name of [Symbol.iterator, 'values', 'entries', 'forEach', 'map', 'reduce'])
    watch(typedArray.prototype, name, own);
  for (const owner of [Array, typedArray]) watch(owner, 'from', first);
  for (const name of ['charCodeAt', 'codePointAt']) watch(String.prototype, name, one);
  for (const name of ['fromCharCode', 'fromCodePoint']) watch(String, name, one);
  for (const name of ['atob', 'btoa']) watch(globalThis, name, first);
}

/** How often the block of ours runs in a turn that runs most often, and how many values pass one by one. */
await runClient(async ({ variant, port }: Order): Promise<Figures> => {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  // Blocks are counted in what is compiled from now on.
  const { openTurns } = await import('./turns.ts');
  const turn = await openTurns(variant, port);
  for (let at = 0; at < turnsToWarmUp; at++) await turn();
  watchValues();
  // Begins to count again.
  await session.post('Profiler.takePreciseCoverage');
  for (let at = 0; at < turnsMeasured; at++) await turn();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const counts = result
    .filter(({ url }) => isOurs.test(url))
    .flatMap(({ url, functions }) =>
      functions.filter(({ functionName }) => functionName !== masking.name || !masking.file.test(url)),
    )
    .flatMap(({ ranges }) => ranges.map(({ count }) => count));
  return { runs: Math.max(...counts) / turnsMeasured, values: values / turnsMeasured };
});
