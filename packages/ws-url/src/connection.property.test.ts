import { BlockList } from 'node:net';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  type OpenAICapability,
  type Connection,
  type ConnectionOptions,
  type Gateway,
  PatchbayError,
  gateways,
  openaiEndpoints,
  redactUrl,
  resolveConnection,
} from './index.ts';

// Ten thousand cases take seconds, and longer on a machine that is doing something else.
vi.setConfig({ testTimeout: 300_000 });

const runs = { numRuns: 10_000 };
const attempt = { signal: new AbortController().signal, wallClock: () => 0 };
const dial = (connection: Connection) => connection.request(attempt);

const capability = fc.constantFrom(...(Object.keys(openaiEndpoints) as OpenAICapability[]));

/** Words that no endpoint or gateway has in its paths, and that look like no key: `xai-…` would not be shown. */
const foreignSegment = fc
  .stringMatching(/^x[a-z0-9._~-]{0,8}$/)
  .filter((word) => redactUrl(`wss://a/${word}`).endsWith(word));
const prefix = fc
  .array(foreignSegment, { maxLength: 4 })
  .map((segments) => segments.map((each) => `/${each}`).join(''));
const scheme = fc.constantFrom('http', 'https', 'ws', 'wss', 'HTTP', 'Https', 'WS', 'wSS');
const privateHost = fc.constantFrom(
  'localhost',
  '127.0.0.1:8080',
  '[::1]:99',
  '10.1.2.3',
  'litellm:4000',
  'gw.internal',
);

/** Everything that a query may hold by RFC 3986 and that the URL class leaves alone. */
const query = fc.stringMatching(/^(?:[A-Za-z0-9._~!$&()*+,;=:@/?-]|%[0-9A-Fa-f]{2}){0,40}$/);

const ways: readonly (readonly [root: string, gateway?: (baseURL: string) => Gateway])[] = [
  [''],
  ['/v1', (baseURL) => gateways.litellm({ baseURL, apiKey: 'key-12345' })],
  ['/v1', (baseURL) => gateways.portkey({ baseURL, provider: 'openai', providerKey: 'key-12345' })],
  ['/openai/v1', (baseURL) => gateways.azure({ baseURL, apiKey: 'key-12345' })],
  ['/openai', (baseURL) => gateways.cloudflare({ baseURL })],
];

/** A connection through one of the ways, or nothing where the gateway lacks the capability. */
function through(way: (typeof ways)[number], wanted: OpenAICapability, baseURL: string, more: ConnectionOptions = {}) {
  const [, gateway] = way;
  const options = gateway === undefined ? { baseURL, apiKey: 'key-12345' } : { gateway: gateway(baseURL) };
  try {
    return resolveConnection(openaiEndpoints[wanted], { ...options, ...more, model: 'm-1' });
  } catch (error) {
    if (PatchbayError.is(error) && error.code === 'unsupported') return undefined;
    throw error;
  }
}

