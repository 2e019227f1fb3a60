import type { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { ask, bench, failure } from './__fixtures__/pool-bench.ts';

describe('a pool', () => {
  it('answers requests one after the other on one socket, and says which', async () => {
    const { cloud, clock, pool } = await bench();
    const first = ask(pool, 'one');
    const { socketId, reused } = await first.result;
    const second = ask(pool, 'two');
    expect(await second.result).toEqual({ socketId, reused: true, acquireMs: 0 });
    expect(reused).toBe(false);
    expect([...first.frames, ...second.frames]).toEqual(['one 1', 'one 2', 'done', 'two 1', 'two 2', 'done']);
    expect(cloud.accepted[0]!.received).toEqual(['one', 'two']);
    await pool.close();
    await cloud.until(() => cloud.connections.size === 0);
    expect(clock.pending).toBe(0);
  });

  it('gives each request under way a socket of its own', async () => {
    const { cloud, pool } = await bench();
    const asked = ['a', 'b', 'c'].map((request) => ask(pool, request));
    await Promise.all(asked.map(({ result }) => result));
    expect(cloud.accepted).toHaveLength(3);
    expect(asked.map(({ frames }) => frames[0])).toEqual(['a 1', 'b 1', 'c 1']);
  });

  it('tells of every frame once, in order, also of those that nobody asked for, and of a listener’s mistakes nobody', async () => {
    const told: string[] = [];
    const tell = (direction: string) => (frame: unknown) => {
      told.push(`${direction} ${String(frame)}`);
      throw new Error('a mistake');
    };
    const { cloud, pool } = await bench({ sent: tell('out'), received: tell('in') });
    await ask(pool, 'one').result;
    const two = ask(pool, 'two');
    cloud.accepted[0]!.socket.send('by the way');
    await two.result;
    expect(told.slice(0, 6)).toEqual(['out one', 'in one 1', 'in one 2', 'in done', 'out two', 'in by the way']);
    expect(told).toHaveLength(9);
  });

  it('keeps no more idle sockets than it may', async () => {
    const { cloud, pool } = await bench({ maxIdle: 1 });
    await Promise.all(['a', 'b', 'c'].map((request) => ask(pool, request).result));
    await cloud.until(() => cloud.connections.size === 1);
    expect(pool.size).toBe(1);
  });

  it('never makes a request wait for the dial of another', async () => {
    let hold: (() => void) | undefined;
    const { pool } = await bench(
      {},
      {},
      {
        apiKey: () =>
          hold === undefined ? new Promise((resolve) => (hold = () => resolve('key-one-0001'))) : 'key-two-0002',
      },
    );
    const slow = ask(pool, 'slow');
    const quick = ask(pool, 'quick');
    await quick.result;
    expect(slow.frames).toEqual([]);
    hold!();
    await slow.result;
  });

  it('uses the socket that is preferred if it is idle, else another', async () => {
    const { pool } = await bench();
    const [first, second] = await Promise.all([ask(pool, 'a').result, ask(pool, 'b').result]);
    expect((await ask(pool, 'c', { preferSocket: first.socketId }).result).socketId).toBe(first.socketId);
    expect((await ask(pool, 'd', { preferSocket: second.socketId }).result).socketId).toBe(second.socketId);
    expect((await ask(pool, 'e', { preferSocket: -1 }).result).reused).toBe(true);
  });

  it('is not impressed by a listener that throws', async () => {
    const { pool } = await bench({
      event: () => {
        throw new Error('not now');
      },
    });
    await ask(pool, 'one').result;
    await pool.close();
  });

  it('tells what its connections do', async () => {
    const { cloud, pool, events } = await bench();
    const { socketId } = await ask(pool, 'one').result;
    await pool.close();
    expect(events).toMatchObject([
      { type: 'connecting', url: cloud.url },
      { type: 'open', epoch: socketId },
      { type: 'closed', epoch: socketId },
    ]);
  });
});

describe('a request', () => {
  it('rejects with what the dial said', async () => {
    const refused = await bench(
      {},
      {
        onUpgrade: (_request, socket) => (socket.end('HTTP/1.1 401 Unauthorized\r\nx-request-id: req_1\r\n\r\n'), true),
      },
    );
    expect(await failure(ask(refused.pool, 'one').result)).toMatchObject({
      code: 'upgrade-refused',
      status: 401,
      requestId: 'req_1',
    });
    expect(refused.pool.size).toBe(0);
  });

  it('ends on its dial deadline', async () => {
    const { clock, pool } = await bench({}, { onUpgrade: () => true });
    const { result } = ask(pool, 'one', { dialMs: 3_000 });
    await clock.advance(3_000);
    expect(await failure(result)).toMatchObject({ code: 'connect-timeout', retryable: true });
  });

  it('that is not answered ends on its first-event deadline and drops its socket', async () => {
    const { cloud, clock, pool } = await bench();
    const asked = ask(pool, 'hang', { firstEventMs: 5_000 });
    await cloud.until(() => cloud.accepted[0]?.received.length === 1);
    await clock.advance(4_999);
    await clock.advance(1);
    expect(await failure(asked.result)).toMatchObject({ code: 'first-event-timeout', retryable: true });
    await cloud.until(() => cloud.connections.size === 0);
    expect(pool.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('whose answer stops ends on its inactivity deadline', async () => {
    const { cloud, clock, pool } = await bench();
    const asked = ask(pool, 'stall', { firstEventMs: 5_000, inactivityMs: 8_000 });
    await asked.heard(1);
    await clock.advance(7_000);
    cloud.accepted[0]!.socket.send('a little more');
    await asked.heard(2);
    await clock.advance(7_999);
    expect(asked.frames).toHaveLength(2);
    await clock.advance(1);
    expect(await failure(asked.result)).toMatchObject({ code: 'inactivity-timeout', retryable: true });
  });

  it.each([
    [1011, true],
    [1000, true],
    [4000, false],
  ])('whose socket is closed with %i rejects; retryable: %s', async (code, retryable) => {
    const { cloud, pool } = await bench();
    const asked = ask(pool, 'stall');
    await asked.heard(1);
    cloud.accepted[0]!.socket.close(code);
    expect(await failure(asked.result)).toMatchObject({ code: 'closed', closeCode: code, retryable });
  });

  it.each([
    [1000, true],
    [1008, false],
    [1011, true],
    [4001, false],
  ])('whose new socket is closed with %i at once rejects after one dial; retryable: %s', async (code, retryable) => {
    const { cloud, clock, pool } = await bench({}, { onSocket: ({ socket }) => socket.close(code, 'no access') });
    const error = await failure(ask(pool, 'one').result);
    expect(error).toMatchObject({ code: 'closed', closeCode: code, retryable });
    expect(error.message).toContain('no access');
    expect(cloud.accepted).toHaveLength(1);
    await pool.close();
    expect(clock.pending).toBe(0);
  });

  it.each([
    [
      'is greeted with a frame that is none',
      'protocol-violation',
      1024,
      (raw: Duplex) => raw.write('\xff\xff\xff\xff'),
    ],
    [
      'is greeted with more than it takes',
      'message-too-large',
      1024,
      (_raw: Duplex, socket: WebSocket) => socket.send(Buffer.alloc(2048)),
    ],
  ])('whose new socket %s rejects after one dial', async (_name, code, maxPayloadBytes, greet) => {
    const { cloud, clock, pool } = await bench(
      { maxPayloadBytes },
      { onSocket: ({ socket, request }) => void greet(request.socket, socket) },
    );
    expect(await failure(ask(pool, 'one').result)).toMatchObject({ code, retryable: false });
    expect(cloud.accepted).toHaveLength(1);
    await pool.close();
    expect(clock.pending).toBe(0);
  });

  it('whose new socket is closed by a peer that then does not leave ends with what that said', async () => {
    const { cloud, clock, pool } = await bench(
      {},
      {
        onSocket: ({ socket, request }) => {
          socket.close(1008);
          // The answer to the close is never read, so the connection is never ended.
          request.socket.pause();
        },
      },
    );
    const asked = ask(pool, 'one', { firstEventMs: 5_000 });
    const ended = failure(asked.result);
    let isOver = false;
    void ended.then(() => (isOver = true));
    while (!isOver && clock.now() < 6_000) await clock.advance(50);
    expect(await ended).toMatchObject({ code: 'closed', closeCode: 1008 });
    expect(cloud.accepted).toHaveLength(1);
    const closed = pool.close();
    await clock.advance(2_000);
    await closed;
    expect(clock.pending).toBe(0);
  });

  it('whose handler throws rejects with it, and drops its socket', async () => {
    const { cloud, pool } = await bench();
    const asked = ask(pool, 'one', { onFrame: () => JSON.parse('{') as never });
    expect(await failure(asked.result)).toMatchObject({ code: 'protocol-violation', cause: { name: 'SyntaxError' } });
    await cloud.until(() => cloud.connections.size === 0);
  });

  it('that cannot be built leaves its socket fit for the next', async () => {
    const { cloud, pool } = await bench();
    const broken = pool.request(
      () => {
        throw new Error('no context');
      },
      { onFrame: () => true, signal: new AbortController().signal, firstEventMs: 1, inactivityMs: 1, dialMs: 10_000 },
    );
    await expect(broken).rejects.toThrow('no context');
    await ask(pool, 'one').result;
    expect(cloud.accepted).toHaveLength(1);
  });
});

describe('an abort', () => {
  it('drops the socket, lets the neighbours be, and opens a replacement', async () => {
    const { cloud, pool } = await bench();
    const neighbour = ask(pool, 'stall');
    await neighbour.heard(1);
    const controller = new AbortController();
    const asked = ask(pool, 'stall', { signal: controller.signal });
    await asked.heard(1);
    controller.abort();
    expect(await failure(asked.result)).toMatchObject({ code: 'aborted', retryable: false });
    expect(await cloud.accepted[1]!.closed).toBe(1000);
    await cloud.nth(2);
    cloud.accepted[0]!.socket.send('done');
    await neighbour.result;

    const next = await ask(pool, 'next').result;
    expect(cloud.accepted).toHaveLength(3);
    expect(next.acquireMs).toBe(0);
  });

  it('during the dial rejects at once, sends nothing, and the socket serves the next request', async () => {
    let give: (key: string) => void = () => {};
    const { cloud, pool } = await bench({}, {}, { apiKey: () => new Promise((resolve) => (give = resolve)) });
    const controller = new AbortController();
    const asked = ask(pool, 'one', { signal: controller.signal });
    controller.abort();
    expect(await failure(asked.result)).toMatchObject({ code: 'aborted' });
    const next = ask(pool, 'two');
    give('key-after-abort');
    await next.result;
    expect(cloud.accepted).toHaveLength(1);
    expect(cloud.accepted[0]!.received).toEqual(['two']);
  });

  it('at the last moment sends nothing and leaves the socket to the next request', async () => {
    const { cloud, pool } = await bench();
    const controller = new AbortController();
    const asked = pool.request(() => (controller.abort(), 'never'), {
      onFrame: () => true,
      signal: controller.signal,
      firstEventMs: 10_000,
      inactivityMs: 10_000,
      dialMs: 10_000,
    });
    expect(await failure(asked)).toMatchObject({ code: 'aborted' });
    await ask(pool, 'two').result;
    expect(cloud.accepted.map(({ received }) => received)).toEqual([['two']]);
  });

  it('before it began dials nothing', async () => {
    const { cloud, pool } = await bench();
    expect(await failure(ask(pool, 'one', { signal: AbortSignal.abort() }).result)).toMatchObject({ code: 'aborted' });
    expect(pool.size).toBe(0);
    expect(cloud.connections.size).toBe(0);
  });
});

describe('a neighbour', () => {
  it('never notices that another socket fails', async () => {
    const { cloud, pool } = await bench();
    const [healthy, doomed] = [ask(pool, 'stall'), ask(pool, 'hang')];
    await healthy.heard(1);
    await cloud.until(() => cloud.accepted.some(({ received }) => received[0] === 'hang'));
    cloud.accepted.find(({ received }) => received[0] === 'hang')!.socket.terminate();
    expect(await failure(doomed.result)).toMatchObject({ closeCode: 1006 });
    cloud.accepted.find(({ received }) => received[0] === 'stall')!.socket.send('done');
    await healthy.result;
  });
});
