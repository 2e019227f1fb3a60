import type { PatchbayError } from '@patchbay/ws-url';
import { describe, expect, it } from 'vitest';
import { resolveDeadlines } from './deadlines.ts';
import { connectionTo } from './__fixtures__/connection.ts';
import { advanceUntil, run, server } from './__fixtures__/fixtures.ts';
import type { Harness, HarnessOptions } from './__fixtures__/harness.ts';
import type { Accepted, TestServer, TestServerOptions } from './__fixtures__/server.ts';

async function connected(
  options: HarnessOptions = {},
  cloudOptions: TestServerOptions = {},
): Promise<[Harness, Accepted, TestServer]> {
  const cloud = await server({ onSocket: ({ socket }) => socket.send('welcome'), ...cloudOptions });
  const harness = run(connectionTo(cloud.url), { reconnect: false, ...options });
  await harness.until(() => harness.frames.length === 1);
  return [harness, cloud.accepted[0]!, cloud];
}

function errorOf(harness: Harness): Promise<PatchbayError> {
  return harness.ended.then(({ error }) => error as PatchbayError);
}

describe('the first event', () => {
  it('is due: a socket that was accepted and says nothing is dead', async () => {
    const cloud = await server();
    const harness = run(connectionTo(cloud.url), { deadlines: { firstEventMs: 4_000 } });
    await harness.until(() => harness.session.state === 'open');
    await harness.clock.advance(3_999);
    expect(harness.isOver).toBe(false);
    await harness.clock.advance(1);
    expect(await errorOf(harness)).toMatchObject({ code: 'first-event-timeout', retryable: true });
    await cloud.until(() => cloud.connections.size === 0);
    expect(harness.clock.pending).toBe(0);
  });

  it('is not due with 0', async () => {
    const cloud = await server();
    const harness = run(connectionTo(cloud.url), { deadlines: { firstEventMs: 0 } });
    await harness.until(() => harness.session.state === 'open');
    await harness.clock.advance(600_000);
    expect(harness.session.state).toBe('open');
  });

  it('is not what a pong or an unknown frame is', async () => {
    const cloud = await server({ onSocket: ({ socket }) => (socket.send('noise'), socket.ping()) });
    const harness = run(connectionTo(cloud.url), { handlers: { frame: () => false } });
    await harness.until(() => harness.frames.length === 1);
    await harness.clock.advance(10_000);
    expect(await errorOf(harness)).toMatchObject({ code: 'first-event-timeout' });
  });
});

describe('the heartbeat', () => {
  it('pings after 15 s without a byte and is content with a pong', async () => {
    const [harness, accepted, cloud] = await connected();
    await harness.clock.advance(14_999);
    expect(accepted.pings).toBe(0);
    await harness.clock.advance(1);
    await cloud.until(() => accepted.pings === 1);
    await harness.clock.advance(600_000);
    expect(harness.session.state).toBe('open');
    expect(accepted.pings).toBeGreaterThan(30);
  });

  it('finds a half-open connection within 25 s', async () => {
    const [harness] = await connected({}, { autoPong: false });
    await harness.clock.advance(24_999);
    expect(harness.isOver).toBe(false);
    await harness.clock.advance(1);
    expect(await errorOf(harness)).toMatchObject({ code: 'pong-timeout', retryable: true });
    expect(harness.clock.pending).toBe(0);
  });

  it('does not ping while frames arrive', async () => {
    const [harness, accepted] = await connected();
    for (let second = 0; second < 60; second += 10) {
      accepted.socket.send('news');
      await harness.until(() => harness.frames.length === second / 10 + 2);
      await harness.clock.advance(10_000);
    }
    expect(accepted.pings).toBe(0);
  });

  it('takes a ping of the peer for life, and answers it', async () => {
    const [harness, accepted] = await connected({}, { autoPong: false });
    for (let round = 0; round < 10; round++) {
      await harness.clock.advance(12_000);
      const pong = new Promise((resolve) => accepted.socket.once('pong', resolve));
      accepted.socket.ping();
      await pong;
    }
    expect(harness.session.state).toBe('open');
  });

  it('takes part of a frame for life', async () => {
    const [harness, accepted] = await connected({}, { autoPong: false });
    // A text frame of 125 bytes, one byte at a time: no frame, no pong, but a peer at work.
    const { _socket: raw } = accepted.socket as unknown as { _socket: NodeJS.WritableStream };
    raw.write(Buffer.from([0x81, 125]));
    for (let byte = 0; byte < 20; byte++) {
      raw.write('x');
      await harness.clock.advance(8_000);
    }
    expect(harness.session.state).toBe('open');
    await harness.clock.advance(33_000);
    expect(await errorOf(harness)).toMatchObject({ code: 'pong-timeout' });
  });

  it('does not take a stalled event loop for a dead peer', async () => {
    const [harness, accepted, cloud] = await connected();
    harness.clock.stall(15_000);
    await harness.clock.advance(0);
    await cloud.until(() => accepted.pings > 0);
    // The pong is there but nobody has run to read it.
    harness.clock.stall(30_000);
    await harness.clock.advance(0);
    await harness.clock.advance(60_000);
    expect(harness.session.state).toBe('open');
  });

  it('excuses one late tick, not two', async () => {
    const [harness] = await connected({}, { autoPong: false });
    await harness.clock.advance(15_000);
    harness.clock.stall(30_000);
    await harness.clock.advance(0);
    expect(harness.isOver).toBe(false);
    harness.clock.stall(30_000);
    await harness.clock.advance(0);
    expect(await errorOf(harness)).toMatchObject({ code: 'pong-timeout' });
  });

  it('does not look at the wall clock', async () => {
    const [harness, accepted] = await connected();
    harness.clock.correctWallClock(-86_400_000);
    await harness.clock.advance(10_000);
    harness.clock.correctWallClock(2 * 86_400_000);
    await harness.clock.advance(1_000);
    expect(harness.session.state).toBe('open');
    expect(accepted.pings).toBe(0);
  });

  it('does not hold its own pause against the peer', async () => {
    const [harness, accepted] = await connected();
    harness.links[0]!.pause();
    accepted.socket.send('later');
    await harness.clock.advance(300_000);
    expect(harness.frames).toHaveLength(1);
    expect(harness.session.state).toBe('open');
    harness.links[0]!.resume();
    await harness.until(() => harness.frames.length === 2);
    await advanceUntil(harness, () => accepted.pings === 1, 1_000);
  });
});

