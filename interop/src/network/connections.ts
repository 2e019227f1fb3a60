import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** How often this process connects to a port while something happens: of a proxy, the number of its tunnels. */
export async function connectionsTo(port: number, happens: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const note = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    socket.once('connect', () => {
      if (socket.remotePort === port) count++;
    });
  };
  subscribe('net.client.socket', note);
  try {
    await happens();
  } finally {
    unsubscribe('net.client.socket', note);
  }
  return count;
}
