import { describe, expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { advanceUntil, rawServer, run, server } from './__fixtures__/fixtures.ts';
import { createHash } from 'node:crypto';
import { eventsOf, type Harness } from './__fixtures__/harness.ts';
import type { RawServer } from './__fixtures__/fixtures.ts';

/** Accepts the upgrade by hand and never reads a close frame. */
async function deafServer(): Promise<RawServer> {
  return rawServer((socket) =>
    socket.once('data', (head) => {
      socket.write(acceptanceOf(head));
    }),
  );
}

function acceptanceOf(head: Buffer): string {
  const key = /sec-websocket-key: (.*)\r/i.exec(head.toString())![1]!;
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  void promise.then(() => (pending = false));
  await new Promise((resolve) => setImmediate(resolve));
  return pending;
}

/** Accepts the upgrade by hand, greets, and says that it is moving; reads nothing any more, and leaves nobody. */
async function lingeringServer(): Promise<RawServer> {
  return rawServer((socket) =>
    socket.once('data', (head) => {
      socket.write(acceptanceOf(head));
      socket.write(Buffer.from([0x81, 7, ...Buffer.from('welcome')]));
      socket.write(Buffer.from([0x88, 8, 1001 >> 8, 1001 & 0xff, ...Buffer.from('moving')]));
      socket.pause();
    }),
  );
}

describe('a goodbye of the peer’s', () => {
  it('is a loss before half a second has passed, though the peer stays', async () => {
    const cloud = await lingeringServer();
    const harness = run(connectionTo(cloud.url));
    await harness.until(() => harness.frames.length === 1);
    await advanceUntil(harness, () => harness.losses.length === 1, 50, 500);
    expect(eventsOf(harness, 'reconnecting')[0]!.error).toMatchObject({ closeCode: 1001 });
  });
});

describe('close', () => {
  it('is idempotent, and tells it once', async () => {
    const cloud = await server();
    const harness = run(connectionTo(cloud.url));
    await harness.until(() => harness.session.state === 'open');
    const first = harness.session.close();
    expect(harness.session.close()).toBe(first);
    expect(harness.session.state).toBe('draining');
    await first;
    await harness.session.close();
    expect(eventsOf(harness, 'closed')).toHaveLength(1);
    expect(harness.losses).toEqual([{ epoch: 1, code: undefined, undelivered: [] }]);
  });

  it('gives a deaf peer 2 s, then destroys the socket', async () => {
    const cloud = await deafServer();
    const harness = run(connectionTo(cloud.url));
    await harness.until(() => harness.session.state === 'open');
    const closed = harness.session.close();
    await harness.clock.advance(1_999);
    expect(await isPending(closed)).toBe(true);
    expect(cloud.connections.size).toBe(1);
    await harness.clock.advance(1);
    await closed;
    expect(await harness.ended).toEqual({});
    await cloud.until(() => cloud.connections.size === 0);
    expect(harness.clock.pending).toBe(0);
  });

  it('gives a deaf peer no more time because the session ends while it has some', async () => {
    const cloud = await deafServer();
    const harness = run(connectionTo(cloud.url));
    await harness.until(() => harness.session.state === 'open');
    harness.session.reconnect('again');
    await harness.clock.advance(1_000);
    await harness.until(() => harness.session.epoch === 2);
    const closed = harness.session.close();
    // The time of each of the two sockets.
    expect(harness.clock.pending).toBe(2);
    await harness.clock.advance(1_000);
    await cloud.until(() => cloud.connections.size === 1);
    await harness.clock.advance(1_000);
    await closed;
    expect(harness.clock.pending).toBe(0);
  });

  it('delivers what was handed over before', async () => {
    const cloud = await server();
    const harness = run(connectionTo(cloud.url));
    await harness.until(() => harness.session.state === 'open');
    for (let count = 0; count < 100; count++) harness.session.send(`frame ${count}`);
    await harness.session.close();
    expect(await cloud.accepted[0]!.closed).toBe(1000);
    expect(cloud.accepted[0]!.received).toHaveLength(100);
  });

  it('is the end of sending and hearing', async () => {
    const cloud = await server({ onSocket: ({ socket }) => socket.on('close', () => {}) });
    const harness = run(connectionTo(cloud.url));
    await harness.until(() => harness.session.state === 'open');
    const link = harness.links[0]!;
    const closed = harness.session.close();
    cloud.accepted[0]!.socket.send('too late');
    expect(harness.session.send('control')).toBe(false);
    expect(harness.session.send('audio', { audioMs: 20 })).toBe(false);
    expect(link.send('around the back')).toBe(false);
    harness.session.rotate('no');
    harness.session.reconnect('no');
    await closed;
    expect(harness.frames).toEqual([]);
    expect(harness.session.droppedAudioMs).toBe(20);
    expect(cloud.accepted).toHaveLength(1);
  });

  it.each(['open', 'frame', 'lost'] as const)('may be called from the `%s` handler', async (name) => {
    const cloud = await server({ onSocket: ({ socket }) => socket.send('welcome') });
    const harness: Harness = run(connectionTo(cloud.url), {
      handlers: { [name]: () => (void harness.session.close(), true) },
    });
    if (name === 'lost') {
      await harness.until(() => harness.frames.length === 1);
      cloud.accepted[0]!.socket.terminate();
    }
    expect(await harness.ended).toEqual({});
    expect(harness.clock.pending).toBe(0);
  });

  it('of a session that never ran resolves, and so does running it then', async () => {
    const harness = run(connectionTo('ws://127.0.0.1:9/'), { signal: AbortSignal.abort() });
    await harness.session.close();
    await harness.session.run();
    expect(harness.session.state).toBe('closed');
  });

  it('by abort is the same, and no error', async () => {
    const cloud = await server();
    const controller = new AbortController();
    const harness = run(connectionTo(cloud.url), { signal: controller.signal });
    await harness.until(() => harness.session.state === 'open');
    controller.abort(new Error('barge-in'));
    expect(await harness.ended).toEqual({});
    expect(await cloud.accepted[0]!.closed).toBe(1000);
  });
});

describe('a session', () => {
  it('runs once', async () => {
    const cloud = await server();
    const harness = run(connectionTo(cloud.url));
    await expect(harness.session.run()).rejects.toMatchObject({ code: 'unsupported' });
  });
});
