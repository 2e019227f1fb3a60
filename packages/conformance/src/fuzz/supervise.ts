import { fork } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ChildMessage, ChildOrder } from './child.ts';
import type { FuzzResult, FuzzTarget } from './types.ts';

const root = join(import.meta.dirname, '../../../..');
/** A decoder that takes no frame for this long hangs. Milliseconds of the wall. */
const longestMs = 30_000;

/** Modules that export `targets`: those of the shared packages, and one of each plugin that has joined. */
export function fuzzSources(): string[] {
  const own = readdirSync(join(import.meta.dirname, 'targets')).map((file) =>
    join(import.meta.dirname, 'targets', file),
  );
  const plugins = readdirSync(join(root, 'plugins')).map((name) => join(root, 'plugins', name, 'src/fuzz-targets.ts'));
  return [...own, ...plugins.filter(existsSync)].map((path) => pathToFileURL(path).href);
}

/** Name → weight. */
export async function targetsOf(source: string): Promise<readonly Pick<FuzzTarget, 'name' | 'weight'>[]> {
  return ((await import(source)) as { targets: readonly FuzzTarget[] }).targets;
}

/**
 * Fuzzes the targets of one module in a process of its own, which is watched: what stops taking frames is ended and
 * counts as a hang, with the targets behind it.
 */
export function supervise(
  { hangMs = longestMs, ...order }: ChildOrder & { hangMs?: number },
  onResult: (result: FuzzResult) => void = () => {},
): Promise<FuzzResult[]> {
  const child = fork(join(import.meta.dirname, 'child.ts'), [JSON.stringify(order)], {
    execArgv: ['--expose-gc', '-C', 'dev'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const results: FuzzResult[] = [];
  let current = { name: '', delivered: 0 };
  /** Of the target that is fed now. */
  const failures: string[] = [];
  let hung = false;
  const watch = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, hangMs);
  child.on('message', (message: ChildMessage) => {
    watch.refresh();
    if (message.type === 'progress') current = message;
    else if (message.type === 'failure') failures.push(message.failure);
    else {
      failures.length = 0;
      results.push(message.result);
      onResult(message.result);
    }
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(watch);
      const why = hung ? `took no frame for ${hangMs} ms` : `ended its process (${signal ?? code})`;
      for (const [name, frames] of Object.entries(order.frames)) {
        if (results.some((result) => result.name === name)) continue;
        const isIt = name === current.name;
        const result: FuzzResult = {
          name,
          seam: 'function',
          frames: isIt ? current.delivered : 0,
          tookMs: 0,
          heapBefore: 0,
          heapAfter: 0,
          failures: isIt
            ? [`${why} after ${current.delivered} of ${frames}`, ...failures]
            : [`${current.name} went before`],
        };
        results.push(result);
        onResult(result);
      }
      resolve(results);
    });
  });
}
