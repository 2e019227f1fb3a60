import { describe, expect, it } from 'vitest';
import { endpoint, PatchbayError, resolveConnection, type Auth, type Connection } from './index.ts';

const attempt = { signal: new AbortController().signal, wallClock: () => 0 };

function acme(auth: Auth, apiKey: string | (() => string)): Connection {
  const description = endpoint({
    provider: 'acme',
    capability: 'conversation',
    base: 'https://api.acme.test',
    path: '/talk',
    auth,
    model: { in: 'none' },
  });
  return resolveConnection(description, { apiKey });
}

const ways: [string, Auth][] = [
  ['a header', { header: 'Authorization', scheme: 'Bearer' }],
  ['the query', { query: 'token' }],
  ['a subprotocol', { subprotocol: 'acme-key' }],
];
const injections = [
  'secret-1\r\nX-Evil: 1',
  'secret-1\nx',
  'secret-1\rx',
  'secret-1\0x',
  'secret-1\u2028x',
  'secret-1 x',
];

describe.each(ways)('a key that travels in %s', (_where, auth) => {
  it.each(injections)('is refused at construction if it holds what ends a line: %j', (key) => {
    const act = (): Connection => acme(auth, key);
    expect(act).toThrow(expect.objectContaining({ code: 'invalid-option', retryable: false }) as Error);
    expect(act).toThrow(/`apiKey`/);
    expect(act).not.toThrow(/secret-1/);
  });

  it.each(injections)('is refused on the attempt if a function answers with it: %j', async (key) => {
    const error: unknown = await acme(auth, () => key)
      .request(attempt)
      .catch((thrown: unknown) => thrown);
    expect(PatchbayError.is(error)).toBe(true);
    expect(error).toMatchObject({ code: 'invalid-option', retryable: false });
    expect((error as Error).message).not.toContain('secret-1');
  });
});

it('a comma, which would be a second subprotocol, is refused in one and encoded in a query', async () => {
  await expect(acme({ subprotocol: 'acme-key' }, 'secret-1,evil').request(attempt)).rejects.toThrow(/subprotocol/);
  const { url } = await acme({ query: 'token' }, 'secret-1&admin=1#,').request(attempt);
  expect(new URL(url).searchParams.get('token')).toBe('secret-1&admin=1#,');
  expect(url).not.toContain('admin=1');
});

it('line breaks are refused in a query of the user, and in a model', () => {
  const description = endpoint({
    provider: 'acme',
    capability: 'conversation',
    base: 'https://api.acme.test',
    path: '/talk',
    auth: { header: 'Authorization', scheme: 'Bearer' },
    model: { in: 'url' },
  });
  const options = { apiKey: 'secret-1', model: 'm' };
  for (const query of [{ a: 'b\r\nX-Evil: 1' }, { 'a\r\n': 'b' }]) {
    expect(() => resolveConnection(description, { ...options, query })).toThrow(/query/);
  }
  expect(() => resolveConnection(description, { ...options, model: 'm\r\nHost: evil' })).toThrow(/^`model` must be/);
});
