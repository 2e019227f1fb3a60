import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { OpenAI } from 'openai-7';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createCertificate } from '../__fixtures__/certificate.ts';
import type { TestCertificate } from '../__fixtures__/certificate.ts';
import { ManualClock } from '../__fixtures__/manual-clock.ts';
import { observe, settle, until } from '../__fixtures__/observe.ts';
import type { Seen } from '../__fixtures__/observe.ts';
import { connectSdk } from '../__fixtures__/sdk-realtime.ts';
import type { CloudEvent, Loopback, LoopbackOptions } from '../cloud.ts';
import { startLoopback } from '../server.ts';
import { FaultError } from './types.ts';

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await createCertificate();
});

const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };
const headers = { authorization: 'Bearer key' };

async function cloudWith(faults: LoopbackOptions['faults'], options: LoopbackOptions = {}): Promise<Loopback> {
  const cloud = await startLoopback({ voice: 'plain', mind: 'echo', pace, faults, ...options });
  open.push(cloud);
  return cloud;
}

interface Dialled {
  socket: WebSocket;
  seen: Seen;
}

function dial(cloud: Loopback, path = '/v1/responses', options: object = {}): Dialled {
  const socket = new WebSocket(`${cloud.origin.replace('http', 'ws')}${path}`, { headers, ...options });
  open.push({ close: () => socket.terminate() });
  return { socket, seen: observe(socket) };
}

async function opened(cloud: Loopback, path?: string): Promise<Dialled> {
  const dialled = dial(cloud, path);
  await once(dialled.socket, 'open');
  return dialled;
}

/** Resolves when the socket has closed, whether or not with an error. */
async function failureOf({ seen }: Pick<Dialled, 'seen'>): Promise<string | undefined> {
  await until(() => seen.end !== undefined);
  return seen.failure;
}

const ask = (socket: WebSocket): void =>
  socket.send(JSON.stringify({ type: 'response.create', model: 'gpt-5-mini', input: 'two words' }));

describe('how often', () => {
  it('times counts sockets, and requests on one connection', async () => {
    const cloud = await cloudWith(['refuse:503,times=3']);
    const statuses: number[] = [];
    for (let tries = 0; tries < 5; tries += 1) statuses.push((await fetch(`${cloud.url}/models`, { headers })).status);
    expect(statuses).toEqual([503, 503, 503, 200, 200]);
    expect(cloud.faults.injected[0]).toMatchObject({ hits: 3, fault: { name: 'refuse', status: 503, times: 3 } });
  });

  it('points are counted for each request of a connection that is kept', async () => {
    const cloud = await cloudWith(['json-null:1,times=2']);
    const bodies: unknown[] = [];
    for (let tries = 0; tries < 3; tries += 1)
      bodies.push(await (await fetch(`${cloud.url}/models`, { headers })).json());
    expect(bodies).toEqual([null, null, expect.objectContaining({ object: 'list' })]);
  });

  it('whoever reaches the point first is hit, the others are not', async () => {
    const cloud = await cloudWith(['drop-after:1,times=1']);
    const [one, two] = [await opened(cloud), await opened(cloud)];
    ask(two.socket);
    await once(two.socket, 'close');
    ask(one.socket);
    await until(() => one.seen.types.includes('response.completed'));
  });

  it('several faults are one behind the other', async () => {
    const cloud = await cloudWith(['refuse:503,times=1', 'json-null:2', 'close-after:3,code=1012']);
    expect(await failureOf(dial(cloud))).toBeDefined();
    const { socket, seen } = await opened(cloud);
    ask(socket);
    await once(socket, 'close');
    expect(seen.types).toEqual(['response.created', 'response.in_progress', 'null', 'response.output_item.added']);
    expect(seen.end?.code).toBe(1012);
  });
});

describe('where', () => {
  it.each([
    ['/v1/responses', undefined],
    ['/responses', undefined],
    ['/v1/responses', 'azure'],
    ['/responses', 'azure'],
  ])('path %s behind %s', async (path, gateway) => {
    const cloud = await cloudWith([`refuse:500,path=${path}`], { gateway, keys: ['key'] });
    const status = async (at: string): Promise<number> =>
      (await fetch(`${cloud.url}${at}`, { headers: { ...headers, 'api-key': 'key' } })).status;
    expect(await status('/responses/resp_1?a=b')).toBe(500);
    expect(await status('/nothing')).toBe(404);
  });
});

