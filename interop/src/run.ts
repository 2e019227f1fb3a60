import { setTimeout as sleep } from 'node:timers/promises';
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

/** Stops all that runs: for whoever interrupts. */
export async function endAll(): Promise<void> {
  await Promise.all([...stages].map((stage) => stage.end()));
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
  const lacks = await missingTools(system.needs);
  if (lacks.length > 0) return run(lacks);
  const stage = new Stage(system.name);
  stages.add(stage);
  try {
    await system.install?.(new Installer(told));
    const world = await system.start(stage);
    for (const each of system.cases.filter(({ id }) => isWanted(id))) results.push(await runCase(each, world));
  } catch (error) {
    const failed = { verdict: 'fail', seen: textOf(error), calls: [] as string[] } as const;
    results.push({ id: 'start', about: 'start', title: 'it can be started', ...failed });
  } finally {
    await stage.end();
    stages.delete(stage);
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
