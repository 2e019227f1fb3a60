import { llm } from '@livekit/agents';
import type { NetworkOptions } from '@patchbay/ws-session';
import type { Connection } from '@patchbay/ws-url';
import type { ConnectionEvents } from './connection-events.ts';
import { ModelHost } from './model-host.ts';

/**
 * A model that listens and speaks at once, behind a connection: `on('connection', …)` hears every session, and
 * `close()` closes every session still open.
 */
export abstract class DuplexModelBase extends llm.DuplexModel {
  readonly #host: ModelHost;

  /** `network`: the agent or the proxy that its sessions dial through. */
  constructor(capabilities: llm.DuplexCapabilities, connection: Connection, network: NetworkOptions = {}) {
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
