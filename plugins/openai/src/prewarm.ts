import { requestJson, type ConnectOptions, type KeepAlive } from '@patchbay/plugin-kit';
import { routeOf } from './endpoint.ts';

/** Nobody waits for a connection that is opened ahead. */
const PREWARM_MS = 10_000;

/** Lists the models, which costs nothing: the first turn finds an open connection. */
export async function openConnection(where: ConnectOptions, keepAlive: KeepAlive, signal: AbortSignal): Promise<void> {
  await requestJson({ ...routeOf('models', where), keepAlive, method: 'GET', timeoutMs: PREWARM_MS, signal });
}