describe('joining', () => {
  it('appends the path exactly once, whatever part of it the base already ends in', () => {
    fc.assert(
      fc.property(
        scheme,
        privateHost,
        prefix,
        capability,
        fc.nat(),
        fc.constantFrom('', '/', '//'),
        fc.constantFrom(...ways),
        (scheme, host, prefix, wanted, cut, slashes, way) => {
          const cloudflareSocket = way[0] === '/openai' && /conversation|transcription$/.test(wanted);
          const target = `${way[0]}${cloudflareSocket ? '' : openaiEndpoints[wanted].path}`;
          const segments = target.split('/').slice(1);
          const there = segments.slice(0, cut % (segments.length + 1)).map((segment) => `/${segment}`);
          const connection = through(way, wanted, `${scheme}://${host}${prefix}${there.join('')}${slashes}`);
          if (connection !== undefined) expect(new URL(connection.redacted).pathname).toBe(prefix + target);
        },
      ),
      runs,
    );
  });

  it('takes the base of another endpoint of the same provider as its own', () => {
    fc.assert(
      fc.property(prefix, capability, capability, (prefix, wanted, other) => {
        const baseURL = `https://gw.example.com${prefix}/v1${other === 'models' ? '' : openaiEndpoints[other].path}`;
        const connection = resolveConnection(openaiEndpoints[wanted], { baseURL, model: 'm-1' });
        expect(new URL(connection.redacted).pathname).toBe(`${prefix}/v1${openaiEndpoints[wanted].path}`);
      }),
      runs,
    );
  });

  it('turns http into ws for sockets and ws into http for HTTP, and never changes secure into plain', () => {
    fc.assert(
      fc.property(scheme, privateHost, capability, (scheme, host, wanted) => {
        const connection = resolveConnection(openaiEndpoints[wanted], { baseURL: `${scheme}://${host}/v1` });
        const http = ['chat', 'responses-http', 'speech', 'transcriptions', 'models'].includes(wanted);
        const secure = /^(?:https|wss)$/i.test(scheme);
        expect(new URL(connection.redacted).protocol).toBe(
          http ? (secure ? 'https:' : 'http:') : secure ? 'wss:' : 'ws:',
        );
      }),
      runs,
    );
  });

  it('keeps the query of the base byte for byte, in front of ours', async () => {
    await fc.assert(
      fc.asyncProperty(query, capability, fc.constantFrom(...ways), async (query, wanted, way) => {
        const connection = through(way, wanted, `https://gw.example.com/x?${query}`, {
          query: { extra: ['1', 'two words'] },
        });
        if (connection === undefined) return;
        const { url } = await dial(connection);
        const sent = url.slice(url.indexOf('?') + 1);
        expect(sent.startsWith(query)).toBe(true);
        expect(query === '' || query.endsWith('&') ? '&' : sent[query.length]).toBe('&');
        expect(new URL(url).searchParams.getAll('extra').slice(-2)).toEqual(['1', 'two words']);
      }),
      runs,
    );
  });

  it('is idempotent: what it made, taken as a base, stays as it is', async () => {
    const extra = fc.dictionary(fc.string({ minLength: 1 }), fc.array(fc.string({ maxLength: 6 }), { maxLength: 3 }), {
      maxKeys: 3,
    });
    await fc.assert(
      fc.asyncProperty(
        prefix,
        query,
        extra,
        capability,
        fc.constantFrom(...ways),
        async (prefix, query, extra, wanted, way) => {
          const first = through(way, wanted, `https://gw.example.com${prefix}/v1?${query}`, { query: extra });
          if (first === undefined) return;
          const { url } = await dial(first);
          const { url: again } = await dial(through(way, wanted, url, { query: extra })!);
          expect(again).toBe(url);
        },
      ),
      runs,
    );
  });
});

describe('secrets', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.!*~+/=-]{10,30}[0-9][A-Za-z]$/);
  const place = fc.constantFrom(
    'apiKey',
    'header',
    'query',
    'base query',
    'user',
    'password',
    'gateway',
    'fragment',
    'line break',
  );

  it('never show in anything that can be printed, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(
        secret,
        place,
        capability,
        scheme,
        fc.constantFrom('gw.example.com', 'localhost'),
        async (secret, place, wanted, scheme, host) => {
          const printed: string[] = [];
          try {
            const connection = resolveConnection(
              openaiEndpoints[wanted],
              hiding(secret, place, `${scheme}://${host}/v1`),
            );
            const request = await dial(connection);
            printed.push(
              inspect(connection, { showHidden: true, depth: 9 }),
              JSON.stringify(connection),
              connection.redacted,
            );
            printed.push(inspect(request), JSON.stringify(request), request.redacted, redactUrl(request.url));
            const said = `${secret} ${encodeURIComponent(secret)} ${JSON.stringify({ a: secret })} ${request.url}`;
            printed.push(connection.scrub(said));
            expect(request.secrets).toContain(secret);
          } catch (error) {
            if (!PatchbayError.is(error)) throw error;
            printed.push(inspect(error, { showHidden: true, depth: 9 }), error.message, error.stack ?? '');
          }
          for (const text of printed) {
            expect(text).not.toContain(secret);
            expect(text).not.toContain(encodeURIComponent(secret));
          }
        },
      ),
      runs,
    );
  });

  function hiding(secret: string, place: string, baseURL: string): ConnectionOptions {
    const [front, back] = baseURL.split('://');
    switch (place) {
      case 'apiKey':
        return { baseURL, apiKey: secret, model: 'm-1' };
      case 'header':
        return { baseURL, headers: { 'x-proxy-pass': secret }, model: 'm-1' };
      case 'query':
        return { baseURL, query: { access_token: secret }, model: 'm-1' };
      case 'base query':
        return { baseURL: `${baseURL}?sig=${encodeURIComponent(secret)}`, model: 'm-1' };
      case 'user':
        return { baseURL: `${front}://${encodeURIComponent(secret)}@${back}`, model: 'm-1' };
      case 'password':
        return { baseURL: `${front}://u:${encodeURIComponent(secret)}@${back}`, model: 'm-1' };
      case 'gateway':
        return {
          gateway: gateways.litellm({ baseURL: 'https://gw.example.com', apiKey: secret, query: { key: secret } }),
          model: 'm-1',
        };
      case 'fragment':
        return { baseURL: `${baseURL}#${secret}`, model: 'm-1' };
      default:
        return { baseURL, apiKey: `${secret}\n${secret}`, model: 'm-1' };
    }
  }
});

