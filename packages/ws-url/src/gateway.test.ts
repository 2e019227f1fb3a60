import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { type Gateway, type GatewayRow, gatewayRows, gateways, openaiEndpoints, resolveConnection } from './index.ts';

const attempt = { signal: new AbortController().signal, wallClock: () => 0 };
const row: GatewayRow = {
  name: 'house',
  title: 'House gateway',
  base: 'https://house.example.com/ai?tenant-token=tenant-secret-1',
  headers: { 'x-house-pass': 'header-secret-1' },
  query: { ticket: 'query-secret-1' },
  routes: { conversation: { model: 'none', path: '/talk', query: { v: 2 }, source: 'https://house.example.com/docs' } },
};

describe('a gateway', () => {
  const made: [string, Gateway][] = [
    ['litellm', gateways.litellm({ baseURL: 'https://gw.test/v1?token=base-secret-1', apiKey: 'key-secret-1' })],
    ['helicone', gateways.helicone({ apiKey: 'key-secret-1', providerKey: 'provider-secret-1' })],
    ['portkey', gateways.portkey({ apiKey: 'key-secret-1', config: { api_key: 'config-secret-1' } })],
    [
      'azure',
      gateways.azure({ resource: 'contoso', entraToken: 'token-secret-1', headers: { 'x-a': 'header-secret-1' } }),
    ],
    ['custom', gateways.custom(row)({ apiKey: 'key-secret-1' })],
  ];

  it.each(made)('shows no secret when printed: %s', (_name, gateway) => {
    const spread = { ...gateway };
    for (const value of [gateway, spread, Object.entries(gateway)]) {
      expect(inspect(value, { showHidden: true, depth: 20, getters: true })).not.toContain('secret');
      expect(JSON.stringify(value)).not.toContain('secret');
    }
  });

  it('says where it stands, without its query', () => {
    expect(made[0]?.[1].baseURL).toBe('https://gw.test/v1');
  });

  it('made by another copy of this package works in this one', async () => {
    vi.resetModules();
    const other = await import('./index.ts');
    expect(other.gateways).not.toBe(gateways);
    const gateway = other.gateways.litellm({ baseURL: 'https://gw.test', apiKey: 'sk-other-copy' });
    const { headers } = await resolveConnection(openaiEndpoints.chat, { gateway, model: 'm' }).request(attempt);
    expect(headers).toEqual({ Authorization: 'Bearer sk-other-copy' });
  });

  it.each([{}, { row, baseURL: 'https://x.test' }, 'litellm', null])('cannot be made by hand: %j', (gateway) => {
    expect(() => resolveConnection(openaiEndpoints.chat, { gateway: gateway as Gateway })).toThrow(
      /`gateway` must be one of `gateways`/,
    );
  });
});

describe('gateways.custom', () => {
  it('takes a row of the same shape, and keeps its secrets', async () => {
    const gateway = gateways.custom(row)({ apiKey: 'key-secret-1', headers: { 'x-more': 'more-1' } });
    const request = await resolveConnection(openaiEndpoints.conversation, { gateway, model: 'm' }).request(attempt);
    expect(request.url).toBe('wss://house.example.com/ai/talk?tenant-token=tenant-secret-1&ticket=query-secret-1&v=2');
    expect(request.headers).toEqual({
      Authorization: 'Bearer key-secret-1',
      'x-house-pass': 'header-secret-1',
      'x-more': 'more-1',
    });
    expect(request.secrets).toEqual(expect.arrayContaining(['tenant-secret-1', 'query-secret-1', 'header-secret-1']));
  });

  it('says which capability a row lacks', () => {
    const gateway = gateways.custom(row)({ apiKey: 'k' });
    expect(() => resolveConnection(openaiEndpoints.speech, { gateway })).toThrow(
      /^House gateway cannot be used for openai speech over HTTP\./,
    );
  });

  it('refuses what is no row', () => {
    expect(() => gateways.custom({} as GatewayRow)).toThrow(/`row` needs at least/);
  });
});

describe('options that cannot work are refused at construction', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['no base', () => gateways.litellm({} as never), /`gateway\.baseURL` is missing: where does LiteLLM stand\?/],
    ['an unreadable base', () => gateways.vllm({ baseURL: 'vllm:8000' }), /`gateway\.baseURL` must be an absolute URL/],
    ['a socket file', () => gateways.vllm({ baseURL: 'ws+unix:///tmp/x' }), /`gateway\.baseURL`/],
    ['a key with a line break', () => gateways.vercel({ apiKey: 'a\nb' }), /`gateway\.apiKey` contains/],
    ['an empty key', () => gateways.vercel({ apiKey: ' ' }), /`gateway\.apiKey` is empty/],
    ['a bad header', () => gateways.vercel({ headers: { 'x-a': 'a\r\nx: y' } }), /`gateway\.headers` \(x-a\)/],
    [
      'an unknown way',
      () => gateways.litellm({ baseURL: 'https://x.test', transcription: 'magic' as never }),
      /`gateway\.transcription`/,
    ],
    ['Portkey without a provider', () => gateways.portkey({ apiKey: 'k' }), /set `gateway\.provider`/],
    ['Cloudflare without a gateway', () => gateways.cloudflare({ account: 'a' }), /`gateway\.gateway`/],
    [
      'a resource that is a host',
      () => gateways.azure({ resource: 'evil.test/x', apiKey: 'k' }),
      /`gateway\.resource`/,
    ],
    ['two Azure credentials', () => gateways.azure({ resource: 'r', apiKey: 'k', entraToken: 't' }), /give one/],
  ])('%s', (_name, action, message) => {
    expect(action).toThrow(
      expect.objectContaining({ name: 'PatchbayError', message: expect.stringMatching(message) as string }) as Error,
    );
  });
});

it('looks a host up in one row only', () => {
  const claims = gatewayRows.flatMap((each) => (each.pattern ? [] : (each.hosts ?? [])));
  expect(new Set(claims).size).toBe(claims.length);
});
