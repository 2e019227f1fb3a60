import { connect } from 'node:net';
import { once } from 'node:events';

/** Somebody answers HTTP there, with whatever status. */
export async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  return true;
}

/** Somebody listens there. Rejects where nobody does. */
export async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect').finally(() => socket.destroy());
  return true;
}
