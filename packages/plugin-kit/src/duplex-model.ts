import { EventEmitter } from 'node:events';
import { llm } from '@livekit/agents';
import type { NetworkOptions } from '@patchbay/ws-session';
import type { Connection } from '@patchbay/ws-url';
import type { ConnectionEvent, ConnectionEvents } from './connection-events.ts';
import { guardedEmit } from './guarded-emit.ts';

let read: (model: DuplexModelBase) => Readonly<NetworkOptions>;

/** What a model knows of its sessions. */
interface Closable {
  close(): Promise<void>;
}

/**
 * A model that listens and speaks at once, behind a connection: `on('connection', …)` hears every session, and
 * `close()` closes every session still open.
 */
export abstract class DuplexModelBase extends llm.DuplexModel {
  readonly #connection: Connection;
  readonly #network: Readonly<NetworkOptions>;
  readonly #emitter = new EventEmitter();
  readonly #sessions = new Set<Closable>();

  static {
    read = (model) => model.#network;
  }

  /** `network`: the agent or the proxy that its sessions dial through. */
  constructor(capabilities: llm.DuplexCapabilities, connection: Connection, network: NetworkOptions = {}) {
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
  _adopt(session: Closable): void {
    this.#sessions.add(session);
  }

  /** @internal */
  _release(session: Closable): void {
    this.#sessions.delete(session);
  }

  /** @internal */
  _tell(event: ConnectionEvent): void {
    guardedEmit(this.#emitter, 'connection', event);
  }
}

/** How a model's sessions reach the network. Not a property, because a proxy's URL may hold a password. */
export function duplexNetworkOf(model: DuplexModelBase): Readonly<NetworkOptions> {
  return read(model);
}
