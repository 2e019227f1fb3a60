import { closeSync, openSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { environmentOf } from './environment.ts';
import { Group } from './group.ts';

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

/**
 * Starts a program in a group of its own, so that it can be stopped with all that it starts.
 *
 * @throws Error with the end of what it said, when it ends before it is ready or takes too long.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { command, args = [], cwd, env, isReady, readyWithinMs = 180_000, log } = options;
  const output = openSync(log, 'w');
  const group = new Group(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: environmentOf(env),
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const { child, ended } = group;
  await once(child, 'spawn');
  const said = (): string => readFileSync(log, 'utf8');
  const service: Service = {
    pid: child.pid!,
    said,
    ended,
    kill: (signal) => void child.kill(signal),
    stop: () => group.stop(),
  };
  const lastMs = performance.now() + readyWithinMs;
  while (!(await isReady().catch(() => false))) {
    if (!group.isOver && performance.now() < lastMs) await sleep(50);
    else {
      await service.stop();
      throw new Error(
        `${command} ${group.isOver ? 'ended' : 'took too long'} before it was ready:\n${said().slice(-2_000)}`,
      );
    }
  }
  return service;
}
