import { llm } from '@livekit/agents';
import type { NetworkOptions } from '@patchbay/ws-session';
import type { Connection } from '@patchbay/ws-url';
import type { ConnectionEvents } from './connection-events.ts';
import { ModelHost } from './model-host.ts';
import type { RealtimeSessionBase } from './realtime-session.ts';

/**
 * A speech-to-speech model behind a connection. LiveKit's own class neither emits events nor closes what it opened;
 * this one does both: `on('connection', …)` hears every session, and `close()` closes every session still open.
 */
export abstract class RealtimeModelBase extends llm.RealtimeModel {
  readonly #host: ModelHost<RealtimeSessionBase>;

  /** `network`: the agent or the proxy that its sessions dial through. */
  constructor(capabilities: llm.RealtimeCapabilities, connection: Connection, network: NetworkOptions = {}) {
    super(capabilities);
    this.#host = new ModelHost(this, connection, network);
  }

  /** Where sessions connect to; holds no readable secret. */
  get connection(): Connection {
    return this.#host.connection;
  }

  override get provider(): string {
    return this.#host.connection.host;
  }

  /** Sessions that are open now, those of an AgentSession too: it keeps its own to itself. */
  get sessions(): ReadonlySet<RealtimeSessionBase> {
    return this.#host.sessions;
  }

  on<Event extends keyof ConnectionEvents>(event: Event, listener: ConnectionEvents[Event]): this {
    this.#host.events.on(event, listener);
    return this;
  }

  once<Event extends keyof ConnectionEvents>(event: Event, listener: ConnectionEvents[Event]): this {
    this.#host.events.once(event, listener);
    return this;
  }

  off<Event extends keyof ConnectionEvents>(event: Event, listener: ConnectionEvents[Event]): this {
    this.#host.events.off(event, listener);
    return this;
  }

  async close(): Promise<void> {
    await this.#host.close();
  }
}
