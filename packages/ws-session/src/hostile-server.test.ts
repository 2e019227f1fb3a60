import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { deflateRawSync } from 'node:zlib';
import { generate } from 'selfsigned';
import { Agent } from 'node:https';
import type { PatchbayError } from '@patchbay/ws-url';
import { describe, expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { rawServer, run, server } from './__fixtures__/fixtures.ts';
import type { Harness } from './__fixtures__/harness.ts';

const key = 'key-of-the-test';

const errorOf = (harness: Harness): Promise<PatchbayError> => harness.ended.then(({ error }) => error as PatchbayError);

/** Answers the upgrade as a WebSocket server would, whatever was offered. */
function accept(request: IncomingMessage, socket: Duplex): void {
  const given = request.headers['sec-websocket-key'];
  const answer = createHash('sha1').update(`${given}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const head = ['HTTP/1.1 101 Hello', 'Connection: Upgrade', 'Upgrade: websocket', `Sec-WebSocket-Accept: ${answer}`];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
}

/** RFC 6455 §5.2. */
function frame(first: number, payload: Buffer): Buffer {
  if (payload.length < 126) return Buffer.concat([Buffer.from([first, payload.length]), payload]);
  const head = Buffer.alloc(10);
  head.writeUInt8(first, 0);
  head.writeUInt8(127, 1);
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

async function heapOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage();
  await work();
  const after = process.memoryUsage();
  return after.heapUsed + after.external - before.heapUsed - before.external;
}

describe('a redirect of the upgrade', () => {
  it.each([301, 302, 303, 307, 308])('by %i takes the key nowhere, on the same host or another', async (status) => {
    const elsewhere = await server();
    for (const to of ['/v1/other', 'SELF', elsewhere.url, 'http://127.0.0.2:9/', '//127.0.0.1:9/', 'javascript:1']) {
      const cloud = await server({
        onUpgrade: (_request, socket) => (
          socket.end(
            `HTTP/1.1 ${status} Elsewhere\r\nLocation: ${to === 'SELF' ? cloud.url : to}\r\nContent-Length: 0\r\n\r\n`,
          ),
          true
        ),
      });
      const error = await errorOf(run(connectionTo(cloud.url), { redialFirst: true }));
      expect(error).toMatchObject({ code: 'upgrade-refused', status, retryable: false });
      expect(error.message).not.toContain(key);
      expect(cloud.accepted).toHaveLength(0);
      await cloud.until(() => cloud.connections.size === 0);
    }
    expect(elsewhere.connections.size).toBe(0);
  });

  it('from TLS to plain text is not followed either', async () => {
    const { private: tlsKey, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const plain = await server();
    const cloud = await server({
      tls: { key: tlsKey, cert },
      onUpgrade: (_request, socket) => (
        socket.end(`HTTP/1.1 307 Down\r\nLocation: ${plain.url.replace('ws', 'http')}\r\nContent-Length: 0\r\n\r\n`),
        true
      ),
    });
    const error = await errorOf(run(connectionTo(cloud.url), { agent: new Agent({ ca: cert }) }));
    expect(error).toMatchObject({ code: 'upgrade-refused', status: 307, retryable: false });
    expect(plain.connections.size).toBe(0);
  });
});

describe('a server that means harm', () => {
  it('cannot make us inflate what nobody agreed to: a bomb is a broken protocol', async () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * 1024 * 1024, 32));
    expect(bomb.length).toBeLessThan(100_000);
    const grown = await heapOf(async () => {
      const cloud = await server({
        onUpgrade(request, socket) {
          accept(request, socket);
          // FIN, RSV1: "compressed", text.
          socket.write(frame(0xc1, bomb));
          return true;
        },
      });
      const error = await errorOf(run(connectionTo(cloud.url)));
      expect(error).toMatchObject({ code: 'protocol-violation', retryable: false });
      expect(error.message).toContain('WS_ERR_UNEXPECTED_RSV_1');
    });
    expect(grown).toBeLessThan(16 * 1024 * 1024);
  });

  it('cannot send one message in 100,000 fragments', async () => {
    const cloud = await server({
      onUpgrade(request, socket) {
        accept(request, socket);
        const pieces = [frame(0x01, Buffer.from('a'))];
        for (let count = 1; count < 100_000; count++) pieces.push(frame(0x00, Buffer.from('a')));
        socket.write(Buffer.concat(pieces));
        return true;
      },
    });
    const harness = run(connectionTo(cloud.url));
    expect(await errorOf(harness)).toMatchObject({ retryable: false });
    expect(harness.frames).toHaveLength(0);
    await cloud.until(() => cloud.connections.size === 0);
  });

  it('cannot grow a message beyond 16 MiB in fragments that are each within the limit', async () => {
    const cloud = await server({
      onUpgrade(request, socket) {
        accept(request, socket);
        const piece = Buffer.alloc(4 * 1024 * 1024, 97);
        for (let count = 0; count < 5; count++) socket.write(frame(count === 0 ? 0x01 : 0x00, piece));
        return true;
      },
    });
    const harness = run(connectionTo(cloud.url));
    expect(await errorOf(harness)).toMatchObject({ code: 'message-too-large', closeCode: 1009, retryable: false });
    expect(harness.frames).toHaveLength(0);
  });

  it('cannot refuse with headers that never end', async () => {
    let written = 0;
    const grown = await heapOf(async () => {
      const cloud = await rawServer((socket) => {
        socket.once('data', () => {
          socket.write('HTTP/1.1 401 Unauthorized\r\n');
          const line = `x-more: ${'a'.repeat(1_000)}\r\n`;
          const more = (): void => {
            while (!socket.destroyed && socket.write(line)) written += line.length;
            if (!socket.destroyed) socket.once('drain', more);
          };
          more();
        });
      });
      const error = await errorOf(run(connectionTo(cloud.url)));
      expect(error).toMatchObject({ code: 'connect-failed' });
      expect(error.message).toMatch(/HPE_HEADER_OVERFLOW/);
      await cloud.until(() => cloud.connections.size === 0);
    });
    expect(written).toBeLessThan(16 * 1024 * 1024);
    expect(grown).toBeLessThan(16 * 1024 * 1024);
  });

  it('cannot refuse with a body that never ends', async () => {
    const cloud = await rawServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 502 Bad Gateway\r\nTransfer-Encoding: chunked\r\n\r\n');
        const more = (): void => {
          while (!socket.destroyed && socket.write(`1000\r\n${'<br>'.repeat(1_024)}\r\n`));
          if (!socket.destroyed) socket.once('drain', more);
        };
        more();
      });
    });
    const error = await errorOf(run(connectionTo(cloud.url)));
    expect(error).toMatchObject({ code: 'upgrade-refused', status: 502, retryable: true });
    expect(error.body!.length).toBe(8_192);
    await cloud.until(() => cloud.connections.size === 0);
  });
});

it('a credential callback that throws what cannot be shown is a failure like any other', async () => {
  const cloud = await server();
  const harness = run(
    connectionTo(cloud.url, {
      request: () => Promise.reject(Object.create(null) as Error),
    }),
  );
  expect(await errorOf(harness)).toMatchObject({ code: 'missing-credential' });
  expect((await errorOf(harness)).message).toContain('something that cannot be shown');
});