describe('while it runs', () => {
  it('a fault hits sockets that are open, from then on', async () => {
    const cloud = await cloudWith([]);
    const { socket, seen } = await opened(cloud);
    ask(socket);
    await until(() => seen.types.includes('response.completed'));
    cloud.faults.inject('stall-after:1,path=/responses');
    ask(socket);
    await settle(cloud.origin);
    expect(seen.types).toHaveLength(11);
  });

  it('at once when its point is 0', async () => {
    const cloud = await cloudWith([]);
    const { socket, seen } = await opened(cloud);
    const injected = cloud.faults.inject({ name: 'close-after', at: 0, code: 4002 });
    await once(socket, 'close');
    expect([seen.end?.code, injected.hits]).toEqual([4002, 1]);
  });

  it('not by one that is for sockets as they open', async () => {
    const cloud = await cloudWith([]);
    const { seen } = await opened(cloud);
    cloud.faults.inject('close-at-once');
    const later = dial(cloud);
    await once(later.socket, 'close');
    expect([seen.end, later.seen.end?.code]).toEqual([undefined, 1011]);
  });

  it('until it is removed', async () => {
    const cloud = await cloudWith(['refuse']);
    const other = cloud.faults.inject('never-answer');
    cloud.faults.injected[0]?.remove();
    other.remove();
    other.remove();
    expect(cloud.faults.injected).toEqual([]);
    await opened(cloud);
    cloud.faults.inject('refuse');
    cloud.faults.clear();
    await opened(cloud);
  });

  it('what does not exist is refused, and so is all of it without a wire', async () => {
    const cloud = await cloudWith([]);
    expect(() => cloud.faults.inject('stal')).toThrow(FaultError);
    expect(() => cloud.faults.inject('tls-expired')).toThrow(/needs TLS/);
    await expect(startLoopback({ voice: 'plain', faults: ['stal'] })).rejects.toThrow(FaultError);
    const without = await cloudWith(undefined);
    expect(() => without.faults.inject('silence')).toThrow(/start it with `faults: \[\]`/);
    expect(without.faults.injected).toEqual([]);
    expect(without.ca).toBeUndefined();
  });
});

describe('what is told', () => {
  it('every connection, every request and every hit, and no key', async () => {
    const cloud = await cloudWith(['drop-after:response.created']);
    const told: CloudEvent[] = [];
    cloud.on('event', (event) => told.push(event));
    const { socket } = await opened(cloud, '/v1/responses?token=secret');
    ask(socket);
    await once(socket, 'close');
    const lanes = told.filter(({ lane }) => lane === 'wire' || lane === 'fault');
    expect(lanes.map(({ name, detail }) => ({ name, ...detail }))).toEqual([
      { name: 'connection-opened' },
      { name: 'request-arrived', kind: 'socket', method: 'GET', path: '/v1/responses' },
      { name: 'fault-injected', fault: 'drop-after', at: 'response.created', hits: 1, path: '/v1/responses' },
    ]);
    expect(JSON.stringify(told)).not.toMatch(/secret|Bearer/);
  });
});

