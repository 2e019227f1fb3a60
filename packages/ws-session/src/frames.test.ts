import type { PatchbayError } from '@patchbay/ws-url';
import { describe, expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { advanceUntil, run, server } from './__fixtures__/fixtures.ts';
import type { Harness, HarnessOptions } from './__fixtures__/harness.ts';
import type { Accepted } from './__fixtures__/server.ts';

async function connected(options: HarnessOptions = {}): Promise<[Harness, Accepted]> {
  const cloud = await server({ onSocket: ({ socket }) => socket.send('"welcome"') });
  const harness = run(connectionTo(cloud.url), {
    handlers: { frame: (frame) => JSON.parse(String(frame)) !== null },
    ...options,
  });
  await harness.until(() => harness.frames.length === 1);
  return [harness, cloud.accepted[0]!];
}

function errorOf(harness: Harness): Promise<PatchbayError> {
  return harness.ended.then(({ error }) => error as PatchbayError);
}

/** Writes bytes beneath the WebSocket layer. */
function raw({ socket }: Accepted): NodeJS.WritableStream {
  return (socket as unknown as { _socket: NodeJS.WritableStream })._socket;
}

describe('a frame that makes no sense', () => {
  it('is dropped and counted, and the session goes on', async () => {
    const [harness, { socket }] = await connected();
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 7; count++) socket.send('{');
      socket.send('"fine"');
    }
    await harness.until(() => harness.frames.length === 25);
    expect(harness.session.malformedFrames).toBe(21);
    expect(harness.session.state).toBe('open');
  });

  it('costs the socket and an attempt the eighth time in a row, and the session goes on', async () => {
    const [harness, { socket }] = await connected();
    for (let count = 0; count < 8; count++) socket.send('{');
    await advanceUntil(harness, () => harness.frames.length === 10);
    expect(harness.frames.at(-1)).toMatchObject({ epoch: 2, frame: '"welcome"' });
    expect(harness.losses).toHaveLength(1);
    expect(harness.events.find(({ type }) => type === 'reconnecting')).toMatchObject({
      attempt: 1,
      error: { code: 'protocol-violation', retryable: true, cause: { name: 'SyntaxError' } },
    });
  });

  it('from each socket anew ends the session when all attempts are spent', async () => {
    const cloud = await server({
      onSocket: ({ socket }) => {
        socket.send('"welcome"');
        for (let count = 0; count < 8; count++) socket.send('{');
      },
    });
    const harness = run(connectionTo(cloud.url), {
      handlers: { frame: (frame) => JSON.parse(String(frame)) !== null },
    });
    await advanceUntil(harness, () => harness.session.state === 'closed');
    expect(await errorOf(harness)).toMatchObject({
      code: 'budget-spent',
      cause: { code: 'protocol-violation' },
    });
    expect(cloud.accepted).toHaveLength(1 + 5);
  });

  it.each([
    ['reserved bits', [0xf1, 0x00]],
    ['an unknown opcode', [0x83, 0x00]],
    ['a masked frame', [0x81, 0x81, 1, 2, 3, 4, 5]],
    ['invalid UTF-8', [0x81, 0x02, 0xc3, 0x28]],
    ['a close code that must not be sent', [0x88, 0x02, 0x03, 0xed]],
  ])('to the protocol itself (%s) ends it, once', async (_name, bytes) => {
    const [harness, accepted] = await connected();
    raw(accepted).write(Buffer.from(bytes));
    const error = await errorOf(harness);
    expect(error).toMatchObject({ code: 'protocol-violation', retryable: false });
    expect(error.message).toContain('WS_ERR_');
    await harness.session.close();
    expect(harness.losses).toHaveLength(1);
  });
});

describe('size', () => {
  it('beyond the limit is refused with 1009', async () => {
    const [harness, accepted] = await connected({ maxPayloadBytes: 1_000 });
    accepted.socket.send('x'.repeat(1_001));
    expect(await errorOf(harness)).toMatchObject({ code: 'message-too-large', closeCode: 1009, retryable: false });
    expect(await accepted.closed).toBe(1009);
  });

  it('is limited to 16 MiB by default', async () => {
    const [harness, accepted] = await connected();
    const head = Buffer.alloc(10);
    head.writeUInt8(0x82, 0);
    head.writeUInt8(127, 1);
    head.writeBigUInt64BE(BigInt(16 * 1024 * 1024 + 1), 2);
    raw(accepted).write(head);
    expect(await errorOf(harness)).toMatchObject({ code: 'message-too-large' });
  });
});

describe('kinds', () => {
  it('arrive as what they are: text as string, binary as bytes', async () => {
    const [harness, { socket }] = await connected({ handlers: { frame: () => true } });
    socket.send('grün');
    socket.send(Buffer.from([0, 255]));
    socket.send('');
    socket.send(Buffer.alloc(0));
    await harness.until(() => harness.frames.length === 5);
    const [, text, binary, empty, none] = harness.frames.map(({ frame }) => frame);
    expect(text).toBe('grün');
    expect(binary).toBeInstanceOf(Uint8Array);
    expect([...(binary as Uint8Array)]).toEqual([0, 255]);
    expect(empty).toBe('');
    expect(none).toHaveLength(0);
    expect(none).toBeInstanceOf(Uint8Array);
  });
});

describe('a slow consumer', () => {
  it('pauses the peer instead of filling memory', async () => {
    const [harness, { socket }] = await connected({ handlers: { frame: () => true } });
    const link = harness.links[0]!;
    link.pause();
    const chunk = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 32; count++) socket.send(chunk);
    await harness.clock.advance(1_000);
    expect(harness.frames).toHaveLength(1);
    expect(socket.bufferedAmount).toBeGreaterThan(0);
    link.resume();
    await harness.until(() => harness.frames.length === 33);
  });

  it('that paused a socket which is replaced finds the next one running', async () => {
    const [harness] = await connected();
    harness.links[0]!.pause();
    harness.session.reconnect('test');
    await advanceUntil(harness, () => harness.frames.length === 2);
    expect(harness.frames[1]).toMatchObject({ epoch: 2 });
  });
});
