import type { EventEmitter } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { format, inspect } from 'node:util';
import { initializeLogger, llm } from '@livekit/agents';
import { startLoopback, type Loopback } from '@patchbay/loopback';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LLM, realtime, responses, STT, TTS, type ConnectOptions } from './index.ts';

initializeLogger({ pretty: false, level: 'silent' });

/** No two share a word, so that each is found by itself. */
const secrets = {
  key: 'sk-crimson-0001',
  header: 'violet-0002',
  token: 'amber-0003',
  password: 'indigo-0004',
  more: 'ochre-0005',
};

let cloud: Loopback;
let proxy: Server;
let authorizations: (string | undefined)[];
const tunnels = new Set<Socket>();

beforeEach(async () => {
  authorizations = [];
  cloud = await startLoopback({ voice: 'plain' });
  proxy = createServer().on('connect', (request, near: Socket) => {
    authorizations.push(request.headers['proxy-authorization']);
    const { hostname, port } = new URL(`http://${request.url}`);
    const far = connect(Number(port), hostname, () => near.write('HTTP/1.1 200 Connection established\r\n\r\n'));
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) tunnels.add(socket.on('error', () => socket.destroy()));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const socket of tunnels) socket.destroy();
  tunnels.clear();
  await Promise.all([cloud.close(), new Promise((resolve) => proxy.close(resolve))]);
});

/** Every way in which somebody who debugs a call prints what is at hand. */
function pictures(value: object): string {
  const seen = new Set<unknown>();
  const once = (_key: string, inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null) return typeof inner === 'bigint' ? String(inner) : inner;
    return seen.has(inner) ? undefined : (seen.add(inner), inner);
  };
  return [
    inspect(value, { depth: 8, showHidden: true, getters: true, maxStringLength: null, maxArrayLength: null }),
    format(value),
    format('%j', value),
    JSON.stringify(value, once),
    ...publicValues(value).map((inner) => format(inner)),
  ].join('\n');
}

/** What its properties and getters hand out, at any height of the chain. */
function publicValues(value: object): unknown[] {
  const values: unknown[] = [];
  for (let level: unknown = value; level && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (get) values.push(Reflect.get(value, name));
    }
  }
  return values;
}

/** Conversations and transcriptions share a path; the query says which it is. */
function purposeOf({ path, query }: Loopback['arrivals'][number]): string {
  return `${path} ${new URLSearchParams(query).get('intent') ?? ''}`;
}

it('pain 27: no key, header, query token or proxy password is in any picture of a model or its stream', async () => {
  const { port } = proxy.address() as AddressInfo;
  const credentials = Buffer.from(`caller:${secrets.password}`).toString('base64');
  const where: ConnectOptions = {
    apiKey: secrets.key,
    baseURL: cloud.url,
    headers: { 'x-gateway-key': secrets.header },
    query: { token: secrets.token },
    proxy: `http://caller:${secrets.password}@127.0.0.1:${port}`,
  };
  const [stt, tts] = [new STT(where), new TTS(where)];
  const [thinking, conversing] = [new responses.LLM(where), new realtime.RealtimeModel(where)];
  const chatting = new LLM(where);
  const chatCtx = new llm.ChatContext();
  chatCtx.addMessage({ role: 'user', content: 'hello' });
  const streams = [stt.stream(), tts.synthesize('Hello.'), thinking.chat({ chatCtx }), conversing.session()];
  const chat = chatting.chat({ chatCtx, extraKwargs: { extra_headers: { 'x-more': secrets.more } } });
  const failures: unknown[] = [];
  const emitters = [stt, tts, thinking, chatting, streams[3]] as EventEmitter[];
  for (const emitter of emitters) emitter.on('error', (failure) => failures.push(failure));
  try {
    // All five are on the line, with everything that is to be hidden.
    await vi.waitFor(() => expect(new Set(cloud.arrivals.map(purposeOf)).size).toBe(5), { timeout: 30_000 });
    for (const { headers, query } of cloud.arrivals) {
      expect(headers).toMatchObject({ authorization: `Bearer ${secrets.key}`, 'x-gateway-key': secrets.header });
      expect(query).toContain(secrets.token);
    }
    expect(new Set(authorizations)).toEqual(new Set([`Basic ${credentials}`]));
    for (const value of [stt, tts, thinking, conversing, chatting, ...streams, chat]) {
      const shown = pictures(value);
      for (const [kind, secret] of Object.entries({ ...secrets, credentials })) {
        expect(shown.includes(secret), `${kind} in ${value.constructor.name}`).toBe(false);
      }
    }
    expect(failures).toEqual([]);
  } finally {
    for (const stream of [...streams, chat]) void stream.close();
    await Promise.all([stt.close(), tts.close(), thinking.aclose(), chatting.aclose(), conversing.close()]);
  }
});

it('a secret behind a getter would have been seen', () => {
  class Leak {
    get network(): object {
      return { proxy: secrets.password };
    }
  }
  expect(pictures(new (class extends Leak {})())).toContain(secrets.password);
});
