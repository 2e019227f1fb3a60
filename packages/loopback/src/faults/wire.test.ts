import { once } from 'node:events';
import { createServer, connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { until } from '../__fixtures__/observe.ts';
import { systemClock } from '../clock.ts';
import { fragments, textFrame } from './frames.ts';
import { FaultRegistry } from './registry.ts';
import { Service } from './service.ts';
import { Wire } from './wire.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

interface Line {
  client: Socket;
  service: Socket;
  /** Everything that arrived so far, on either side. */
  atClient(): string;
  atService(): string;
}

/** A wire without faults between two plain sockets. `greeting` is what the client says first. */
async function lineWith(greeting: string): Promise<Line> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const wire = await wireTo((server.address() as AddressInfo).port);
  open.push({ close: () => server.close() });
  const client = connect({ port: wire.port, host: '127.0.0.1', allowHalfOpen: true });
  const [atClient, atService] = [[] as Buffer[], [] as Buffer[]];
  client.on('data', (bytes: Buffer) => atClient.push(bytes));
  client.write(greeting, 'latin1');
  const [service] = (await once(server, 'connection')) as [Socket];
  service.on('data', (bytes: Buffer) => atService.push(bytes));
  for (const socket of [client, service]) {
    socket.on('error', () => {});
    open.push({ close: () => socket.destroy() });
  }
  const textOf = (pieces: Buffer[]): string => Buffer.concat(pieces).toString('latin1');
  return { client, service, atClient: () => textOf(atClient), atService: () => textOf(atService) };
}

async function wireTo(port: number): Promise<Wire> {
  const registry = new FaultRegistry({
    injected: (fault) => wire.injected(fault),
    removed: (fault) => wire.removed(fault),
  });
  const service = new Service(systemClock);
  const wire: Wire = new Wire({
    port: 0,
    isSecure: false,
    faults: registry,
    clock: systemClock,
    service,
    tell: () => {},
  });
  await wire.start({ port, basePath: '/v1' });
  open.push(wire);
  return wire;
}

const upgrade = 'GET /v1/x HTTP/1.1\r\nHost:  odd \r\nupgrade: WebSocket\r\nX-Case: Kept\r\n\r\n';
const accepted = 'HTTP/1.1 101 Switching Protocols\r\nx-odd:  kept \r\n\r\n';
const masked = '\x81\x85\x01\x02\x03\x04ikhoh';
const long = 'x'.repeat(1_500_000);
const latin1 = (bytes: Buffer): string => bytes.toString('latin1');

