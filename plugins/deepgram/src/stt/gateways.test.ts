import { initializeLogger, type stt as livekit } from '@livekit/agents';
import { hear, speechFrames, until } from '@patchbay/conformance/testing';
import { startLoopback } from '@patchbay/loopback';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { gateways, STT, STTv2, TTS, type Gateway } from '../index.ts';

const sampleRate = 16_000;
const at = '/v1/account/gateway';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

type Listener = Parameters<typeof hear<livekit.SpeechStream>>[0] & Pick<livekit.STT, 'close'>;
type Create = (origin: string, apiKey: string) => Listener;

const cloudflare = (baseURL: string, apiKey: string, workersAI = false): Gateway =>
  gateways.cloudflare({ baseURL: `${baseURL}${at}`, apiKey, workersAI });

const ways: Record<string, [gateway: string, path: string, create: Create]> = {
  'LiteLLM, Nova': [
    'litellm',
    '/deepgram/v1/listen',
    (baseURL, apiKey) => new STT({ gateway: gateways.litellm({ baseURL, apiKey }) }),
  ],
  'Cloudflare, Nova': [
    'cloudflare',
    `${at}/deepgram/v1/listen`,
    (origin, key) => new STT({ gateway: cloudflare(origin, key), apiKey: key }),
  ],
  'Cloudflare, Flux': [
    'cloudflare',
    `${at}/deepgram/v2/listen`,
    (origin, key) => new STTv2({ gateway: cloudflare(origin, key), apiKey: key }),
  ],
  'Workers AI, Nova': [
    'cloudflare',
    `${at}/workers-ai`,
    (origin, key) => new STT({ gateway: cloudflare(origin, key, true), model: '@cf/deepgram/nova-3' }),
  ],
  'Workers AI, Flux': [
    'cloudflare',
    `${at}/workers-ai`,
    (origin, key) => new STTv2({ gateway: cloudflare(origin, key, true), model: '@cf/deepgram/flux' }),
  ],
};

describe.each(Object.entries(ways))('behind %s', (_title, [gateway, path, create]) => {
  async function listen(apiKey = 'the-key') {
    const runtime = createTestRuntime();
    const restore = installRuntime(runtime);
    const cloud = await startLoopback({
      ...{ voice: 'plain', pace: { tokenMs: 0 }, clock: runtime.clock, keys: ['the-key'] },
      gateway: { name: gateway, authenticated: true },
    });
    const model = create(cloud.origin, apiKey);
    onTestFinished(async () => {
      await model.close();
      await cloud.close();
      restore();
    });
    const hearing = hear(model, { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 10_000 });
    return { cloud, hearing, clock: runtime.clock };
  }

  it('a session is whole, on one socket', async () => {
    const { cloud, hearing } = await listen();
    for (const frame of await speechFrames('Where is the station?', { silenceMs: 1_500, sampleRate }))
      hearing.stream.pushFrame(frame);
    expect(await hearing.finals(1)).toEqual(['Where is the station?']);
    hearing.stream.endInput();
    await hearing.ended;
    expect(cloud.arrivals.map((request) => request.path)).toEqual([path]);
    expect(hearing.errors).toEqual([]);
  });

  it('a refused key is one typed error that shows no key', async () => {
    const { hearing } = await listen('another-key');
    await hearing.ended;
    expect(hearing.errors).toMatchObject([{ recoverable: false, error: { name: 'APIStatusError' } }]);
    expect(JSON.stringify(hearing.errors)).not.toContain('another-key');
  });
});

it('a connection that LiteLLM loses, which it tells as a goodbye, is made again', async () => {
  const runtime = createTestRuntime();
  onTestFinished(installRuntime(runtime));
  const cloud = await startLoopback({
    ...{ voice: 'plain', pace: { tokenMs: 0 }, clock: runtime.clock },
    gateway: 'litellm',
  });
  const model = new STT({ gateway: gateways.litellm({ baseURL: cloud.origin, apiKey: 'k' }) });
  onTestFinished(async () => {
    await model.close();
    await cloud.close();
  });
  const hearing = hear(model);
  const frames = await speechFrames('When does the last ferry leave?', { silenceMs: 1_500, sampleRate });
  for (const frame of frames.slice(0, 60)) hearing.stream.pushFrame(frame);
  await until(() => hearing.events.length > 0);
  cloud.dropSockets();
  await until(() => hearing.connection.some(({ type }) => type === 'reconnecting'));
  await runtime.clock.advance(1_000);
  for (const frame of frames.slice(60)) hearing.stream.pushFrame(frame);
  expect(await hearing.finals(1)).toEqual(['When does the last ferry leave?']);
});

it.each([
  ['STTv2', (gateway: Gateway) => new STTv2({ gateway })],
  ['recognize()', (gateway: Gateway) => new STT({ gateway }).recognize([])],
])('what LiteLLM does not have is told: %s', async (_what, use) => {
  const gateway = gateways.litellm({ baseURL: 'https://llm.example.com', apiKey: 'k' });
  await expect((async () => use(gateway))()).rejects.toThrow(/`\/v1\/listen` socket and no other path/);
});

it.each([
  ['STT', (gateway: Gateway) => new STT({ gateway }), '@cf/deepgram/nova-3'],
  ['STTv2', (gateway: Gateway) => new STTv2({ gateway }), '@cf/deepgram/flux'],
  ['TTS', (gateway: Gateway) => new TTS({ gateway }), '@cf/deepgram/aura-1'],
])('the default model is no name at Workers AI, which is told at construction: %s', (_what, use, such) => {
  const gateway = cloudflare('https://gateway.ai.cloudflare.com', 'k', true);
  expect(() => use(gateway)).toThrow(`'${such}'`);
});