describe('an outstanding reply', () => {
  it('has a deadline of its own, for a pong proves only the first hop', async () => {
    const [harness] = await connected();
    harness.session.expect('transcript', 6_000);
    await harness.clock.advance(5_999);
    expect(harness.isOver).toBe(false);
    await harness.clock.advance(1);
    const error = await errorOf(harness);
    expect(error).toMatchObject({ code: 'inactivity-timeout', retryable: true });
    expect(error.message).toContain('no transcript within 6000 ms');
    expect(harness.clock.pending).toBe(0);
  });

  it('may take longer as long as something of it comes, and is forgotten when met', async () => {
    const [harness] = await connected();
    const reply = harness.session.expect('reply', 6_000);
    for (let round = 0; round < 5; round++) {
      await harness.clock.advance(5_000);
      reply.touch();
    }
    reply.met();
    reply.met();
    reply.touch();
    await harness.clock.advance(60_000);
    expect(harness.session.state).toBe('open');
  });

  it('does not outlive its socket, but what was asked for without one counts from the next', async () => {
    const [harness, accepted] = await connected({ reconnect: {} });
    harness.session.expect('reply of the first', 60_000);
    accepted.socket.terminate();
    await harness.until(() => harness.losses.length === 1);
    harness.session.expect('reply of the second', 5_000);
    await advanceUntil(harness, () => harness.opens.length === 2);
    await harness.clock.advance(4_900);
    expect(harness.losses).toHaveLength(1);
    await harness.clock.advance(100);
    expect(harness.losses[1]).toMatchObject({ epoch: 2, code: 'inactivity-timeout' });
    await advanceUntil(harness, () => harness.opens.length === 3);
    await harness.clock.advance(120_000);
    expect(harness.session.epoch).toBe(3);
  });

  it('is not overdue because our own event loop stood still', async () => {
    const [harness] = await connected();
    harness.session.expect('reply', 6_000);
    harness.clock.stall(20_000);
    await harness.clock.advance(0);
    expect(harness.isOver).toBe(false);
    await harness.clock.advance(6_000);
    expect(await errorOf(harness)).toMatchObject({ code: 'inactivity-timeout' });
  });
});

describe('options', () => {
  it.each([{ dialMs: 0 }, { pongMs: -1 }, { closeMs: Number.NaN }, { pingAfterMs: '9' as never }])(
    '%j is refused',
    (deadlines) => {
      expect(() => resolveDeadlines(deadlines)).toThrow(/deadlines\.\w+ must be a positive number/);
    },
  );

  it('Infinity means that there is none', async () => {
    const [harness] = await connected({
      deadlines: { dialMs: Infinity, firstEventMs: Infinity, pingAfterMs: Infinity },
    });
    await harness.clock.advance(86_400_000);
    expect(harness.session.state).toBe('open');
  });
});
