import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Feed } from './feed.ts';

/** A client that is flooded. */
export interface Client {
  /** It has had enough, or its connection is gone for good. Never rejects. */
  over: Promise<unknown>;
  /** Does something that its user might do meanwhile. */
  poke?(): void;
  close(): Promise<unknown>;
}

/** Frames between two looks at whether they have arrived. */
const batch = 32;

/**
 * A server that talks nonsense to one client after the other. A frame counts as delivered when the client, which reads
 * in order, has answered the ping behind it.
 */
export async function floodSockets(
  feed: Feed,
  open: (url: string) => Client,
  { perConnection = 2_000 }: { perConnection?: number } = {},
): Promise<void> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: undefined });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let client: Client | undefined;
  let enough: () => void = () => {};
  const talks = new Set<Promise<void>>();
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    const talk = flood(socket, feed, perConnection, () => client?.poke?.()).then((isEnough) => {
      talks.delete(talk);
      if (isEnough) enough();
    });
    talks.add(talk);
  });
  while (feed.left > 0) {
    const end = new Promise<void>((resolve) => (enough = resolve));
    feed.restart();
    client = open(`http://127.0.0.1:${port}/v1`);
    await Promise.race([client.over, end]);
    await client.close();
    await Promise.all(talks);
  }
  if (server.clients.size > 0) await new Promise((resolve) => setTimeout(resolve, 500));
  const left = server.clients.size;
  for (const socket of server.clients) socket.terminate();
  server.close();
  await once(server, 'close');
  if (left > 0) throw new Error(`${left} sockets were left open by clients that had been closed`);
}

/** Talks until the other end has gone, or has heard enough: `true`. */
async function flood(socket: WebSocket, feed: Feed, most: number, between: () => void): Promise<boolean> {
  for (let sent = 0; sent < most && feed.left > 0;) {
    const count = Math.min(batch, feed.left);
    for (let index = 0; index < count; index++) {
      const frame = feed.next();
      const isText = typeof frame === 'string' || feed.random.chance(0.1);
      socket.send(frame, { binary: !isText });
    }
    sent += count;
    if (!(await answered(socket))) return false;
    feed.delivered(count);
    between();
  }
  socket.close();
  return true;
}

function answered(socket: WebSocket): Promise<boolean> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (isAlive: boolean) => (): void => {
      socket.off('pong', alive).off('close', gone);
      resolve(isAlive);
    };
    const [alive, gone] = [settle(true), settle(false)];
    socket.on('pong', alive).on('close', gone);
    socket.ping();
  });
}
