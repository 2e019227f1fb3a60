import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { queryObjects } from 'node:v8';
import { WebSocketServer } from 'ws';

/** So many that what the test runner itself makes meanwhile does not count. */
const samples = 300;

/** Of these, the server has as many. */
const connectedSamples = 60;

/** What is open, and can be closed. */
interface Open {
  close(): void | Promise<void>;
}

/** Maps and sets that each of many holds before anything happens: an empty one takes 150 bytes. */
export async function tablesOf(open: () => Open): Promise<number> {
  const before = countTables();
  const all = Array.from({ length: samples }, open);
  const tables = (countTables() - before) / samples;
  await closeAll(all);
  return tables;
}

/** The same of what has a socket each, and is told nothing on it. `open` is told where to dial. */
export async function tablesOfConnected(open: (origin: string) => Open): Promise<number> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const origin = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // What all of them share is there from the first one on.
  const all = [open(origin)];
  await connected(server, all.length);
  const before = countTables();
  for (let sample = 0; sample < connectedSamples; sample++) all.push(open(origin));
  await connected(server, all.length);
  const tables = (countTables() - before) / connectedSamples;
  await closeAll(all);
  for (const client of server.clients) client.terminate();
  server.close();
  return tables;
}

/** Whoever answers a ping knows that his socket is open. */
async function connected(server: WebSocketServer, count: number): Promise<void> {
  while (server.clients.size < count) await once(server, 'connection');
  await Promise.all(
    [...server.clients].map(async (client) => {
      const pong = once(client, 'pong');
      client.ping();
      await pong;
    }),
  );
}

async function closeAll(all: readonly Open[]): Promise<void> {
  await Promise.all(all.map(async (each) => each.close()));
}

function countTables(): number {
  return queryObjects(Map, { format: 'count' }) + queryObjects(Set, { format: 'count' });
}
