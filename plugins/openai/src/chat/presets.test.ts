import { PatchbayError, gateways } from '@patchbay/ws-url';
import { LLM as UpstreamLLM } from '@livekit/agents-plugin-openai';
import { describe, expect, it, vi } from 'vitest';
import { Conversation } from '../responses/__fixtures__/conversation.ts';
import { setup } from './__fixtures__/chat-server.ts';
import { STT } from '../stt/stt.ts';
import { LLM } from './llm.ts';
import { presets, type PresetName } from './presets.ts';

const at = setup();

type Make = (options?: never) => { model: string; provider: string };

/** Every static by the name of its preset. */
const statics: Record<PresetName, Exclude<keyof typeof LLM, 'prototype'>> = {
  cerebras: 'withCerebras',
  cometapi: 'withCometAPI',
  deepseek: 'withDeepSeek',
  fireworks: 'withFireworks',
  groq: 'withGroq',
  letta: 'withLetta',
  meta: 'withMeta',
  nebius: 'withNebius',
  octo: 'withOcto',
  ollama: 'withOllama',
  openrouter: 'withOpenRouter',
  ovhcloud: 'withOVHcloud',
  perplexity: 'withPerplexity',
  sambanova: 'withSambaNova',
  telnyx: 'withTelnyx',
  together: 'withTogether',
  vercel: 'withVercel',
  xai: 'withXAI',
};
const all = Object.entries(statics) as [PresetName, Exclude<keyof typeof LLM, 'prototype'>][];
const make = (name: PresetName, options: object = {}): LLM =>
  at.keep(((LLM as unknown as Record<string, Make>)[statics[name]] as unknown as (options: object) => LLM)(options));
const variables = Object.values(presets).flatMap(({ key }) => ('env' in key ? [key.env] : []));

describe.each(all)('%s: LLM.%s', (name) => {
  const preset = presets[name];
  const agent = name === 'letta' ? { agentId: 'agent-1' } : {};

  it('asks its provider for its model with its key, and never with that of OpenAI', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-openai');
    vi.stubEnv('OPENAI_BASE_URL', 'https://api.openai.com/v1');
    if ('env' in preset.key) vi.stubEnv(preset.key.env, 'key-of-preset');
    const straight = make(name, agent);
    expect(straight.provider).toBe(new URL(preset.baseURL).host);
    expect(straight.model).toBe(preset.model ?? 'agent-1');

    await new Conversation(make(name, { ...agent, baseURL: at.url })).turn('hello');
    expect(at.asked[0]!.body.model).toBe(straight.model);
    const key = 'env' in preset.key ? 'key-of-preset' : preset.key.apiKey;
    expect(at.asked[0]!.request.headers.authorization).toBe(`Bearer ${key}`);
  });

  it('takes a key, a base URL and a model instead', async () => {
    for (const variable of variables) vi.stubEnv(variable, 'not-this');
    const own = { ...agent, apiKey: 'own', baseURL: `${at.url}/deep`, temperature: 0.5 };
    await new Conversation(make(name, name === 'letta' ? own : { ...own, model: 'own-model' })).turn('hello');
    expect(at.asked[0]!.request).toMatchObject({
      url: '/v1/deep/chat/completions',
      headers: { authorization: 'Bearer own' },
    });
    expect(at.asked[0]!.body).toMatchObject({ model: name === 'letta' ? 'agent-1' : 'own-model', temperature: 0.5 });
  });
});

const keyed = all.flatMap(([name]) => {
  const { key } = presets[name];
  return 'env' in key ? [[statics[name], name, key.env] as const] : [];
});

it.each(keyed)('LLM.%s says which key is missing', (_, name, variable) => {
  vi.stubEnv(variable, '');
  vi.stubEnv('OPENAI_API_KEY', 'sk-openai');
  let thrown: unknown;
  try {
    make(name, { agentId: 'agent-1', apiKey: '' });
  } catch (error) {
    thrown = error;
  }
  expect(PatchbayError.is(thrown) && thrown.code).toBe('missing-credential');
  expect((thrown as Error).message).toContain(variable);
});

const upstream = UpstreamLLM as unknown as Record<string, Make>;
const shared = all.flatMap(([name, method]) => (method in UpstreamLLM ? [[method, name] as const] : []));

