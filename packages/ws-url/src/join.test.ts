import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type ConnectionOptions, gateways, openaiEndpoints, resolveConnection } from './index.ts';

const attempt = { signal: new AbortController().signal, wallClock: () => 0 };

async function realtime(options: ConnectionOptions): Promise<string> {
  const connection = resolveConnection(openaiEndpoints.conversation, { apiKey: 'key-1', model: 'm', ...options });
  return (await connection.request(attempt)).url;
}

describe('a whole address', () => {
  const option = 'endpointUrl';
  const at = (url: string, options: ConnectionOptions = {}) =>
    resolveConnection(openaiEndpoints.transcription, { apiKey: 'key-1', ...options }, { url, option });

  it.each([
    ['wss://gw.test/v1/realtime', 'wss://gw.test/v1/realtime?intent=transcription'],
    ['https://gw.test/ears', 'wss://gw.test/ears?intent=transcription'],
    ['http://localhost:8080/ears/', 'ws://localhost:8080/ears/?intent=transcription'],
    ['wss://gw.test', 'wss://gw.test/?intent=transcription'],
    ['wss://gw.test/v1/chat/completions', 'wss://gw.test/v1/chat/completions?intent=transcription'],
    ['wss://gw.test/ears?intent=mine&a=%2f+%20', 'wss://gw.test/ears?intent=mine&a=%2f+%20'],
    ['wss://gw.test/ears?tenant=7', 'wss://gw.test/ears?tenant=7&intent=transcription'],
    ['wss://api.openai.com/v1/realtime', 'wss://api.openai.com/v1/realtime?intent=transcription'],
  ])('%s is dialled as it stands: %s', async (url, dialled) => {
    const connection = at(url);
    expect((await connection.request(attempt)).url).toBe(dialled);
    expect(connection.redacted).toBe(dialled.replace(/\?.*/, ''));
  });

  it('keeps the row that its host has: header, place of the model and hints, but no path', async () => {
    const connection = at('wss://res.openai.azure.com/ears', { model: 'm' });
    expect(connection.row.name).toBe('azure');
    const { url, headers } = await connection.request(attempt);
    expect([new URL(url).pathname, headers]).toEqual(['/ears', { 'api-key': 'key-1' }]);
  });

  it.each([
    ['a host alone', 'gw.test/v1', 'invalid-url', /absolute URL/],
    ['a user name', 'wss://hidden@gw.test/v1', 'invalid-url', /user name or password/],
    ['a fragment', 'wss://gw.test/v1#hidden', 'invalid-url', /fragment/],
    ['a foreign scheme', 'ftp://gw.test/v1', 'invalid-url', /must begin with https:\/\//],
    ['plain text to the world', 'ws://gw.test/v1', 'insecure-url', /`allowInsecure: true`/],
  ])('with %s is one error that names the option', (_name, url, code, message) => {
    const act = () => at(url);
    expect(act).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error);
    expect(act).toThrow(/^`endpointUrl`/);
    expect(act).not.toThrow(/hidden|gw\.test/);
  });

  it('stands alone: beside a gateway or a base it says what to do', () => {
    const gateway = gateways.litellm({ baseURL: 'https://llm.test', apiKey: 'k' });
    expect(() => at('wss://gw.test/ears', { gateway })).toThrow(
      expect.objectContaining({
        code: 'invalid-option',
        message:
          '`endpointUrl` and `gateway` were both given: `endpointUrl` is the whole address. Leave it out, and give the gateway its own `baseURL`.',
      }),
    );
    expect(() => at('wss://gw.test/ears', { baseURL: 'https://gw.test' })).toThrow(
      /^`endpointUrl` and `baseURL` were both given: .* the path is added to `baseURL` alone\.$/,
    );
  });

  it('hides what its query holds', async () => {
    const connection = at('wss://gw.test/ears?token=hush-hush-1');
    expect(inspect([connection, await connection.request(attempt)])).not.toContain('hush-hush-1');
    expect(connection.scrub('it said hush-hush-1')).not.toContain('hush-hush-1');
  });
});

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
