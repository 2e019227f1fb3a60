import type { Connection } from '@patchbay/ws-url';

/**
 * Models that refused what nobody had asked for: how sure the service is of each token, and when it heard what. It makes
 * transcripts better, but a server that does not know it may refuse the request for it, and that must not make deaf.
 */
const plain = new WeakMap<Connection, Set<string>>();

/** Whether this model is asked for more than the user said. */
export function asksMore(connection: Connection, model: string): boolean {
  return plain.get(connection)?.has(model) !== true;
}

/** From now on this model is asked for no more than the user said. */
export function askLess(connection: Connection, model: string): void {
  const models = plain.get(connection) ?? new Set();
  plain.set(connection, models.add(model));
}
