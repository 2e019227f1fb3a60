import { setTimeout as sleep } from 'node:timers/promises';
import { stopCommands } from './process/command.ts';
import { Installer } from './setup/installer.ts';
import { missingTools } from './setup/tools.ts';
import { Stage } from './stage.ts';
import type { Case, System } from './system.ts';
import { witness } from './talk/witness.ts';

/** What came of a case. */
export interface Result {
  id: string;
  about: string;
  title: string;
  verdict: 'pass' | 'fail';
  /** What was seen, or why it failed. */
  seen: string;
  /** What its calls with our plugins were like, in a form that is the same in every run. */
  calls: string[];
}

/** What came of a system: its cases, or what the machine lacks for it. */
export interface SystemRun {
  system: System;
  lacks: string[];
  results: Result[];
  seconds: number;
}

/** Told while it runs. */
export type Teller = (line: string) => void;

const stages = new Set<Stage>();

const interrupted = new WeakSet<Stage>();
let isInterrupted = false;

/** Stops all that runs, of which then nothing comes: for whoever interrupts. */
export async function endAll(): Promise<void> {
  isInterrupted = true;
  for (const stage of stages) interrupted.add(stage);
  await Promise.all([stopCommands(), ...[...stages].map((stage) => stage.end())]);
}

const installations = new Map<System, Promise<void>>();

/** Installs a system, at most once. */
function install(system: System, told: Teller): Promise<void> {
  const known = installations.get(system);
  if (known) return known;
  const installation = (async (): Promise<void> => system.install?.(new Installer(told)))();
  installations.set(system, installation);
  return installation;
}

/**
 * Begins to install what will be run, while others run: what needs Go, which compiles for minutes, beside what needs
 * Python or Debian. What fails is told when it is run.
 */
export function installAhead(systems: readonly System[], told: Teller): void {
  const lanes = new Set(systems.map(({ needs }) => needs[0]));
  for (const lane of lanes)
    void installInTurn(
      systems.filter(({ needs }) => needs[0] === lane),
      told,
    );
}

async function installInTurn(systems: readonly System[], told: Teller): Promise<void> {
  for (const system of systems) {
    if ((await missingTools(system.needs)).length > 0) continue;
    if (isInterrupted) return;
    await install(system, told).catch(() => undefined);
  }
}

/** A case that has not ended by then never will. Milliseconds. */
const wallMs = 180_000;

/** Installs a system if need be, starts it, asks it everything and stops it, however that ends. */
export async function runSystem(
  system: System,
  told: Teller,
  isWanted = (_id: string): boolean => true,
): Promise<SystemRun> {
  const startMs = performance.now();
  const results: Result[] = [];
  const run = (lacks: string[] = []): SystemRun => {
    return { system, lacks, results, seconds: Math.round((performance.now() - startMs) / 1000) };
  };
  const stage = new Stage(system.name);
  stages.add(stage);
  try {
    const lacks = await missingTools(system.needs);
    if (lacks.length > 0) return run(lacks);
    await install(system, told);
    const world = await system.start(stage);
    for (const each of system.cases.filter(({ id }) => isWanted(id))) results.push(await runCase(each, world));
  } catch (error) {
    const failed = { verdict: 'fail', seen: textOf(error), calls: [] as string[] } as const;
    results.push({ id: 'start', about: 'start', title: 'it can be started', ...failed });
  } finally {
    await stage.end();
    stages.delete(stage);
    if (interrupted.has(stage)) await new Promise(() => undefined); // so that nothing else is started
  }
  return run();
}

async function runCase(one: Case<unknown>, world: unknown): Promise<Result> {
  const { id, about, title } = one;
  const calls: string[] = [];
  const over = new AbortController();
  try {
    const wall = sleep(wallMs, undefined, { signal: over.signal, ref: false }).then(() => {
      throw new Error(`has not ended within ${wallMs / 1000} seconds`);
    });
    const seen = await Promise.race([witness(calls, () => one.run(world)), wall]);
    return { id, about, title, verdict: 'pass', seen: seen ?? '', calls };
  } catch (error) {
    return { id, about, title, verdict: 'fail', seen: textOf(error), calls };
  } finally {
    over.abort();
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
