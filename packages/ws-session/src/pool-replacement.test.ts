import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { answer, ask, bench, type Bench } from './__fixtures__/pool-bench.ts';
import { server } from './__fixtures__/fixtures.ts';
import type { ConnectionEvent } from './types.ts';

/** The longest first wait. */
const SOON_MS = 250;
/** Longer than all waits together. */
const LONG_MS = 60_000;

function count({ events }: Bench, type: ConnectionEvent['type']): number {
  return events.filter((event) => event.type === type).length;
}

/** Has the server close its n-th sockets, from 0; resolves when the pool has noticed. */
async function lose(there: Bench, indexes: readonly number[], code = 1001): Promise<void> {
  const before = count(there, 'closed');
  for (const index of indexes) (await there.cloud.nth(index)).socket.close(code);
  await vi.waitUntil(() => count(there, 'closed') === before + indexes.length, { interval: 1 });
}

/** Lets the n-th socket, from 0, be opened. */
async function opened(there: Bench, index: number): Promise<void> {
  await there.clock.advance(SOON_MS);
  await vi.waitUntil(() => count(there, 'open') === index + 1, { interval: 1 });
}

describe('an idle socket that the other end closed', () => {
  it('is replaced before anybody needs it, and the next request does not wait for a dial', async () => {
    const there = await bench();
    await ask(there.pool, 'one').result;
    await lose(there, [0]);
    await opened(there, 1);
    expect(await ask(there.pool, 'two').result).toMatchObject({ reused: false, acquireMs: 0 });
    expect(there.cloud.accepted.map(({ received }) => received)).toEqual([['one'], ['two']]);
    expect(there.events.map(({ type }) => type)).toEqual(['connecting', 'open', 'closed', 'connecting', 'open']);
  });

  it('is replaced once per use, however often the server closes what is idle', async () => {
    const there = await bench();
    for (const turn of [0, 1, 2]) {
      await ask(there.pool, 'hello').result;
      await lose(there, [2 * turn]);
      await opened(there, 2 * turn + 1);
      await lose(there, [2 * turn + 1]);
      await there.clock.advance(LONG_MS);
      expect(there.cloud.accepted).toHaveLength(2 * turn + 2);
    }
    expect([there.pool.size, there.clock.pending]).toEqual([0, 0]);
  });

  it('is replaced if it was opened ahead of its first use, once too', async () => {
    const there = await bench();
    await there.pool.prewarm();
    await lose(there, [0]);
    await opened(there, 1);
    await lose(there, [1]);
    await there.clock.advance(LONG_MS);
    expect(there.cloud.accepted).toHaveLength(2);
  });

  it('is replaced where the heartbeat found it dead', async () => {
    const there = await bench({}, { autoPong: false });
    await ask(there.pool, 'one').result;
    await there.clock.advance(25_000);
    await opened(there, 1);
    await there.clock.advance(LONG_MS);
    expect([there.cloud.accepted.length, there.pool.size, there.clock.pending]).toEqual([2, 0, 0]);
  });

  it('is replaced once where several went at the same time', async () => {
    const there = await bench();
    await Promise.all([ask(there.pool, 'a').result, ask(there.pool, 'b').result]);
    await lose(there, [0, 1]);
    await opened(there, 2);
    await there.clock.advance(1_000);
    expect(there.cloud.accepted).toHaveLength(3);
  });

  it('is replaced as it was: for its model, with its query', async () => {
    const there = await bench({ model: () => 'small' }, {}, { row: { traits: { oneModelPerSocket: true } } });
    await ask(there.pool, 'one', { model: 'large', query: { voice: 'a' } }).result;
    await lose(there, [0]);
    await opened(there, 1);
    const [before, after] = there.cloud.accepted.map(({ request }) => request.url);
    expect(after).toBe(before);
    expect(after).toContain('large');
  });

  it('is not replaced while another one would do, or a request has dialled for itself', async () => {
    const there = await bench();
    await Promise.all([ask(there.pool, 'a').result, ask(there.pool, 'b').result]);
    await lose(there, [0]);
    await there.clock.advance(LONG_MS);
    expect(there.cloud.accepted).toHaveLength(2);
    await lose(there, [1]);
    await ask(there.pool, 'c').result;
    await there.clock.advance(LONG_MS);
    expect(there.cloud.accepted).toHaveLength(3);
  });

  it.each([
    ['a fatal close', 4001, undefined],
    ['a refusal of the next one', 1001, 401],
  ])('is given up after %s', async (_what, code, status) => {
    let upgrades = 0;
    const there = await bench(
      {},
      {
        onUpgrade: (_request, socket) =>
          ++upgrades > 1 && status !== undefined && (socket.end(`HTTP/1.1 ${status} No\r\n\r\n`), true),
      },
    );
    await ask(there.pool, 'one').result;
    await lose(there, [0], code);
    await there.clock.advance(SOON_MS);
    if (status !== undefined) await vi.waitUntil(() => upgrades === 2 && count(there, 'closed') === 2);
    await there.clock.advance(LONG_MS);
    expect([upgrades, there.pool.size, there.clock.pending]).toEqual([status === undefined ? 1 : 2, 0, 0]);
  });

  it('is dialled for five times if nothing answers, each time after a longer wait, and then left to the next request', async () => {
    let isDown = false;
    let refused = 0;
    const there = await bench(
      {},
      { onUpgrade: (_request, socket) => isDown && (refused++, socket.end('HTTP/1.1 503 Down\r\n\r\n'), true) },
    );
    await ask(there.pool, 'one').result;
    isDown = true;
    await lose(there, [0]);
    const waited: number[] = [];
    for (let attempt = 1; attempt <= 5; attempt++) {
      const from = there.clock.now();
      while (count(there, 'connecting') <= attempt) await there.clock.advance(50);
      waited.push(there.clock.now() - from);
      await vi.waitUntil(() => count(there, 'closed') > attempt, { interval: 1 });
    }
    expect(waited).toEqual([...waited].sort((left, right) => left - right));
    expect(waited[4]).toBeGreaterThan(10 * waited[0]!);
    await there.clock.advance(LONG_MS);
    expect([refused, there.pool.size, there.clock.pending]).toEqual([5, 0, 0]);
    isDown = false;
    expect(await ask(there.pool, 'two').result).toMatchObject({ reused: false });
  });

  it('is not replaced once the pool is closed', async () => {
    const there = await bench();
    await ask(there.pool, 'one').result;
    await lose(there, [0]);
    expect(there.clock.pending).toBe(1);
    await there.pool.close();
    expect(there.clock.pending).toBe(0);
    await there.clock.advance(LONG_MS);
    expect(there.cloud.accepted).toHaveLength(1);
  });

  it('has a replacement that a gateway is not kept waiting with: unused, it is retired in time, and not replaced', async () => {
    const there = await bench({}, {}, { row: { traits: { firstFrameWithinMs: 30_000 } } });
    await ask(there.pool, 'one').result;
    await lose(there, [0]);
    await opened(there, 1);
    await there.clock.advance(24_000);
    await there.cloud.until(() => there.cloud.connections.size === 0);
    await there.clock.advance(LONG_MS);
    expect([there.cloud.accepted.length, there.clock.pending]).toEqual([2, 0]);
  });

  it('keeps no program from ending', async () => {
    const cloud = await server({
      onSocket(accepted) {
        answer(accepted);
        accepted.socket.on('message', () => accepted.socket.close(1001));
      },
    });
    const program = join(import.meta.dirname, '__fixtures__/forgotten-pool.ts');
    const { stdout } = await promisify(execFile)(process.execPath, ['-C', 'dev', program, cloud.url]);
    expect(stdout).toBe('lost');
    expect(cloud.accepted).toHaveLength(1);
  });
});
