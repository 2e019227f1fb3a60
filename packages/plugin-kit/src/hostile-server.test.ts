import { createServer as createTlsServer, Agent } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import { generate } from 'selfsigned';
import type { PatchbayError } from '@patchbay/ws-url';
import { afterEach, describe, expect, it } from 'vitest';
import { AnswerLimit } from './answer-limit.ts';
import { createFetch } from './fetch.ts';
import { requestJson } from './http-json.ts';
import { sendHttp } from './http-request.ts';
import { chatter } from './__fixtures__/chatter.ts';
import { startHttpServer, type TestServer } from './__fixtures__/http-server.ts';

const mebibyte = 1_048_576;
const key = 'chatter-key-1';
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function serve(answer: Parameters<typeof startHttpServer>[0]): Promise<TestServer> {
  const server = await startHttpServer(answer);
  cleanups.push(() => server.close());
  return server;
}

const signal = (): AbortSignal => new AbortController().signal;

async function failureOf(promise: Promise<unknown>): Promise<PatchbayError> {
  const result = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(result).toBeInstanceOf(Error);
  return result as PatchbayError;
}

/** Writes for as long as somebody reads; tells how much that was. */
function pour(response: ServerResponse | Socket, piece: string): { written: number } {
  const poured = { written: 0 };
  const more = (): void => {
    while (!response.destroyed && response.write(piece)) poured.written += piece.length;
    if (!response.destroyed) response.once('drain', more);
  };
  response.on('error', () => {});
  more();
  return poured;
}

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('by %i takes the key nowhere, on the same host or another', async (status) => {
    const elsewhere = await serve((_request, response) => void response.end('{}'));
    for (const target of ['/v1/other', 'SELF', elsewhere.url, '//127.0.0.1:9/', 'http://', 'javascript:1']) {
      const server = await serve((_request, response) => {
        response.writeHead(status, { location: target === 'SELF' ? `${server.url}/again` : target });
        response.end();
      });
      const connection = chatter('chat', server.url);
      const sent = [
        sendHttp({ connection, body: '{}', signal: signal() }),
        createFetch({ connection })(server.url, { method: 'POST', body: '{}' }),
      ];
      for (const error of await Promise.all(sent.map(failureOf))) {
        expect(error).toMatchObject({ status, retryable: false });
        expect(error.message).not.toContain(key);
      }
      expect(server.received).toHaveLength(2);
    }
    expect(elsewhere.received).toHaveLength(0);
  });

  it('from TLS to plain text is not followed either', async () => {
    const plain = await serve((_request, response) => void response.end('{}'));
    const { private: tlsKey, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const server = createTlsServer({ key: tlsKey, cert }, (_request, response) => {
      response.writeHead(307, { location: plain.url }).end();
    }).listen(0, '127.0.0.1');
    cleanups.push(() => (server.closeAllConnections(), server.close()));
    await new Promise((resolve) => server.once('listening', resolve));
    const connection = chatter('chat', `https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const error = await failureOf(sendHttp({ connection, agent: new Agent({ ca: cert }), signal: signal() }));
    expect(error).toMatchObject({ status: 307, retryable: false });
    expect(plain.received).toHaveLength(0);
  });
});

describe('compression that nobody asked for', () => {
  const bombs = {
    gzip: gzipSync(Buffer.alloc(64 * mebibyte, 32)),
    br: brotliCompressSync(Buffer.alloc(64 * mebibyte, 32)),
  };

  it.each(['gzip', 'br'] as const)('by %s stays compressed: a bomb does not go off', async (encoding) => {
    const bomb = bombs[encoding];
    expect(bomb.length * 900).toBeLessThan(64 * mebibyte);
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
      response.end(bomb);
    });
    const connection = chatter('chat', server.url);
    const before = process.memoryUsage.rss();
    const error = await failureOf(requestJson({ connection, timeoutMs: 30_000 }));
    expect(error.message).toMatch(/something else than a JSON object/);
    const response = await createFetch({ connection })(server.url, { method: 'POST', body: '{}' });
    expect((await response.arrayBuffer()).byteLength).toBe(bomb.length);
    expect(process.memoryUsage.rss() - before).toBeLessThan(32 * mebibyte);
    expect(server.received.map(({ headers }) => headers['accept-encoding'])).toEqual(['identity', 'identity']);
  });

  it('of a refusal is not undone either', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(500, { 'content-encoding': 'gzip' }).end(bombs.gzip);
    });
    const error = await failureOf(sendHttp({ connection: chatter('chat', server.url), signal: signal() }));
    expect(error.body!.length).toBeLessThanOrEqual(8_192);
  });
});

describe('an answer without an end', () => {
  it('in JSON is given up, and its connection closed', async () => {
    let poured = { written: 0 };
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      poured = pour(response, `{"a":"${'a'.repeat(65_536)}`);
    });
    const connection = chatter('chat', server.url);
    const error = await failureOf(requestJson({ connection, timeoutMs: 30_000 }));
    expect(error).toMatchObject({ retryable: false });
    expect(error.message).toMatch(/answered with too much/);
    expect(poured.written).toBeLessThan(32 * mebibyte);
    const response = await createFetch({ connection })(server.url);
    expect(await failureOf(response.text())).toMatchObject({ code: 'message-too-large', retryable: false });
    await expect.poll(() => server.connections()).toBe(0);
  });

  it.each([
    ['line', 'a'.repeat(65_536)],
    ['event of many lines', `data: ${'a'.repeat(65_530)}\n`],
    ['event of many lines that end in CRLF', `data: ${'a'.repeat(65_530)}\r\n`],
  ])('in the middle of an event (a %s) is given up by a fetch', async (_what, piece) => {
    let poured = { written: 0 };
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      poured = pour(response, piece);
    });
    const response = await createFetch({ connection: chatter('chat', server.url) })(server.url);
    expect(await failureOf(response.text())).toMatchObject({ code: 'message-too-large', retryable: false });
    expect(poured.written).toBeLessThan(64 * mebibyte);
    await expect.poll(() => server.connections()).toBe(0);
  });

  it('is handed on in whole lines, and what is left at its end', async () => {
    const pieces = ['data: a', 'b\r', '\ndata: c\n\nda', 'ta: ', 'd'];
    const limit = new AnswerLimit('text/event-stream');
    const passed = pieces.map((piece) => limit.pass(Buffer.from(piece))?.toString());
    expect([...passed, limit.rest()?.toString()]).toEqual([
      undefined,
      'data: ab\r',
      '\ndata: c\n\n',
      undefined,
      undefined,
      'data: d',
    ]);
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const piece of pieces) response.write(piece);
      response.end();
    });
    const response = await createFetch({ connection: chatter('chat', server.url) })(server.url);
    expect(await response.text()).toBe(pieces.join(''));
  });

  it('may go on for as long as its events end, however they are cut', () => {
    for (const end of ['\n\n', '\r\n\r\n', '\r\r', '\n\r\n']) {
      const limit = new AnswerLimit('text/event-stream');
      const bytes = Buffer.from(`data: ${'a'.repeat(mebibyte)}${end}`);
      for (let turn = 0; turn < 20; turn++) {
        limit.pass(bytes.subarray(0, -1));
        limit.pass(bytes.subarray(-1));
      }
    }
  });

  it('in the headers of a refusal is given up', async () => {
    let poured = { written: 0 };
    const sockets = new Set<Socket>();
    const server = createTcpServer((socket) => {
      sockets.add(socket.on('close', () => sockets.delete(socket)));
      socket.once('data', () => {
        socket.write('HTTP/1.1 401 Unauthorized\r\n');
        poured = pour(socket, `x-more: ${'a'.repeat(1_000)}\r\n`);
      });
    }).listen(0, '127.0.0.1');
    cleanups.push(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const connection = chatter('chat', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const error = await failureOf(sendHttp({ connection, signal: signal() }));
    expect(error).toMatchObject({ code: 'connect-failed', cause: { code: 'HPE_HEADER_OVERFLOW' } });
    expect(poured.written).toBeLessThan(16 * mebibyte);
    await expect.poll(() => sockets.size).toBe(0);
  });
});
