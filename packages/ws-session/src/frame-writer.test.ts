import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { connect as connectTCP, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { generate } from 'selfsigned';
import { describe, expect, it } from 'vitest';
import { after, server } from './__fixtures__/fixtures.ts';
import type { Accepted, TestServer, TestServerOptions } from './__fixtures__/server.ts';
import { FrameWriter } from './frame-writer.ts';
import type { Transport, TransportHandlers } from './runtime.ts';
import { connectSocket } from './transport.ts';
import type { Frame } from './types.ts';

/** A transport that is open. */
async function dial(url: string, agent?: Agent): Promise<Transport> {
  const quiet = (): void => undefined;
  let transport!: Transport;
  await new Promise<void>((onOpen, onError) => {
    const handlers: TransportHandlers = {
      ...{ onFrame: quiet, onPing: quiet, onPong: quiet, onDrain: quiet, onGoodbye: quiet, onClose: quiet },
      ...{ onOpen: () => onOpen(), onError, onRefused: ({ status }) => onError(new Error(`HTTP ${status}`)) },
    };
    transport = connectSocket({ url, headers: {}, protocols: [], agent, maxPayloadBytes: 1_024 }, handlers);
  });
  after(async () => transport.terminate());
  return transport;
}

async function connected(options: TestServerOptions = {}): Promise<[Transport, Accepted, TestServer]> {
  const cloud = await server(options);
  const transport = await dial(cloud.url, options.tls && new SecureAgent({ ca: options.tls.cert }));
  return [transport, await cloud.nth(0), cloud];
}

function sendAll(transport: Transport, frames: readonly Frame[]): void {
  for (const frame of frames) expect(transport.send(frame)).toBe(true);
}

/** As the other end has them. */
function asReceived(frames: readonly Frame[]): (string | Buffer)[] {
  return frames.map((frame) => (typeof frame === 'string' ? Buffer.from(frame).toString() : Buffer.from(frame)));
}

/** Of each length, as text and as bytes. */
function framesOf(lengths: readonly number[]): Frame[] {
  return lengths.flatMap((length) => [
    Array.from({ length }, (_, index) => String.fromCharCode(32 + ((index * 7 + length) % 90))).join(''),
    Uint8Array.from({ length }, (_, index) => index * 11 + length),
  ]);
}

/** Heads change at 126 and 65,536 bytes, memory at powers of two, and words every four. */
const lengths = [
  ...[0, 1, 2, 3, 4, 5, 124, 125, 126, 127, 128, 1_011, 1_012, 1_013, 1_014, 1_015, 1_016, 1_017, 2_040, 2_048],
  ...[65_525, 65_526, 65_527, 65_528, 65_529, 65_534, 65_535, 65_536, 65_537, 70_001, 300_003],
];

/** More than a network takes at once, all of it different. */
const flood = Array.from({ length: 400 }, (_, index) => `${index}:`.repeat(6_000));

async function certificate(): Promise<{ key: string; cert: string }> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  return { key, cert };
}

