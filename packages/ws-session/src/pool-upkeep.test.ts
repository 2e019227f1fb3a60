import { PatchbayError } from '@patchbay/ws-url';
import { describe, expect, it } from 'vitest';
import { ask, bench, failure } from './__fixtures__/pool-bench.ts';
import type { PooledSocketInfo } from './types.ts';

describe('a pooled socket', () => {
  it('that nobody uses is kept for a while only, counted from its last request', async () => {
    const { cloud, clock, pool } = await bench({ maxIdleMs: 30_000 });
    await ask(pool, 'one').result;
    await clock.advance(29_000);
    const busy = ask(pool, 'stall', { inactivityMs: 1_000_000 });
    await busy.heard(1);
    await clock.advance(60_000);
    expect(pool.size).toBe(1);
    cloud.accepted[0]!.socket.send('done');
    await busy.result;
    await clock.advance(29_999);
    expect(pool.size).toBe(1);
    await clock.advance(1);
    await cloud.until(() => cloud.connections.size === 0);
    expect([pool.size, cloud.accepted.length, clock.pending]).toEqual([0, 1, 0]);
  });

  it('that was dialled ahead and never used is closed like the others', async () => {
    const { cloud, clock, pool } = await bench({ maxIdleMs: 30_000 });
    await pool.prewarm();
    await clock.advance(30_000);
    await cloud.until(() => cloud.connections.size === 0);
    expect(clock.pending).toBe(0);
  });

  it('is sent a word when nothing was sent for so long, used or not', async () => {
    const { cloud, clock, pool } = await bench({ keepAlive: { everyMs: 8_000, frame: 'still here' } });
    const busy = ask(pool, 'stall', { inactivityMs: 1_000_000 });
    await busy.heard(1);
    const { received } = cloud.accepted[0]!;
    await clock.advance(7_999);
    expect(received).toEqual(['stall']);
    await clock.advance(8_001);
    await cloud.until(() => received.length === 3);
    cloud.accepted[0]!.socket.send('done');
    await busy.result;
    await clock.advance(7_000);
    await ask(pool, 'one').result;
    await clock.advance(7_999);
    expect(received).toEqual(['stall', 'still here', 'still here', 'one']);
    await clock.advance(1);
    await cloud.until(() => received.length === 5);
  });

  it('that a frame refuses before anybody asked is lost for that reason, whatever the close says', async () => {
    const refused = new PatchbayError('provider-error', 'no such key');
    const refusal = (frame: unknown) => (frame === 'refused' ? refused : undefined);
    const onSocket = ({ socket }: { socket: { send(text: string): void; close(code: number): void } }): void => {
      socket.send('refused');
      socket.close(1000);
    };
    const { pool, events } = await bench({ refusal }, { onSocket });
    expect(await failure(ask(pool, 'one').result)).toBe(refused);
    expect(events.at(-1)).toMatchObject({ type: 'closed', error: refused });
  });

  it('that went on after such a frame is lost for its own reason', async () => {
    const refusal = (frame: unknown) =>
      frame === 'one 1' ? new PatchbayError('provider-error', 'no such thing') : undefined;
    const { cloud, pool, events } = await bench({ refusal });
    await ask(pool, 'one').result;
    cloud.accepted[0]!.socket.close(1012);
    await cloud.until(() => events.some(({ type }) => type === 'closed'));
    expect(events.at(-1)).toMatchObject({ error: { code: 'closed', closeCode: 1012 } });
  });

  it('is told goodbye before it is closed', async () => {
    const { cloud, pool } = await bench({ farewell: 'bye' });
    await ask(pool, 'one').result;
    await pool.close();
    expect(await cloud.accepted[0]!.closed).toBe(1000);
    expect(cloud.accepted[0]!.received).toEqual(['one', 'bye']);
  });

  it('serves requests with the query that it was dialled with, and no others', async () => {
    let voice = 'a';
    const { cloud, pool } = await bench({ query: () => ({ voice }) });
    await pool.prewarm();
    expect((await ask(pool, 'one').result).reused).toBe(false);
    voice = 'b';
    await pool.prewarm();
    await ask(pool, 'two').result;
    expect(await ask(pool, 'three', { query: { voice: 'a' } }).result).toMatchObject({ reused: true });
    expect(cloud.accepted.map(({ request }) => request.url)).toEqual(['/v1/realtime?voice=a', '/v1/realtime?voice=b']);
    expect(cloud.accepted.map(({ received }) => received)).toEqual([['one', 'three'], ['two']]);
  });

  it('is passed over where it does not fit a request', async () => {
    const { cloud, pool } = await bench();
    const { socketId } = await ask(pool, 'one').result;
    await ask(pool, 'two', { fits: (id) => id !== socketId }).result;
    expect(cloud.accepted.map(({ received }) => received)).toEqual([['one'], ['two']]);
  });

  it('takes more of a request from the moment that it began, and has the key for it', async () => {
    const { cloud, pool } = await bench();
    let socket: PooledSocketInfo | undefined;
    const sent: boolean[] = [];
    const request = pool.request(
      (info) => {
        socket = info;
        sent.push(info.send('too early'));
        return `one ${info.credential}`;
      },
      {
        ...{ firstEventMs: Infinity, inactivityMs: Infinity, dialMs: 10_000 },
        signal: new AbortController().signal,
        begun: () => void sent.push(socket!.send('hang')),
        onFrame: (frame) => frame === 'done',
      },
    );
    await request;
    sent.push(socket!.send('too late'));
    expect(sent).toEqual([false, true, false]);
    await cloud.until(() => cloud.accepted[0]!.received.length === 2);
    expect(cloud.accepted[0]!.received).toEqual(['one key-of-the-test', 'hang']);
  });

  it('is lost with the reason that its request was given up for, and no other is dialled for that', async () => {
    const { cloud, pool } = await bench();
    const giveUp = new AbortController();
    const asked = ask(pool, 'stall', { signal: giveUp.signal });
    await asked.heard(1);
    giveUp.abort(new PatchbayError('inactivity-timeout', 'it stopped', { retryable: true }));
    expect(await failure(asked.result)).toMatchObject({ code: 'inactivity-timeout', retryable: true });
    await cloud.until(() => cloud.connections.size === 0);
    expect(pool.size).toBe(0);
  });

  it('names each lane once, where what was called off may go on', async () => {
    const lanes: string[] = [];
    const { pool } = await bench({ lanes: { perSocket: 2, laneOf: () => undefined, once: true } });
    for (let turn = 0; turn < 3; turn++) {
      await pool.request(
        ({ lane }) => {
          lanes.push(String(lane));
          return 'go';
        },
        {
          ...{ firstEventMs: 10_000, inactivityMs: 10_000, dialMs: 10_000 },
          signal: new AbortController().signal,
          onFrame: (frame) => frame === 'done',
        },
      );
    }
    expect(lanes).toEqual(['1', '2', '3']);
  });
});
