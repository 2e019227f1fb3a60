import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createSecureServer, get as getSecurely } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { generate } from 'selfsigned';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { after } from './__fixtures__/fixtures.ts';
import { startProxy } from './__fixtures__/proxy.ts';
import { KeepAlive } from './keep-alive.ts';
import type { NetworkOptions } from './types.ts';

beforeEach(() => {
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY']) {
    vi.stubEnv(name, '');
    vi.stubEnv(name.toLowerCase(), '');
  }
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const hello: RequestListener = (_request, response) => response.end('hello');

/** A web server on a free port. */
async function listening<S extends Server>(server: S): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

function send(keepAlive: KeepAlive, url: string, network: NetworkOptions): ClientRequest {
  const agent = keepAlive.agentFor(url, network);
  return url.startsWith('https:') ? getSecurely(url, { agent, rejectUnauthorized: false }) : get(url, { agent });
}

/** What a request was answered, when its connection is free for the next one. */
async function ask(keepAlive: KeepAlive, url: string, network: NetworkOptions): Promise<string> {
  const request = send(keepAlive, url, network);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const answer = `${response.statusCode} ${await text(response)}`;
  if (!request.destroyed) await once(request, 'close');
  return answer;
}

describe('requests that follow each other through a proxy', () => {
  it.each(['http', 'https'])('to %s share a tunnel, which ends with their owner', async (scheme) => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
    const port = await listening(scheme === 'http' ? createServer(hello) : createSecureServer({ key, cert }, hello));
    const proxy = await startProxy();
    const keepAlive = new KeepAlive();
    const url = `${scheme}://127.0.0.1:${port}/`;
    for (let turn = 0; turn < 3; turn++) expect(await ask(keepAlive, url, { proxy: proxy.url })).toBe('200 hello');
    expect(proxy.tunnels).toEqual([`127.0.0.1:${port}`]);
    keepAlive.close();
    await proxy.until(() => proxy.connections.size === 0);
  });

  it('have a tunnel for each target, and one for each of several at a time', async () => {
    const ports = [await listening(createServer(hello)), await listening(createServer(hello))];
    const proxy = await startProxy();
    const keepAlive = new KeepAlive();
    const asking = [...ports, ...ports].map((port) =>
      ask(keepAlive, `http://127.0.0.1:${port}/`, { proxy: proxy.url }),
    );
    await Promise.all(asking);
    for (const port of ports) await ask(keepAlive, `http://127.0.0.1:${port}/`, { proxy: proxy.url });
    expect(proxy.tunnels.sort()).toEqual([...ports, ...ports].map((port) => `127.0.0.1:${port}`).sort());
    keepAlive.close();
    await proxy.until(() => proxy.connections.size === 0);
  });

  it('take the password that the environment has now, and drop the tunnels of the old one', async () => {
    const port = await listening(createServer(hello));
    const proxy = await startProxy(200, { 'cloud.internal': '127.0.0.1' });
    const keepAlive = new KeepAlive();
    const url = `http://cloud.internal:${port}/`;
    for (const password of ['old', 'old', 'new', 'new']) {
      vi.stubEnv('HTTP_PROXY', `http://user:${password}@127.0.0.1:${proxy.port}`);
      expect(await ask(keepAlive, url, {})).toBe('200 hello');
    }
    const basic = (password: string): string => `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;
    expect(proxy.credentials).toEqual([basic('old'), basic('new')]);
    // Both ends of the new tunnel, and nothing of the old one.
    await proxy.until(() => proxy.connections.size === 2);
    keepAlive.close();
    await proxy.until(() => proxy.connections.size === 0);
  });

  it('are refused each by itself: what the proxy said before is not an answer to the next one', async () => {
    const port = await listening(createServer(hello));
    const proxy = await startProxy(407);
    const keepAlive = new KeepAlive();
    const url = `http://127.0.0.1:${port}/`;
    for (let turn = 0; turn < 2; turn++) expect(await ask(keepAlive, url, { proxy: proxy.url })).toBe('407 not today');
    expect(proxy.tunnels).toHaveLength(2);
    await proxy.until(() => proxy.connections.size === 0);
  });
});

describe('a close', () => {
  it('lets a request under way finish, and keeps nothing of it', async () => {
    let finish = (): void => {};
    const server = createServer((_request, response) => (finish = () => void response.end('late')));
    const port = await listening(server);
    const proxy = await startProxy();
    const keepAlive = new KeepAlive();
    const answer = ask(keepAlive, `http://127.0.0.1:${port}/`, { proxy: proxy.url });
    await once(server, 'request');
    keepAlive.close();
    finish();
    expect(await answer).toBe('200 late');
    await proxy.until(() => proxy.connections.size === 0);
  });

  it('is for good: a request after it leaves no connection behind', async () => {
    const port = await listening(createServer(hello));
    const proxy = await startProxy();
    const keepAlive = new KeepAlive();
    keepAlive.close();
    expect(await ask(keepAlive, `http://127.0.0.1:${port}/`, { proxy: proxy.url })).toBe('200 hello');
    await proxy.until(() => proxy.connections.size === 0);
  });
});