describe('nobody listens', () => {
  it('refuse-connection: until it is removed; connections that are open stay', async () => {
    const cloud = await cloudWith(['refuse-connection']);
    expect(await failureOf(dial(cloud))).toBe('ECONNREFUSED');
    cloud.faults.clear();
    const { socket, seen } = await opened(cloud);
    const fault = cloud.faults.inject('refuse-connection');
    expect(await failureOf(dial(cloud))).toBe('ECONNREFUSED');
    ask(socket);
    await until(() => seen.types.includes('response.completed'));
    fault.remove();
    await opened(cloud);
  });

  it('refuse-connection: removed in the moment in which the cloud is closed, it holds nothing up', async () => {
    const cloud = await cloudWith(['refuse-connection']);
    cloud.faults.clear();
    await cloud.close();
    expect(await failureOf(dial(cloud))).toBe('ECONNREFUSED');
  });

  it('refuse-connection: removed while somebody else has taken the port, it is over when they are done', async () => {
    const cloud = await cloudWith([]);
    const { port } = new URL(cloud.origin);
    const failures: CloudEvent[] = [];
    cloud.on('event', (event) => void (event.name === 'wire-failed' && failures.push(event)));
    const fault = cloud.faults.inject('refuse-connection');
    expect(await failureOf(dial(cloud))).toBe('ECONNREFUSED');
    const thief = createServer().listen(Number(port), '127.0.0.1');
    await once(thief, 'listening');
    fault.remove();
    await until(() => failures.length > 1);
    thief.close();
    await once(thief, 'close');
    const opens = async (): Promise<boolean> => {
      const { socket, seen } = dial(cloud);
      await until(() => seen.end !== undefined || socket.readyState === WebSocket.OPEN);
      return socket.readyState === WebSocket.OPEN;
    };
    while (!(await opens()));
  });

  it('refuse-connection: for a while of the clock', async () => {
    const clock = new ManualClock();
    const cloud = await cloudWith(['refuse-connection:5000'], { clock });
    await clock.advance(4_999);
    expect(await failureOf(dial(cloud))).toBe('ECONNREFUSED');
    await clock.advance(1);
    await opened(cloud);
    expect(cloud.faults.injected).toEqual([]);
  });
});

