import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { figuresMark } from './client.ts';
import type { Figures, Order } from './job.ts';
import { portMark } from './server.ts';

/** A client that takes so long hangs. */
const longestMs = 15 * 60_000;
/** The size that V8 lets the young generation grow to in time, from the start: growing falls into somebody's measurement. */
const youngGeneration = ['--min-semi-space-size=16', '--max-semi-space-size=16'];
const flags = ['-C', 'dev', '--expose-gc', '--disable-warning=ExperimentalWarning', ...youngGeneration];
const running = new Set<ChildProcess>();

/** Kills what runs. */
export function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Makes what is published of the plugins, where it is not there or older than its sources. */
export async function buildPublished(): Promise<void> {
  const root = join(import.meta.dirname, '../..');
  const turbo = join(root, 'node_modules/.bin/turbo');
  const quiet = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  const child = spawn(turbo, ['run', 'build', '--filter=./plugins/*', '--output-logs=errors-only'], {
    cwd: root,
    env: { ...process.env, ...quiet },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  running.add(child);
  child.on('close', () => running.delete(child));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error('the plugins could not be built');
}

/** What a client told. `profiles`: the folder that a CPU profile goes to. */
export async function askClient(client: URL, order: Order, profiles?: string): Promise<Figures> {
  const profiling = profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profiles];
  const child = start(client, [JSON.stringify(order)], profiling);
  const limit = setTimeout(() => child.kill('SIGKILL'), longestMs);
  const [line, [code, signal]] = await Promise.all([
    lineOf(child, figuresMark),
    once(child, 'close') as Promise<[number | null, string | null]>,
  ]);
  clearTimeout(limit);
  const who = `${order.variant}, ${order.mode}`;
  if (line === undefined || code !== 0)
    throw new Error(`${who}: the client ended with ${code ?? signal} and ${line === undefined ? 'no' : 'its'} figures`);
  const figures = JSON.parse(line) as Figures;
  for (const [name, value] of Object.entries(figures))
    if (!Number.isFinite(value)) throw new Error(`${who}: ${name} is no number`);
  return figures;
}

/** A server for as long as the work takes. */
export async function withServer<T>(server: URL | undefined, work: (port: number) => Promise<T>): Promise<T> {
  if (server === undefined) return work(0);
  const child = start(server);
  try {
    const port = await lineOf(child, portMark);
    if (port === undefined) throw new Error('the server ended before it listened');
    return await work(Number(port));
  } finally {
    child.kill();
  }
}

function start(module: URL, values: readonly string[] = [], extraFlags: readonly string[] = []): ChildProcess {
  const child = spawn(process.execPath, [...flags, ...extraFlags, fileURLToPath(module), ...values], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  // The channel ends a server when we do; it is not to keep anybody here.
  child.unref();
  child.channel?.unref();
  running.add(child);
  child.on('close', () => running.delete(child));
  return child;
}

/** What follows the mark on the first line that begins with it. */
function lineOf(child: ChildProcess, mark: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: child.stdout! });
    lines.on('line', (line) => {
      if (line.startsWith(mark)) resolve(line.slice(mark.length));
    });
    lines.on('close', () => resolve(undefined));
  });
}
