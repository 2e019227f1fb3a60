import { describe, expect, it } from 'vitest';
import { ask, bench, failure } from './__fixtures__/pool-bench.ts';

describe('an idle socket', () => {
  it('that the other end closed is not used', async () => {
    const { cloud, pool, events } = await bench();
    await ask(pool, 'one').result;
    cloud.accepted[0]!.socket.close(1001);
    await cloud.until(() => cloud.connections.size === 0);
    const second = await ask(pool, 'two').result;
    expect(second.reused).toBe(false);
    expect(cloud.accepted[1]!.received).toEqual(['two']);
    expect(events.filter(({ type }) => type === 'closed')).toHaveLength(1);
  });

  it('is pinged, and dropped when it does not answer', async () => {
    const { cloud, clock, pool } = await bench({}, { autoPong: false });
    await ask(pool, 'one').result;
    await clock.advance(25_000);
    await cloud.until(() => cloud.connections.size === 0);
    expect(pool.size).toBe(0);
    await pool.close();
    expect(clock.pending).toBe(0);
  });

  it('is asked before use when nothing was read for 15 s, and found dead costs a second, not a retry', async () => {
    const { cloud, clock, pool } = await bench({}, { autoPong: false });
    await ask(pool, 'one').result;
    // A suspended machine: the heartbeat has not run either.
    clock.stall(600_000);
    const asked = ask(pool, 'two');
    await cloud.until(() => cloud.accepted[0]!.pings === 1);
    await clock.advance(2_000);
    expect(await asked.result).toMatchObject({ reused: false });
    expect(cloud.accepted[0]!.received).toEqual(['one']);
    expect(cloud.accepted[1]!.received).toEqual(['two']);
  });

  it('that answers is used', async () => {
    const { cloud, clock, pool } = await bench();
    await ask(pool, 'one').result;
    clock.stall(20_000);
    expect(await ask(pool, 'two').result).toMatchObject({ reused: true });
    expect(cloud.accepted[0]!.pings).toBe(1);
  });

  it('is retired at its age, with jitter; a busy one when it is done', async () => {
    const { cloud, clock, pool } = await bench({ maxAgeMs: 100_000 });
    await Promise.all([ask(pool, 'a').result, ask(pool, 'b').result]);
    const busy = ask(pool, 'stall', { inactivityMs: 1_000_000 });
    await busy.heard(1);
    // Half of the largest jitter, a tenth: 95 s.
    await clock.advance(94_999);
    expect(pool.size).toBe(2);
    await clock.advance(1);
    await cloud.until(() => cloud.connections.size === 1);
    const talking = cloud.accepted.find(({ received }) => received.includes('stall'))!;
    talking.socket.send('done');
    await busy.result;
    await cloud.until(() => cloud.connections.size === 0);
    await clock.advance(0);
    expect(clock.pending).toBe(0);
  });

  it('that grew too old while the machine was suspended is not used', async () => {
    const { cloud, clock, pool } = await bench();
    await ask(pool, 'one').result;
    clock.stall(3_600_000);
    expect(await ask(pool, 'two').result).toMatchObject({ reused: false });
    expect(cloud.accepted[0]!.received).toEqual(['one']);
  });

  it('may go on talking without anybody being misled', async () => {
    const { cloud, pool } = await bench();
    await ask(pool, 'one').result;
    cloud.accepted[0]!.socket.send('rate limits');
    cloud.accepted[0]!.socket.ping();
    await new Promise((resolve) => cloud.accepted[0]!.socket.once('pong', resolve));
    const second = ask(pool, 'two');
    await second.result;
    expect(second.frames[0]).toBe('two 1');
  });
});