describe('plain text', () => {
  const privateRanges = new BlockList();
  for (const [net, bits] of [
    ['10.0.0.0', 8],
    ['127.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['169.254.0.0', 16],
    ['100.64.0.0', 10],
    ['0.0.0.0', 32],
  ] as const) {
    privateRanges.addSubnet(net, bits, 'ipv4');
  }
  for (const [net, bits] of [
    ['fc00::', 7],
    ['fe80::', 10],
    ['::1', 128],
    ['::', 128],
  ] as const)
    privateRanges.addSubnet(net, bits, 'ipv6');

  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
  const host = fc.oneof(
    fc.ipV4().map((address) => ({ host: address, isPrivate: privateRanges.check(address, 'ipv4') })),
    fc.ipV6().map((address) => ({ host: `[${address}]`, isPrivate: privateRanges.check(address, 'ipv6') })),
    label.map((name) => ({ host: name, isPrivate: true })),
    fc
      .tuple(label, fc.constantFrom('localhost', 'local', 'internal', 'lan', 'svc', 'cluster.local'))
      .map(([name, suffix]) => ({ host: `${name}.${suffix}`, isPrivate: true })),
    fc
      .tuple(label, label, fc.constantFrom('com', 'io', 'dev', 'lan.example', 'internal.org'))
      .map(([name, owner, top]) => ({ host: `${name}.${owner}.${top}`, isPrivate: false })),
  );

  it('goes to no public host unless it is allowed', () => {
    fc.assert(
      fc.property(
        host,
        fc.constantFrom('http', 'ws', 'https', 'wss'),
        capability,
        fc.boolean(),
        ({ host, isPrivate }, scheme, wanted, allowInsecure) => {
          const options = { baseURL: `${scheme}://${host}/v1`, apiKey: 'key-12345', allowInsecure };
          const act = () => resolveConnection(openaiEndpoints[wanted], options);
          const plain = scheme === 'http' || scheme === 'ws';
          if (plain && !isPrivate && !allowInsecure) expect(act).toThrow(/`baseURL`.*`allowInsecure: true`/);
          else expect(act).not.toThrow();
        },
      ),
      runs,
    );
  });
});

describe('mistakes', () => {
  const marker = 'Zq9xWmarker';
  const marked = fc
    .oneof(fc.string(), fc.string({ unit: 'binary' }), fc.webUrl(), query)
    .map((text) => `${marker}${text}`);
  const odd = fc.oneof(
    marked,
    marked.map((text) => `https://${text}`),
    marked.map((text) => `ws+unix://${text}`),
    fc.constantFrom(null, 7, true, {}, [], Symbol.iterator, Number.NaN),
    marked.map((text) => ({ [text.replace(marker, 'name')]: text })),
    marked.map((text) => ({ ok: text, deep: { text } })),
    marked.map((text) => [text, null]),
  );
  const option = fc.constantFrom('baseURL', 'apiKey', 'headers', 'query', 'model', 'modelIn', 'gateway');

  it('are one typed error that names the option and never its value, or no error at all', async () => {
    await fc.assert(
      fc.asyncProperty(option, odd, capability, async (option, value, wanted) => {
        const options = { baseURL: 'https://gw.example.com/v1', model: 'm-1', [option]: value } as ConnectionOptions;
        if (option === 'gateway') delete options.baseURL;
        try {
          const { url } = await dial(resolveConnection(openaiEndpoints[wanted], options));
          expect(() => new URL(url)).not.toThrow();
        } catch (error) {
          if (!PatchbayError.is(error)) throw error;
          expect(error.code).toMatch(/^(?:invalid-option|invalid-url|insecure-url|missing-credential)$/);
          expect(error.message).toContain(`\`${option}`);
          expect(inspect(error)).not.toContain(marker);
          expect(error.retryable).toBe(false);
        }
      }),
      runs,
    );
  });
});
