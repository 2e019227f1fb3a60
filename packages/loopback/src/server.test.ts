import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createConnection } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ManualClock } from './__fixtures__/manual-clock.ts';
import type { CloudEvent, Loopback, ReceivedRequest } from './cloud.ts';
import { keepRequest } from './recorder.ts';
import { startLoopback } from './server.ts';

let cloud: Loopback;

beforeEach(async () => {
  cloud = await startLoopback({ voice: 'plain', keys: ['good-key'] });
});
afterEach(() => cloud.close());

const headers = { authorization: 'Bearer good-key' };

function dial(path = '/v1/realtime?model=gpt-realtime'): WebSocket {
  return new WebSocket(cloud.origin.replace('http', 'ws') + path, { headers });
}

async function refusal(path: string, key: string): Promise<{ status: number | undefined; body: unknown }> {
  const socket = new WebSocket(cloud.origin.replace('http', 'ws') + path, {
    headers: { authorization: `Bearer ${key}` },
  });
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return { status: response.statusCode, body: JSON.parse(Buffer.concat(pieces).toString()) };
}

test('a free port on 127.0.0.1 and a base URL that clients take as it is', () => {
  expect(cloud.url).toBe(`http://127.0.0.1:${cloud.port}/v1`);
  expect(cloud.origin).toBe(`http://127.0.0.1:${cloud.port}`);
});

test('a gateway may stand before another cloud, whose faults are the provider’s', async () => {
  const provider = await startLoopback({ voice: 'plain', faults: ['refuse:429'] });
  const gateway = { name: 'openai-compatible', upstream: provider.origin };
  const front = await startLoopback({ voice: 'plain', gateway });
  try {
    const response = await fetch(`${front.url}/models`, { headers });
    expect([response.status, front.requests.length]).toEqual([429, 0]);
  } finally {
    await front.close();
    await provider.close();
  }
});

describe('what arrives is recorded', () => {
  test('requests in order, with query byte for byte, headers and parsed body', async () => {
    await fetch(`${cloud.url}/models?a=%2F&b=1&b=2`, { headers: { ...headers, 'x-of-mine': 'yes' } });
    await fetch(`${cloud.url}/nothing`, { method: 'POST', headers, body: '{"a":1}' });
    await fetch(`${cloud.url}/nothing`, { method: 'POST', headers, body: 'not json' });
    expect(cloud.requests).toMatchObject([
      { kind: 'http', method: 'GET', path: '/v1/models', query: '?a=%2F&b=1&b=2', headers: { 'x-of-mine': 'yes' } },
      { kind: 'http', method: 'POST', path: '/v1/nothing', query: '', body: { a: 1 } },
      { kind: 'http', method: 'POST', path: '/v1/nothing', body: 8 },
    ]);
    expect(cloud.arrivals).toBe(cloud.requests);
  });

  test('upgrades, those that are refused too', async () => {
    await once(dial(), 'open');
    await refusal('/v1/elsewhere?x=1', 'good-key');
    expect(cloud.requests).toMatchObject([
      { kind: 'upgrade', path: '/v1/realtime', query: '?model=gpt-realtime', headers, protocols: [] },
      { kind: 'upgrade', path: '/v1/elsewhere', query: '?x=1' },
    ]);
  });

  test('events never hold a key', async () => {
    const told: CloudEvent[] = [];
    cloud.on('event', (event) => told.push(event));
    const socket = dial();
    await once(socket, 'message');
    socket.close();
    await once(socket, 'close');
    await fetch(`${cloud.url}/models`, { headers });
    expect(told.map(({ name }) => name)).toEqual(expect.arrayContaining(['upgrade-received', 'request-received']));
    expect(JSON.stringify(told)).not.toContain('good-key');
  });
});

