import { once } from 'node:events';
import { connect } from 'node:net';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Loopback } from './cloud.ts';
import { startLoopback } from './server.ts';

const clouds = new Map<string, Loopback>();
const uncaught: unknown[] = [];
const note = (error: unknown): void => void uncaught.push(error);

beforeAll(async () => {
  process.on('uncaughtException', note).on('unhandledRejection', note);
  for (const gateway of ['', 'azure-legacy', 'bifrost', 'litellm', 'vllm']) {
    const options = { voice: 'plain', pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 } } as const;
    clouds.set(gateway, await startLoopback(gateway === '' ? options : { ...options, gateway }));
  }
});
afterAll(async () => {
  for (const cloud of clouds.values()) await cloud.close();
  process.off('uncaughtException', note).off('unhandledRejection', note);
});
afterEach(() => {
  expect(uncaught.splice(0)).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect({}).not.toHaveProperty('polluted');
});

const headers = { authorization: 'Bearer key-1', 'api-key': 'key-1' };

async function open(path: string, gateway = ''): Promise<WebSocket> {
  const socket = new WebSocket(clouds.get(gateway)!.url.replace('http', 'ws') + path, { headers });
  await once(socket, 'open');
  return socket;
}

/** What the socket answers to a frame, until it answers the ping behind it, or ends. */
async function answers(socket: WebSocket, frame: string): Promise<Record<string, unknown>[]> {
  const heard: Record<string, unknown>[] = [];
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString()) as Record<string, unknown>));
  socket.send(frame);
  socket.ping();
  await new Promise<void>((resolve) => socket.once('pong', () => resolve()).once('close', () => resolve()));
  return heard;
}

const places: [string, string, string?][] = [
  ['realtime', '/realtime?model=gpt-realtime'],
  ['transcription', '/realtime?intent=transcription'],
  ['translation', '/realtime/translations?model=gpt-realtime-translate'],
  ['responses', '/responses'],
  ['live', '/live/sessions'],
  ['azure preview', '/realtime?api-version=2024-10-01-preview&deployment=gpt-realtime', 'azure-legacy'],
  ['bifrost', '/live/sessions', 'bifrost'],
  ['litellm', '/realtime?model=gpt-realtime', 'litellm'],
  ['vllm', '/realtime', 'vllm'],
];
const odd = '{"toString":null,"valueOf":null}';
const deep = (open: string, close: string): string => `${open.repeat(20_000)}0${close.repeat(20_000)}`;
const frames: [string, string][] = [
  ['a type without toString', `{"type":${odd}}`],
  ['a type of every object', '{"type":"constructor"}'],
  ['__proto__', '{"type":"__proto__","__proto__":{"polluted":true}}'],
  [
    'an odd configuration',
    `{"type":"session.update","session":{"type":${odd},"input_audio_format":${odd},"__proto__":{"polluted":true}}}`,
  ],
  ['an odd start', `{"type":"session.start","session":{"model":${odd},"constructor":{"prototype":{"polluted":true}}}}`],
  [
    'an odd item',
    `{"type":"conversation.item.create","item":{"type":"message","role":${odd},"content":[{"type":"constructor"}]}}`,
  ],
  [
    'an odd request',
    `{"type":"response.create","response":{"input":[{"type":"item_reference","id":${odd}},{"role":${odd}}]},"input":[{"role":${odd}}]}`,
  ],
  ['a list without a bottom', deep('[', ']')],
  ['an event without a bottom', `{"type":"input_audio_buffer.commit","0":1,"event_id":${deep('{"0":', '}')}}`],
  ['an object without a bottom', `{"type":"response.create","response":${deep('{"a":', '}')}}`],
  ['tools without a bottom', `{"type":"session.update","session":{"type":"realtime","tools":[${deep('{"a":', '}')}]}}`],
];

describe.each(places)('a client of %s', (_name, path, gateway) => {
  it.each(frames)('may send %s, and everything goes on', async (_what, frame) => {
    const socket = await open(path, gateway);
    // A mistake of the client's, and never one of the service's.
    expect(JSON.stringify(await answers(socket, frame))).not.toContain('server_error');
    socket.terminate();
    const next = await open(path, gateway);
    await answers(next, '{"type":"nonsense"}');
    expect(next.readyState).toBe(WebSocket.OPEN);
    next.terminate();
  });
});

describe('a client that means harm', () => {
  it('cannot send a frame beyond the limit, a bomb, or one message in 100,000 fragments', async () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * 1_048_576, 32));
    const header = (first: number, length: number): Buffer => {
      const head = Buffer.alloc(14);
      head.writeUInt8(first, 0);
      head.writeUInt8(0xff, 1);
      head.writeBigUInt64BE(BigInt(length), 2);
      return head;
    };
    const fragment = Buffer.from([0x00, 0x81, 0, 0, 0, 0, 97]);
    for (const bytes of [
      header(0x81, 33 * 1_048_576),
      Buffer.concat([header(0xc1, bomb.length), bomb]),
      Buffer.concat([Buffer.from([0x01, 0x81, 0, 0, 0, 0, 97]), ...Array.from({ length: 100_000 }, () => fragment)]),
    ]) {
      const socket = await open('/realtime?model=gpt-realtime');
      const closed = once(socket, 'close');
      socket.on('error', () => {});
      (socket as unknown as { _socket: NodeJS.WritableStream })._socket.write(bytes);
      expect((await closed)[0]).toBeGreaterThanOrEqual(1002);
    }
    await expect.poll(() => clouds.get('')!.sockets).toBe(0);
  });

  it('cannot post a compressed bomb: it stays compressed, and is no JSON', async () => {
    const before = process.memoryUsage.rss();
    const response = await fetch(`${clouds.get('')!.url}/chat/completions`, {
      method: 'POST',
      headers: { ...headers, 'content-encoding': 'gzip', 'content-type': 'application/json' },
      body: new Uint8Array(gzipSync(Buffer.alloc(64 * 1_048_576, 32))),
    });
    expect(response.status).toBe(400);
    expect(process.memoryUsage.rss() - before).toBeLessThan(128 * 1_048_576);
  });

  it('cannot open with headers that never end', async () => {
    const socket = connect(clouds.get('')!.port, '127.0.0.1');
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    socket.write('GET /v1/realtime HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n');
    const more = (): void => {
      while (!socket.destroyed && socket.write(`x-more: ${'a'.repeat(1_000)}\r\n`));
      if (!socket.destroyed) socket.once('drain', more);
    };
    more();
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 431 |^$/);
  });
});
