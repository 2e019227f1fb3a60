import type { PatchbayError } from '@patchbay/ws-url';
import { describe, expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { advanceUntil, run, server } from './__fixtures__/fixtures.ts';
import { eventsOf, type Harness, type HarnessOptions } from './__fixtures__/harness.ts';
import type { Accepted, TestServer } from './__fixtures__/server.ts';

async function connected(options: HarnessOptions = {}): Promise<[Harness, Accepted, TestServer]> {
  const cloud = await server({ onSocket: ({ socket }) => socket.send('welcome') });
  const harness = run(connectionTo(cloud.url), options);
  await harness.until(() => harness.frames.length === 1);
  return [harness, cloud.accepted[0]!, cloud];
}

/** 20 ms of audio, large, so that buffers fill quickly. */
const CHUNK = 'a'.repeat(64 * 1024);

describe('a peer that does not read', () => {
  it('is felt: audio waits, the oldest is dropped and counted, control stays in its place', async () => {
    const [harness, accepted, cloud] = await connected();
    accepted.socket.pause();
    // What the kernel swallows is bounded; after that, it is our outbox.
    while (harness.session.droppedAudioMs === 0) {
      expect(harness.session.send(CHUNK, { audioMs: 100 })).toBe(true);
      await new Promise((resolve) => setImmediate(resolve));
    }
    harness.session.send('commit');
    for (let count = 0; count < 10; count++) harness.session.send(`fresh ${count}`, { audioMs: 100 });
    expect(harness.session.droppedAudioMs).toBe(1_100);
    expect(eventsOf(harness, 'audio-dropped')).toEqual([
      { type: 'audio-dropped', droppedMs: 1_000, totalMs: 1_000, reason: 'backlog' },
    ]);
    let isDrained = false;
    const drained = harness.session.drained().then(() => (isDrained = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDrained).toBe(false);

    accepted.socket.resume();
    await cloud.until(() => accepted.received.includes('fresh 9'));
    await drained;
    const tail = accepted.received.slice(-21);
    expect(tail.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => CHUNK));
    expect(tail.slice(10)).toEqual(['commit', ...Array.from({ length: 10 }, (_, count) => `fresh ${count}`)]);
    // The rest of the loss is told once the way is clear again.
    expect(eventsOf(harness, 'audio-dropped').at(-1)).toMatchObject({ droppedMs: 100, totalMs: 1_100 });
  });

  it('is felt before our own buffers fill, because pongs acknowledge', async () => {
    const [harness, accepted, cloud] = await connected({ highWaterBytes: 64 * 1024 });
    const chunk = 'a'.repeat(8 * 1024);
    for (let count = 0; count < 8; count++) harness.session.send(chunk, { audioMs: 20 });
    await cloud.until(() => accepted.received.length === 8 && accepted.pings >= 1);
    await harness.session.drained();
    await harness.clock.advance(0);
    accepted.socket.pause();
    // 64 KiB more than the peer has read, and all of it fits into the kernel: `bufferedAmount` stays 0.
    for (let count = 0; count < 150; count++) {
      harness.session.send(chunk, { audioMs: 20 });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(harness.session.droppedAudioMs).toBeGreaterThan(0);
    accepted.socket.resume();
    const before = accepted.received.length;
    harness.session.send('end');
    await cloud.until(() => accepted.received.at(-1) === 'end');
    // At most the backlog of 2 s and what was under way arrived late.
    expect(accepted.received.length - before).toBeLessThan(100 + 16 + 2);
  });

  it('for half a minute is as good as gone, however well it is alive otherwise', async () => {
    const [harness, accepted, cloud] = await connected();
    accepted.socket.pause();
    while (harness.session.droppedAudioMs === 0) {
      harness.session.send(CHUNK, { audioMs: 100 });
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (let waited = 0; waited < 29_000; waited += 1_000) {
      accepted.socket.ping();
      await harness.clock.advance(1_000);
    }
    expect(harness.losses).toEqual([]);
    await harness.clock.advance(1_500);
    await harness.until(() => harness.losses.length === 1);
    expect(harness.losses[0]).toMatchObject({ code: 'inactivity-timeout' });
    await advanceUntil(harness, () => cloud.accepted.length === 2);
  });

  it('is not blamed while we do not read ourselves', async () => {
    const [harness, accepted] = await connected({ highWaterBytes: 64 * 1024 });
    harness.links[0]!.pause();
    accepted.socket.pause();
    for (let second = 0; second < 60; second++) {
      harness.session.send(CHUNK, { audioMs: 1_000 });
      await harness.clock.advance(1_000);
    }
    expect(harness.losses).toEqual([]);
  });

  it('stops control too, within bounds, and never silently', async () => {
    const [harness, accepted] = await connected({ maxControlBacklogBytes: 200_000 });
    accepted.socket.pause();
    let thrown: unknown;
    for (let count = 0; thrown === undefined && count < 10_000; count++) {
      try {
        harness.session.send(CHUNK);
      } catch (error) {
        thrown = error;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(thrown).toMatchObject({ code: 'send-overflow', retryable: true } satisfies Partial<PatchbayError>);
    expect(harness.session.state).toBe('open');
  });
});

describe('while there is no socket', () => {
  it('the newest audio is kept for the next one, the rest is counted', async () => {
    const [harness, accepted, cloud] = await connected({ maxAudioBacklogMs: 200 });
    accepted.socket.terminate();
    await harness.until(() => harness.losses.length === 1);
    for (let count = 0; count < 15; count++) expect(harness.session.send(`audio ${count}`, { audioMs: 20 })).toBe(true);
    expect(harness.session.droppedAudioMs).toBe(100);
    await advanceUntil(harness, () => harness.opens.length === 2);
    const next = await cloud.nth(1);
    await cloud.until(() => next.received.length === 10);
    expect(next.received).toEqual(Array.from({ length: 10 }, (_, index) => `audio ${index + 5}`));
    expect(eventsOf(harness, 'audio-dropped')).toEqual([
      { type: 'audio-dropped', droppedMs: 100, totalMs: 100, reason: 'backlog' },
    ]);
  });

  it('a frame longer than the whole backlog is dropped, and `send` says so', async () => {
    const [harness, accepted] = await connected({ maxAudioBacklogMs: 200 });
    accepted.socket.terminate();
    await harness.until(() => harness.losses.length === 1);
    expect(harness.session.send('a minute', { audioMs: 60_000 })).toBe(false);
    expect(harness.session.droppedAudioMs).toBe(60_000);
  });

  it('control overflows loudly', async () => {
    const [harness, accepted] = await connected({ maxControlBacklogBytes: 10 });
    accepted.socket.terminate();
    await harness.until(() => harness.losses.length === 1);
    expect(harness.session.send('12345678')).toBe(true);
    expect(() => harness.session.send('12345678')).toThrow(/the outbox is full/);
  });

  it('what was audio of the lost socket alone is dropped, control of it handed back', async () => {
    const [harness, accepted, cloud] = await connected();
    accepted.socket.pause();
    while (harness.session.send(CHUNK, { scope: 'epoch', audioMs: 1 }) && harness.session.droppedAudioMs === 0) {
      const before = accepted.received.length;
      await new Promise((resolve) => setImmediate(resolve));
      expect(accepted.received.length).toBe(before);
    }
    harness.session.send('for this socket');
    harness.session.send('for any socket', { scope: 'session' });
    const dropped = harness.session.droppedAudioMs;
    accepted.socket.terminate();
    await harness.until(() => harness.losses.length === 1);
    expect(harness.losses[0]!.undelivered).toEqual(['for this socket']);
    expect(harness.session.droppedAudioMs).toBeGreaterThan(dropped + 1_900);
    expect(eventsOf(harness, 'audio-dropped').at(-1)!.reason).toBe('reconnect');
    await advanceUntil(harness, () => harness.opens.length === 2);
    const next = await cloud.nth(1);
    await cloud.until(() => next.received.length === 1);
    expect(next.received).toEqual(['for any socket']);
  });

  it('what never left is handed back, and its audio counted, when the session closes', async () => {
    const cloud = await server();
    const harness = run(connectionTo(cloud.url, { apiKey: () => new Promise(() => {}) }));
    harness.session.send('audio', { audioMs: 300 });
    const drained = harness.session.drained();
    await harness.session.close();
    await drained;
    expect(eventsOf(harness, 'audio-dropped')).toEqual([
      { type: 'audio-dropped', droppedMs: 300, totalMs: 300, reason: 'closed' },
    ]);
  });
});

describe('audio that was on its way', () => {
  it('to a socket that died is told, as far as the peer is not known to have read it', async () => {
    const [harness, accepted, cloud] = await connected({ highWaterBytes: 64 * 1024 });
    const chunk = 'a'.repeat(8 * 1024);
    // The fourth makes it ask, and a frame behind the answer says that it has arrived.
    for (let count = 0; count < 4; count++) harness.session.send(chunk, { audioMs: 20 });
    await cloud.until(() => accepted.pings === 1);
    accepted.socket.send('and?');
    await harness.until(() => harness.frames.length === 2);
    for (let count = 0; count < 3; count++) harness.session.send(chunk, { audioMs: 20 });
    await cloud.until(() => accepted.received.length === 7);
    accepted.socket.terminate();
    await harness.until(() => harness.losses.length === 1);
    expect(eventsOf(harness, 'audio-dropped')).toEqual([
      { type: 'audio-dropped', droppedMs: 60, totalMs: 60, reason: 'in-flight' },
    ]);
  });

  it('to a socket that we closed has arrived when our goodbye is answered', async () => {
    const [harness, accepted, cloud] = await connected();
    for (let count = 0; count < 5; count++) harness.session.send(`audio ${count}`, { audioMs: 20 });
    harness.session.reconnect('a change');
    await harness.clock.advance(0);
    await cloud.nth(1);
    expect(await accepted.closed).toBe(1000);
    expect(accepted.received).toHaveLength(5);
    await harness.clock.advance(0);
    expect(eventsOf(harness, 'audio-dropped')).toEqual([]);
  });

  it('is told when nobody answers our goodbye', async () => {
    const [harness, accepted] = await connected();
    accepted.socket.pause();
    harness.session.send('never read', { audioMs: 20 });
    const closed = harness.session.close();
    await harness.clock.advance(2_000);
    await closed;
    expect(harness.events.slice(-2)).toMatchObject([
      { type: 'audio-dropped', droppedMs: 20, reason: 'in-flight' },
      { type: 'closed' },
    ]);
  });
});

describe('drained', () => {
  it('resolves at once when nothing waits, and after the last byte when something does', async () => {
    const [harness, accepted, cloud] = await connected();
    await harness.session.drained();
    for (let count = 0; count < 3; count++) harness.session.send(CHUNK);
    await harness.session.drained();
    await cloud.until(() => accepted.received.length === 3);
  });
});

describe('a binary frame', () => {
  it('is sent as the view it is, and may be overwritten at once', async () => {
    const [harness, accepted, cloud] = await connected();
    const memory = new Uint8Array(48_000).fill(7);
    const view = memory.subarray(100, 2_500);
    harness.session.send(view, { audioMs: 50 });
    memory.fill(0);
    await cloud.until(() => accepted.received.length === 1);
    const received = accepted.received[0] as Buffer;
    expect(received).toHaveLength(2_400);
    expect(received.every((byte) => byte === 7)).toBe(true);
  });
});