describe('who may come in', () => {
  test('HTTP wants a key that is known', async () => {
    const wrong = await fetch(`${cloud.url}/models`, { headers: { authorization: 'Bearer bad-key' } });
    expect(wrong.status).toBe(401);
    const body = await wrong.text();
    expect(JSON.parse(body)).toMatchObject({ error: { type: 'invalid_request_error', code: 'invalid_api_key' } });
    expect(body).not.toContain('bad-key');
    expect((await fetch(`${cloud.url}/models`)).status).toBe(401);
    expect((await fetch(`${cloud.url}/models`, { headers })).status).toBe(200);
  });

  test('a Responses upgrade wants one too', async () => {
    expect(await refusal('/v1/responses', 'bad-key')).toMatchObject({
      status: 401,
      body: { error: { code: 'invalid_api_key' } },
    });
    await once(dial('/v1/responses'), 'open');
  });

  test('any key will do when none are named', async () => {
    const open = await startLoopback({ voice: 'plain' });
    expect((await fetch(`${open.url}/models`, { headers: { authorization: 'Bearer anything' } })).status).toBe(200);
    expect((await fetch(`${open.url}/models`)).status).toBe(401);
    await open.close();
  });
});

test.each(['realtime', 'realtime/translations', 'responses', 'live/sessions'])(
  'a socket that is asked for without an Upgrade header is a 426 that names it: %s',
  async (path) => {
    const response = await fetch(`${cloud.url}/${path}`, { headers });
    expect(response.status).toBe(426);
    expect(response.headers.get('upgrade')).toBe('websocket');
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('WebSocket') } });
  },
);

test('an unknown path is a 404 in the shape of the service, for requests and upgrades', async () => {
  const response = await fetch(`${cloud.url}/nothing`, { headers });
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: { message: 'Invalid URL (GET /v1/nothing)' } });
  expect(await refusal('/v1/nothing', 'good-key')).toMatchObject({
    status: 404,
    body: { error: { message: 'Invalid URL (GET /v1/nothing)' } },
  });
});

test('a target that is no URL is a 404 too', async () => {
  const client = createConnection({ port: cloud.port, host: '127.0.0.1' });
  client.write('GET // HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good-key\r\nConnection: close\r\n\r\n');
  const [answer] = (await once(client, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1.1 404 /);
});

test('a long life does not grow: the oldest records go', () => {
  const kept: ReceivedRequest[] = [];
  for (let count = 0; count < 10_001; count += 1)
    keepRequest(kept, { kind: 'http', method: 'GET', path: String(count), query: '', headers: {}, protocols: [] });
  expect([kept.length, kept[0]?.path]).toEqual([10_000, '1']);
});

describe('sockets end as a test wants', () => {
  test('with a close code', async () => {
    const socket = dial();
    await once(socket, 'message');
    expect(cloud.sockets).toBe(1);
    cloud.dropSockets(1012, 'Service restart');
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect([code, String(reason)]).toEqual([1012, 'Service restart']);
  });

  test('or without a word', async () => {
    const socket = dial();
    await once(socket, 'message');
    cloud.dropSockets();
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1006);
  });
});

describe('close', () => {
  test('ends every socket, frees the port, leaves no timer, and may be called twice', async () => {
    const clock = new ManualClock();
    const other = await startLoopback({ voice: 'plain', clock });
    const socket = new WebSocket(`${other.url.replace('http', 'ws')}/realtime?model=gpt-realtime`, { headers });
    await once(socket, 'message');
    socket.send(JSON.stringify({ type: 'response.create' }));
    await once(socket, 'message');
    const closed = once(socket, 'close');
    await Promise.all([other.close(), other.close()]);
    await closed;
    expect(clock.pending).toBe(0);
    const again = await startLoopback({ voice: 'plain', port: other.port });
    expect(again.url).toBe(other.url);
    await again.close();
  });

  test('does not wait for a client that lingers after a refused upgrade', async () => {
    const client = createConnection({ port: cloud.port, host: '127.0.0.1', allowHalfOpen: true });
    client.write('GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await once(client, 'data');
    await cloud.close();
    client.destroy();
  });
});

test('a port that is taken rejects and leaves nothing behind', async () => {
  await expect(startLoopback({ voice: 'plain', port: cloud.port })).rejects.toThrow('EADDRINUSE');
});

test('a gateway nobody knows rejects and leaves nothing behind', async () => {
  await expect(startLoopback({ voice: 'plain', gateway: 'nonesuch' })).rejects.toThrow(/nonesuch/);
});
