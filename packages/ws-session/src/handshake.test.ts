import { expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { advanceUntil, run, server } from './__fixtures__/fixtures.ts';

it('what was queued waits for the service to confirm the configuration, on every socket', async () => {
  const cloud = await server({
    onSocket: ({ socket }) =>
      socket.on('message', (data: Buffer) => data.toString() === 'start' && socket.send('started')),
  });
  let isConfirming = false;
  const harness = run(connectionTo(cloud.url), {
    handshake: true,
    handlers: {
      open: (link) => void link.send('start'),
      frame: (frame, link) => {
        if (frame === 'started' && isConfirming) link.ready();
        return true;
      },
    },
  });
  harness.session.send('hello', { audioMs: 100 });
  await harness.until(() => harness.frames.length === 1);
  harness.session.send('command');
  harness.session.send('kept', { scope: 'session' });
  await harness.clock.advance(1_000);
  expect(cloud.accepted[0]!.received).toEqual(['start']);

  // Lost before it was confirmed: what meant nothing elsewhere is handed back, the rest waits for the next one.
  isConfirming = true;
  await harness.clock.advance(6_000);
  cloud.accepted[0]!.socket.terminate();
  await advanceUntil(harness, () => harness.frames.length === 2);
  await cloud.until(() => cloud.accepted[1]?.received.length === 3);
  expect(harness.losses[0]!.undelivered).toEqual(['command']);
  expect(cloud.accepted[1]!.received).toEqual(['start', 'hello', 'kept']);
  harness.session.send('at once');
  await cloud.until(() => cloud.accepted[1]!.received.includes('at once'));
});