describe('a frame that is sent', () => {
  it('arrives as it was, whatever it is', async () => {
    const [transport, accepted, cloud] = await connected();
    const bytes = fc
      .tuple(fc.uint8Array({ maxLength: 3_000 }), fc.nat(9))
      .map(([whole, offset]) => whole.subarray(Math.min(offset, whole.length)));
    const text = fc.oneof(
      fc.string({ maxLength: 3_000 }),
      fc.string({ unit: 'binary', maxLength: 1_000 }),
      // Lone halves of a pair, too, which become the replacement character.
      fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(bytes, text), { minLength: 1, maxLength: 8 }), async (frames) => {
        accepted.received.length = 0;
        sendAll(transport, frames);
        await cloud.until(() => accepted.received.length === frames.length);
        expect(accepted.received).toEqual(asReceived(frames));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['without TLS', async () => ({})],
    ['over TLS', async () => ({ tls: await certificate() })],
  ])('arrives whole at every length, %s', async (_how, options) => {
    const [transport, accepted, cloud] = await connected(await options());
    const frames = framesOf(lengths);
    // Twice, so that all memory was used before.
    sendAll(transport, [...frames, ...frames]);
    await cloud.until(() => accepted.received.length === 2 * frames.length);
    expect(accepted.received).toEqual(asReceived([...frames, ...frames]));
  });

  it.each([
    ['without TLS', async () => ({})],
    ['over TLS', async () => ({ tls: await certificate() })],
  ])('keeps its memory until the network has it, %s', async (_how, options) => {
    const [transport, accepted, cloud] = await connected(await options());
    accepted.socket.pause();
    for (const [index, frame] of flood.entries()) {
      transport.send(frame);
      if (index % 20 === 0) await turn();
    }
    expect(transport.bufferedAmount).toBeGreaterThan(0);
    accepted.socket.resume();
    await cloud.until(() => accepted.received.length === flood.length);
    expect(accepted.received.every((frame, index) => frame === flood[index])).toBe(true);
    expect(transport.bufferedAmount).toBe(0);
  });

  it('keeps its memory for good where an agent’s own stream passes it on', async () => {
    const cloud = await server();
    const agent = new Agent();
    agent.createConnection = (options) => new Delayed(connectTCP(Number(options.port), '127.0.0.1'));
    const transport = await dial(cloud.url, agent);
    const accepted = await cloud.nth(0);
    sendAll(transport, flood.slice(0, 40));
    await cloud.until(() => accepted.received.length === 40);
    expect(accepted.received.every((frame, index) => frame === flood[index])).toBe(true);
  });

  it('is one write of one piece', async () => {
    const cloud = await server();
    const agent = new Agent();
    let network!: Delayed;
    agent.createConnection = ({ port }) => (network = new Delayed(connectTCP(Number(port), '127.0.0.1')));
    const transport = await dial(cloud.url, agent);
    const before = network.writes;
    sendAll(transport, framesOf(lengths));
    expect(network.writes - before).toBe(2 * lengths.length);
    const accepted = await cloud.nth(0);
    await cloud.until(() => accepted.received.length === 2 * lengths.length);
  });

  it('is in memory that was used before, as soon as the network is done with that', async () => {
    const cloud = await server();
    const memories = new Set<ArrayBufferLike>();
    const agent = new Agent();
    agent.createConnection = ({ port }) => {
      const socket = connectTCP(Number(port), '127.0.0.1');
      const write = socket.write.bind(socket) as (...values: unknown[]) => boolean;
      socket.write = (...values: unknown[]) => {
        if (values[0] instanceof Uint8Array) memories.add(values[0].buffer);
        return write(...values);
      };
      return socket;
    };
    const transport = await dial(cloud.url, agent);
    const accepted = await cloud.nth(0);
    const audio = new Uint8Array(6_400);
    for (let sent = 10; sent <= 2_000; sent += 10) {
      for (let count = 0; count < 10; count++) transport.send(audio);
      await cloud.until(() => accepted.received.length === sent);
    }
    expect(memories.size).toBeGreaterThan(0);
    expect(memories.size).toBeLessThan(30);
  });

  it('gives its memory back also where the line is busy and never empty', () => {
    const network = new OneAtATime();
    const writer = new FrameWriter(network, { onWritten: () => undefined });
    const memories = new Set<ArrayBufferLike>();
    const out: number[] = [];
    for (let frame = 0; frame < 1_000; frame++) {
      writer.write(new Uint8Array(4_000).fill(frame));
      if (frame < 5) continue;
      // Until this moment it waited, with five behind it.
      const { buffer, bytes } = network.held!;
      memories.add(buffer);
      const key = bytes.subarray(4, 8);
      out.push(...new Set(bytes.subarray(8).map((byte, at) => byte ^ key[at % 4]!)));
      network.finish();
      expect(network.writableLength).toBe(5 * 4_008);
    }
    expect(out).toEqual(Array.from({ length: 995 }, (_, frame) => frame % 256));
    expect(memories.size).toBeLessThan(20);
  });

  it('is the caller’s again at once', async () => {
    const [transport, accepted, cloud] = await connected();
    const bytes = new Uint8Array(3_200);
    for (let round = 0; round < 50; round++) transport.send(bytes.fill(round));
    await cloud.until(() => accepted.received.length === 50);
    expect(accepted.received.map((frame) => new Set(frame as Buffer))).toEqual(
      Array.from({ length: 50 }, (_, round) => new Set([round])),
    );
  });

  it('stays whole between pings and in front of a goodbye', async () => {
    const [transport, accepted] = await connected();
    for (const frame of flood.slice(0, 50)) {
      transport.send(frame);
      transport.ping('1');
    }
    transport.close(1000, 'done');
    expect(transport.send('too late')).toBe(false);
    expect(await accepted.closed).toBe(1000);
    expect(accepted.received).toEqual(flood.slice(0, 50));
    expect(accepted.pings).toBe(50);
  });

  it('is masked, each with a key of its own (RFC 6455 §5.3)', async () => {
    let received = Buffer.alloc(0);
    const cloud = await server({
      onUpgrade(request, socket) {
        socket.write(answerTo(request.headers['sec-websocket-key']!));
        socket.on('data', (chunk: Buffer) => (received = Buffer.concat([received, chunk])));
        return true;
      },
    });
    const transport = await dial(cloud.url);
    const text = 'nobody on the way may know where this is';
    // More than there are keys at a time.
    for (let count = 0; count < 3_000; count++) transport.send(text);
    while (received.length < 3_000 * (6 + text.length)) await turn();
    const keys = new Set<number>();
    for (let at = 0; at < received.length; at += 6 + text.length) {
      expect(received.readUInt16BE(at)).toBe(0x8180 | text.length);
      const key = received.subarray(at + 2, at + 6);
      const payload = received.subarray(at + 6, at + 6 + text.length);
      keys.add(key.readUInt32BE());
      expect(payload.map((byte, index) => byte ^ key[index % 4]!).toString()).toBe(text);
    }
    expect(keys.size).toBeGreaterThan(2_990);
    expect(received.includes(text)).toBe(false);
  });
});

/** A socket of Node's own that is done with a write when it is told so. */
class OneAtATime extends Socket {
  held: { buffer: ArrayBufferLike; bytes: Buffer } | undefined;
  #done: (() => void) | undefined;

  override _write(bytes: Buffer, _encoding: string, callback: () => void): void {
    this.held = { buffer: bytes.buffer, bytes };
    this.#done = callback;
  }

  // Or all that waits would be written together.
  override readonly _writev = undefined;

  finish(): void {
    this.#done!();
  }
}

function answerTo(key: string): string {
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade';
  return `${head}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

/** Says that it has written what it only keeps. */
class Delayed extends Duplex {
  writes = 0;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk) => this.push(chunk));
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.writes++;
    callback();
    setTimeout(() => this.#socket.write(chunk), 20);
  }

  override _destroy(_error: Error | null, callback: () => void): void {
    this.#socket.destroy();
    callback();
  }
}
