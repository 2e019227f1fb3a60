import { get } from 'node:http';
import { Agent } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inspect } from 'node:util';
import type { PatchbayError } from '@patchbay/ws-url';
import { generate } from 'selfsigned';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { run, server } from './__fixtures__/fixtures.ts';
import type { Harness } from './__fixtures__/harness.ts';
import { startProxy } from './__fixtures__/proxy.ts';
import { checkNetwork, resolveAgent } from './agent.ts';
import { SocketPool } from './pool.ts';
import { Session } from './session.ts';
import type { NetworkOptions } from './types.ts';

beforeEach(() => {
  for (const name of [
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'ALL_PROXY',
    'NO_PROXY',
    'http_proxy',
    'https_proxy',
    'all_proxy',
    'no_proxy',
  ]) {
    vi.stubEnv(name, '');
  }
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function errorOf(harness: Harness): Promise<PatchbayError> {
  return harness.ended.then(({ error }) => error as PatchbayError);
}

describe('a proxy', () => {
  it('is sent a CONNECT, for a plain socket too, and carries the conversation', async () => {
    const cloud = await server({ onSocket: ({ socket }) => socket.on('message', (data) => socket.send(data)) });
    const proxy = await startProxy();
    const harness = run(connectionTo(cloud.url), { proxy: proxy.url });
    await harness.until(() => harness.session.state === 'open');
    harness.session.send('through the tunnel');
    await harness.until(() => harness.frames.length === 1);
    expect(proxy.tunnels).toEqual([`127.0.0.1:${cloud.port}`]);
    await harness.session.close();
    expect(await cloud.accepted[0]!.closed).toBe(1000);
    await proxy.until(() => proxy.connections.size === 0);
  });

  it('of the environment is used for both schemes, and NO_PROXY is honoured', async () => {
    const cloud = await server();
    const proxy = await startProxy(200, { 'cloud.internal': '127.0.0.1' });
    vi.stubEnv('HTTP_PROXY', proxy.url);
    vi.stubEnv('HTTPS_PROXY', 'http://secure-proxy.test:3128');
    const harness = run(connectionTo(`ws://cloud.internal:${cloud.port}/`));
    await harness.until(() => harness.session.state === 'open');
    expect(proxy.tunnels).toEqual([`cloud.internal:${cloud.port}`]);
    expect(resolveAgent('wss://api.acme.test/v1', {})).toMatchObject({
      proxy: new URL('http://secure-proxy.test:3128'),
    });
    expect(resolveAgent('https://api.acme.test/v1', {})).toMatchObject({
      proxy: new URL('http://secure-proxy.test:3128'),
    });

    vi.stubEnv('NO_PROXY', '10.0.0.7,.acme.test');
    expect(resolveAgent('ws://10.0.0.7/', {})).toBeUndefined();
    expect(resolveAgent('wss://api.acme.test/v1', {})).toBeUndefined();
    expect(resolveAgent('wss://api.other.test/v1', {})).toBeDefined();
  });

  it.each([
    '127.0.0.1',
    '127.8.9.10',
    'localhost',
    'agent.localhost',
    '[::1]',
    '0.0.0.0',
    '[::]',
    '[::ffff:127.0.0.1]',
  ])('of the environment is not asked for %s, which is this machine', async (host) => {
    vi.stubEnv('ALL_PROXY', 'http://proxy.test:3128');
    expect(resolveAgent(`ws://${host}:4100/v1`, {})).toBeUndefined();
    expect(resolveAgent(`ws://${host}:4100/v1`, { proxy: 'http://given.test:2' })).toBeDefined();
    expect(resolveAgent('ws://128.0.0.1/', {})).toBeDefined();
    expect(resolveAgent('ws://localhost.test/', {})).toBeDefined();
  });

  it('that cannot be reached is named, and what chose it', async () => {
    vi.stubEnv('HTTP_PROXY', 'http://user:hush-hush-5@127.0.0.1:9');
    const environment = await errorOf(run(connectionTo('ws://api.internal/')));
    expect(environment).toMatchObject({ code: 'connect-failed', hop: 'proxy', retryable: true });
    expect(environment.message).toMatch(
      /the proxy 127\.0\.0\.1:9 of HTTPS_PROXY, HTTP_PROXY or ALL_PROXY; `proxy: false`/,
    );
    expect(inspect(environment)).not.toContain('hush-hush-5');
    const option = await errorOf(run(connectionTo('ws://api.internal/'), { proxy: 'http://127.0.0.1:9' }));
    expect(option.message).toMatch(/the proxy 127\.0\.0\.1:9 of `proxy` cannot be reached \(.*ECONNREFUSED/);
  });

  it('of the environment that makes no sense names the variables, not the value', () => {
    vi.stubEnv('ALL_PROXY', 'socks5://user:hush-hush-2@127.0.0.1:1080');
    expect(() => resolveAgent('wss://api.acme.test', {})).toThrow(
      /ALL_PROXY must be a URL like .*`proxy: false` ignores it$/,
    );
  });

  it('of the environment is ignored with `proxy: false`, and outranked by one that is given', () => {
    vi.stubEnv('HTTPS_PROXY', 'http://environment.test:1');
    expect(resolveAgent('wss://api.acme.test', { proxy: false })).toBeUndefined();
    expect(resolveAgent('wss://api.acme.test', { proxy: 'http://given.test:2' })).toMatchObject({
      proxy: new URL('http://given.test:2'),
    });
  });

  it('sees its user name and password, and nobody else does', async () => {
    const cloud = await server();
    const proxy = await startProxy();
    const url = `http://user:p%40ss-of-proxy@127.0.0.1:${proxy.port}`;
    const harness = run(connectionTo(cloud.url), { proxy: url });
    await harness.until(() => harness.session.state === 'open');
    expect(proxy.credentials).toEqual([`Basic ${Buffer.from('user:p@ss-of-proxy').toString('base64')}`]);
    const agent = resolveAgent(cloud.url, { proxy: url });
    expect(inspect(agent, { depth: 9, showHidden: true })).not.toContain('ss-of-proxy');
    expect(inspect(harness.session, { depth: 9, showHidden: true })).not.toContain('ss-of-proxy');
  });

  it.each([
    [407, false],
    [403, false],
    [401, false],
    [503, true],
    [500, true],
  ])('that refuses with %i is named as the hop and by its address; retryable: %s', async (status, retryable) => {
    const cloud = await server();
    const proxy = await startProxy(status);
    const harness = run(connectionTo(cloud.url), { proxy: `http://user:wrong-password-1@127.0.0.1:${proxy.port}` });
    const error = await errorOf(harness);
    expect(error).toMatchObject({ code: 'proxy-refused', hop: 'proxy', status, retryable });
    expect(error.message).toContain(`the proxy 127.0.0.1:${proxy.port} of \`proxy\` refused the tunnel`);
    expect(inspect(error)).not.toContain('wrong-password-1');
    await proxy.until(() => proxy.connections.size === 0);
    expect(cloud.connections.size).toBe(0);
  });

  it('that says nothing is given up on, and leaves no socket', async () => {
    const proxy = await startProxy('silence');
    const harness = run(connectionTo('ws://127.0.0.1:9/'), { proxy: proxy.url });
    await proxy.until(() => proxy.tunnels.length === 1);
    await harness.clock.advance(10_000);
    expect(await errorOf(harness)).toMatchObject({ code: 'connect-timeout' });
    await proxy.until(() => proxy.connections.size === 0);
  });

  it('that says nothing does not hold up a close', async () => {
    const proxy = await startProxy('silence');
    const harness = run(connectionTo('ws://127.0.0.1:9/'), { proxy: proxy.url });
    await proxy.until(() => proxy.tunnels.length === 1);
    await harness.session.close();
    await proxy.until(() => proxy.connections.size === 0);
  });

  it('that says nothing to an HTTP request leaves no socket behind either', async () => {
    const proxy = await startProxy('silence');
    const request = get('http://127.0.0.1:9/', { agent: resolveAgent('http://127.0.0.1:9/', { proxy: proxy.url }) });
    const failed = new Promise((resolve) => request.on('error', resolve));
    await proxy.until(() => proxy.tunnels.length === 1);
    request.destroy();
    await failed;
    await proxy.until(() => proxy.connections.size === 0);
  });

  it.each([
    ['is the other end’s if it is of its address', { type: 7, ip: '127.0.0.1' }, undefined],
    ['is not, if it is of localhost alone', { type: 2, value: 'localhost' }, /ERR_TLS_CERT_ALTNAME_INVALID/],
  ] as const)('leads to an address, and a certificate %s', async (_case, altName, refusal) => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'somebody' }], {
      extensions: [{ name: 'subjectAltName', altNames: [altName] }],
    });
    const trusted = getCACertificates('default');
    setDefaultCACertificates([...trusted, cert]);
    onTestFinished(() => setDefaultCACertificates(trusted));
    const cloud = await server({ tls: { key, cert } });
    const harness = run(connectionTo(cloud.url), { proxy: (await startProxy()).url });
    if (refusal) expect((await errorOf(harness)).message).toMatch(refusal);
    else await harness.until(() => harness.session.state === 'open');
  });

  it('does not see inside TLS', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
    const cloud = await server({ tls: { key, cert } });
    const proxy = await startProxy();
    const harness = run(connectionTo(cloud.url), { proxy: proxy.url });
    expect(await errorOf(harness)).toMatchObject({ code: 'tls-failed' });
    expect(proxy.tunnels).toHaveLength(1);
  });
});

