import type { EventEmitter } from 'node:events';
import { Agent, createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { initializeLogger, llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { startLoopback, type Loopback } from '@patchbay/loopback';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LLM, realtime, responses, STT, TTS, type ConnectOptions } from './index.ts';

initializeLogger({ pretty: false, level: 'silent' });

/** A class at work: it is asked for something at once. */
interface Worker {
  /** Who tells of errors and, where there is a socket, of the connection. */
  emitter: object;
  close(): Promise<void>;
}

const chatCtx = llm.ChatContext.empty();
chatCtx.addMessage({ role: 'user', content: 'hello' });

function chatting(model: LLM | responses.LLM): Worker {
  const stream = model.chat({ chatCtx });
  void (async () => {
    for await (const _chunk of stream);
  })();
  return { emitter: model, close: () => model.aclose() };
}

function conversing(model: realtime.RealtimeModel | realtime.RealtimeTranslationModel): Worker {
  return { emitter: model.session(), close: () => model.close() };
}

const onSockets: Record<string, (where: ConnectOptions) => Worker> = {
  'responses.LLM': (where) => chatting(new responses.LLM(where)),
  STT: (where) => {
    const stt = new STT({ ...where, model: 'gpt-4o-transcribe' });
    stt.stream();
    return { emitter: stt, close: () => stt.close() };
  },
  RealtimeModel: (where) => conversing(new realtime.RealtimeModel(where)),
  GPTLiveModel: (where) => {
    const model = new realtime.GPTLiveModel(where);
    const session = model.session();
    void session._updateSession('Be kind.');
    return { emitter: session, close: () => model.close() };
  },
  RealtimeTranslationModel: (where) =>
    conversing(new realtime.RealtimeTranslationModel({ ...where, targetLanguage: 'es' })),
};

const overHttp: typeof onSockets = {
  LLM: (where) => chatting(new LLM(where)),
  'responses.LLM over HTTP': (where) => chatting(new responses.LLM({ ...where, useWebSocket: false })),
  'STT over HTTP': (where) => {
    const stt = new STT({ ...where, useRealtime: false });
    void stt.recognize(new AudioFrame(new Int16Array(2_400), 24_000, 1, 2_400)).catch(() => {});
    return { emitter: stt, close: () => stt.close() };
  },
  TTS: (where) => {
    const tts = new TTS(where);
    void (async () => {
      for await (const _audio of tts.synthesize('Hello.'));
    })();
    return { emitter: tts, close: () => tts.close() };
  },
};

let cloud: Loopback;
const workers: Worker[] = [];

beforeEach(async () => {
  for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_ORG_ID', 'OPENAI_PROJECT_ID']) vi.stubEnv(name, '');
  cloud = await startLoopback({ voice: 'plain', pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 } });
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
  await cloud.close();
  vi.unstubAllEnvs();
});

function put(make: (where: ConnectOptions) => Worker, where: ConnectOptions): EventEmitter {
  const worker = make(where);
  workers.push(worker);
  const emitter = worker.emitter as EventEmitter;
  emitter.on('error', () => {});
  return emitter;
}

/** The first request or upgrade that reached the cloud. */
async function arrival(): Promise<Loopback['arrivals'][number]> {
  await vi.waitUntil(() => cloud.arrivals.length > 0, { timeout: 30_000 });
  return cloud.arrivals[0]!;
}

/** Leads every connection, wherever it wants to go, to the cloud. */
class Detour extends Agent {
  connections = 0;

  override createConnection(): Socket {
    this.connections++;
    return connect(cloud.port, '127.0.0.1');
  }
}

/** A proxy that notes who asked for which host. */
async function startProxy(): Promise<{ url: string; asked: string[]; close(): Promise<void> }> {
  const asked: string[] = [];
  const tunnels = new Set<Socket>();
  const proxy: Server = createServer().on('connect', (request, near: Socket) => {
    asked.push(`${request.headers['proxy-authorization']} ${request.url}`);
    const far = connect(cloud.port, '127.0.0.1', () => near.write('HTTP/1.1 200 Connection established\r\n\r\n'));
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) tunnels.add(socket.on('error', () => socket.destroy()));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://caller:word@127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    asked,
    async close() {
      for (const socket of tunnels) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

describe.each(Object.entries({ ...onSockets, ...overHttp }))('%s', (_name, make) => {
  it('pain 16: goes through a proxy, with the headers and the query of the user', async () => {
    const proxy = await startProxy();
    put(make, {
      apiKey: 'sk-1',
      baseURL: 'http://voice.internal:8080/v1',
      proxy: proxy.url,
      headers: { 'x-team': 'voice' },
      query: { tenant: '7' },
    });
    const { headers, query } = await arrival();
    expect(headers).toMatchObject({ authorization: 'Bearer sk-1', 'x-team': 'voice' });
    expect(new URLSearchParams(query).get('tenant')).toBe('7');
    expect(proxy.asked[0]).toBe(`Basic ${Buffer.from('caller:word').toString('base64')} voice.internal:8080`);
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
    await proxy.close();
  });

  it('pain 16: uses the agent that it is given', async () => {
    const agent = new Detour();
    put(make, { apiKey: 'sk-1', baseURL: 'http://voice.internal/v1', agent });
    expect((await arrival()).headers.host).toBe('voice.internal');
    expect(agent.connections).toBeGreaterThan(0);
  });

  it('pain 15: takes key and address from the environment as it is at construction', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-from-environment');
    vi.stubEnv('OPENAI_BASE_URL', cloud.url);
    put(make, {});
    vi.stubEnv('OPENAI_API_KEY', 'sk-too-late');
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:1/v1');
    expect((await arrival()).headers.authorization).toBe('Bearer sk-from-environment');
  });

  it('asks for the key when it needs it', async () => {
    const apiKey = vi.fn(async () => 'sk-minted');
    put(make, { apiKey, baseURL: cloud.url });
    expect((await arrival()).headers.authorization).toBe('Bearer sk-minted');
    expect(apiKey).toHaveBeenCalled();
  });
});

describe.each(Object.entries(onSockets))('%s', (_name, make) => {
  it('pain 29: tells what its connection is doing', async () => {
    const told: string[] = [];
    put(make, { apiKey: 'sk-1', baseURL: cloud.url }).on('connection', ({ type }: { type: string }) => told.push(type));
    await vi.waitUntil(() => told.length >= 2, { timeout: 30_000 });
    expect(told.slice(0, 2)).toEqual(['connecting', 'open']);
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
    expect(told.at(-1)).toBe('closed');
  });
});
