import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { after, rawServer, run, server } from './__fixtures__/fixtures.ts';
import { startProxy } from './__fixtures__/proxy.ts';
import { PatchbayError } from '@patchbay/ws-url';
import { SocketPool } from './pool.ts';

const KEY = 'key-that-nobody-may-see';
const LATE_KEY = 'token-minted-per-attempt';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** As deep as `console.log`, a crash reporter or a debugger would look. */
function everything(value: unknown): string {
  let printed = '';
  const out = new Console(new Writable({ write: (chunk, _encoding, done) => ((printed += String(chunk)), done()) }));
  out.log(value);
  return printed + inspect(value, { depth: Infinity, showHidden: true, getters: true }) + safeJson(value);
}

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

/** Walks own properties and symbols, as a serialiser might. */
function reaches(value: unknown, secret: string, seen = new Set<unknown>()): boolean {
  if (typeof value === 'string') return value.includes(secret);
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return false;
  seen.add(value);
  return Reflect.ownKeys(value).some((key) => {
    if (typeof key === 'string' && key.includes(secret)) return true;
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    return descriptor !== undefined && 'value' in descriptor && reaches(descriptor.value, secret, seen);
  });
}

describe('no secret is seen', () => {
  it('in a session while it dials, when its socket holds the request, nor once it is open', async () => {
    const silent = await rawServer();
    const dialing = run(connectionTo(silent.url, { apiKey: KEY }));
    await silent.until(() => silent.received.length > 0);
    expect(Buffer.concat(silent.received).toString()).toContain(KEY);
    expect(everything(dialing.session)).not.toContain(KEY);
    expect(reaches(dialing.session, KEY)).toBe(false);

    const cloud = await server();
    const open = run(connectionTo(cloud.url, { apiKey: KEY }));
    await open.until(() => open.session.state === 'open');
    for (const thing of [open.session, open.links[0], open.events]) {
      expect(everything(thing)).not.toContain(KEY);
      expect(reaches(thing, KEY)).toBe(false);
    }
    expect(open.links[0]!.credential()).toBe(KEY);
  });

  it('in a pool that dials, nor in one that waits', async () => {
    const silent = await rawServer();
    const pool = new SocketPool({ connection: connectionTo(silent.url, { apiKey: KEY }) });
    after(() => pool.close());
    pool.prewarm().catch(() => {});
    await silent.until(() => silent.received.length > 0);
    expect(everything(pool)).not.toContain(KEY);
    expect(reaches(pool, KEY)).toBe(false);
  });

  it('in the error and events of a refusal that echoes the key, also one minted a moment ago', async () => {
    const cloud = await server({
      onUpgrade(request, socket) {
        socket.end(`HTTP/1.1 401 Unauthorized\r\n\r\n${request.headers.authorization!.split(' ')[1]} is no key`);
        return true;
      },
    });
    for (const apiKey of [KEY, () => LATE_KEY]) {
      const harness = run(connectionTo(`${cloud.url}?token=${KEY}`, { apiKey }));
      const { error } = await harness.ended;
      expect(error).toMatchObject({ status: 401 });
      for (const secret of [KEY, LATE_KEY]) {
        expect(everything(error)).not.toContain(secret);
        expect(reaches(error, secret)).toBe(false);
        expect(reaches(harness.events, secret)).toBe(false);
      }
    }
  });

  it.each([
    ['before the end of what is kept of it', 8_192 - KEY.length + 4],
    ['at the end of what is read of it', 12_288 - KEY.length + 4],
  ])('in the error of a refusal whose body is long, and repeats the key %s', async (_where, before) => {
    const body = 'x'.repeat(before) + KEY + 'y'.repeat(9_000);
    const cloud = await server({
      onUpgrade(_request, socket) {
        socket.end(`HTTP/1.1 500 Oh\r\nx-request-id: ${KEY}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
        return true;
      },
    });
    const { error } = await run(connectionTo(cloud.url, { apiKey: KEY }), { reconnect: false }).ended;
    expect(error).toMatchObject({ status: 500, requestId: '[redacted]' });
    expect((error as { body: string }).body).toHaveLength(8_192);
    expect(everything(error)).not.toContain(KEY.slice(0, 8));
  });

  it('in the error of a close whose reason was cut in the middle of the key', async () => {
    const reason = 'x'.repeat(123 - 12) + KEY.slice(0, 12);
    const cloud = await server({ onSocket: ({ socket }) => socket.close(4001, reason) });
    const { error } = await run(connectionTo(cloud.url, { apiKey: KEY })).ended;
    expect(error).toMatchObject({ closeCode: 4001 });
    expect(everything(error)).not.toContain(KEY.slice(0, 8));
  });

  it('in the error that a codec makes of what the service said, whatever part of it repeats the key', async () => {
    const cloud = await server({ onSocket: ({ socket }) => socket.send(KEY) });
    const thrown = new PatchbayError('provider-error', `no ${KEY}`, {
      ...{ providerCode: KEY, requestId: KEY, body: KEY },
      cause: Object.assign(new Error(KEY), { input: KEY }),
    });
    const harness = run(connectionTo(cloud.url, { apiKey: KEY }), {
      handlers: {
        frame() {
          throw thrown;
        },
      },
    });
    const { error } = await harness.ended;
    expect(error).toBe(thrown);
    expect(error).toMatchObject({ message: 'no [redacted]', providerCode: '[redacted]', body: '[redacted]' });
    expect(everything(error)).not.toContain(KEY);
    expect(reaches(harness.events, KEY)).toBe(false);
  });

  it('in the error of a close whose reason echoes the key', async () => {
    const cloud = await server({ onSocket: ({ socket }) => socket.close(4001, `bad key ${KEY}`) });
    const harness = run(connectionTo(cloud.url, { apiKey: KEY }));
    const { error } = await harness.ended;
    expect(error).toMatchObject({ closeCode: 4001 });
    expect((error as Error).message).toContain('bad key');
    expect(everything(error)).not.toContain(KEY);
  });

  it('in the error of a dial that fails, whatever its cause holds', async () => {
    const gone = await server();
    await gone.close();
    const harness = run(connectionTo(`${gone.url}?api_key=${KEY}`, { apiKey: KEY }));
    const { error } = await harness.ended;
    expect(error).toMatchObject({ code: 'connect-failed' });
    expect(everything(error)).not.toContain(KEY);
  });

  it('in the error of an URL that cannot be dialled', async () => {
    const harness = run(
      connectionTo('ws://127.0.0.1:9/', {
        request: () =>
          Promise.resolve({
            url: `ws://[not-an-address/?api_key=${KEY}`,
            headers: {},
            protocols: [],
            redacted: 'ws://nowhere/',
            credential: undefined,
            secrets: [KEY],
          }),
      }),
    );
    const { error } = await harness.ended;
    expect(error).toMatchObject({ code: 'invalid-option', retryable: false });
    expect(everything(error)).not.toContain(KEY);
    expect(reaches(error, KEY)).toBe(false);
  });

  it.each([
    ['a proxy', 'proxy-user-77:p%40ss-word-88', ['p@ss-word-88', 'p%40ss-word-88', btoa('proxy-user-77:p@ss-word-88')]],
    ['a proxy whose user name is the token', 'token-as-name-99', ['token-as-name-99']],
  ])('of %s, given or of the environment, whatever the other end echoes', async (_name, credentials, secrets) => {
    const proxy = await startProxy(200, { 'cloud.internal': '127.0.0.1' });
    const url = `http://${credentials}@127.0.0.1:${proxy.port}`;
    const cloud = await server({ onSocket: ({ socket }) => socket.close(4001, `not you, ${secrets.join(' ')}`) });
    const given = run(connectionTo(cloud.url), { proxy: url });
    const errors = [(await given.ended).error];
    vi.stubEnv('HTTP_PROXY', url);
    vi.stubEnv('NO_PROXY', '');
    errors.push((await run(connectionTo(`ws://cloud.internal:${cloud.port}/`)).ended).error);
    expect(proxy.tunnels).toHaveLength(2);
    for (const error of errors) {
      expect((error as Error).message).toContain('not you');
      for (const secret of secrets) expect(everything(error)).not.toContain(secret);
    }
  });
});
