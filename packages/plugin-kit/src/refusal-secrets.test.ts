import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chatter } from './__fixtures__/chatter.ts';
import { requestJson } from './http-json.ts';

// No telltale beginning, and what JSON may escape.
const key = 'q7/Zr+83jk2Lw9/PxTt5+Vd0';

/** What a user sees of a request that is refused like this. */
async function refused(headers: Record<string, string>, body: string): Promise<string> {
  const server = createServer((_request, response) => void response.writeHead(401, headers).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = chatter('speech', baseURL, { apiKey: key });
  const error: unknown = await requestJson({ connection, headers: {}, body: '{}', timeoutMs: 10_000 }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ statusCode: 401 });
  return inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
}

const escaped = [...key].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

describe('a refusal that repeats the key', () => {
  it.each([
    ['in its request id', { 'x-request-id': key }, '{}'],
    ['in its message', {}, JSON.stringify({ error: { message: `bad key ${key}` } })],
    ['in its code', {}, JSON.stringify({ error: { message: 'no', code: key } })],
    ['with escapes', {}, `{"error":{"message":"bad key ${escaped}"}}`],
    ['with slashes escaped', {}, `{"error":{"message":"bad key ${key.replaceAll('/', '\\/')}"}}`],
    ['where its body is cut', {}, `${'x'.repeat(8_192 - key.length + 2)}${key}${'y'.repeat(9_000)}`],
  ])('%s shows it to nobody', async (_where, headers, body) => {
    const seen = await refused(headers, body);
    for (const part of [key, key.slice(0, -2)]) expect(seen).not.toContain(part);
  });
});
