import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initializeLogger, llm } from '@livekit/agents';
import * as upstream from '@livekit/agents-plugin-openai';
import { AudioFrame } from '@livekit/rtc-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import * as ours from './index.ts';
import { ScriptedService, type Event } from './realtime/__fixtures__/scripted-service.ts';

/** Both packages, asked for the same. */
type Plugin = typeof upstream;
const here = ours as unknown as Plugin;

type Options = Record<string, unknown>;
interface Asked {
  url: string;
  body: string;
}

const connOptions = { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 10_000 };
const tool = llm.tool({
  name: 'weather',
  description: 'The weather',
  parameters: z.object({}),
  execute: async () => 'rain',
});
const toolCtx = new llm.ToolContext([tool]);
const chatCtx = llm.ChatContext.empty();
chatCtx.addMessage({ role: 'user', content: 'hello' });

let server: Server;
let baseURL: string;
let asked: Asked[] = [];

beforeAll(async () => {
  initializeLogger({ pretty: false, level: 'silent' });
  // What is asked is all that matters: it refuses everything.
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push({ url: request.url ?? '', body: Buffer.concat(chunks).toString('latin1') });
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => void server.close());
beforeEach(() => {
  asked = [];
  for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_API_VERSION']) vi.stubEnv(name, undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
});

/** What is asked for while `run` fails, which is what it does here. */
async function requestOf(run: () => Promise<unknown>): Promise<Asked> {
  asked = [];
  await run().catch(() => undefined);
  expect(asked).toHaveLength(1);
  return asked[0]!;
}

const chatOf = (model: llm.LLM, call: Options = {}): Promise<Asked> =>
  requestOf(async () => {
    model.on('error', () => {});
    for await (const _ of model.chat({ chatCtx, toolCtx, connOptions, ...call }));
  });

/** Of a request's body, what the options decide. */
async function fieldsOf(request: Promise<Asked>, names: readonly string[]): Promise<Options> {
  const body = JSON.parse((await request).body) as Options;
  // The service takes a `null` for what is not there.
  return Object.fromEntries(names.map((name) => [name, body[name] ?? undefined]));
}

describe('means what it means to upstream', () => {
  it.each<[string, Options]>([
    ["user: ''", { user: '' }],
    ["serviceTier: ''", { serviceTier: '' }],
    ["toolChoice: ''", { toolChoice: '' }],
    ['maxCompletionTokens: Infinity', { maxCompletionTokens: Infinity }],
    ['maxCompletionTokens: 0', { maxCompletionTokens: 0 }],
  ])('LLM: %s', async (_what, options) => {
    const names = ['user', 'service_tier', 'tool_choice', 'max_completion_tokens'];
    const fields = (plugin: Plugin): Promise<Options> =>
      fieldsOf(chatOf(new plugin.LLM({ apiKey: 'k', baseURL, ...options })), names);
    expect(await fields(here)).toEqual(await fields(upstream));
  });

  it.each<[string, Options]>([
    ["serviceTier: ''", { serviceTier: '' }],
    ["toolChoice: ''", { toolChoice: '' }],
    ['maxOutputTokens: Infinity', { maxOutputTokens: Infinity }],
  ])('responses.LLM: %s', async (_what, options) => {
    const names = ['service_tier', 'tool_choice', 'max_output_tokens'];
    const fields = (plugin: Plugin): Promise<Options> =>
      fieldsOf(chatOf(new plugin.responses.LLM({ apiKey: 'k', baseURL, useWebSocket: false, ...options })), names);
    expect(await fields(here)).toEqual(await fields(upstream));
  });

  it.each<[string, unknown]>([
    ['null', null],
    ["''", ''],
    ['undefined', undefined],
  ])('toolChoice of one chat(): %s', async (_what, toolChoice) => {
    const own = { apiKey: 'k', baseURL, toolChoice: 'required' } as const;
    for (const make of [
      (plugin: Plugin): llm.LLM => new plugin.LLM(own),
      (plugin: Plugin): llm.LLM => new plugin.responses.LLM({ ...own, useWebSocket: false }),
    ]) {
      const fields = (plugin: Plugin): Promise<Options> =>
        fieldsOf(chatOf(make(plugin), { toolChoice }), ['tool_choice']);
      expect(await fields(here)).toEqual(await fields(upstream));
    }
  });

  it("LLM.withMeta: model: ''", async () => {
    const fields = (plugin: Plugin): Promise<Options> =>
      fieldsOf(chatOf(plugin.LLM.withMeta({ apiKey: 'k', baseURL, model: '' })), ['model']);
    expect(await fields(here)).toEqual(await fields(upstream));
  });

  it("LLM.withAzure: azureDeployment: ''", async () => {
    const azureEndpoint = baseURL.replace('/v1', '');
    vi.stubEnv('AZURE_OPENAI_ENDPOINT', azureEndpoint);
    const azure = { model: 'gpt-4.1', apiKey: 'k', apiVersion: '2024-10-21', azureEndpoint, azureDeployment: '' };
    const urlOf = async (plugin: Plugin): Promise<string> => (await chatOf(plugin.LLM.withAzure(azure))).url;
    expect(await urlOf(here)).toBe(await urlOf(upstream));
  });

  it("STT.withGroq: apiKey: '', which leaves it to the environment", async () => {
    vi.stubEnv('GROQ_API_KEY', 'key-of-groq');
    const frame = new AudioFrame(new Int16Array(2_400), 24_000, 1, 2_400);
    for (const plugin of [here, upstream]) {
      const stt = plugin.STT.withGroq({ apiKey: '', baseURL });
      stt.on('error', () => {});
      expect((await requestOf(() => stt.recognize(frame))).url).toBe('/v1/audio/transcriptions');
    }
  });

  it.each([1.5, -1])('STT over a socket: temperature: %s, which is ignored', (temperature) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    for (const plugin of [here, upstream]) {
      expect(() => new plugin.STT({ apiKey: 'k', temperature, vad: null })).not.toThrow();
    }
  });
});

