import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '../process/service.ts';
import type { Stage } from '../stage.ts';
import { nodeFlags } from './node-flags.ts';
import { workerEnvironment } from './options.ts';
import type { Access } from './server.ts';

export interface WorkerOptions {
  access: Access;
  /** The user's file. */
  agent: string;
  /** What jobs ask for. */
  agentName: string;
  /** Jobs that it has room for. */
  calls: number;
  /** What the agent's file reads. */
  env: Readonly<Record<string, string>>;
}

/** A process that LiveKit gives jobs to, each of which is a process again. */
export class Worker {
  readonly agentName: string;
  readonly #service: Service;
  readonly #url: string;
  #takesJobs = true;

  private constructor(agentName: string, service: Service, url: string) {
    this.agentName = agentName;
    this.#service = service;
    this.#url = url;
    void service.ended.then(() => (this.#takesJobs = false));
  }

  /** Resolves when LiveKit knows it: what is asked for before is lost. */
  static async start(stage: Stage, { access, agent, agentName, calls, env }: WorkerOptions): Promise<Worker> {
    const port = await stage.freePort();
    const url = `http://127.0.0.1:${port}`;
    const service = await stage.service({
      command: process.execPath,
      args: [...nodeFlags, join(import.meta.dirname, 'worker-process.ts'), 'start'],
      env: { ...access, ...env, LIVEKIT_AGENT_NAME: agentName, ...workerEnvironment({ agent, port, calls }) },
      isReady: async () => (await fetch(url)).ok,
    });
    return new Worker(agentName, service, url);
  }

  /** It was not told to stop, and has not ended. */
  get takesJobs(): boolean {
    return this.#takesJobs;
  }

  /** How many jobs it has. */
  async jobs(): Promise<number> {
    const response = await fetch(`${this.#url}/worker`);
    return ((await response.json()) as { active_jobs: number }).active_jobs;
  }

  /**
   * Resolves when it has none, and LiveKit knows. A room is kept for a moment, and its agent with it, when its caller has
   * left; then the worker tells LiveKit how busy it is every 2.5 seconds.
   */
  async isIdle(): Promise<void> {
    if ((await this.jobs()) === 0) return;
    for (let waits = 0; (await this.jobs()) > 0; waits++) {
      if (waits > 300) throw new Error('A job is not over although its caller has left.');
      await sleep(200);
    }
    await sleep(3_000);
  }

  /** Tells it to stop, as an operator does: it finishes its calls first. */
  drain(): void {
    this.#takesJobs = false;
    this.#service.kill('SIGTERM');
  }

  /** Dies as with its machine: the process, and those of its jobs with it. */
  async die(): Promise<void> {
    this.#service.kill('SIGKILL');
    await this.#service.ended;
  }

  get ended(): Promise<number | NodeJS.Signals> {
    return this.#service.ended;
  }

  stop(): Promise<void> {
    return this.#service.stop();
  }
}
