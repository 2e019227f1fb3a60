import { createHash } from 'node:crypto';
import { Agent } from 'node:https';
import type { PatchbayError } from '@patchbay/ws-url';
import { generate } from 'selfsigned';
import { describe, expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { advanceUntil, rawServer, run, server } from './__fixtures__/fixtures.ts';
import { eventsOf, type Harness } from './__fixtures__/harness.ts';
import type { TestServerOptions } from './__fixtures__/server.ts';

async function errorOf(harness: Harness): Promise<PatchbayError> {
  return (await harness.ended).error as PatchbayError;
}

/** Answers every upgrade with these lines. */
function answering(head: string, body = ''): TestServerOptions {
  return {
    onUpgrade(_request, socket) {
      socket.end(`HTTP/1.1 ${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
      return true;
    },
  };
}

describe('a refused upgrade', () => {
  it('keeps status, request id and body, and is dialled once', async () => {
    const body = JSON.stringify({ error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } });
    const cloud = await server(answering('401 Unauthorized\r\nX-Request-Id: req_7', body));
    const harness = run(
      connectionTo(cloud.url, { hint: ({ status }) => (status === 401 ? 'Ask for a key.' : undefined) }),
    );
    const error = await errorOf(harness);
    expect(error).toMatchObject({
      code: 'upgrade-refused',
      status: 401,
      requestId: 'req_7',
      hop: 'provider',
      body,
      retryable: false,
    });
    expect(error.message).toContain(`acme transcription at ws://127.0.0.1:${cloud.port}/v1/realtime`);
    expect(error.message).toContain('Ask for a key.');
    expect(eventsOf(harness, 'connecting')).toHaveLength(1);
    expect(harness.clock.pending).toBe(0);
  });

  it.each([
    [401, false],
    [403, false],
    [404, false],
    [426, false],
    [408, true],
    [409, true],
    [425, true],
    [429, true],
    [500, true],
    [503, true],
    [302, false],
  ])('with %i is retryable: %s', async (status, retryable) => {
    const cloud = await server(answering(`${status} Whatever`));
    expect(await errorOf(run(connectionTo(cloud.url)))).toMatchObject({ code: 'upgrade-refused', status, retryable });
  });

  it('follows the tables of the gateway and the endpoint, in this order', async () => {
    const cloud = await server(answering('403 Forbidden', 'quota resets soon'));
    const both = {
      endpoint: { statuses: { 403: 'retry' } },
      row: { statuses: { 403: { verdict: 'retry', unless: /quota/ } } },
    } as const;
    expect(await errorOf(run(connectionTo(cloud.url, { endpoint: both.endpoint })))).toMatchObject({ retryable: true });
    expect(await errorOf(run(connectionTo(cloud.url, both)))).toMatchObject({ retryable: false });
  });

  it('reads Retry-After as seconds and as a date', async () => {
    const seconds = await server(answering('429 Too Many Requests\r\nRetry-After: 7'));
    expect(await errorOf(run(connectionTo(seconds.url)))).toMatchObject({ retryAfterMs: 7_000 });
    const date = await server(answering('503 Service Unavailable\r\nRetry-After: Thu, 01 Jan 2026 00:01:00 GMT'));
    // The manual clock stands at 2026-01-01T00:00:00Z.
    expect(await errorOf(run(connectionTo(date.url)))).toMatchObject({ retryAfterMs: 60_000 });
  });

  it('reads at most 8 KiB of an endless body', async () => {
    const cloud = await server({
      onUpgrade(_request, socket) {
        socket.write('HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<html>');
        const more = (): void => void (socket.writable && socket.write('x'.repeat(4_096), more));
        more();
        return true;
      },
    });
    const error = await errorOf(run(connectionTo(cloud.url)));
    expect(error).toMatchObject({ status: 502, hop: 'gateway' });
    expect(error.body).toHaveLength(8_192);
    expect(error.message.length).toBeLessThan(600);
    await cloud.until(() => cloud.connections.size === 0);
  });

  it('tells the status although the body never ends', async () => {
    const cloud = await server({
      onUpgrade(_request, socket) {
        socket.write('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 100\r\n\r\nhalf');
        return true;
      },
    });
    const harness = run(connectionTo(cloud.url));
    await cloud.until(() => cloud.connections.size === 1);
    await advanceUntil(harness, () => harness.isOver, 1_000);
    expect(await errorOf(harness)).toMatchObject({ code: 'upgrade-refused', status: 503, body: 'half' });
    await cloud.until(() => cloud.connections.size === 0);
  });

  it('with an empty or HTML answer is not blamed on the provider', async () => {
    const empty = await server(answering('403 Forbidden'));
    const error = await errorOf(run(connectionTo(empty.url)));
    expect(error.hop).toBe('gateway');
    expect(error.message).toContain('something on the way to the provider');
    const elsewhere = await errorOf(run(connectionTo(empty.url, { endpoint: { base: 'https://api.acme.test' } })));
    expect(elsewhere.message).toContain('the gateway (Acme)');
  });

  it('by a gateway that speaks JSON is still the gateway’s', async () => {
    const cloud = await server(answering('400 Bad Request', '{"error":"unknown model"}'));
    const error = await errorOf(run(connectionTo(cloud.url, { endpoint: { base: 'https://api.acme.test' } })));
    expect(error).toMatchObject({ hop: 'gateway', body: '{"error":"unknown model"}' });
    const native = await errorOf(
      run(connectionTo(cloud.url, { endpoint: { base: 'https://api.acme.test', nativeHosts: ['127.0.0.1'] } })),
    );
    expect(native.hop).toBe('provider');
  });

  it('is never followed to where it points', async () => {
    const target = await server();
    const cloud = await server(answering(`302 Found\r\nLocation: ${target.url}?token=tok_redirect_secret`));
    const error = await errorOf(run(connectionTo(cloud.url)));
    expect(error.message).toContain(`127.0.0.1:${target.port}`);
    expect(error.message).not.toContain('tok_redirect_secret');
    expect(target.connections.size).toBe(0);
    expect(target.accepted).toHaveLength(0);
  });
});

describe('a dial', () => {
  it('that is refused keeps the cause and is retryable', async () => {
    const gone = await server();
    await gone.close();
    const error = await errorOf(run(connectionTo(gone.url)));
    expect(error).toMatchObject({ code: 'connect-failed', retryable: true, cause: { code: 'ECONNREFUSED' } });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('to a name that does not resolve keeps the cause and is retryable', async () => {
    const error = await errorOf(run(connectionTo('ws://name.invalid/v1/realtime')));
    expect(error).toMatchObject({ code: 'connect-failed', retryable: true });
    expect(String((error.cause as { code?: string }).code)).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
  });

  it('that is reset during the handshake is retryable', async () => {
    const cloud = await rawServer((socket) => socket.on('data', () => socket.resetAndDestroy()));
    expect(await errorOf(run(connectionTo(cloud.url)))).toMatchObject({
      code: 'connect-failed',
      retryable: true,
      cause: { code: 'ECONNRESET' },
    });
  });

  it('that is never answered ends on its deadline and leaves no socket', async () => {
    const cloud = await rawServer();
    const harness = run(connectionTo(cloud.url), { deadlines: { dialMs: 3_000 } });
    await cloud.until(() => cloud.connections.size === 1);
    await harness.clock.advance(2_999);
    expect(harness.session.state).toBe('connecting');
    await harness.clock.advance(1);
    expect(await errorOf(harness)).toMatchObject({ code: 'connect-timeout', retryable: true });
    await cloud.until(() => cloud.connections.size === 0);
    expect(harness.clock.pending).toBe(0);
  });

  it('that is never answered says what the gateway is known for', async () => {
    const cloud = await rawServer();
    const hint = ({ timeout }: { timeout?: string }): string => `Known for a ${timeout}.`;
    const { clock, ...harness } = run(connectionTo(cloud.url, { hint }), { deadlines: { dialMs: 3_000 } });
    await cloud.until(() => cloud.connections.size === 1);
    await clock.advance(3_000);
    expect((await errorOf({ clock, ...harness }))?.message).toMatch(/within 3000 ms\. Known for a connect-timeout\.$/);
  });

  it('waits no longer for a credential than for a socket, and tells its owner to stop', async () => {
    let told: AbortSignal | undefined;
    const harness = run(
      connectionTo('ws://127.0.0.1:9/', {
        request: ({ signal }) => {
          told = signal;
          return new Promise(() => {});
        },
      }),
    );
    await harness.clock.advance(10_000);
    expect(await errorOf(harness)).toMatchObject({ code: 'connect-timeout', retryable: true });
    expect(told?.aborted).toBe(true);
  });

  it('with a credential that cannot be had names no secret', async () => {
    const harness = run(
      connectionTo('ws://127.0.0.1:9/', {
        apiKey: () => Promise.reject(new Error('POST https://issuer.test/?client_secret=hush_hush_9 failed')),
      }),
    );
    const error = await errorOf(harness);
    expect(error).toMatchObject({ code: 'missing-credential', retryable: true });
    expect(error.message).not.toContain('hush_hush_9');
  });

  it('whose model cannot be had is no crash', async () => {
    const harness = run(connectionTo('ws://127.0.0.1:9/'), {
      model: () => {
        throw new Error('no model');
      },
    });
    expect(await errorOf(harness)).toMatchObject({ code: 'missing-credential', cause: { message: 'no model' } });
  });

  it('whose request cannot be sent is the fault of an option', async () => {
    const cloud = await server();
    const badHeader = run(connectionTo(cloud.url, { headers: { 'x-note': 'two\r\nlines' } }));
    expect(await errorOf(badHeader)).toMatchObject({ code: 'invalid-option', retryable: false });
    const badProtocol = run(connectionTo(cloud.url, { protocols: ['no spaces, no commas'] }));
    expect(await errorOf(badProtocol)).toMatchObject({ code: 'invalid-option', retryable: false });
    expect(badProtocol.clock.pending).toBe(0);
  });

  it.each([
    ['is not trusted', {}, false, 'DEPTH_ZERO_SELF_SIGNED_CERT', true],
    [
      'has expired',
      { notBeforeDate: new Date(0), notAfterDate: new Date(86_400_000) },
      true,
      'CERT_HAS_EXPIRED',
      false,
    ],
    ['is for another host', { extensions: [] }, true, 'ERR_TLS_CERT_ALTNAME_INVALID', false],
  ])('over a TLS whose certificate %s says so, and is not retried', async (_what, options, trusted, code, advises) => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'other.test' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
      ...options,
    });
    const cloud = await server({ tls: { key, cert } });
    const harness = run(connectionTo(cloud.url), {
      redialFirst: true,
      ...(trusted ? { agent: new Agent({ ca: cert }) } : {}),
    });
    const error = await errorOf(harness);
    expect(error).toMatchObject({ code: 'tls-failed', retryable: false, cause: { code } });
    expect(error.message).toContain(code);
    expect(error.message.includes('NODE_EXTRA_CA_CERTS')).toBe(advises);
  });

  it('with TLS to a port that does not speak it is not retried', async () => {
    const cloud = await rawServer((socket) => socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const error = await errorOf(run(connectionTo(cloud.url.replace('ws:', 'wss:')), { redialFirst: true }));
    expect(error).toMatchObject({ code: 'tls-failed', retryable: false });
  });

  it.each([
    ['with a key that is not the answer to ours', 'Sec-WebSocket-Accept: d3Jvbmc='],
    ['with an extension nobody offered', 'Sec-WebSocket-Accept: KEY\r\nSec-WebSocket-Extensions: permessage-deflate'],
    ['with a subprotocol nobody offered', 'Sec-WebSocket-Accept: KEY\r\nSec-WebSocket-Protocol: other'],
    ['without any of it', 'X-Nothing: at all'],
  ])('that is answered by a 101 %s is not tried again', async (_what, headers) => {
    const cloud = await rawServer((socket) =>
      socket.once('data', (head) => {
        const key = /sec-websocket-key: (.*)\r/i.exec(head.toString())![1]!;
        const answer = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
        socket.write(
          `HTTP/1.1 101 Hello\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers.replace('KEY', answer)}\r\n\r\n`,
        );
      }),
    );
    const harness = run(connectionTo(cloud.url), { redialFirst: true });
    expect(await errorOf(harness)).toMatchObject({ code: 'protocol-violation', retryable: false });
    await cloud.until(() => cloud.connections.size === 0);
  });

  it('asks for the credential on every attempt', async () => {
    let asked = 0;
    const cloud = await server({ onSocket: ({ socket }) => socket.send('welcome') });
    const harness = run(connectionTo(cloud.url, { apiKey: () => `token-number-${++asked}` }));
    await harness.until(() => harness.frames.length === 1);
    harness.session.reconnect('test');
    await harness.clock.advance(1);
    await cloud.nth(1);
    expect(cloud.accepted.map(({ request }) => request.headers.authorization)).toEqual([
      'Bearer token-number-1',
      'Bearer token-number-2',
    ]);
  });

  it('neither offers compression nor answers to it', async () => {
    const cloud = await server();
    run(connectionTo(cloud.url));
    const { request } = await cloud.nth(0);
    expect(request.headers['sec-websocket-extensions']).toBeUndefined();
  });
});

describe('ending a dial', () => {
  it.each(['close', 'abort'])('by %s leaves no socket and is no failure', async (way) => {
    const cloud = await rawServer();
    const controller = new AbortController();
    const harness = run(connectionTo(cloud.url), { signal: controller.signal });
    await cloud.until(() => cloud.received.length > 0);
    if (way === 'abort') controller.abort();
    else await harness.session.close();
    expect(await harness.ended).toEqual({});
    await cloud.until(() => cloud.connections.size === 0);
    expect(harness.session.state).toBe('closed');
    expect(eventsOf(harness, 'closed')).toEqual([{ type: 'closed', epoch: 0, error: undefined }]);
    expect(harness.clock.pending).toBe(0);
  });

  it('while the credential is awaited dials nothing', async () => {
    const cloud = await server();
    let give: (key: string) => void = () => {};
    const harness = run(connectionTo(cloud.url, { apiKey: () => new Promise((resolve) => (give = resolve)) }));
    await harness.session.close();
    expect(await harness.ended).toEqual({});
    give('late-key-0000');
    await harness.clock.advance(100);
    expect(cloud.connections.size).toBe(0);
  });

  it('before it began resolves', async () => {
    const controller = new AbortController();
    controller.abort();
    const harness = run(connectionTo('ws://127.0.0.1:9/'), { signal: controller.signal });
    expect(await harness.ended).toEqual({});
    expect(eventsOf(harness, 'connecting')).toHaveLength(0);
  });

  it('leaves no listener on the signal', async () => {
    const cloud = await server();
    const controller = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = controller.signal;
    controller.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => (
      listeners++,
      addEventListener.apply(controller.signal, args)
    );
    controller.signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => (
      listeners--,
      removeEventListener.apply(controller.signal, args)
    );
    const harness = run(connectionTo(cloud.url), { signal: controller.signal });
    await harness.until(() => harness.session.state === 'open');
    expect(listeners).toBe(1);
    await harness.session.close();
    await harness.ended;
    expect(listeners).toBe(0);
  });
});
