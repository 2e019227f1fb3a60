import { initializeLogger, llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { startLoopback, type Loopback } from '@patchbay/loopback';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startTunnelProxy, type TunnelProxy } from './__fixtures__/tunnel-proxy.ts';
import { LLM, responses, STT, TTS } from './index.ts';

initializeLogger({ pretty: false, level: 'silent' });

let cloud: Loopback;
let proxy: TunnelProxy;
let runtime: ReturnType<typeof createTestRuntime>;

beforeEach(async () => {
  runtime = createTestRuntime();
  onTestFinished(installRuntime(runtime));
  cloud = await startLoopback({ voice: 'plain', mind: 'echo', pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 } });
  proxy = await startTunnelProxy();
});
afterEach(async () => {
  await Promise.all([cloud.close(), proxy.close()]);
});

/** So many answers have been read to their last byte: their deadlines are gone when their connections are free. */
async function answered(count: number): Promise<void> {
  await vi.waitUntil(() => cloud.requests.length === count && runtime.clock.pending === 0);
}

interface Way {
  apiKey: () => string;
  baseURL: string;
  proxy: string;
}

/** A model over HTTP, and how it is asked once. */
interface Asked {
  ask(): Promise<unknown>;
  prewarm?(): void;
  close(): Promise<void>;
}

const asking = (model: llm.LLM): Asked => ({
  ask: async () => {
    const chatCtx = llm.ChatContext.empty();
    chatCtx.addMessage({ role: 'user', content: 'hello' });
    expect(await model.chat({ chatCtx }).collect()).toMatchObject({ text: 'hello' });
  },
  prewarm: () => model.prewarm(),
  close: () => model.aclose(),
});

const models: Record<string, (way: Way) => Asked> = {
  LLM: (way) => asking(new LLM(way)),
  'responses.LLM': (way) => asking(new responses.LLM({ ...way, useWebSocket: false })),
  TTS: (way) => {
    const model = new TTS(way);
    return {
      ask: async () => expect((await model.synthesize('hello').collect()).samplesPerChannel).toBeGreaterThan(0),
      prewarm: () => model.prewarm(),
      close: () => model.close(),
    };
  },
  STT: (way) => {
    const model = new STT({ ...way, useRealtime: false });
    const silence = new AudioFrame(new Int16Array(2_400), 24_000, 1, 2_400);
    return { ask: () => model.recognize(silence), close: () => model.close() };
  },
};

let keys: number;
const start = (name: string): Asked => {
  keys = 0;
  const way = { apiKey: () => `key-${++keys}`, baseURL: cloud.url, proxy: proxy.url };
  return (models[name] as (way: Way) => Asked)(way);
};

describe('over HTTP, through a proxy,', () => {
  it.each(Object.keys(models))('%s has one tunnel for all requests, and none when it is closed', async (name) => {
    const model = start(name);
    for (let turn = 1; turn <= 2; turn++) {
      await model.ask();
      await answered(turn);
    }
    expect(proxy.tunnels).toEqual([new URL(cloud.url).host]);
    // A tunnel is no reason to stay with a key.
    expect(cloud.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer key-1', 'Bearer key-2']);
    await model.close();
    await vi.waitUntil(() => proxy.open.size === 0);
  });

  it.each(['LLM', 'responses.LLM', 'TTS'])('prewarm() of %s opens the tunnel of the first request', async (name) => {
    const model = start(name);
    model.prewarm?.();
    await answered(1);
    expect(proxy.tunnels).toHaveLength(1);
    await model.ask();
    await answered(2);
    expect(proxy.tunnels).toHaveLength(1);
    await model.close();
    await vi.waitUntil(() => proxy.open.size === 0);
  });
});
