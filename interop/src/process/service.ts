import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { environmentOf } from './environment.ts';

export interface ServiceOptions {
  command: string;
  args?: readonly string[];
  /** Beside the few that every program gets; nothing of ours is inherited. */
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  /** Resolves to true once it can be asked. Tried again and again until then. */
  isReady: () => Promise<boolean>;
  /** A wall for slow machines, milliseconds. Default three minutes. */
  readyWithinMs?: number;
  /** The file that gets what it says. */
  log: string;
}

/** A program that serves until it is stopped. */
export interface Service {
  readonly pid: number;
  /** Everything that it said so far. */
  said(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves to the code that it ended with, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Asks it to end, then makes it; its children too. */
  stop(): Promise<void>;
}

/** Milliseconds that a program has to end by itself. */
const politenessMs = 5_000;
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => killGroup(child, 'SIGKILL')));

/**
 * Starts a program in a group of its own, so that it can be stopped with all that it starts.
 *
 * @throws Error with the end of what it said, when it ends before it is ready or takes too long.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { command, args = [], cwd, env, isReady, readyWithinMs = 180_000, log } = options;
  const output = openSync(log, 'w');
  const child = spawn(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: environmentOf(env),
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  ended.catch(() => undefined); // told below
  await once(child, 'spawn');
  running.add(child);
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    killGroup(child, 'SIGKILL'); // what it left behind
    running.delete(child);
  });
  const said = (): string => readFileSync(log, 'utf8');
  const service: Service = {
    pid: child.pid!,
    said,
    ended,
    kill: (signal) => void child.kill(signal),
    async stop() {
      if (isOver) return;
      killGroup(child, 'SIGTERM');
      await Promise.race([ended, sleep(politenessMs, undefined, { ref: false })]);
      if (!isOver) killGroup(child, 'SIGKILL');
      await ended;
    },
  };
  const lastMs = performance.now() + readyWithinMs;
  while (!(await isReady().catch(() => false))) {
    if (!isOver && performance.now() < lastMs) await sleep(50);
    else {
      await service.stop();
      throw new Error(`${command} ${isOver ? 'ended' : 'took too long'} before it was ready:\n${said().slice(-2_000)}`);
    }
  }
  return service;
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // There is nobody left.
  }
}