describe('without faults every byte passes as it is', () => {
  const frames: [string, string][] = [
    ['a text frame', latin1(textFrame('{"type":"a"}'))],
    ['a masked frame', masked],
    ['fragments', `\x01\x01a\x00\x01b\x80\x01c`],
    ['very many fragments', latin1(fragments('y'.repeat(3_000), 1))],
    ['a message of more than a megabyte', latin1(textFrame(long))],
    ['fragments of more than a megabyte', latin1(fragments(long, 400_000))],
    ['reserved bits', '\xf1\x01a'],
    ['a binary frame and a close', '\x82\x02\x00\xff\x88\x02\x03\xe8'],
    ['a continuation of nothing', '\x80\x01a'],
  ];
  it.each(frames)('%s, in both directions', async (_name, bytes) => {
    const { client, service, atClient, atService } = await lineWith(upgrade);
    service.write(accepted + bytes, 'latin1');
    await expect.poll(atClient).toBe(accepted + bytes);
    client.write(bytes, 'latin1');
    await expect.poll(atService).toBe(upgrade + bytes);
  });

  it('a ping between fragments, ahead of the message they make', async () => {
    const { service, atClient } = await lineWith(upgrade);
    service.write(`${accepted}\x01\x01a\x89\x00\x80\x01b`, 'latin1');
    await expect.poll(atClient).toBe(`${accepted}\x89\x00\x01\x01a\x80\x01b`);
  });

  it('half a frame, when a side ends in it', async () => {
    const { client, service, atClient, atService } = await lineWith(upgrade);
    service.end(`${accepted}\x81\x7e\x01`, 'latin1');
    await once(client, 'end');
    expect(atClient()).toBe(`${accepted}\x81\x7e\x01`);
    client.end('\x01\x05abc', 'latin1');
    await once(service, 'end');
    expect(atService()).toBe(`${upgrade}\x01\x05abc`);
  });

  const get = 'GET /a HTTP/1.1\r\nhost: x\r\n\r\n';
  const answers: [string, string, string][] = [
    ['a length', get, 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello'],
    [
      'chunks with an extension and a trailer',
      get,
      'HTTP/1.1 200\r\ntransfer-encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\na: b\r\n\r\n',
    ],
    ['a continue before it', get, 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n'],
    ['no body to a HEAD', get.replace('GET', 'HEAD'), 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'],
    ['a 304', get, 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n'],
    ['a refused upgrade', upgrade, 'HTTP/1.1 426 No\r\ncontent-length: 2\r\n\r\nno'],
  ];
  it.each(answers)('an answer with %s, and another behind it', async (_name, asked, answer) => {
    const { client, service, atClient, atService } = await lineWith(asked);
    await expect.poll(atService).toBe(asked);
    service.write(answer, 'latin1');
    await expect.poll(atClient).toBe(answer);
    const next = 'POST /b HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n';
    client.write(next);
    await expect.poll(atService).toBe(asked + next);
    service.write('HTTP/1.1 204 No Content\r\n\r\n');
    await expect.poll(atClient).toBe(`${answer}HTTP/1.1 204 No Content\r\n\r\n`);
  });

  it.each([
    ['events', 'data: {"a":1}\n\ndata: [DONE]\n\n'],
    ['half an event', 'data: {"a":1}\n\ndata: {"a'],
    ['comments and names', ': busy\n\nevent: b\r\ndata: 1\r\n\r\n'],
  ])('%s until the connection ends', async (_name, body) => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';
    const { client, service, atClient } = await lineWith(get);
    service.end(head + body);
    await once(client, 'end');
    expect(atClient()).toBe(head + body);
  });

  it('requests that are sent ahead, one behind the other', async () => {
    const { service, atClient, atService } = await lineWith(get + get);
    await expect.poll(atService).toBe(get);
    service.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na');
    await expect.poll(atService).toBe(get + get);
    service.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nb');
    await expect.poll(atClient).toMatch(/\r\n\r\naHTTP.*\r\n\r\nb$/s);
  });

  it.each([
    ['no HTTP at all', '\x16\x03\x01nonsense'],
    ['chunks that are none', 'POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nrest'],
  ])('%s', async (_name, bytes) => {
    const { client, service, atClient, atService } = await lineWith(bytes);
    await expect.poll(atService).toBe(bytes);
    service.end('HTTP/1.1 400 No\r\nconnection: close\r\n\r\nwhat?');
    await once(client, 'end');
    expect(atClient()).toContain('what?');
  });
});

describe('how a side ends is how the other one does', () => {
  it('a reset is a reset', async () => {
    const { client, service, atClient } = await lineWith(upgrade);
    service.write(accepted);
    await expect.poll(atClient).toBe(accepted);
    const failed = once(client, 'error');
    service.resetAndDestroy();
    expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
  });

  it('a client that leaves takes the connection behind the wire with it', async () => {
    const { client, service } = await lineWith(upgrade);
    const ended = once(service, 'end');
    client.destroy();
    await ended;
  });

  it('who does not answer ends both', async () => {
    const { client, service, atClient } = await lineWith(upgrade);
    service.end();
    await once(client, 'end');
    expect(atClient()).toBe('');
  });
});

it('a slow reader slows the sender: the wire does not hoard', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  open.push(server);
  const wire = await wireTo((server.address() as AddressInfo).port);
  const client = new WebSocket(`ws://127.0.0.1:${wire.port}`);
  open.push({ close: () => client.terminate() });
  const [[service]] = (await Promise.all([once(server, 'connection'), once(client, 'open')])) as unknown as [
    [WebSocket],
  ];
  client.pause();
  for (let sent = 0; sent < 64; sent += 1) service.send(long);
  // Until nothing moves any more.
  for (let left = 0, turns = 0; turns < 500; turns += 1) {
    await setImmediate();
    if (service.bufferedAmount !== left) turns = 0;
    left = service.bufferedAmount;
  }
  // 96 MB were sent; what the system's buffers hold is far less.
  expect(service.bufferedAmount).toBeGreaterThan(48_000_000);
  let received = 0;
  client.on('message', () => (received += 1));
  client.resume();
  await until(() => received === 64);
});
