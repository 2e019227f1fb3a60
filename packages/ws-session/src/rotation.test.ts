import { describe, expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { advanceUntil, run, server } from './__fixtures__/fixtures.ts';
import { eventsOf, type Harness, type HarnessOptions } from './__fixtures__/harness.ts';
import type { TestServer, TestServerOptions } from './__fixtures__/server.ts';

const HOUR = 3_600_000;

/** Quiet for one question, or until further notice. */
function quietOnce(): { once: boolean; quiet: boolean; isQuiet(): boolean } {
  const moment = {
    once: false,
    quiet: false,
    isQuiet: (): boolean => {
      const answer = moment.once || moment.quiet;
      moment.once = false;
      return answer;
    },
  };
  return moment;
}

async function connected(
  options: HarnessOptions,
  cloudOptions: TestServerOptions = {},
): Promise<[Harness, TestServer]> {
  const cloud = await server({ onSocket: ({ socket }) => socket.send('welcome'), ...cloudOptions });
  const harness = run(connectionTo(cloud.url), options);
  await harness.until(() => harness.frames.length === 1);
  return [harness, cloud];
}

describe('rotation', () => {
  it('replaces the socket before it expires, and closes the old one after the change', async () => {
    const [harness, cloud] = await connected({
      rotation: { afterMs: 55 * 60_000, jitterMs: 60_000, isQuiet: () => true },
    });
    await harness.clock.advance(55 * 60_000 + 29_999);
    expect(cloud.accepted).toHaveLength(1);
    await harness.clock.advance(1);
    await advanceUntil(harness, () => harness.opens.length === 2);
    expect(harness.opens[1]).toEqual({ epoch: 2, reconnected: true, reason: 'age' });
    expect(harness.losses).toEqual([{ epoch: 1, code: undefined, undelivered: [] }]);
    expect(eventsOf(harness, 'rotated')).toEqual([{ type: 'rotated', epoch: 2, reason: 'age' }]);
    expect(eventsOf(harness, 'reconnecting')).toEqual([]);
    expect(await cloud.accepted[0]!.closed).toBe(1000);
    expect(harness.session.state).toBe('open');
  });

  it('goes on for ever: every hour, without touching the budget', async () => {
    const [harness] = await connected({ reconnect: { budget: 0 }, rotation: { afterMs: HOUR, isQuiet: () => true } });
    for (let hour = 2; hour <= 6; hour++) {
      await harness.clock.advance(HOUR);
      await advanceUntil(harness, () => harness.opens.length === hour && harness.frames.length === hour);
    }
    expect(harness.session.epoch).toBe(6);
  });

  it('gives attempts back for the time before it: a loss right behind it does not end a session that was well for long', async () => {
    const [harness, cloud] = await connected({
      reconnect: { budget: 1, refundMs: 60_000 },
      rotation: { afterMs: 20 * 60_000, isQuiet: () => true },
    });
    cloud.accepted[0]!.socket.terminate();
    await advanceUntil(harness, () => harness.frames.length === 2);
    await harness.clock.advance(20 * 60_000);
    await advanceUntil(harness, () => eventsOf(harness, 'rotated').length === 1 && harness.frames.length === 3);
    cloud.accepted[2]!.socket.terminate();
    await advanceUntil(harness, () => harness.frames.length === 4 || harness.isOver);
    expect([harness.isOver, harness.opens.length]).toEqual([false, 4]);
  });

  it('waits for a quiet moment, to dial and again to change', async () => {
    const moment = quietOnce();
    moment.quiet = false;
    const [harness, cloud] = await connected({ rotation: { afterMs: 1_000, isQuiet: moment.isQuiet } });
    await harness.clock.advance(60_000);
    expect(cloud.accepted).toHaveLength(1);
    moment.once = true;
    await harness.clock.advance(200);
    await cloud.nth(1);
    await harness.clock.advance(60_000);
    expect(harness.session.epoch).toBe(1);
    moment.quiet = true;
    await advanceUntil(harness, () => harness.session.epoch === 2);
    // What the successor said while it waited is heard now, from it.
    expect(harness.frames.at(-1)).toEqual({ frame: 'welcome', epoch: 2 });
  });

  it('waits no longer than `latestMs`', async () => {
    const [harness] = await connected({ rotation: { afterMs: 1_000, latestMs: 30_000, isQuiet: () => false } });
    await harness.clock.advance(29_700);
    expect(harness.session.epoch).toBe(1);
    await advanceUntil(harness, () => harness.session.epoch === 2);
    expect(harness.clock.now()).toBeLessThan(32_000);
  });

  it('takes a question that throws for a no', async () => {
    const [harness] = await connected({
      rotation: {
        afterMs: 1_000,
        isQuiet: () => {
          throw new Error('not now');
        },
      },
    });
    await harness.clock.advance(60_000);
    expect(harness.session.epoch).toBe(1);
  });

  it('sends every audio frame to exactly one socket, in order', async () => {
    const [harness, cloud] = await connected({ handlers: { open: (link) => void link.send('configure') } });
    const chunks = 2_000;
    let sent = 0;
    const push = (): void => {
      for (let count = 0; count < 5 && sent < chunks; count++) harness.session.send(`audio ${sent++}`, { audioMs: 20 });
    };
    while (sent < chunks) {
      push();
      if (sent === 500 || sent === 1_200) harness.session.rotate('test');
      await harness.clock.advance(10);
    }
    await harness.session.drained();
    expect(harness.session.epoch).toBe(3);
    await harness.session.close();
    await Promise.all(cloud.accepted.map(({ closed }) => closed));
    const audio = cloud.accepted.map(({ received }) => received.slice(1).map(String));
    expect(audio.flat()).toEqual(Array.from({ length: chunks }, (_, index) => `audio ${index}`));
    expect(audio.every((part) => part.length > 0)).toBe(true);
    expect(cloud.accepted.map(({ received }) => received[0])).toEqual(['configure', 'configure', 'configure']);
    expect(harness.session.droppedAudioMs).toBe(0);
  });

  it('that cannot dial leaves the socket in use alone, and tries again', async () => {
    let refuse = true;
    let refused = 0;
    const [harness] = await connected(
      { reconnect: { budget: 0 }, rotation: { afterMs: 1_000, isQuiet: () => true } },
      {
        onUpgrade(_request, socket, index) {
          if (index === 0 || !refuse) return false;
          refused++;
          socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
          return true;
        },
      },
    );
    await advanceUntil(harness, () => refused === 4, 100);
    expect(harness.session.state).toBe('open');
    expect(harness.losses).toEqual([]);
    expect(harness.clock.now()).toBeGreaterThan(6_000);
    refuse = false;
    await advanceUntil(harness, () => harness.session.epoch === 2, 1_000);
  });

  it('does not change over to a socket that is accepted and then thrown out', async () => {
    const [harness, cloud] = await connected(
      {},
      {
        onSocket: ({ socket }, index) => {
          if (index === 1) socket.close(1008, 'no such model');
          else socket.send('welcome');
        },
      },
    );
    harness.session.rotate('test');
    await cloud.nth(1);
    await harness.clock.advance(400);
    expect(harness.session.epoch).toBe(1);
    await advanceUntil(harness, () => harness.session.epoch === 2);
    expect(cloud.accepted).toHaveLength(3);
    expect(harness.losses).toEqual([{ epoch: 1, code: undefined, undelivered: [] }]);
  });

  it('lends its successor to a socket that is lost meanwhile', async () => {
    const moment = quietOnce();
    moment.once = true;
    const [harness, cloud] = await connected({ rotation: { afterMs: 1_000, isQuiet: moment.isQuiet } });
    await harness.clock.advance(1_000);
    await cloud.nth(1);
    await harness.clock.advance(2_000);
    expect(harness.session.epoch).toBe(1);
    cloud.accepted[0]!.socket.terminate();
    await harness.until(() => harness.session.epoch === 2);
    expect(harness.opens[1]).toMatchObject({ reconnected: true });
    await harness.clock.advance(60_000);
    expect(cloud.accepted).toHaveLength(2);
  });

  it('survives the loss of its successor', async () => {
    const moment = quietOnce();
    moment.once = true;
    const [harness, cloud] = await connected({ rotation: { afterMs: 1_000, isQuiet: moment.isQuiet } });
    await harness.clock.advance(1_000);
    const second = await cloud.nth(1);
    await harness.clock.advance(2_000);
    second.socket.terminate();
    await cloud.until(() => cloud.connections.size === 1);
    moment.quiet = true;
    await advanceUntil(harness, () => harness.session.epoch === 2, 200);
    expect(cloud.accepted).toHaveLength(3);
    expect(harness.losses).toEqual([{ epoch: 1, code: undefined, undelivered: [] }]);
  });

  it('keeps 256 frames of a successor at most, and replaces one that sends more', async () => {
    const moment = quietOnce();
    const [harness, cloud] = await connected({ rotation: { afterMs: 1_000, isQuiet: moment.isQuiet } });
    const successor = async (index: number) => {
      moment.once = true;
      await advanceUntil(harness, () => cloud.accepted.length > index, 200);
      return (await cloud.nth(index)).socket;
    };
    // With its welcome it is one more than is kept.
    const talkative = await successor(1);
    for (let count = 0; count < 256; count++) talkative.send('too much');
    await cloud.until(() => cloud.connections.size === 1);
    expect(harness.session.epoch).toBe(1);
    const modest = await successor(2);
    for (let count = 0; count < 255; count++) modest.send('not too much');
    moment.quiet = true;
    await advanceUntil(harness, () => harness.session.epoch === 2, 200);
    await harness.until(() => harness.frames.length === 257);
    expect(harness.frames).not.toContain('too much');
    expect(cloud.accepted).toHaveLength(3);
  });

  it('is over when the session closes in the middle of it', async () => {
    const moment = quietOnce();
    moment.once = true;
    const [harness, cloud] = await connected({ rotation: { afterMs: 1_000, isQuiet: moment.isQuiet } });
    await harness.clock.advance(1_000);
    await cloud.nth(1);
    await harness.clock.advance(2_000);
    await harness.session.close();
    await cloud.until(() => cloud.connections.size === 0);
    expect(harness.clock.pending).toBe(0);
  });

  it('can be asked for', async () => {
    const [harness, cloud] = await connected({});
    harness.session.rotate('session_expired');
    harness.session.rotate('and again');
    await advanceUntil(harness, () => harness.session.epoch === 2);
    expect(harness.opens[1]!.reason).toBe('session_expired');
    await harness.clock.advance(10_000);
    expect(cloud.accepted).toHaveLength(2);
  });

  it('hands back control that was stuck on the old socket', async () => {
    const [harness, cloud] = await connected({});
    const { socket } = cloud.accepted[0]!;
    socket.pause();
    const chunk = 'a'.repeat(64 * 1024);
    while (harness.session.droppedAudioMs === 0) {
      harness.session.send(chunk, { audioMs: 100 });
      await harness.clock.advance(0);
    }
    harness.session.send('stuck');
    harness.session.rotate('test');
    await advanceUntil(harness, () => harness.session.epoch === 2);
    expect(harness.losses[0]!.undelivered).toEqual(['stuck']);
    const second = await cloud.nth(1);
    await cloud.until(() => second.received.length === 20);
  });
});