it.each(shared)("LLM.%s has upstream's host, model and variable", (method, name) => {
  const { key, model, baseURL } = presets[name];
  if ('env' in key) vi.stubEnv(key.env, 'key-of-preset');
  const theirs = upstream[method]!();
  expect([model, new URL(baseURL).host]).toEqual([theirs.model, theirs.provider]);
});

it('has every preset of upstream', () => {
  const theirs = Object.getOwnPropertyNames(UpstreamLLM).filter((name) => /^with(?!Azure)/.test(name));
  expect(shared.map(([method]) => method).sort()).toEqual(theirs.sort());
  expect(theirs).toHaveLength(12);
});

describe('a preset', () => {
  it('leaves a client where it stands', async () => {
    vi.stubEnv('GROQ_API_KEY', 'not-this');
    const model = make('groq', { client: { apiKey: 'sk-client', baseURL: at.url } });
    await new Conversation(model).turn('hello');
    expect(at.asked[0]!.request.headers.authorization).toBe('Bearer sk-client');
    expect(model.model).toBe('openai/gpt-oss-120b');
  });

  it('goes through a gateway, with its key where the gateway hands one on', async () => {
    vi.stubEnv('GROQ_API_KEY', 'gsk-1');
    const gateway = gateways.portkey({ baseURL: at.url, provider: 'groq' });
    await new Conversation(make('groq', { gateway })).turn('hello');
    expect(at.asked[0]!.request.headers).toMatchObject({ authorization: 'Bearer gsk-1', 'x-portkey-provider': 'groq' });
  });

  it('leaves what it was given as it was', () => {
    vi.stubEnv('GROQ_API_KEY', 'gsk-1');
    const options = Object.freeze({ model: undefined, baseURL: undefined });
    expect(make('groq', options)).toMatchObject({ model: 'openai/gpt-oss-120b', provider: 'api.groq.com' });
  });

  it('stands where it stands if its base URL is empty', () => {
    const options = { apiKey: 'gsk-1', baseURL: '' };
    expect(make('groq', options).provider).toBe('api.groq.com');
    expect(STT.withGroq(options).provider).toBe('api.groq.com');
  });

  it("of Letta takes the URL of its endpoint, as LiveKit's Python plugin does", async () => {
    await new Conversation(
      make('letta', { agentId: 'agent-1', apiKey: 'k', baseURL: `${at.url}/chat/completions` }),
    ).turn('hello');
    expect(at.asked[0]!.request.url).toBe('/v1/chat/completions');
  });
});

describe('OpenRouter', () => {
  const open = (options: Parameters<typeof LLM.withOpenRouter>[0]): LLM =>
    at.keep(LLM.withOpenRouter({ apiKey: 'k', baseURL: at.url, ...options }));

  it('is told site, application, providers, plugins and models to fall back to', async () => {
    const model = open({
      model: 'openai/gpt-4.1',
      siteUrl: 'https://voice.example',
      appName: 'Voice',
      fallbackModels: ['x-ai/grok-3'],
      provider: { order: ['azure'], allow_fallbacks: false },
      plugins: [{ search_prompt: 'Look it up' }],
    });
    await new Conversation(model).turn('hello');
    expect(at.asked[0]!.request.headers).toMatchObject({ 'http-referer': 'https://voice.example', 'x-title': 'Voice' });
    expect(at.asked[0]!.body).toMatchObject({
      model: 'openai/gpt-4.1',
      models: ['openai/gpt-4.1', 'x-ai/grok-3'],
      provider: { order: ['azure'], allow_fallbacks: false },
      plugins: [{ id: 'web', max_results: 5, search_prompt: 'Look it up' }],
    });
  });

  it('takes headers and fields of your own, which win', async () => {
    const headers = new Headers({ 'x-title': 'Own' });
    await new Conversation(open({ appName: 'Voice', headers, extraBody: { transforms: [] } })).turn('hello');
    expect(at.asked[0]!.request.headers).toMatchObject({ 'x-title': 'Own' });
    expect(at.asked[0]!.body).toMatchObject({ model: 'auto', transforms: [] });
    expect(at.asked[0]!.body).not.toHaveProperty('models');
  });

  it.each([
    ['fallbackModels', 'gpt-4.1'],
    ['plugins', { id: 'web' }],
    ['provider', 'azure'],
    ['siteUrl', 5],
    ['appName', {}],
  ])('refuses a wrong %s', (option, value) => {
    expect(() => open({ [option]: value })).toThrow(option);
  });
});
