/**
 * Keeps an agent in a call. LiveKit gives a job to one worker, once: when that worker is lost, by a crash or with its
 * machine, the caller hears nothing more, his room learns of it after twenty seconds, and no other worker takes over.
 * Whoever offers the call can notice sooner and ask for another agent, which is what this does:
 *
 *   LIVEKIT_URL=… LIVEKIT_API_KEY=… LIVEKIT_API_SECRET=… node call-recovery.ts my-room my-agent
 *
 * It asks for the first agent too, so run it, or call `keepAgent`, when you make the room. It only speaks HTTP with
 * LiveKit and keeps nothing that matters: started again on another machine, it goes on. A new agent is a new session, so
 * what it must know of the call so far has to be where it can find it, the room's metadata for instance.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  AccessToken,
  AgentDispatchClient,
  ParticipantInfo_State,
  RoomServiceClient,
  type AgentDispatch,
  type ParticipantInfo,
} from 'livekit-server-sdk';

export interface Call {
  /** `wss://…`, as for an agent. */
  url: string;
  apiKey: string;
  apiSecret: string;
  room: string;
  /** The `agentName` of the workers, or their `LIVEKIT_AGENT_NAME`. Workers without one take new rooms only. */
  agentName: string;
  /** What the agent gets as `context.job.metadata`. */
  metadata?: string;
  /** Pause between two looks, milliseconds. Default 1,000. */
  lookEveryMs?: number;
  /** What a worker has to start a job, milliseconds; LiveKit forgets a job for which there was no worker. Default 10,000. */
  joinWithinMs?: number;
  /** Ends the watching, not the call. */
  signal?: AbortSignal;
  /** Told of everything that happens. */
  onEvent?: (event: CallEvent) => void;
}

export type CallEvent =
  /** An agent was asked for: the first, or another because the one before left or does not answer any more. */
  | { type: 'asked'; because: 'nobody-there' | 'left' | 'silent' }
  /** LiveKit could not be asked. It will be again. */
  | { type: 'trouble'; error: unknown };

/** An agent is asked for a sign of life, and has so long to give it, milliseconds; after so many times without one it is lost. */
const answerWithinMs = 2_000;
const missesAllowed = 3;
/** When so many agents in a row never gave a sign of life, others will not either. */
const asksAllowed = 5;

/**
 * Resolves when the call is over.
 *
 * @throws Error when agents are asked for in vain: no worker of that name is there or has room, or they fail at once.
 */
export async function keepAgent(call: Call): Promise<void> {
  const keeper = new Keeper(call);
  while (!call.signal?.aborted && !keeper.isOver) {
    await keeper.look().catch((error: unknown) => call.onEvent?.({ type: 'trouble', error }));
    if (keeper.isInVain) throw new Error(`No agent '${call.agentName}' can be had for room '${call.room}'.`);
    await sleep(call.lookEveryMs ?? 1_000);
  }
}

class Keeper {
  isOver = false;
  isInVain = false;
  readonly #call: Call;
  readonly #rooms: RoomServiceClient;
  readonly #dispatches: AgentDispatchClient;
  #askedMs: number | undefined;
  /** Agents that were asked for since one gave a sign of life. */
  #asks = 0;
  #misses = 0;
  #wasThere = false;

  constructor(call: Call) {
    const { url, apiKey, apiSecret } = call;
    this.#call = call;
    this.#rooms = new RoomServiceClient(url, apiKey, apiSecret);
    this.#dispatches = new AgentDispatchClient(url, apiKey, apiSecret);
  }

  async look(): Promise<void> {
    const { room, agentName, joinWithinMs = 10_000 } = this.#call;
    if ((await this.#rooms.listRooms([room])).length === 0) {
      // It was there, so it is over; or it is made now, with the first agent in it.
      if (this.#askedMs === undefined) await this.#replace('nobody-there', []);
      else this.isOver = true;
      return;
    }
    const participants = await this.#rooms.listParticipants(room);
    const before = (await this.#dispatches.listDispatch(room)).filter((dispatch) => dispatch.agentName === agentName);
    // Somebody else may have asked before us; his agent gets its time.
    if (before.length > 0) this.#askedMs ??= performance.now();

    const agent = participants.find(({ attributes }) => attributes['lk.agent.name'] === agentName);
    if (agent) {
      // Until then it is on its way in.
      if (agent.state !== ParticipantInfo_State.ACTIVE) return;
      this.#wasThere = true;
      this.#misses = (await this.#answers(agent.identity)) ? 0 : this.#misses + 1;
      if (this.#misses === 0) this.#asks = 0;
      if (this.#misses >= missesAllowed) await this.#replace('silent', before, agent);
    } else if (this.#wasThere) {
      // Where there is nobody else it may go.
      if (participants.some(({ attributes }) => !('lk.agent.name' in attributes))) await this.#replace('left', before);
    } else if (this.#askedMs === undefined || performance.now() - this.#askedMs > joinWithinMs)
      await this.#replace('nobody-there', before);
  }

  /** Asks for an agent, and makes sure that those of before do not come back. */
  async #replace(
    because: 'nobody-there' | 'left' | 'silent',
    before: readonly AgentDispatch[],
    lost?: ParticipantInfo,
  ): Promise<void> {
    const { room, agentName, metadata, onEvent } = this.#call;
    if (this.#asks++ === asksAllowed) return void (this.isInVain = true);
    for (const { id } of before) await this.#dispatches.deleteDispatch(id, room).catch(() => undefined);
    if (lost) await this.#rooms.removeParticipant(room, lost.identity).catch(() => undefined);
    this.#misses = 0;
    this.#wasThere = false;
    await this.#dispatches.createDispatch(room, agentName, metadata === undefined ? {} : { metadata });
    this.#askedMs = performance.now();
    onEvent?.({ type: 'asked', because });
  }

  /**
   * Calls a method that no agent has: whoever is alive says that there is none. It is answered by the agent's process,
   * unlike a ping, and costs it nothing.
   */
  async #answers(identity: string): Promise<boolean> {
    const { url, apiKey, apiSecret, room } = this.#call;
    const token = new AccessToken(apiKey, apiSecret, { ttl: 60 });
    token.addGrant({ roomAdmin: true, room });
    const response = await fetch(new URL('/twirp/livekit.RoomService/PerformRpc', url.replace(/^ws/, 'http')), {
      method: 'POST',
      headers: { authorization: `Bearer ${await token.toJwt()}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        room,
        destinationIdentity: identity,
        method: 'are-you-there',
        responseTimeoutMs: answerWithinMs,
      }),
      signal: AbortSignal.timeout(3 * answerWithinMs),
    });
    const { code } = (await response.json()) as { code?: string };
    return code !== 'canceled' && code !== 'not_found' && code !== 'unavailable';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { LIVEKIT_URL: url = '', LIVEKIT_API_KEY: apiKey = '', LIVEKIT_API_SECRET: apiSecret = '' } = process.env;
  const [room = '', agentName = ''] = process.argv.slice(2);
  await keepAgent({ url, apiKey, apiSecret, room, agentName, onEvent: (event) => console.log(event) });
}
