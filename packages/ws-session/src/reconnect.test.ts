import { PatchbayError, type VerdictTable } from '@patchbay/ws-url';
import { describe, expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { advanceUntil, run, server } from './__fixtures__/fixtures.ts';
import { eventsOf, type Harness, type HarnessOptions } from './__fixtures__/harness.ts';
import type { Accepted, TestServer } from './__fixtures__/server.ts';

/** A cloud that greets, and a session that has been greeted. */
async function greeted(
  options?: HarnessOptions,
  onSocket?: (accepted: Accepted, index: number) => void,
): Promise<[TestServer, Harness]> {
  const cloud = await server({
    onSocket(accepted, index) {
      accepted.socket.send('welcome');
      onSocket?.(accepted, index);
    },
  });
  const harness = run(connectionTo(cloud.url), options);
  await harness.until(() => harness.frames.length === 1);
  return [cloud, harness];
}

function errorOf(harness: Harness): Promise<PatchbayError> {
  return harness.ended.then(({ error }) => error as PatchbayError);
}

async function closedWith(code: number | undefined, closes?: VerdictTable, reason = ''): Promise<Harness> {
  const cloud = await server({ onSocket: ({ socket }) => socket.send('welcome') });
  const harness = run(connectionTo(cloud.url, closes === undefined ? {} : { endpoint: { closes } }));
  await harness.until(() => harness.frames.length === 1);
  const { socket } = cloud.accepted[0]!;
  if (code === undefined) socket.terminate();
  else if (code === 1005) socket.close();
  else socket.close(code, reason);
  await harness.until(() => harness.losses.length === 1);
  return harness;
}

describe('until a socket has proved healthy', () => {
  it('the session dials once and throws', async () => {
    const cloud = await server({ onSocket: ({ socket }) => socket.close(1011, 'no room') });
    const harness = run(connectionTo(cloud.url));
    expect(await errorOf(harness)).toMatchObject({ code: 'closed', closeCode: 1011, retryable: true });
    expect(cloud.accepted).toHaveLength(1);
    expect(harness.clock.pending).toBe(0);
  });

  it('a frame that is no valid event proves nothing', async () => {
    const cloud = await server({ onSocket: ({ socket }) => (socket.send('noise'), socket.close(1011)) });
    const harness = run(connectionTo(cloud.url), { handlers: { frame: () => false } });
    expect(await errorOf(harness)).toMatchObject({ code: 'closed' });
    expect(cloud.accepted).toHaveLength(1);
  });

  it('`redialFirst` redials on the budget', async () => {
    const cloud = await server({
      onUpgrade: (_request, socket, index) => {
        if (index >= 2) return false;
        socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
        return true;
      },
      onSocket: ({ socket }) => socket.send('welcome'),
    });
    const harness = run(connectionTo(cloud.url), { redialFirst: true });
    await advanceUntil(harness, () => harness.frames.length === 1);
    expect(eventsOf(harness, 'reconnecting').map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(harness.opens).toEqual([{ epoch: 1, reconnected: false, reason: 'upgrade-refused' }]);
  });

  it('`redialFirst` does not redial what is fatal', async () => {
    const cloud = await server({
      onUpgrade: (_request, socket) => (socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'), true),
    });
    const harness = run(connectionTo(cloud.url), { redialFirst: true });
    expect(await errorOf(harness)).toMatchObject({ status: 401 });
    expect(eventsOf(harness, 'connecting')).toHaveLength(1);
  });
});

describe('a close that nobody asked for', () => {
  it.each([1000, 1001, 1005, undefined, 1011, 1012, 1013, 1014])('with %s brings the session back', async (code) => {
    const harness = await closedWith(code);
    await advanceUntil(harness, () => harness.opens.length === 2);
    expect(harness.opens[1]).toMatchObject({ epoch: 2, reconnected: true });
    expect(harness.losses[0]).toMatchObject({ epoch: 1, code: 'closed' });
    expect(eventsOf(harness, 'reconnecting')[0]!.error.closeCode).toBe(code ?? 1006);
  });

  it.each([1002, 1003, 1007, 1008, 1009, 1010, 3000, 4000, 4999])('with %i ends it', async (code) => {
    const harness = await closedWith(code, undefined, 'because');
    const error = await errorOf(harness);
    expect(error).toMatchObject({ code: 'closed', closeCode: code, retryable: false });
    expect(error.message).toContain('because');
    expect(harness.clock.pending).toBe(0);
  });

  it('means what the table of the endpoint says', async () => {
    const retried = await closedWith(4008, { 4008: 'retry' });
    await advanceUntil(retried, () => retried.opens.length === 2);
    expect(await errorOf(await closedWith(1011, { 1011: 'fatal' }))).toMatchObject({
      closeCode: 1011,
      retryable: false,
    });
  });

  it('means the opposite when the reason matches `unless`', async () => {
    const closes = { 1008: { verdict: 'fatal', unless: /NET-0001/ } } as const;
    const retried = await closedWith(1008, closes, 'no audio (NET-0001)');
    await advanceUntil(retried, () => retried.opens.length === 2);
    expect(await errorOf(await closedWith(1008, closes, 'policy'))).toMatchObject({ closeCode: 1008 });
  });

  it('with the verdict `rotate` brings it back at once and free of charge', async () => {
    const cloud = await server({ onSocket: ({ socket }) => socket.send('welcome') });
    const rotating = run(connectionTo(cloud.url, { endpoint: { closes: { 4001: 'rotate' } } }), {
      reconnect: { budget: 0 },
    });
    await rotating.until(() => rotating.frames.length === 1);
    await rotating.clock.advance(60_000);
    cloud.accepted.at(-1)!.socket.close(4001, 'session expired');
    await rotating.until(() => rotating.losses.length === 1);
    expect(eventsOf(rotating, 'reconnecting')).toMatchObject([{ delayMs: 0 }]);
    await rotating.clock.advance(0);
    await rotating.until(() => rotating.opens.length === 2);
  });
});

describe('coming back', () => {
  it('waits longer each time, with jitter, and not beyond the cap', async () => {
    const [cloud, harness] = await greeted({
      random: () => 0,
      reconnect: { budget: 6, capMs: 3_000 },
      deadlines: { firstEventMs: 0 },
    });
    await cloud.close();
    await advanceUntil(harness, () => harness.isOver, 10);
    expect(eventsOf(harness, 'reconnecting').map(({ delayMs }) => delayMs)).toEqual([
      125, 375, 1_125, 1_500, 1_500, 1_500,
    ]);
    expect(await errorOf(harness)).toMatchObject({ code: 'budget-spent', retryable: true });
    expect(String((await errorOf(harness)).message)).toContain('ECONNREFUSED');
  });

  it('outlasts a balancer that accepts and hangs up for four seconds while the service behind it restarts', async () => {
    let down = false;
    const [cloud, harness] = await greeted({}, ({ socket }) => {
      if (down) socket.close(1012);
    });
    down = true;
    cloud.accepted[0]!.socket.close(1012);
    await harness.until(() => harness.losses.length === 1);
    const end = harness.clock.now() + 4_000;
    await advanceUntil(harness, () => harness.clock.now() >= end);
    expect(harness.isOver).toBe(false);
    down = false;
    await advanceUntil(harness, () => harness.opens.some(({ epoch }) => epoch === cloud.accepted.length));
    expect(cloud.accepted.length).toBeLessThan(7);
  });

  it('gives up on connections that end at once when its attempts are spent, as many as it was given', async () => {
    const [cloud, harness] = await greeted({ reconnect: { budget: 20 } }, ({ socket }, index) => {
      if (index > 0) socket.close(1012);
    });
    await harness.clock.advance(20_000);
    cloud.accepted[0]!.socket.close(1012);
    await harness.until(() => harness.losses.length === 1);
    await advanceUntil(harness, () => harness.isOver, 500);
    expect(cloud.accepted).toHaveLength(21);
    expect(await errorOf(harness)).toMatchObject({ code: 'budget-spent', closeCode: 1012, retryable: true });
  });

  it('is refunded by healthy uptime only', async () => {
    const [cloud, harness] = await greeted({ reconnect: { budget: 1, quickMs: 10 } });
    for (let round = 1; round <= 3; round++) {
      await harness.clock.advance(60_000);
      cloud.accepted.at(-1)!.socket.close(1011);
      await harness.until(() => harness.losses.length === round);
      await advanceUntil(harness, () => harness.frames.length === round + 1);
    }
    await harness.clock.advance(59_000);
    cloud.accepted.at(-1)!.socket.close(1011);
    expect(await errorOf(harness)).toMatchObject({ code: 'budget-spent' });
  });

  it('gives no refund for a socket that stayed silent', async () => {
    const cloud = await server({ onSocket: ({ socket }, index) => (index === 0 ? socket.send('welcome') : undefined) });
    const harness = run(connectionTo(cloud.url), {
      reconnect: { budget: 1, quickMs: 10 },
      deadlines: { firstEventMs: 0 },
    });
    await harness.until(() => harness.frames.length === 1);
    cloud.accepted[0]!.socket.close(1011);
    await harness.until(() => harness.losses.length === 1);
    await advanceUntil(harness, () => harness.opens.length === 2);
    await harness.clock.advance(600_000);
    cloud.accepted[1]!.socket.close(1011);
    expect(await errorOf(harness)).toMatchObject({ code: 'budget-spent' });
  });

  it('waits as long as the other end asks, up to 30 s', async () => {
    const refusals = ['20', '31'];
    const cloud = await server({
      onSocket: ({ socket }) => socket.send('welcome'),
      onUpgrade(_request, socket, index) {
        if (index === 0) return false;
        socket.end(`HTTP/1.1 429 Too Many Requests\r\nRetry-After: ${refusals.shift()}\r\n\r\n`);
        return true;
      },
    });
    const harness = run(connectionTo(cloud.url));
    await harness.until(() => harness.frames.length === 1);
    cloud.accepted[0]!.socket.terminate();
    await harness.until(() => harness.losses.length === 1);
    await advanceUntil(harness, () => harness.isOver, 1_000);
    expect(eventsOf(harness, 'reconnecting')[1]).toMatchObject({ delayMs: 20_000 });
    expect(await errorOf(harness)).toMatchObject({ code: 'upgrade-refused', status: 429, retryAfterMs: 31_000 });
  });

  it('is off with `reconnect: false`', async () => {
    const [cloud, harness] = await greeted({ reconnect: false });
    cloud.accepted[0]!.socket.close(1012);
    expect(await errorOf(harness)).toMatchObject({ code: 'closed', closeCode: 1012 });
  });

  it('stops at once when closed during the wait', async () => {
    const [cloud, harness] = await greeted();
    cloud.accepted[0]!.socket.terminate();
    await harness.until(() => eventsOf(harness, 'reconnecting').length === 1);
    await harness.session.close();
    expect(await harness.ended).toEqual({});
    expect(harness.clock.pending).toBe(0);
    await harness.clock.advance(60_000);
    expect(cloud.accepted).toHaveLength(1);
  });

  it('stops at once when closed by the handler that hears of it', async () => {
    const [cloud, harness] = await greeted({
      handlers: { event: (event) => void (event.type === 'reconnecting' && harness.session.close()) },
    });
    cloud.accepted[0]!.socket.terminate();
    expect(await harness.ended).toEqual({});
    expect(harness.clock.pending).toBe(0);
  });
});

describe('what the owner is told', () => {
  it('is one socket after the other, configuration before what waited', async () => {
    const [cloud, harness] = await greeted({ handlers: { open: (link) => void link.send(`configure ${link.epoch}`) } });
    const first = cloud.accepted[0]!;
    await cloud.until(() => first.received.length === 1);
    first.socket.terminate();
    await harness.until(() => harness.losses.length === 1);
    for (const word of ['m0', 'm1', 'm2']) expect(harness.session.send(word)).toBe(true);
    await advanceUntil(harness, () => harness.opens.length === 2);
    const second = await cloud.nth(1);
    await cloud.until(() => second.received.length === 4);
    expect(second.received).toEqual(['configure 2', 'm0', 'm1', 'm2']);
    expect(harness.links[0]!.send('late')).toBe(false);
  });

  it('keeps the order of what was sent, also of what is sent while opening', async () => {
    const [cloud, harness] = await greeted({
      handlers: { open: (_link, { reconnected }) => void (reconnected && harness.session.send('m2')) },
    });
    cloud.accepted[0]!.socket.terminate();
    await harness.until(() => harness.losses.length === 1);
    for (const word of ['m0', 'm1']) harness.session.send(word);
    await advanceUntil(harness, () => harness.opens.length === 2);
    const second = await cloud.nth(1);
    await cloud.until(() => second.received.length === 3);
    expect(second.received).toEqual(['m0', 'm1', 'm2']);
  });

  it('an error of its own that is retryable brings the session back, one that is not ends it', async () => {
    const [cloud, harness] = await greeted({
      handlers: {
        frame(frame) {
          if (frame === 'welcome') return true;
          throw new PatchbayError('provider-error', String(frame), {
            retryable: frame === 'busy',
            providerCode: String(frame),
          });
        },
      },
    });
    cloud.accepted[0]!.socket.send('busy');
    await harness.until(() => harness.losses.length === 1);
    expect(eventsOf(harness, 'reconnecting')[0]!.error).toMatchObject({ code: 'provider-error', providerCode: 'busy' });
    await advanceUntil(harness, () => harness.opens.length === 2);
    (await cloud.nth(1)).socket.send('quota');
    expect(await errorOf(harness)).toMatchObject({ code: 'provider-error', providerCode: 'quota', retryable: false });
    expect(await cloud.accepted[1]!.closed).toBe(1000);
  });

  it('a handler that throws while opening ends what it cannot configure', async () => {
    const cloud = await server();
    const broken = run(connectionTo(cloud.url), { handlers: { open: () => JSON.parse('{') as never } });
    expect(await errorOf(broken)).toMatchObject({ code: 'protocol-violation', retryable: false });
  });

  it('handlers that throw where nobody asked for an opinion change nothing', async () => {
    const complain = (): never => {
      throw new Error('not now');
    };
    const [cloud, harness] = await greeted({ handlers: { event: complain, lost: complain } });
    cloud.accepted[0]!.socket.terminate();
    await harness.until(() => harness.losses.length === 1);
    await advanceUntil(harness, () => harness.opens.length === 2);
    await harness.session.close();
    expect(await harness.ended).toEqual({});
  });
});

describe('a reconnect that was asked for', () => {
  it('happens now, and says why', async () => {
    const [cloud, harness] = await greeted({ reconnect: { budget: 0 } });
    await harness.clock.advance(10_000);
    harness.session.reconnect('other language');
    expect(harness.losses).toEqual([{ epoch: 1, code: undefined, undelivered: [] }]);
    expect(await cloud.accepted[0]!.closed).toBe(1000);
    await harness.clock.advance(0);
    await harness.until(() => harness.opens.length === 2);
    expect(harness.opens[1]).toEqual({ epoch: 2, reconnected: true, reason: 'other language' });
    expect(eventsOf(harness, 'reconnecting')).toEqual([]);
  });

  it('cuts a wait short', async () => {
    const [cloud, harness] = await greeted({ reconnect: { baseMs: 8_000 } });
    cloud.accepted[0]!.socket.terminate();
    await harness.until(() => harness.losses.length === 1);
    harness.session.reconnect('now');
    await harness.until(() => harness.opens.length === 2);
    expect(harness.clock.now()).toBeLessThan(2_000);
  });

  it('is no failure, however young the socket is: it waits a moment and not longer each time, and no audio is lost', async () => {
    const [cloud, harness] = await greeted({ reconnect: { budget: 0 } });
    const heard: string[] = [];
    for (let times = 1; times <= 6; times++) {
      const before = harness.clock.now();
      harness.session.reconnect(`options ${times}`);
      harness.session.reconnect(`options ${times}, once more`);
      harness.session.send(`audio ${times}`, { audioMs: 100 });
      await advanceUntil(harness, () => harness.opens.length === times + 1, 10);
      expect(harness.clock.now() - before).toBeLessThanOrEqual(260);
      const next = await cloud.nth(times);
      await cloud.until(() => next.received.length > 0);
      heard.push(...next.received.map(String));
    }
    expect(heard).toEqual([1, 2, 3, 4, 5, 6].map((times) => `audio ${times}`));
    expect(harness.session.droppedAudioMs).toBe(0);
    expect(cloud.accepted).toHaveLength(7);
  });

  it('again and again makes no hot loop', async () => {
    const [, harness] = await greeted({
      handlers: { frame: (_frame, { epoch }) => (epoch > 1 && harness.session.reconnect('again'), true) },
    });
    harness.session.reconnect('again');
    const before = harness.clock.now();
    await advanceUntil(harness, () => harness.opens.length === 16, 100);
    expect(harness.clock.now() - before).toBeGreaterThan(15_000);
  });
});
