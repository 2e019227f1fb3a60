import { EventEmitter } from 'node:events';
import { llm } from '@livekit/agents';
import type { NetworkOptions } from '@patchbay/ws-session';
import type { Connection } from '@patchbay/ws-url';
import type { ConnectionEvent, ConnectionEvents } from './connection-events.ts';
import { guardedEmit } from './guarded-emit.ts';
import type { RealtimeSessionBase } from './realtime-session.ts';

let read: (model: RealtimeModelBase) => Readonly<NetworkOptions>;

/**
 * A speech-to-speech model behind a connection. LiveKit's own class neither emits events nor closes what it opened;
 * this one does both: `on('connection', …)` hears every session, and `close()` closes every session still open.
 */
export abstract class RealtimeModelBase extends llm.RealtimeModel {
  readonly #connection: Connection;
  readonly #network: Readonly<NetworkOptions>;
  readonly #emitter = new EventEmitter();
  readonly #sessions = new Set<RealtimeSessionBase>();

  static {
    read = (model) => model.#network;
  }

  /** `network`: the agent or the proxy that its sessions dial through. */
  constructor(capabilities: llm.RealtimeCapabilities, connection: Connection, network: NetworkOptions = {}) {
    super(capabilities);
    this.#connection = connection;
    this.#network = network;
  }

  /** Where sessions connect to; holds no readable secret. */
  get connection(): Connection {
    return this.#connection;
  }

  override get provider(): string {
    return this.#connection.host;
  }

  /** Sessions that are open now, those of an AgentSession too: it keeps its own to itself. */
  get sessions(): ReadonlySet<RealtimeSessionBase> {
    return this.#sessions;
  }

  on<Event extends keyof ConnectionEvents>(event: Event, listener: ConnectionEvents[Event]): this {
    this.#emitter.on(event, listener);
    return this;
  }

  once<Event extends keyof ConnectionEvents>(event: Event, listener: ConnectionEvents[Event]): this {
    this.#emitter.once(event, listener);
    return this;
  }

  off<Event extends keyof ConnectionEvents>(event: Event, listener: ConnectionEvents[Event]): this {
    this.#emitter.off(event, listener);
    return this;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close()));
  }

  /** @internal */
  _adopt(session: RealtimeSessionBase): void {
    this.#sessions.add(session);
  }

  /** @internal */
  _release(session: RealtimeSessionBase): void {
    this.#sessions.delete(session);
  }

  /** @internal */
  _tell(event: ConnectionEvent): void {
    guardedEmit(this.#emitter, 'connection', event);
  }
}

/** How a model's sessions reach the network. Not a property, because a proxy's URL may hold a password. */
export function networkOf(model: RealtimeModelBase): Readonly<NetworkOptions> {
  return read(model);
}
