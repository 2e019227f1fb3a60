import { OpenAI } from 'openai';
import { OpenAI as OpenAI7 } from 'openai-7';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gateways } from '@patchbay/ws-url';
import { resolveConnectOptions } from './options.ts';
import { STT } from './stt/stt.ts';

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
    });
  });

  it('prefers options to the client and the client to the environment', () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-env');
    vi.stubEnv('OPENAI_BASE_URL', 'https://env.example/v1');
    const client = { apiKey: 'sk-client', baseURL: 'https://client.example/v1' };
    expect(resolveConnectOptions({ client })).toEqual(client);
    expect(resolveConnectOptions({ client, apiKey: 'sk-option' })).toEqual({ ...client, apiKey: 'sk-option' });
  });

  it('takes an empty base URL for none, as the SDK does, which is what an unset variable often is', () => {
    const client = { apiKey: 'sk-client', baseURL: 'https://client.example/v1' };
    expect(resolveConnectOptions({ apiKey: 'k', baseURL: '' })).toEqual({ apiKey: 'k' });
    expect(resolveConnectOptions({ client, baseURL: '' })).toEqual(client);
    vi.stubEnv('OPENAI_BASE_URL', 'https://env.example/v1');
    const fromEnvironment = { apiKey: 'k', baseURL: 'https://env.example/v1' };
    expect(resolveConnectOptions({ apiKey: 'k', baseURL: '' })).toEqual(fromEnvironment);
    expect(resolveConnectOptions({ client: { apiKey: 'k', baseURL: '' } })).toEqual(fromEnvironment);
    const gateway = gateways.litellm({ baseURL: 'https://llm.example.com', apiKey: 'sk-gateway' });
    expect(resolveConnectOptions({ gateway, baseURL: '' })).toEqual({ gateway });
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
    expect(resolveConnectOptions({ gateway, client })).toEqual({ gateway, apiKey: 'sk-client' });
  });

  it('names the variable whose URL makes no sense', () => {
    vi.stubEnv('OPENAI_BASE_URL', '127.0.0.1:9/v1');
    expect(() => resolveConnectOptions({ apiKey: 'k' })).toThrow(/OPENAI_BASE_URL in the environment must be/);
  });

  it('adds no base URL of the environment to a gateway', () => {
    vi.stubEnv('OPENAI_BASE_URL', 'https://env.example/v1');
    const gateway = { row: { name: 'g', title: 'G', routes: {} }, baseURL: 'https://gateway.example' };
    expect(resolveConnectOptions({ gateway, apiKey: 'k' })).toEqual({ gateway, apiKey: 'k' });
  });
});
