import { OpenAI } from 'openai';
import { OpenAI as OpenAI7 } from 'openai-7';
import { initializeLogger, llm } from '@livekit/agents';
import { startLoopback } from '@patchbay/loopback';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { gateways } from '@patchbay/ws-url';
import { LLM, STT, TTS } from './index.ts';
import { resolveConnectOptions, type OpenAIConnectOptions } from './options.ts';

initializeLogger({ pretty: false, level: 'silent' });

beforeEach(() => {
  for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_ORG_ID', 'OPENAI_PROJECT_ID']) vi.stubEnv(name, '');
});
afterEach(() => vi.unstubAllEnvs());

describe('pain 15: one rule for options, client and environment', () => {
  it('reads the environment at construction, not at import', () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-env');
    vi.stubEnv('OPENAI_BASE_URL', 'https://env.example/v1');
    vi.stubEnv('OPENAI_ORG_ID', 'org-1');
    vi.stubEnv('OPENAI_PROJECT_ID', 'proj-1');
    expect(resolveConnectOptions({})).toEqual({
      apiKey: 'sk-env',
      baseURL: 'https://env.example/v1',
      headers: { 'OpenAI-Organization': 'org-1', 'OpenAI-Project': 'proj-1' },
      named: { apiKey: 'OPENAI_API_KEY', baseURL: 'OPENAI_BASE_URL' },
    });
  });

  it('prefers options to the client and the client to the environment', () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-env');
    vi.stubEnv('OPENAI_BASE_URL', 'https://env.example/v1');
    const client = { apiKey: 'sk-client', baseURL: 'https://client.example/v1' };
    expect(resolveConnectOptions({ client })).toMatchObject(client);
    expect(resolveConnectOptions({ client, apiKey: 'sk-option' })).toMatchObject({ ...client, apiKey: 'sk-option' });
  });

  it('takes an empty base URL for none, as the SDK does, which is what an unset variable often is', () => {
    const client = { apiKey: 'sk-client', baseURL: 'https://client.example/v1' };
    expect(resolveConnectOptions({ apiKey: 'k', baseURL: '' })).toEqual({ apiKey: 'k' });
    expect(resolveConnectOptions({ client, baseURL: '' })).toEqual(resolveConnectOptions({ client }));
    vi.stubEnv('OPENAI_BASE_URL', 'https://env.example/v1');
    const fromEnvironment = { apiKey: 'k', baseURL: 'https://env.example/v1' };
    expect(resolveConnectOptions({ apiKey: 'k', baseURL: '' })).toMatchObject(fromEnvironment);
    expect(resolveConnectOptions({ client: { apiKey: 'k', baseURL: '' } })).toMatchObject(fromEnvironment);
    const gateway = gateways.litellm({ baseURL: 'https://llm.example.com', apiKey: 'sk-gateway' });
    expect(resolveConnectOptions({ gateway, baseURL: '' })).not.toHaveProperty('baseURL');
  });

  it.each([
    ['6', OpenAI],
    ['7', OpenAI7],
  ])('takes key, base URL, organization, headers and query from an openai %s client', (_version, Client) => {
    const client = new Client({
      apiKey: 'sk-client',
      baseURL: 'https://client.example/v1',
      organization: 'org-2',
      defaultHeaders: { 'X-Team': 'voice', 'X-Removed': null },
      defaultQuery: { tenant: 'a' },
    });
    expect(resolveConnectOptions({ client })).toEqual({
      apiKey: 'sk-client',
      baseURL: 'https://client.example/v1',
      headers: { 'OpenAI-Organization': 'org-2', 'X-Team': 'voice' },
      query: { tenant: 'a' },
      named: { apiKey: 'client.apiKey', baseURL: 'client.baseURL' },
    });
  });

  it.each([
    ['6', OpenAI],
    ['7', OpenAI7],
  ])('asks the key function of an openai %s client on every attempt, through us', async (_version, Client) => {
    let asked = 0;
    const client = new Client({ apiKey: () => Promise.resolve(`sk-${++asked}`), baseURL: 'https://client.example/v1' });
    const { apiKey } = resolveConnectOptions({ client });
    if (typeof apiKey !== 'function') throw new Error('expected a function');
    expect([await apiKey(), await apiKey()]).toEqual(['sk-1', 'sk-2']);
  });

  it.each([
    ['Headers and URLSearchParams', new Headers({ 'X-Team': 'a' }), new URLSearchParams('tenant=a')],
    ['a Map', new Map([['x-team', 'a']]), new Map([['tenant', 'a']])],
    ['pairs', [['x-team', 'a']] as const, [['tenant', 'a']] as const],
  ])('takes headers and query as %s, and as an object', (_name, headers, query) => {
    expect(resolveConnectOptions({ headers, query })).toEqual({ headers: { 'x-team': 'a' }, query: { tenant: 'a' } });
  });

  it('lets an option win over a client and the environment however its header is spelt', () => {
    vi.stubEnv('OPENAI_PROJECT_ID', 'proj-1');
    const client = new OpenAI({ apiKey: 'k', defaultHeaders: { 'X-Team': 'b' } });
    const headers = new Headers({ 'X-Team': 'a', 'OpenAI-Project': 'proj-2' });
    expect(resolveConnectOptions({ client, headers }).headers).toEqual({ 'x-team': 'a', 'openai-project': 'proj-2' });
  });

  it('gives what the environment says of OpenAI to no gateway that keeps it', () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-environment-1');
    vi.stubEnv('OPENAI_ORG_ID', 'org-1');
    const unset = gateways.litellm({ baseURL: 'https://llm.example.com', apiKey: undefined });
    expect(resolveConnectOptions({ gateway: unset })).toEqual({ gateway: unset });
    expect(() => new STT({ gateway: unset })).toThrow(/LiteLLM wants a key.*`gateway\.apiKey`/);
    const handsOn = gateways.helicone({ apiKey: 'sk-helicone' });
    expect(resolveConnectOptions({ gateway: handsOn })).toMatchObject({ apiKey: 'sk-environment-1' });
    expect(resolveConnectOptions({ gateway: gateways.openai() })).toMatchObject({ apiKey: 'sk-environment-1' });
  });

  it('gives a gateway none of the headers and query that a client has for its own way', () => {
    const gateway = gateways.litellm({ baseURL: 'https://llm.example.com', apiKey: 'sk-gateway' });
    const defaultHeaders = { Authorization: 'Bearer zzz999999' };
    const client = new OpenAI({ apiKey: 'sk-client', defaultHeaders, defaultQuery: { tenant: '7' } });
    expect(resolveConnectOptions({ gateway, client })).toEqual({
      gateway,
      apiKey: 'sk-client',
      named: { apiKey: 'client.apiKey' },
    });
  });

  it.each([
    ['127.0.0.1:9/v1', /^`OPENAI_BASE_URL` must be an absolute URL/],
    ['http://llm.example.com/v1', /^`OPENAI_BASE_URL` would send the key .* plain text/],
    ['https://user:hidden@llm.example.com/v1', /^`OPENAI_BASE_URL` must not carry a user name/],
    ['https://llm.example.com/v1#hidden', /^`OPENAI_BASE_URL` must not carry a fragment/],
  ])('names the variable whose URL %s cannot be used', (url, message) => {
    vi.stubEnv('OPENAI_BASE_URL', url);
    for (const make of [
      () => new STT({ apiKey: 'k' }),
      () => new LLM({ apiKey: 'k' }),
      () => new TTS({ apiKey: 'k' }),
    ]) {
      expect(make).toThrow(message);
      expect(make).not.toThrow('hidden');
    }
    expect(() => new STT({ apiKey: 'k', baseURL: url })).toThrow(/^`baseURL`/);
    expect(() => new STT({ client: { apiKey: 'k', baseURL: url } })).toThrow(/^`client\.baseURL`/);
  });

  it('names the variable whose key cannot be one', () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-hidden\nsk-other');
    expect(() => new STT()).toThrow(/^`OPENAI_API_KEY` contains white space/);
    expect(() => new STT({ apiKey: 'a b' })).toThrow(/^`apiKey`/);
  });

  describe('says whom to charge only where the environment is at home', () => {
    const foreign = 'https://llm.example.com/v1';
    const charged = { headers: { 'OpenAI-Organization': 'org-1', 'OpenAI-Project': 'proj-1' } };
    beforeEach(() => {
      vi.stubEnv('OPENAI_ORG_ID', 'org-1');
      vi.stubEnv('OPENAI_PROJECT_ID', 'proj-1');
      vi.stubEnv('OPENAI_API_KEY', 'sk-env');
    });

    it.each<[string, OpenAIConnectOptions]>([
      ['at OpenAI', {}],
      ['at OpenAI, with another key', { apiKey: 'k' }],
      ['at a region of OpenAI', { apiKey: 'k', baseURL: 'https://eu.api.openai.com/v1' }],
      ['where its key goes', { baseURL: foreign }],
    ])('%s', (_name, options) => expect(resolveConnectOptions(options)).toMatchObject(charged));

    it('at its own base URL', () => {
      vi.stubEnv('OPENAI_BASE_URL', foreign);
      expect(resolveConnectOptions({ apiKey: 'k' })).toMatchObject(charged);
    });

    it.each<[string, OpenAIConnectOptions]>([
      ['another key', { apiKey: 'k', baseURL: foreign }],
      ['the key of a client', { client: { apiKey: 'k', baseURL: foreign } }],
      ['an Authorization of its own', { baseURL: foreign, headers: { authorization: 'Bearer k' } }],
    ])('not at another base URL with %s', (_name, options) => {
      const { headers = {} } = resolveConnectOptions(options);
      expect(Object.keys(headers).filter((name) => name !== 'authorization')).toEqual([]);
    });

    it('not at the providers of the presets', async () => {
      const cloud = await startLoopback({ voice: 'plain', mind: 'echo' });
      onTestFinished(() => cloud.close());
      const model = LLM.withGroq({ apiKey: 'gsk', baseURL: cloud.url });
      onTestFinished(() => model.aclose());
      const chatCtx = llm.ChatContext.empty();
      chatCtx.addMessage({ role: 'user', content: 'hello' });
      await model.chat({ chatCtx }).collect();
      expect(Object.keys(cloud.requests[0]?.headers ?? {})).not.toContain('openai-organization');
      expect(Object.keys(cloud.requests[0]?.headers ?? {})).not.toContain('openai-project');
    });

    it('anywhere, if it was said by option', () => {
      const said = { apiKey: 'k', baseURL: foreign, organization: 'org-2', project: 'proj-2' };
      expect(resolveConnectOptions(said).headers).toEqual({
        'OpenAI-Organization': 'org-2',
        'OpenAI-Project': 'proj-2',
      });
    });
  });

  it('adds no base URL of the environment to a gateway', () => {
    vi.stubEnv('OPENAI_BASE_URL', 'https://env.example/v1');
    const gateway = { row: { name: 'g', title: 'G', routes: {} }, baseURL: 'https://gateway.example' };
    expect(resolveConnectOptions({ gateway, apiKey: 'k' })).toEqual({ gateway, apiKey: 'k' });
  });
});