describe('the session.update of a RealtimeModel is that of upstream for', () => {
  /** A socket's first `session.update`, without what upstream says beside the options. */
  async function configOf(plugin: Plugin, options: Options): Promise<Event> {
    const service = await ScriptedService.start();
    const model = new plugin.realtime.RealtimeModel({ apiKey: 'k', baseURL: service.url, connOptions, ...options });
    const session = model.session();
    session.on('error', () => {});
    const line = await service.line();
    const { session: config } = await line.event('session.update');
    await Promise.all([session.close(), service.stop()]);
    const { model: _model, ...rest } = config as Event;
    return { url: line.request.url, ...rest };
  }

  it.each<[string, Options]>([
    ['turnDetection: undefined', { turnDetection: undefined }],
    ['turnDetection: null', { turnDetection: null }],
    ['inputAudioTranscription: undefined', { inputAudioTranscription: undefined }],
    ['inputAudioTranscription: null', { inputAudioTranscription: null }],
    ['inputAudioNoiseReduction: undefined', { inputAudioNoiseReduction: undefined }],
    ['inputAudioNoiseReduction: null', { inputAudioNoiseReduction: null }],
    ['maxResponseOutputTokens: Infinity', { maxResponseOutputTokens: Infinity }],
    ["model: ''", { model: '' }],
    ["azureDeployment: ''", { azureDeployment: '' }],
    ['toolChoice: undefined', { toolChoice: undefined }],
    ['tracing: null', { tracing: null }],
    ['nothing', {}],
  ])('%s', async (_what, options) => {
    expect(await configOf(here, options)).toEqual(await configOf(upstream, options));
  });

  it('toolChoice: undefined in updateOptions, which is how LiveKit takes a choice back', async () => {
    const told = async (plugin: Plugin): Promise<unknown> => {
      const service = await ScriptedService.start();
      const model = new plugin.realtime.RealtimeModel({ apiKey: 'k', baseURL: service.url, connOptions });
      const session = model.session();
      session.on('error', () => {});
      const line = await service.line();
      await line.event('session.update');
      session.updateOptions({ toolChoice: 'required' });
      session.updateOptions({ toolChoice: undefined });
      await line.event('session.update', 3);
      await Promise.all([session.close(), service.stop()]);
      return line.all('session.update').map((event) => (event.session as Event).tool_choice as unknown);
    };
    expect(await told(here)).toEqual(await told(upstream));
  });
});
