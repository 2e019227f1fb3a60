import { createHash } from 'node:crypto';
import { PatchbayError } from '@patchbay/ws-url';
import { expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { rawServer, run } from './__fixtures__/fixtures.ts';
import { requestId } from './transport.ts';

/** An upgrade that is accepted with these headers, and what is sent behind it. */
async function accepting(headers: string, behind: Buffer) {
  const cloud = await rawServer((socket) =>
    socket.once('data', (head) => {
      const key = /sec-websocket-key: (.*)\r/i.exec(head.toString())![1]!;
      const answer = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      const hello = 'HTTP/1.1 101 Hello\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
      socket.write(`${hello}Sec-WebSocket-Accept: ${answer}\r\n${headers}\r\n\r\n`);
      socket.write(behind);
      // Our goodbye.
      socket.once('data', () => socket.end());
    }),
  );
  return connectionTo(cloud.url, { apiKey: 'req-secret-77', endpoint: { requestIdHeader: 'acme-request' } });
}

const close = Buffer.from([0x88, 2, 0x03, 0xf3]);
const message = Buffer.from([0x81, 2, 0x68, 0x69]);

it.each([
  ['under the endpoint’s own name', 'acme-request: req-1\r\ncf-ray: ray-1', 'req-1'],
  ['under a usual name', 'cf-ray: ray-1', 'ray-1'],
  ['without our key', 'acme-request: req-secret-77', '[redacted]'],
])('a close behind an accepted upgrade carries its request id %s', async (_what, headers, id) => {
  const { ended } = run(await accepting(headers, close));
  expect((await ended).error).toMatchObject({ code: 'closed', closeCode: 1011, requestId: id });
});

it.each([
  ['has none', {}, 'req-1'],
  ['has a better one', { requestId: 'of the turn' }, 'of the turn'],
])('an error that a message tells carries it too, where it %s', async (_what, details, id) => {
  const { ended } = run(await accepting('acme-request: req-1', message), {
    handlers: {
      frame() {
        throw new PatchbayError('provider-error', 'no', details);
      },
    },
  });
  expect((await ended).error).toMatchObject({ code: 'provider-error', requestId: id });
});

it('a refusal is named by its own header, else by its body, else by whoever stands before the service', () => {
  const headers = { 'cf-ray': 'ray', 'acme-request': 'own' };
  expect(requestId(headers, 'acme-request', 'in the body')).toBe('own');
  expect(requestId(headers, 'other', 'in the body')).toBe('in the body');
  expect([requestId(headers, 'other'), requestId({})]).toEqual(['ray', undefined]);
});
