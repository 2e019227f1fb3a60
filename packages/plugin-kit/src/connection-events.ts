import type { ConnectionEvent } from '@patchbay/ws-session';

/** What the connection of a model is doing: `model.on('connection', (event) => …)`. */
export type { ConnectionEvent } from '@patchbay/ws-session';

/** The event map that every class of the kit adds to LiveKit's own. */
export type ConnectionEvents = {
  connection: (event: ConnectionEvent) => void;
};

/** LiveKit's emitters are typed without `connection`; this is the rest of their `on`. */
export interface ConnectionEmitter {
  on(event: 'connection', listener: ConnectionEvents['connection']): this;
  once(event: 'connection', listener: ConnectionEvents['connection']): this;
  off(event: 'connection', listener: ConnectionEvents['connection']): this;
}
