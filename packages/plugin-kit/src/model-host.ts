import { EventEmitter } from 'node:events';
import type { NetworkOptions } from '@patchbay/ws-session';
import type { Connection } from '@patchbay/ws-url';
import type { ConnectionEvent } from './connection-events.ts';
import { guardedEmit } from './guarded-emit.ts';

/** What a model knows of its sessions. */
interface Closable {
  close(): Promise<void>;
}

// Not a property of the model, because a proxy's URL may hold a password.
const hosts = new WeakMap<object, ModelHost>();

/**
 * What a model has beside LiveKit's own: a connection, whoever listens to it, and the sessions that it closes with
 * itself. LiveKit's models have no class in common, so each of ours holds one of these.
 */
export class ModelHost<Hosted extends Closable = Closable> {
  readonly connection: Connection;
  /** How sessions reach the network: the agent or the proxy that they dial through. */
  readonly network: Readonly<NetworkOptions>;
  readonly events: EventEmitter = new EventEmitter();
  readonly sessions: Set<Hosted> = new Set();

  constructor(model: object, connection: Connection, network: NetworkOptions) {
    this.connection = connection;
    this.network = network;
    hosts.set(model, this);
  }

  adopt(session: Hosted): void {
    this.sessions.add(session);
  }

  release(session: Hosted): void {
    this.sessions.delete(session);
  }

  tell(event: ConnectionEvent): void {
    guardedEmit(this.events, 'connection', event);
  }

  /** Closes every session that is still open. */
  async close(): Promise<void> {
    await Promise.all([...this.sessions].map((session) => session.close()));
  }
}

/** The host of a model, for its sessions. */
export function hostOf(model: object): ModelHost {
  return hosts.get(model)!;
}
