import { initializeLogger, log } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { startLoopback, type Loopback } from '@patchbay/loopback';
import { gateways } from '@patchbay/ws-url';
import { AzureOpenAI, OpenAI } from 'openai';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { LLM, responses, STT, TTS } from './index.ts';
import { Conversation } from './responses/__fixtures__/conversation.ts';

initializeLogger({ pretty: false, level: 'silent' });

const silence = new AudioFrame(new Int16Array(2_400), 24_000, 1, 2_400);

let cloud: Loopback;
beforeEach(async () => {
  for (const name of ['OPENAI_API_KEY', 'GROQ_API_KEY', 'OVHCLOUD_API_KEY', 'AZURE_OPENAI_API_KEY']) {
    vi.stubEnv(name, '');
  }
  cloud = await startLoopback({ voice: 'plain', pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 } });
});
afterEach(async () => {
  await cloud.close();
  vi.unstubAllEnvs();
});

const listen = async (stt: STT): Promise<void> => {
  onTestFinished(() => stt.close());
  await stt.recognize(silence);
};
const speak = async (tts: TTS): Promise<void> => {
  onTestFinished(() => tts.close());
  for await (const _ of tts.synthesize('Hello.'));
};
const chat = async (model: LLM | responses.LLM): Promise<void> => {
  onTestFinished(() => model.aclose());
  await new Conversation(model as responses.LLM).turn('Hello.');
};

type Where = { apiKey: string; client: OpenAI };
const beside: Record<string, (where: Where) => Promise<void>> = {
  STT: (where) => listen(new STT({ ...where, useRealtime: false })),
  'STT.withGroq': (where) => listen(STT.withGroq({ ...where, baseURL: '' })),
  'STT.withOVHcloud': (where) => listen(STT.withOVHcloud(where)),
  TTS: (where) => speak(new TTS(where)),
  LLM: (where) => chat(new LLM(where)),
  'LLM.withGroq': (where) => chat(LLM.withGroq(where)),
  'responses.LLM': (where) => chat(new responses.LLM({ ...where, useWebSocket: false })),
};

describe.each(Object.entries(beside))("apiKey: '' beside a client is not set: %s", (_name, work) => {
  it('the key of the client is used', async () => {
    await work({ apiKey: '', client: new OpenAI({ apiKey: 'sk-client', baseURL: cloud.url }) });
    expect(cloud.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer sk-client']);
  });
});

it("apiKey: '' beside an AzureOpenAI client is not set", () => {
  const client = new AzureOpenAI({
    apiKey: 'k',
    apiVersion: '2025-04-01-preview',
    baseURL: 'https://contoso.openai.azure.com/openai',
  });
  expect(() => new TTS({ apiKey: '', client })).not.toThrow();
});

describe("apiKey: '' alone", () => {
  it.each([
    ['STT', () => new STT({ apiKey: '' }), 'apiKey'],
    ['TTS', () => new TTS({ apiKey: '' }), 'apiKey'],
    ['STT.withGroq', () => STT.withGroq({ apiKey: '' }), 'set apiKey or GROQ_API_KEY'],
    ['STT.withOVHcloud', () => STT.withOVHcloud({ apiKey: '' }), 'set apiKey or OVHCLOUD_API_KEY'],
  ])('is a typed error that names the option: %s', (_name, make, named) => {
    expect(make).toThrow(expect.objectContaining({ code: 'missing-credential' }));
    expect(make).toThrow(named);
  });
});

describe('presets of STT and TTS', () => {
  const azure = { azureEndpoint: 'https://contoso.openai.azure.com', apiKey: 'k' };

  it('keep their defaults where an option is undefined', () => {
    const unset = { model: undefined, voice: undefined, language: undefined, baseURL: undefined } as object;
    expect(STT.withGroq({ apiKey: 'k', ...unset }).model).toBe('whisper-large-v3-turbo');
    expect(STT.withOVHcloud({ apiKey: 'k', ...unset }).model).toBe('whisper-large-v3-turbo');
    expect(STT.withAzure({ ...azure, ...unset }).model).toBe('gpt-4o-mini-transcribe');
    expect(TTS.withAzure({ ...azure, ...unset }).model).toBe('gpt-4o-mini-tts');
  });

  it.each<[string, () => unknown]>([
    ['model', () => STT.withGroq({ apiKey: 'k', model: '' })],
    ['model', () => STT.withOVHcloud({ apiKey: 'k', model: '' })],
    ['model', () => STT.withAzure({ ...azure, model: '' })],
    ['model', () => TTS.withAzure({ ...azure, model: '' })],
    ['voice', () => TTS.withAzure({ ...azure, voice: '' })],
  ])('refuse an empty %s, typed', (option, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(option) }));
  });

  it('leave a gateway where it stands, with its own key', async () => {
    const relay = await startLoopback({ voice: 'plain', gateway: 'litellm' });
    onTestFinished(() => relay.close());
    const gateway = gateways.litellm({ baseURL: relay.origin, apiKey: 'sk-litellm-1' });
    await listen(STT.withGroq({ gateway, model: 'whisper-1' }));
    expect(relay.arrivals).toMatchObject([{ headers: { authorization: 'Bearer sk-litellm-1' } }]);
    expect(relay.requests).toMatchObject([{ path: '/v1/audio/transcriptions' }]);
  });
});

describe('updateOptions(undefined)', () => {
  it.each<[string, () => unknown]>([
    ['TTS', () => new TTS({ apiKey: 'k' }).updateOptions(undefined)],
    ['STT', () => new STT({ apiKey: 'k' }).updateOptions(undefined)],
  ])('of %s changes nothing', (_name, update) => {
    expect(update).not.toThrow();
  });

  it.each<[string, () => unknown]>([
    ['TTS', () => new TTS({ apiKey: 'k' }).updateOptions(null as never)],
    ['STT', () => new STT({ apiKey: 'k' }).updateOptions(null as never)],
  ])('but null is refused by %s, typed', (_name, update) => {
    expect(update).toThrow(expect.objectContaining({ code: 'invalid-option', message: 'options must be an object' }));
  });
});

describe('logprobs that the preview of the realtime API does not tell', () => {
  const azure = {
    azureEndpoint: 'https://contoso.openai.azure.com',
    apiKey: 'k',
    apiVersion: '2025-04-01-preview',
  };

  it.each([
    ['are warned of where the user asks for them', { ...azure, logprobs: true }, 1],
    ['are not where nobody did', azure, 0],
    ['are not in a request, which tells them', { ...azure, logprobs: true, useRealtime: false }, 0],
    ['are not where the API is not the preview', { ...azure, apiVersion: 'v1', logprobs: true }, 0],
  ])('%s', (_what, options, times) => {
    const warn = vi.spyOn(log(), 'warn');
    onTestFinished(() => warn.mockRestore());
    const stt = STT.withAzure(options);
    const warnings = (): unknown[][] => warn.mock.calls.filter(([, text]) => /logprobs/.test(String(text)));
    expect(warnings()).toHaveLength(times);
    stt.updateOptions({ language: 'de' });
    expect(warnings()).toHaveLength(times);
  });

  it('are warned of when the user asks for them later', () => {
    const warn = vi.spyOn(log(), 'warn');
    onTestFinished(() => warn.mockRestore());
    STT.withAzure(azure).updateOptions({ logprobs: true });
    expect(warn.mock.calls.map(([, text]) => text)).toEqual([expect.stringContaining('logprobs')]);
  });
});
