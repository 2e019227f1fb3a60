import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createFetch } from './fetch.ts';
import { sendHttp, type HttpResponse } from './http-request.ts';
import { chatter } from './__fixtures__/chatter.ts';
import { startHttpServer, type TestServer } from './__fixtures__/http-server.ts';
import { turns, until } from './__fixtures__/until.ts';

let server: TestServer | undefined;
const uncaught: unknown[] = [];
const note = (reason: unknown): void => void uncaught.push(reason);
beforeAll(() => void process.on('uncaughtException', note));
afterAll(() => void process.off('uncaughtException', note));
afterEach(() => server?.close());

const signal = (): AbortSignal => new AbortController().signal;

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** Both ways to the bytes of an answer. */
const ways: [string, (response: HttpResponse) => Promise<string>][] = [
  ['body', ({ body }) => textOf(body)],
  [
    'each()',
    async (response) => {
      const pieces: Uint8Array[] = [];
      await response.each((piece) => void pieces.push(piece));
      return Buffer.concat(pieces).toString();
    },
  ],
];

describe('sendHttp', () => {
  it('goes where the connection says, with its credentials and the headers of the request', async () => {
    server = await startHttpServer((_request, response) => void response.end('fine'));
    const connection = chatter('speech', `${server.url}/v1?tenant=a`, { headers: { 'X-Team': 'voice' } });
    const response = await sendHttp({
      connection,
      headers: { 'content-type': 'text/plain' },
      body: 'hä',
      signal: signal(),
    });
    expect(await textOf(response.body)).toBe('fine');
    expect(server.received).toMatchObject([{ method: 'POST', url: '/v1/say?tenant=a', body: 'hä' }]);
    expect(server.received[0]?.headers).toMatchObject({
      'x-chatter-key': 'chatter-key-1',
      'x-team': 'voice',
      'content-type': 'text/plain',
      'content-length': '3',
    });
  });

  it('asks for the key on every request', async () => {
    server = await startHttpServer((_request, response) => void response.end());
    let minted = 0;
    const connection = chatter('speech', server.url, { apiKey: () => `minted-${++minted}` });
    for (let turn = 0; turn < 2; turn++) await textOf((await sendHttp({ connection, signal: signal() })).body);
    expect(server.received.map(({ headers }) => headers['x-chatter-key'])).toEqual(['minted-1', 'minted-2']);
  });

  it('shows no credentials of a proxy that repeats them in its refusal', async () => {
    const proxy = createHttpServer();
    proxy.on('connect', (request, socket) => {
      const basic = String(request.headers['proxy-authorization']);
      const plain = Buffer.from(basic.replace('Basic ', ''), 'base64').toString();
      const body = `denied: ${basic} is ${plain}`;
      socket.end(`HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    });
    await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
    try {
      const { port } = proxy.address() as AddressInfo;
      const connection = chatter('speech', 'http://chatter.internal/v1');
      const options = { connection, proxy: `http://caller:proxy-pass-word@127.0.0.1:${port}`, signal: signal() };
      const error: unknown = await sendHttp(options).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'proxy-refused', status: 407, hop: 'proxy' });
      const shown = inspect(error, { depth: 9, showHidden: true });
      expect(shown).toContain(
        `the proxy 127.0.0.1:${port} of \`proxy\` before chatter.internal answered 407: it wants`,
      );
      expect(shown).toContain('denied');
      expect(shown).not.toContain('proxy-pass-word');
      expect(shown).not.toContain(Buffer.from('caller:proxy-pass-word').toString('base64'));
    } finally {
      await new Promise((closed) => proxy.close(closed));
    }
  });

  it.each([
    [401, false],
    [404, false],
    [408, true],
    [429, true],
    [500, true],
    [503, true],
  ])('rejects a %i with status, body, request id and whether to ask again', async (status, retryable) => {
    server = await startHttpServer((_request, response) => {
      response.writeHead(status, { 'x-request-id': 'req_9', 'retry-after': '2' });
      response.end('{"error":{"message":"no chatter for key chatter-key-1","code":"quiet","type":"refusal"}}');
    });
    const connection = chatter('speech', server.url);
    const error: unknown = await sendHttp({ connection, signal: signal() }).catch((error: unknown) => error);
    expect(error).toMatchObject({
      code: 'provider-error',
      status,
      retryable,
      providerCode: 'quiet',
      requestId: 'req_9',
      retryAfterMs: 2_000,
      hop: 'provider',
    });
    expect(String(error)).toContain('no chatter for key');
    expect(JSON.stringify(error) + String(error)).not.toContain('chatter-key-1');
  });

  it('blames the hop that answers in HTML, and keeps little of what it says', async () => {
    server = await startHttpServer((_request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end(`<html>${'x'.repeat(100_000)}</html>`);
    });
    const error: unknown = await sendHttp({ connection: chatter('speech', server.url), signal: signal() }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ status: 502, retryable: true, hop: 'gateway' });
    expect((error as { body: string }).body.length).toBeLessThanOrEqual(8_192);
  });

  it('never follows a redirect, and names no more than its host', async () => {
    server = await startHttpServer((_request, response) => {
      response.writeHead(307, { location: 'http://elsewhere.example/login?token=abc123456' });
      response.end();
    });
    const sent = sendHttp({ connection: chatter('speech', server.url), signal: signal() });
    await expect(sent).rejects.toThrow(/307.*redirects to elsewhere\.example, and redirects are not followed/);
    await expect(sent).rejects.not.toThrow(/abc123456/);
    expect(server.received.length).toBe(1);
  });

  it('says what kind of failure it was when nobody answers', async () => {
    const gone = await startHttpServer(() => undefined);
    await gone.close();
    const refused = sendHttp({ connection: chatter('speech', gone.url), signal: signal() });
    await expect(refused).rejects.toMatchObject({ code: 'connect-failed', retryable: true });
    await expect(refused).rejects.toThrow(/ECONNREFUSED/);
  });

  it.each(ways)('hands the answer on in its pieces by %s', async (_way, readAll) => {
    server = await startHttpServer((_request, response) => {
      for (const word of ['one ', 'after ', 'another']) response.write(word);
      setImmediate(() => response.end('.'));
    });
    const connection = chatter('speech', server.url);
    for (let turn = 0; turn < 2; turn++)
      expect(await readAll(await sendHttp({ connection, signal: signal() }))).toBe('one after another.');
    expect(server.received).toHaveLength(2);
  });

  it('ends the request with what the taker of its pieces throws, and hands it none that have come with it', async () => {
    server = await startHttpServer((_request, response) => {
      for (const piece of ['nonsense', 'and more', 'of it']) response.write(piece);
      response.end();
    });
    const { connections } = server;
    const response = await sendHttp({ connection: chatter('speech', server.url), signal: signal() });
    const taken: string[] = [];
    const read = response.each((piece) => {
      taken.push(Buffer.from(piece).toString());
      throw new RangeError('nobody can read this');
    });
    await expect(read).rejects.toThrow(new RangeError('nobody can read this'));
    await until(async () => (await connections()) === 0);
    expect(taken).toEqual(['nonsense']);
  });

  it.each(ways)('throws out of %s when the answer stops before its end', async (_way, readAll) => {
    server = await startHttpServer((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      response.socket?.end();
    });
    const response = await sendHttp({ connection: chatter('speech', server.url), signal: signal() });
    await expect(readAll(response)).rejects.toMatchObject({
      code: 'connect-failed',
      retryable: true,
      message: expect.stringContaining('the answer broke off (ECONNRESET)') as string,
    });
  });

  it.each(
    ways.flatMap(([way, readAll]) =>
      ['before the answer', 'in the middle of the body'].map((when) => [when, way, readAll] as const),
    ),
  )('an abort %s, read by %s, leaves no socket', async (when, _way, readAll) => {
    server = await startHttpServer((_request, response) => {
      if (when === 'in the middle of the body') response.write('half');
    });
    const { received, connections } = server;
    const controller = new AbortController();
    const sent = sendHttp({ connection: chatter('speech', server.url), signal: controller.signal });
    const result = sent.then(readAll);
    if (when === 'before the answer') await until(() => received.length === 1);
    else await sent;
    controller.abort();
    await expect(result).rejects.toMatchObject({ code: 'aborted' });
    await until(async () => (await connections()) === 0);
  });

  it.each(
    ways.flatMap(([way, readAll]) =>
      (
        [
          [204, ''],
          [200, 'all of it'],
        ] as const
      ).map((answer) => [...answer, way, readAll] as const),
    ),
  )(
    'an abort of a %i (%s) that came whole and was not read, by %s, is no answer, and does not end the process',
    async (status, text, _way, readAll) => {
      server = await startHttpServer((_request, response) => void response.writeHead(status).end(text));
      const { connections } = server;
      const controller = new AbortController();
      const response = await sendHttp({ connection: chatter('speech', server.url), signal: controller.signal });
      controller.abort();
      await until(async () => (await connections()) === 0);
      await turns();
      expect(uncaught.splice(0)).toEqual([]);
      await expect(readAll(response)).rejects.toMatchObject({ code: 'aborted' });
    },
  );

  it('sends again, once, what an idle connection lost before anybody saw it', async () => {
    let sockets = 0;
    const raw = createServer((socket) => {
      const first = ++sockets === 1;
      let requests = 0;
      socket.on('data', () => {
        // The first connection serves one request and then resets under the next.
        if (first && ++requests === 2) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      });
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    const connection = chatter('speech', `http://127.0.0.1:${(raw.address() as AddressInfo).port}`);
    for (let turn = 0; turn < 2; turn++) {
      expect(await textOf((await sendHttp({ connection, body: 'x', signal: signal() })).body)).toBe('ok');
    }
    expect(sockets).toBe(2);
    const { globalAgent } = await import('node:http');
    globalAgent.destroy();
    await new Promise((resolve) => raw.close(resolve));
  });
});

describe('createFetch', () => {
  it('replaces the URL and the credentials of an SDK by those of the connection', async () => {
    server = await startHttpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'r1' });
      response.end('{"said":"yes"}');
    });
    const fetch = createFetch({ connection: chatter('speech', `${server.url}/v2`) });
    const response = await fetch('https://api.sdk.example/v1/other', {
      method: 'POST',
      headers: { authorization: 'Bearer unused', 'x-sdk': '6' },
      body: '{"a":1}',
    });
    expect(await response.json()).toEqual({ said: 'yes' });
    expect([response.status, response.headers.get('x-request-id')]).toEqual([200, 'r1']);
    expect(server.received).toMatchObject([{ method: 'POST', url: '/v2/say', body: '{"a":1}' }]);
    expect(server.received[0]?.headers).toMatchObject({ 'x-chatter-key': 'chatter-key-1', 'x-sdk': '6' });
    expect(server.received[0]?.headers.authorization).toBeUndefined();
  });

  it('encodes forms with their own boundary', async () => {
    server = await startHttpServer((_request, response) => void response.end());
    const form = new FormData();
    form.set('file', new File(['RIFF'], 'audio.wav', { type: 'audio/wav' }));
    await createFetch({ connection: chatter('speech', server.url) })('https://sdk.example', {
      method: 'POST',
      body: form,
    });
    const [request] = server.received;
    const boundary = /boundary=(.+)$/.exec(request?.headers['content-type'] ?? '')?.[1];
    expect(boundary).toBeDefined();
    expect(request?.body).toContain(`--${boundary ?? '?'}`);
    expect(request?.body).toContain('filename="audio.wav"');
  });

  it('hands the body over while it arrives, and stops it when the reader goes', async () => {
    let finish = (): void => undefined;
    server = await startHttpServer((_request, response) => {
      response.write('first');
      finish = () => void response.write('second');
    });
    const response = await createFetch({ connection: chatter('speech', server.url) })('https://sdk.example');
    const reader = response.body!.getReader();
    expect(Buffer.from((await reader.read()).value).toString()).toBe('first');
    finish();
    expect(Buffer.from((await reader.read()).value).toString()).toBe('second');
    await reader.cancel();
    const { connections } = server;
    await until(async () => (await connections()) === 0);
  });

  it('throws what is not a 2xx as a PatchbayError, for the SDK to wrap', async () => {
    server = await startHttpServer((_request, response) => {
      response.writeHead(401);
      response.end('{"error":{"message":"wrong key"}}');
    });
    const fetch = createFetch({ connection: chatter('speech', server.url) });
    await expect(fetch('https://sdk.example')).rejects.toMatchObject({
      name: 'PatchbayError',
      status: 401,
      retryable: false,
    });
  });
});
