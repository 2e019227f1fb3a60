import { join } from 'node:path';
import { startLoopback, type Loopback } from '@patchbay/loopback';
import { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import type { Service } from '../process/service.ts';
import type { Stage } from '../stage.ts';
import { Caller } from './caller.ts';
import { greeting } from './conversation.ts';
import { nodeFlags } from './node-flags.ts';
import { startServer, type Access } from './server.ts';
import { Worker } from './worker.ts';

/** Where the files are that users copy; they run as they are. */
const examples = join(import.meta.dirname, '../../../examples');

/** What the operator of LiteLLM configures for the example. All transcriptions are taken to the first of these names. */
const routedModels = {
  'gpt-realtime-whisper': 'gpt-4o-mini-transcribe',
  'gpt-5-mini': 'gpt-5-mini',
  'tts-1': 'tts-1',
};

/** The agent that hears, thinks and speaks by three models, through a gateway, and the one that does it by one. */
export type Mode = 'pipeline' | 'realtime';

/** A LiveKit server, the cloud that its agents talk to, and who calls. */
export class World {
  readonly #stage: Stage;
  readonly #access: Access;
  readonly #clouds: Readonly<Record<Mode, Loopback>>;
  readonly #rooms: RoomServiceClient;
  readonly #dispatches: AgentDispatchClient;
  #workers: Worker[] = [];
  readonly #callers: Caller[] = [];
  #calls = 0;

  private constructor(stage: Stage, access: Access, clouds: Readonly<Record<Mode, Loopback>>) {
    this.#stage = stage;
    this.#access = access;
    this.#clouds = clouds;
    const { LIVEKIT_URL: url, LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret } = access;
    this.#rooms = new RoomServiceClient(url, key, secret);
    this.#dispatches = new AgentDispatchClient(url, key, secret);
  }

  static async start(stage: Stage, program: string): Promise<World> {
    // What survives Opus.
    const carrier = 'inband';
    const pipeline = await startLoopback({ carrier, gateway: { name: 'litellm', models: routedModels } });
    stage.atEnd(() => pipeline.close());
    const realtime = await startLoopback({ carrier });
    stage.atEnd(() => realtime.close());
    return new World(stage, await startServer(stage, program), { pipeline, realtime });
  }

  cloud(mode: Mode): Loopback {
    return this.#clouds[mode];
  }

  /** How often its agents have dialled for a socket that hears, so far. */
  dials(mode: Mode): number {
    return this.#clouds[mode].requests.filter(({ path }) => path === '/v1/realtime').length;
  }

  /** So many workers that run this example and have nothing to do. Others are stopped, and calls that a case left behind are over. */
  async workers(mode: Mode, count: number): Promise<Worker[]> {
    await Promise.all(this.#callers.splice(0).map((caller) => caller.hangUp().catch(() => undefined)));
    const suits = (worker: Worker): boolean => worker.takesJobs && worker.agentName === mode;
    const [kept, others] = [this.#workers.filter(suits).slice(0, count), this.#workers];
    await Promise.all(others.filter((worker) => !kept.includes(worker)).map((worker) => worker.stop()));
    this.#workers = kept;
    await Promise.all(kept.map((worker) => worker.isIdle()));
    return this.moreWorkers(mode, count);
  }

  /** As many more of them as make so many. */
  async moreWorkers(mode: Mode, count: number): Promise<Worker[]> {
    while (this.#workers.length < count) this.#workers.push(await this.#startWorker(mode));
    return [...this.#workers];
  }

  #startWorker(mode: Mode): Promise<Worker> {
    const { origin, url } = this.#clouds[mode];
    return Worker.start(this.#stage, {
      access: this.#access,
      agent: join(examples, `${mode}-agent.ts`),
      agentName: mode,
      // Two in two workers is one in each, or two in one: three calls are in both.
      calls: 2,
      env:
        mode === 'pipeline'
          ? { LITELLM_URL: origin, LITELLM_KEY: 'interop' }
          : { OPENAI_BASE_URL: url, OPENAI_API_KEY: 'interop' },
    });
  }

  /** Somebody calls, and an agent is asked to come; resolves when he has greeted. */
  async call(mode: Mode): Promise<Caller> {
    const room = this.newRoom(mode);
    await this.#dispatches.createDispatch(room, mode);
    return this.join(room);
  }

  newRoom(mode: Mode): string {
    return `${mode}-${++this.#calls}`;
  }

  /** Somebody calls where an agent was asked to come; resolves when it has greeted. */
  async join(room: string): Promise<Caller> {
    const caller = await Caller.join(this.#stage, this.#access, room);
    this.#callers.push(caller);
    await caller.meets(1);
    await caller.listens(greeting);
    return caller;
  }

  /** Keeps an agent in a room, by the example that users copy. */
  keepAgent(room: string, mode: Mode): Promise<Service> {
    return this.#stage.service({
      command: process.execPath,
      args: [...nodeFlags, join(examples, 'call-recovery.ts'), room, mode],
      env: { ...this.#access },
      isReady: async () => (await this.#dispatches.listDispatch(room)).length > 0,
    });
  }

  /** Agents that LiveKit says are in a room. */
  async agentsIn(room: string): Promise<string[]> {
    const participants = await this.#rooms.listParticipants(room);
    return participants.filter(({ attributes }) => 'lk.agent.name' in attributes).map(({ identity }) => identity);
  }
}