describe('TLS', () => {
  it.each([
    ['tls-self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['tls-expired', 'CERT_HAS_EXPIRED'],
    ['tls-wrong-host', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('%s, then the right certificate', async (name, code) => {
    const cloud = await cloudWith([`${name},times=1`]);
    expect(cloud.url).toMatch(/^https:/);
    expect(await failureOf(dial(cloud, undefined, { ca: cloud.ca }))).toBe(code);
    const { socket } = dial(cloud, undefined, { ca: cloud.ca });
    await once(socket, 'open');
  });

  it('a certificate that was given stays, but for the fault', async () => {
    const cloud = await cloudWith([], { tls: certificate.tls });
    const { ca } = certificate;
    await once(dial(cloud, undefined, { ca }).socket, 'open');
    cloud.faults.inject('tls-expired,times=1');
    expect(await failureOf(dial(cloud, undefined, { ca: [ca, cloud.ca] }))).toBe('CERT_HAS_EXPIRED');
    const { socket, seen } = dial(cloud, undefined, { ca });
    await once(socket, 'open');
    cloud.faults.inject('drop-after:1');
    ask(socket);
    await once(socket, 'close');
    expect(seen.types).toEqual(['response.created']);
  });

  it('who speaks without it is not heard', async () => {
    const cloud = await cloudWith([], { tls: certificate.tls });
    const socket = new WebSocket(`ws://127.0.0.1:${cloud.port}/v1/responses`, { headers });
    expect(await failureOf({ seen: observe(socket) })).toMatch(/ECONNRESET|socket hang up/);
  });
});

describe('an answer under another name', () => {
  it('is as it would have been, also an upgrade and a refusal', async () => {
    const cloud = await cloudWith(['request-id:req_7']);
    const answer = await fetch(`${cloud.url}/models`, { headers });
    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([200, 'req_7']);
    const { socket } = dial(cloud);
    const [upgrade] = (await once(socket, 'upgrade')) as [IncomingMessage];
    expect(upgrade.headers['x-request-id']).toBe('req_7');
    cloud.faults.clear();
    cloud.faults.inject('refuse:403,request-id=req_8');
    expect((await fetch(`${cloud.url}/models`, { headers })).headers.get('x-request-id')).toBe('req_8');
  });
});

/** A tunnel through the cloud, which is its own proxy. */
async function tunnel(cloud: Loopback): Promise<{ response: IncomingMessage; socket: Socket }> {
  const asked = request({ host: '127.0.0.1', port: cloud.port, method: 'CONNECT', path: 'api.example.com:443' });
  asked.end();
  const [response, socket] = (await once(asked, 'connect')) as [IncomingMessage, Socket];
  open.push({ close: () => void socket.destroy() });
  return { response, socket };
}

describe('a proxy', () => {
  it('leads to the cloud, whoever was asked for', async () => {
    const cloud = await cloudWith([]);
    const { socket: line } = await tunnel(cloud);
    const { socket, seen } = dial(cloud, undefined, { createConnection: () => line });
    await once(socket, 'open');
    ask(socket);
    await until(() => seen.types.includes('response.completed'));
  });

  it('says what a fault makes it say', async () => {
    const cloud = await cloudWith(['refuse-proxy:502,body=nobody there,request-id=req_7']);
    const asked = request({ host: '127.0.0.1', port: cloud.port, method: 'CONNECT', path: 'api.example.com:443' });
    asked.end();
    const [{ statusCode, headers: told }, , rest] = (await once(asked, 'connect')) as [IncomingMessage, Socket, Buffer];
    expect([statusCode, told['x-request-id'], rest.toString()]).toEqual([502, 'req_7', 'nobody there']);
  });

  it('leads to TLS as well', async () => {
    const cloud = await cloudWith([], { tls: certificate.tls });
    const { socket: line } = await tunnel(cloud);
    const secure = connectTls({ socket: line, ca: certificate.ca, servername: '', host: '127.0.0.1' });
    const { socket } = dial(cloud, undefined, { createConnection: () => secure });
    await once(socket, 'open');
  });

  it('serves a request that names its origin', async () => {
    const cloud = await cloudWith([]);
    const asked = request({ port: cloud.port, path: 'http://api.example.com/v1/models?a=b', headers });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.resume();
    expect([response.statusCode, cloud.requests[0]?.path, cloud.requests[0]?.query]).toEqual([
      200,
      '/v1/models',
      '?a=b',
    ]);
  });

  it.each([407, 403, 502])('refuses with %i', async (status) => {
    const cloud = await cloudWith([`refuse-proxy:${status},times=1`]);
    const { response } = await tunnel(cloud);
    expect(response.statusCode).toBe(status);
    expect('proxy-authenticate' in response.headers).toBe(status === 407);
    expect((await tunnel(cloud)).response.statusCode).toBe(200);
  });
});

describe('a wire that does nothing', () => {
  it.each([undefined, 'litellm', 'azure', 'helicone'])(
    'the official SDK does not notice it, behind %s',
    async (gateway) => {
      const cloud = await cloudWith([], { gateway, tls: certificate.tls, mind: 'scripted' });
      expect(cloud.url.startsWith(cloud.origin)).toBe(true);
      const sdk = connectSdk({ url: cloud.url, ca: certificate.ca }, { model: 'gpt-realtime' });
      await sdk.next('session.created');
      sdk.send({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Thank you!' }] },
      });
      sdk.send({ type: 'response.create', response: { output_modalities: ['text'] } });
      const { response } = await sdk.next('response.done');
      expect(response.status).toBe('completed');
      await sdk.close();
      const plain = await cloudWith([], { gateway, keys: ['key'] });
      const client = new OpenAI({ apiKey: 'key', baseURL: plain.url, maxRetries: 0 });
      const messages = [{ role: 'user' as const, content: 'two words' }];
      const completion = await client.chat.completions.create({ model: 'gpt-5-mini', messages });
      expect(completion.choices[0]?.message.content).toBe('two words');
    },
  );
});

describe('nothing is left', () => {
  it.each([
    'never-answer',
    'silence',
    'stall-after:1',
    'stop-reading:0',
    'freeze:0',
    'slow-drip:0',
    'answer-late:9000',
  ])('close ends what %s holds, and every timer', async (fault) => {
    const clock = new ManualClock();
    const cloud = await startLoopback({ voice: 'plain', mind: 'echo', pace, clock, faults: [fault] });
    const { socket, seen } = dial(cloud);
    socket.on('open', () => ask(socket));
    await until(() => cloud.faults.injected[0]?.hits === 1);
    await cloud.close();
    await failureOf({ seen });
    expect(clock.pending).toBe(0);
    const again = await startLoopback({ voice: 'plain', port: cloud.port, faults: [] });
    await again.close();
  });

  it('a client that leaves a dead line is gone on the other side too', async () => {
    const cloud = await cloudWith(['stall-after:0']);
    for (let round = 0; round < 20; round += 1) (await opened(cloud)).socket.terminate();
    await until(() => cloud.sockets === 0);
  });

  it('a port that is taken rejects and leaves nothing behind', async () => {
    const cloud = await cloudWith([]);
    await expect(startLoopback({ voice: 'plain', faults: [], port: cloud.port })).rejects.toThrow('EADDRINUSE');
  });
});
