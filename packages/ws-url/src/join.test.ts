import { describe, expect, it } from 'vitest';
import { type ConnectionOptions, gateways, openaiEndpoints, resolveConnection } from './index.ts';

const attempt = { signal: new AbortController().signal, wallClock: () => 0 };

async function realtime(options: ConnectionOptions): Promise<string> {
  const connection = resolveConnection(openaiEndpoints.conversation, { apiKey: 'key-1', model: 'm', ...options });
  return (await connection.request(attempt)).url;
}

describe('a base URL', () => {
  it.each([
    ['https://gw.test/v1', 'wss://gw.test/v1/realtime?model=m'],
    ['https://gw.test/v1/', 'wss://gw.test/v1/realtime?model=m'],
    ['https://gw.test/v1//', 'wss://gw.test/v1/realtime?model=m'],
    ['https://gw.test', 'wss://gw.test/realtime?model=m'],
    ['https://gw.test/v1/realtime', 'wss://gw.test/v1/realtime?model=m'],
    ['https://gw.test/v1/realtime/', 'wss://gw.test/v1/realtime?model=m'],
    ['https://gw.test/v1/chat/completions', 'wss://gw.test/v1/realtime?model=m'],
    ['https://gw.test/team-a/llm/v1', 'wss://gw.test/team-a/llm/v1/realtime?model=m'],
    ['https://gw.test/a%2Fb/v1', 'wss://gw.test/a%2Fb/v1/realtime?model=m'],
    ['HTTPS://GW.test:443/v1', 'wss://gw.test/v1/realtime?model=m'],
    ['WSS://gw.test:8443/v1', 'wss://gw.test:8443/v1/realtime?model=m'],
    ['http://[::1]:4000/v1', 'ws://[::1]:4000/v1/realtime?model=m'],
    [' https://gw.test/v1\n', 'wss://gw.test/v1/realtime?model=m'],
    ['https://gw.test/v1?', 'wss://gw.test/v1/realtime?model=m'],
    ['https://gw.test/v1?x=1', 'wss://gw.test/v1/realtime?x=1&model=m'],
    ['https://gw.test/v1/?x=1&', 'wss://gw.test/v1/realtime?x=1&model=m'],
    ['https://gw.test/v1?b=2&a=%2f+%20&b=1', 'wss://gw.test/v1/realtime?b=2&a=%2f+%20&b=1&model=m'],
  ])('%j becomes %s', async (baseURL, url) => {
    expect(await realtime({ baseURL })).toBe(url);
  });

  it.each([
    ['a host alone', 'gw.test/v1', 'invalid-url', /absolute URL/],
    ['host and port', 'localhost:4000', 'invalid-url', /absolute URL/],
    ['nothing', '', 'invalid-url', /absolute URL/],
    ['a broken port', 'https://gw.test:port/v1', 'invalid-url', /absolute URL/],
    ['a space', 'https://gw.test/v 1', 'invalid-url', /absolute URL/],
    ['a line break', 'https://gw.test/\nv1', 'invalid-url', /absolute URL/],
    ['backslashes', 'https:\\\\gw.test\\v1', 'invalid-url', /absolute URL/],
    ['a socket file', 'ws+unix:///var/run/gw.sock', 'invalid-url', /absolute URL/],
    ['a socket file with a host', 'ws+unix://gw.test/sock', 'invalid-url', /must begin with https:\/\//],
    ['a foreign scheme', 'ftp://gw.test/v1', 'invalid-url', /must begin with https:\/\//],
    ['a user name', 'https://hidden@gw.test/v1', 'invalid-url', /user name or password/],
    ['a password alone', 'https://:hidden@gw.test/v1', 'invalid-url', /user name or password/],
    ['a fragment', 'https://gw.test/v1#hidden', 'invalid-url', /fragment/],
    ['an empty fragment', 'https://gw.test/v1#', 'invalid-url', /fragment/],
    ['plain http to the world', 'http://gw.test/v1', 'insecure-url', /`allowInsecure: true`/],
  ])('with %s is one error that names the option', (_name, baseURL, code, message) => {
    const act = () => resolveConnection(openaiEndpoints.conversation, { baseURL, apiKey: 'key-1' });
    expect(act).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error);
    expect(act).toThrow(/^`baseURL`/);
    expect(act).not.toThrow(/hidden|gw\.test/);
  });

  it('may be plain where it is allowed', async () => {
    expect(await realtime({ baseURL: 'http://gw.test/v1', allowInsecure: true })).toBe(
      'ws://gw.test/v1/realtime?model=m',
    );
  });
});

describe("a gateway's base URL", () => {
  it.each(['https://gw.test', 'https://gw.test/', 'https://gw.test/v1', 'https://gw.test/v1/realtime'])(
    '%s gets the root that the gateway needs, once',
    async (baseURL) => {
      expect(await realtime({ gateway: gateways.litellm({ baseURL }), apiKey: 'key-1' })).toBe(
        'wss://gw.test/v1/realtime?model=m',
      );
    },
  );

  it.each([
    'https://r.test',
    'https://r.test/openai',
    'https://r.test/openai/v1/',
    'https://r.test/openai/v1/responses',
  ])('%s gets a root of two segments, once', async (baseURL) => {
    expect(await realtime({ gateway: gateways.azure({ baseURL, apiKey: 'key-1' }) })).toBe(
      'wss://r.test/openai/v1/realtime?model=m',
    );
  });
});

describe('a query of the user', () => {
  it('repeats arrays, leaves out what is undefined and is encoded', async () => {
    const query = { tag: ['a', 'b&c'], none: undefined, flag: true, count: 0, 'ä b': 'é' };
    expect(await realtime({ baseURL: 'https://gw.test/v1', query })).toBe(
      'wss://gw.test/v1/realtime?model=m&tag=a&tag=b%26c&flag=true&count=0&%C3%A4%20b=%C3%A9',
    );
  });

  it('stands in for what we would have said', async () => {
    expect(await realtime({ baseURL: 'https://gw.test/v1', query: { model: 'mine' } })).toBe(
      'wss://gw.test/v1/realtime?model=mine',
    );
  });

  it.each([[{ a: Number.NaN }], [{ a: {} }], [{ a: null }], [{ a: '\ud800' }], [{ '': 'a' }], ['a=b'], [[]]])(
    'like %j is refused',
    (query) => {
      const options = { apiKey: 'key-1', model: 'm', query } as unknown as ConnectionOptions;
      expect(() => resolveConnection(openaiEndpoints.conversation, options)).toThrow(/^`query` m/);
    },
  );
});
