import type { PatchbayError } from '@patchbay/ws-url';
import { SocketPool } from '../pool.ts';
import { createTestRuntime, installRuntime, type ManualClock } from '../testing.ts';
import type { ConnectionEvent, ExchangeOptions, ExchangeResult, Frame, PoolOptions } from '../types.ts';
import { connectionTo, type TestConnectionOptions } from './connection.ts';
import { after, server } from './fixtures.ts';
import type { Accepted, TestServer, TestServerOptions } from './server.ts';


export interface Bench {
  cloud: TestServer;
  clock: ManualClock;
  pool: SocketPool;
  events: ConnectionEvent[];
}

/** Answers each request with two deltas and an end, unless told otherwise. */
export function answer({ socket }: Accepted): void {
  socket.on('message', (data) => {
    const request = (data as Buffer).toString();
    if (request === 'hang') return;
    socket.send(`${request} 1`);
    if (request === 'stall') return;
    socket.send(`${request} 2`);
    socket.send('done');
  });
}

export async function bench(
  options: Partial<PoolOptions> = {},
  cloudOptions: TestServerOptions = {},
  connectionOptions: TestConnectionOptions = {},
): Promise<Bench> {
  const cloud = await server({ onSocket: answer, ...cloudOptions });
  const runtime = createTestRuntime();
  const events: ConnectionEvent[] = [];
  const restore = installRuntime(runtime);
  const pool = new SocketPool({
    connection: connectionTo(cloud.url, connectionOptions),
    event: (event) => void events.push(event),
    ...options,
  });
  restore();
  after(() => pool.close());
  return { cloud, clock: runtime.clock, pool, events };
}

export interface Asked {
  frames: string[];
  result: Promise<ExchangeResult>;
  /** When `count` frames have arrived. */
  heard(count: number): Promise<void>;
}

export function ask(pool: SocketPool, request: string, options: Partial<ExchangeOptions> = {}): Asked {
  const frames: string[] = [];
  let wake = (): void => {};
  const result = pool.request(() => request, {
    onFrame(frame: Frame) {
      frames.push(String(frame));
      queueMicrotask(() => wake());
      return frame === 'done';
    },
    signal: new AbortController().signal,
    firstEventMs: 10_000,
    inactivityMs: 20_000,
    dialMs: 10_000,
    ...options,
  });
  result.catch(() => {});
  return {
    frames,
    result,
    heard: (count) =>
      new Promise((resolve) => {
        wake = () => frames.length >= count && resolve();
        wake();
      }),
  };
}

export function failure(result: Promise<ExchangeResult>): Promise<PatchbayError> {
  return result.then(
    () => {
      throw new Error('expected a failure');
    },
    (error: unknown) => error as PatchbayError,
  );
}
