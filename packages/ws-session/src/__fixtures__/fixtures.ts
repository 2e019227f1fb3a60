import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { startSession, type Harness } from './harness.ts';
import { startServer, type TestServer, type TestServerOptions } from './server.ts';
import { conditions } from './conditions.ts';

const servers: TestServer[] = [];
const sessions: Harness[] = [];
const cleanups: (() => Promise<unknown>)[] = [];

/** Runs after the test, last one first. */
export function after(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup);
}

/** A WebSocket server that is gone after the test. */
export async function server(options?: TestServerOptions): Promise<TestServer> {
  const started = await startServer(options);
  servers.push(started);
  return started;
}

/** A running session that is gone after the test. */
export function run(...[connection, options]: Parameters<typeof startSession>): Harness {
  const harness = startSession(connection, options);
  sessions.push(harness);
  return harness;
}

export interface RawServer {
  port: number;
  url: string;
  connections: Set<Socket>;
  /** When `condition` holds; looked at after each connect, disconnect and chunk. */
  until(condition: () => boolean): Promise<void>;
  /** Everything that arrived. */
  received: Buffer[];
}

/** A TCP server that speaks no protocol at all. */
export async function rawServer(onConnection: (socket: Socket) => void = () => {}): Promise<RawServer> {
  const connections = new Set<Socket>();
  const received: Buffer[] = [];
  const { changed, until } = conditions();
  const tcp: Server = createServer((socket) => {
    connections.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received.push(chunk);
      changed();
    });
    socket.on('close', () => {
      connections.delete(socket);
      changed();
    });
    onConnection(socket);
    changed();
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  after(async () => {
    for (const socket of connections) socket.destroy();
    tcp.close();
    await once(tcp, 'close');
  });
  const { port } = tcp.address() as AddressInfo;
  return {
    port,
    url: `ws://127.0.0.1:${port}/v1/realtime`,
    connections,
    received,
    until,
  };
}

/** Advances the clock step by step until `condition` holds. */
export async function advanceUntil(
  harness: Harness,
  condition: () => boolean,
  stepMs = 50,
  atMostMs = 600_000,
): Promise<void> {
  for (let passed = 0; !condition(); passed += stepMs) {
    if (passed > atMostMs) throw new Error(`not within ${atMostMs} ms of the clock`);
    await harness.clock.advance(stepMs);
  }
}

afterEach(async () => {
  for (const { connections } of servers) for (const socket of connections) socket.destroy();
  await Promise.all(sessions.splice(0).map(({ session }) => session.close()));
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await Promise.all(servers.splice(0).map((started) => started.close()));
});