describe('what cannot be a way to the network', () => {
  const connection = connectionTo('ws://127.0.0.1:9/');
  const owners: [string, (network: NetworkOptions) => unknown][] = [
    ['a session', (network) => new Session({ connection, handlers: { frame: () => true }, ...network })],
    ['a pool', (network) => new SocketPool({ connection, ...network })],
    ['a check', checkNetwork],
  ];

  describe.each(owners)('is refused by %s', (_owner, construct) => {
    function errorFor(network: object): PatchbayError {
      try {
        construct(network);
      } catch (error) {
        return error as PatchbayError;
      }
      throw new Error('was not refused');
    }

    it.each([
      '::x',
      'not a url',
      'ftp://user:hush-hush-3@proxy.test',
      'socks5://127.0.0.1:1080',
      'http://user:%zz@127.0.0.1:1',
      '',
      5,
      true,
      null,
      new URL('http://user:hush-hush-3@proxy.test'),
    ])('as `proxy`: %s', (proxy) => {
      const error = errorFor({ proxy });
      expect(error).toMatchObject({ code: 'invalid-option', retryable: false });
      expect(error.message).toContain('`proxy`');
      expect(inspect(error)).not.toMatch(/::x|not a url|ftp:|socks5|%zz|hush-hush-3/);
    });

    it.each([
      'http://user:hush-hush-4@proxy.test',
      7,
      false,
      null,
      {},
      () => 'hush-hush-4',
      new URL('http://user:hush-hush-4@proxy.test'),
    ])('as `agent`: %s', (agent) => {
      const error = errorFor({ agent });
      expect(error).toMatchObject({ code: 'invalid-option', retryable: false });
      expect(error.message).toContain('`agent`');
      expect(inspect(error)).not.toContain('hush-hush-4');
    });
  });

  it.each<NetworkOptions>([
    {},
    { proxy: false },
    { proxy: 'http://proxy.test:3128' },
    { proxy: 'https://a:b%40@proxy.test' },
    { agent: new Agent() },
  ])('is not %s', (network) => {
    for (const [, construct] of owners) expect(() => construct(network)).not.toThrow();
  });
});

describe('an agent of the user', () => {
  it('is used as it is: with its CA, a private certificate is fine', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:9');
    const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const cloud = await server({ tls: { key, cert } });
    const agent = new Agent({ ca: cert });
    const harness = run(connectionTo(cloud.url), { agent });
    await harness.until(() => harness.session.state === 'open');
    expect(resolveAgent(cloud.url, { agent })).toBe(agent);
  });

  it('that tunnels by Node itself is told apart from the provider', async () => {
    const proxy = await startProxy(403);
    const agent = new Agent({ proxyEnv: { HTTPS_PROXY: proxy.url } });
    const harness = run(connectionTo('wss://127.0.0.1:9/'), { agent });
    expect(await errorOf(harness)).toMatchObject({ code: 'proxy-refused', hop: 'proxy', retryable: false });
  });
});
