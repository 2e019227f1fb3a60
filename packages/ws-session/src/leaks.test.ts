import { queryObjects } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { advanceUntil, after, run, server } from './__fixtures__/fixtures.ts';
import { PhysicalSocket } from './physical-socket.ts';
import { SocketPool } from './pool.ts';
import { createTestRuntime, installRuntime } from './testing.ts';

const ROUNDS = 1_000;

/** A signal that counts its listeners. */
function countedSignal(): { signal: AbortSignal; listeners(): number } {
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal) as (...args: unknown[]) => void;
  const remove = signal.removeEventListener.bind(signal) as (...args: unknown[]) => void;
  signal.addEventListener = (...args: unknown[]) => (listeners++, add(...args));
  signal.removeEventListener = (...args: unknown[]) => (listeners--, remove(...args));
  return { signal, listeners: () => listeners };
}

/** Node warns of emitters that collect listeners. */
function collectWarnings(): string[] {
  const warnings: string[] = [];
  const collect = (warning: Error): void => void warnings.push(warning.name);
  process.on('warning', collect);
  after(async () => process.off('warning', collect));
  return warnings;
}

describe('nothing accumulates', () => {
  it('over a thousand reconnects: timers, listeners and sockets', async () => {
    const warnings = collectWarnings();
    const cloud = await server({ onSocket: ({ socket }) => socket.send('welcome') });
    const { signal, listeners } = countedSignal();
    const harness = run(connectionTo(cloud.url), { signal, rotation: { afterMs: 3_600_000, isQuiet: () => true } });
    await harness.until(() => harness.frames.length === 1);
    const pending = harness.clock.pending;
    for (let round = 1; round <= ROUNDS; round++) {
      await harness.clock.advance(6_000);
      harness.session.expect('reply', 60_000);
      if (round % 2 === 0) harness.session.reconnect('again');
      else harness.session.rotate('again');
      await advanceUntil(harness, () => harness.frames.length === round + 1, 100);
    }
    await cloud.until(() => cloud.connections.size === 1);
    await harness.clock.advance(0);
    expect(harness.clock.pending).toBe(pending);
    expect(listeners()).toBe(1);
    expect(harness.session.epoch).toBe(ROUNDS + 1);
    await harness.session.close();
    await harness.ended;
    expect(harness.clock.pending).toBe(0);
    expect(listeners()).toBe(0);
    expect(warnings).toEqual([]);
  });

  it('over a thousand requests', async () => {
    const warnings = collectWarnings();
    const cloud = await server({ onSocket: ({ socket }) => socket.on('message', () => socket.send('done')) });
    const runtime = createTestRuntime();
    const restore = installRuntime(runtime);
    const pool = new SocketPool({ connection: connectionTo(cloud.url) });
    restore();
    after(() => pool.close());
    const { signal, listeners } = countedSignal();
    const request = () =>
      pool.request(() => 'question', {
        onFrame: () => true,
        signal,
        firstEventMs: 1_000,
        inactivityMs: 1_000,
        dialMs: 1_000,
      });
    await request();
    const pending = runtime.clock.pending;
    for (let round = 0; round < ROUNDS; round++) await request();
    expect(runtime.clock.pending).toBe(pending);
    expect(listeners()).toBe(0);
    expect(cloud.accepted).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it('over a thousand aborted requests', async () => {
    const cloud = await server();
    const runtime = createTestRuntime();
    const restore = installRuntime(runtime);
    const pool = new SocketPool({ connection: connectionTo(cloud.url) });
    restore();
    after(() => pool.close());
    const outcomes: unknown[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const controller = new AbortController();
      const asked = pool.request(() => 'question', {
        onFrame: () => true,
        signal: controller.signal,
        firstEventMs: 1_000,
        inactivityMs: 1_000,
        dialMs: 1_000,
      });
      // A matcher of vitest's would keep every error, and what that knows of, until the test ends.
      const outcome = asked.catch(({ code }: { code: string }) => code);
      await cloud.until(() => cloud.accepted.at(-1)?.received.length === 1);
      controller.abort();
      outcomes.push(await outcome);
      await cloud.nth(round + 1);
    }
    await cloud.until(() => cloud.connections.size === 1);
    expect(new Set(outcomes)).toEqual(new Set(['aborted']));
    // A pool that is open may hold a few, and not one for each that was broken off.
    expect(queryObjects(PhysicalSocket, { format: 'count' })).toBeLessThan(ROUNDS / 10);
    await pool.close();
    await cloud.until(() => cloud.connections.size === 0);
    expect(runtime.clock.pending).toBe(0);
  });
});
