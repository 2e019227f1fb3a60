import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../../__fixtures__/manual-clock.ts';
import { connectListen1 } from '../../__fixtures__/sdk-deepgram.ts';
import type { Loopback } from '../../cloud.ts';
import { startLoopback } from '../../server.ts';

let clock: ManualClock;
let cloud: Loopback;

beforeEach(async () => {
  clock = new ManualClock();
  cloud = await startLoopback({ voice: 'plain', clock });
});
afterEach(() => cloud.close());

const connect = (): ReturnType<typeof connectListen1> =>
  connectListen1(cloud.origin, { model: 'nova-3', encoding: 'linear16', sample_rate: 16_000, vad_events: 'true' });

type Sdk = Awaited<ReturnType<typeof connect>>;

/** What was sent has arrived: a message that is wrong is answered at once. */
async function arrived(sdk: Sdk): Promise<void> {
  const before = sdk.order.length;
  sdk.socket.socket.send('?');
  await expect.poll(() => sdk.order.length).toBeGreaterThan(before);
}

test('ten seconds without a frame end a stream with 1011 and NET-0001', async () => {
  const sdk = await connect();
  await clock.advance(9_999);
  expect(cloud.sockets).toBe(1);
  await clock.advance(1);
  const { code, reason } = await sdk.closed;
  expect([code, reason]).toEqual([1011, expect.stringContaining('net0001')]);
  expect(clock.pending).toBe(0);
});

test('KeepAlive extends a stream once audio has come', async () => {
  const sdk = await connect();
  sdk.socket.sendMedia(new Int16Array(160));
  await arrived(sdk);
  for (let round = 0; round < 3; round += 1) {
    await clock.advance(8_000);
    sdk.socket.sendKeepAlive({ type: 'KeepAlive' });
    await arrived(sdk);
  }
  expect(cloud.sockets).toBe(1);
  await clock.advance(10_000);
  expect((await sdk.closed).code).toBe(1011);
});

test('KeepAlive alone does not', async () => {
  const sdk = await connect();
  await clock.advance(8_000);
  sdk.socket.sendKeepAlive({ type: 'KeepAlive' });
  await arrived(sdk);
  await clock.advance(2_000);
  expect((await sdk.closed).code).toBe(1011);
});

test.each([
  ['what is no container', Buffer.from('OggS and so on')],
  ['a WAV of another kind', Buffer.concat([wavOf(0x55), Buffer.alloc(100)])],
])('%s is 1008 and DATA-0000', async (_name, bytes) => {
  const sdk = await connectListen1(cloud.origin, { model: 'nova-3' });
  sdk.socket.sendMedia(bytes);
  const { code, reason } = await sdk.closed;
  expect([code, reason]).toEqual([1008, expect.stringContaining('DATA-0000')]);
});

function wavOf(code: number): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(code, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  return head;
}