describe('prewarming', () => {
  it('opens one socket, which the next request uses without a dial', async () => {
    const { cloud, pool } = await bench();
    await pool.prewarm();
    await pool.prewarm();
    expect(cloud.accepted).toHaveLength(1);
    expect(await ask(pool, 'one').result).toMatchObject({ reused: false, acquireMs: 0 });
    expect(cloud.accepted).toHaveLength(1);
  });

  it('twice at once opens one socket', async () => {
    const { cloud, pool } = await bench();
    await Promise.all([pool.prewarm(), pool.prewarm()]);
    expect(pool.size).toBe(1);
    expect(cloud.accepted).toHaveLength(1);
  });

  it('that is under way is waited for instead of dialling twice', async () => {
    const { cloud, pool } = await bench();
    const warmed = pool.prewarm();
    await ask(pool, 'one').result;
    await warmed;
    expect(cloud.accepted).toHaveLength(1);
  });

  it('that fails says why, and costs the request that waited for it nothing', async () => {
    let refuse = 1;
    const { cloud, pool } = await bench(
      {},
      {
        onUpgrade: (_request, socket) => refuse-- > 0 && (socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n'), true),
      },
    );
    const warmed = pool.prewarm();
    const asked = ask(pool, 'one');
    await expect(warmed).rejects.toMatchObject({ status: 503 });
    await asked.result;
    expect(cloud.accepted).toHaveLength(1);
  });

  it('can be called off', async () => {
    const { pool } = await bench({}, {}, { apiKey: () => new Promise(() => {}) });
    const controller = new AbortController();
    const warmed = pool.prewarm(controller.signal);
    controller.abort();
    await expect(warmed).rejects.toMatchObject({ code: 'aborted' });
    await pool.prewarm(AbortSignal.abort());
    expect(pool.size).toBe(1);
  });
});

describe('behind a gateway', () => {
  it('that wants the first frame soon, an unused socket is retired in time and a used one kept', async () => {
    const { cloud, clock, pool } = await bench({}, {}, { row: { traits: { firstFrameWithinMs: 30_000 } } });
    await pool.prewarm();
    await clock.advance(24_000);
    await cloud.until(() => cloud.connections.size === 0);
    await ask(pool, 'one').result;
    await clock.advance(300_000);
    expect(await ask(pool, 'two').result).toMatchObject({ reused: true });
  });

  it('that ends sockets early, a socket is retired before', async () => {
    const { cloud, clock, pool } = await bench({}, {}, { row: { traits: { sessionMs: 100_000 } } });
    await ask(pool, 'one').result;
    // Nine tenths of it, less half of the largest jitter, in whole seconds.
    await clock.advance(84_999);
    expect(pool.size).toBe(1);
    await clock.advance(1);
    await cloud.until(() => cloud.connections.size === 0);
  });

  it('with one model per socket, a socket serves its model alone', async () => {
    const { cloud, pool } = await bench({ model: () => 'small' }, {}, { row: { traits: { oneModelPerSocket: true } } });
    await pool.prewarm();
    await ask(pool, 'a').result;
    await ask(pool, 'b', { model: 'large' }).result;
    await ask(pool, 'c', { model: 'small' }).result;
    await ask(pool, 'd', { model: 'large' }).result;
    expect(cloud.accepted.map(({ request, received }) => [request.url, received])).toEqual([
      ['/v1/realtime?model=small', ['a', 'c']],
      ['/v1/realtime?model=large', ['b', 'd']],
    ]);
    const controller = new AbortController();
    const asked = ask(pool, 'stall', { model: 'large', signal: controller.signal });
    await asked.heard(1);
    controller.abort();
    const replacement = await cloud.nth(2);
    expect(replacement.request.url).toBe('/v1/realtime?model=large');
  });
});

describe('closing a pool', () => {
  it('waits for the sockets that were dropped before', async () => {
    const { cloud, clock, pool } = await bench();
    const controller = new AbortController();
    const asked = ask(pool, 'stall', { signal: controller.signal });
    await asked.heard(1);
    cloud.accepted[0]!.socket.pause();
    controller.abort();
    await failure(asked.result);
    let isClosed = false;
    const closed = pool.close().then(() => (isClosed = true));
    await clock.advance(1_999);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closed;
    expect(clock.pending).toBe(0);
  });

  it('ends what is under way, is idempotent, and dials nothing afterwards', async () => {
    const { cloud, clock, pool } = await bench();
    const asked = ask(pool, 'stall');
    await asked.heard(1);
    const dialing = ask(pool, 'dialing');
    const closed = pool.close();
    expect(pool.close()).toBe(closed);
    await closed;
    expect(await failure(asked.result)).toMatchObject({ code: 'aborted' });
    expect(await failure(dialing.result)).toMatchObject({ code: 'aborted' });
    expect(await failure(ask(pool, 'late').result)).toMatchObject({ code: 'aborted' });
    await pool.prewarm();
    await cloud.until(() => cloud.connections.size === 0);
    expect(pool.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('at the last moment before a request is sent ends that request', async () => {
    const { cloud, pool } = await bench();
    const asked = pool.request(() => (void pool.close(), 'never'), {
      onFrame: () => true,
      signal: new AbortController().signal,
      firstEventMs: 10_000,
      inactivityMs: 10_000,
      dialMs: 10_000,
    });
    await expect(asked).rejects.toMatchObject({ code: 'aborted' });
    await cloud.until(() => cloud.connections.size === 0);
    expect(cloud.accepted[0]!.received).toEqual([]);
  });

  it('is bounded: a deaf peer gets 2 s', async () => {
    const { cloud, clock, pool } = await bench();
    await ask(pool, 'one').result;
    cloud.accepted[0]!.socket.pause();
    const closed = pool.close();
    let isClosed = false;
    void closed.then(() => (isClosed = true));
    await clock.advance(1_999);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closed;
  });
});
