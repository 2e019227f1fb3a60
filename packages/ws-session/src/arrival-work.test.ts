import { describe, expect, it, vi } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { after, server } from './__fixtures__/fixtures.ts';
import { startSession } from './__fixtures__/harness.ts';
import { ask, bench } from './__fixtures__/pool-bench.ts';

describe('a thousand frames that come in', () => {
  it('arm no timer of a session', async () => {
    const cloud = await server();
    const harness = startSession(connectionTo(cloud.url));
    after(() => harness.session.close());
    await harness.until(() => harness.session.state === 'open');
    const { socket } = await cloud.nth(0);
    socket.send('first');
    await harness.until(() => harness.frames.length === 1);
    const timers = vi.spyOn(harness.clock, 'setTimer');
    for (let count = 0; count < 1_000; count++) socket.send('more');
    await harness.until(() => harness.frames.length === 1_001);
    expect(timers).not.toHaveBeenCalled();
  });

  it('arm no timer of a request of a pool', async () => {
    const { cloud, clock, pool } = await bench();
    const asked = ask(pool, 'stall');
    await asked.heard(1);
    const timers = vi.spyOn(clock, 'setTimer');
    const { socket } = cloud.accepted[0]!;
    for (let count = 0; count < 1_000; count++) socket.send('more');
    await asked.heard(1_001);
    expect(timers).not.toHaveBeenCalled();
    socket.send('done');
    await asked.result;
  });
});
