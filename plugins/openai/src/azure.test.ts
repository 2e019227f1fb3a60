import { inspect } from 'node:util';
import { initializeLogger } from '@livekit/agents';
import { AzureOpenAI } from 'openai';
import { AzureOpenAI as AzureOpenAI7 } from 'openai-7';
import { describe, expect, it, vi } from 'vitest';
import { attempt, azureEndpoint, dial, failureOf, withoutEnvironment } from './__fixtures__/azure.ts';
import { fromAzure, type AzureOptions } from './azure.ts';
import { routeTo } from './endpoint.ts';
import { LLM, realtime, responses, STT, TTS } from './index.ts';

initializeLogger({ pretty: false, level: 'silent' });

withoutEnvironment();

const headersWith = async (options: AzureOptions): Promise<unknown> =>
  (await dial(fromAzure({ azureEndpoint, ...options }))).headers;

/** Every class, by its `withAzure`. */
const classes: Record<string, (options: AzureOptions & { model?: string }) => { model: string; provider: string }> = {
  STT: (options) => STT.withAzure(options),
  'STT over HTTP': (options) => STT.withAzure({ useRealtime: false, ...options }),
  TTS: (options) => TTS.withAzure(options),
  LLM: (options) => LLM.withAzure(options),
  'responses.LLM': (options) => responses.LLM.withAzure(options),
  'realtime.RealtimeModel': (options) => realtime.RealtimeModel.withAzure({ azureDeployment: 'dep-1', ...options }),
};

describe.each(Object.entries(classes))('pain 17: %s.withAzure', (_name, make) => {
  it('reports the model that was named, and goes to Azure', () => {
    const model = make({ azureEndpoint, apiKey: 'key-1', azureDeployment: 'dep-1', model: 'gpt-4o-named' });
    expect([model.model, model.provider]).toEqual(['gpt-4o-named', 'contoso.openai.azure.com']);
  });

  it.each([
    'openai/deployments/dep-1/',
    'openai/v1/',
    'openai/v1/?api-version=preview',
    'openai?api-version=2025-04-01-preview',
  ])('takes a base that ends in %s, and refuses one that leads elsewhere', (path) => {
    expect(make({ baseURL: `${azureEndpoint}/${path}`, apiKey: 'key-1' }).provider).toBe('contoso.openai.azure.com');
    const elsewhere = { baseURL: `${azureEndpoint}/openai/deployments/dep-1/images/edits`, apiKey: 'key-1' };
    expect(failureOf(() => make(elsewhere)).message).toMatch(/^baseURL must be the resource/);
  });

  it('demands no key where a token or a provider is given', () => {
    for (const token of [
      { azureAdToken: 'token-1' },
      { entraToken: 'token-1' },
      { azureAdTokenProvider: () => Promise.resolve('token-1') },
    ]) {
      expect(() => make({ azureEndpoint, ...token })).not.toThrow();
    }
  });

  it('says what to set where the endpoint or every credential is missing, and takes none of OpenAI', () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-openai');
    vi.stubEnv('OPENAI_BASE_URL', 'https://gateway.example.com/v1');
    expect(failureOf(() => make({ apiKey: 'key-1' }))).toMatchObject({
      code: 'invalid-option',
      message: expect.stringMatching(/azureEndpoint.*AZURE_OPENAI_ENDPOINT/) as string,
    });
    expect(failureOf(() => make({ azureEndpoint }))).toMatchObject({
      code: 'missing-credential',
      message: expect.stringMatching(/azureAdTokenProvider.*apiKey.*AZURE_OPENAI_API_KEY/) as string,
    });
  });

  it('works on the environment alone', () => {
    vi.stubEnv('AZURE_OPENAI_ENDPOINT', azureEndpoint);
    vi.stubEnv('AZURE_OPENAI_API_KEY', 'key-1');
    expect(make({}).provider).toBe('contoso.openai.azure.com');
  });

  it.each<[string, object]>([
    ['azureEndpoint', { azureEndpoint: 5 }],
    ['azureDeployment', { azureDeployment: 5 }],
    ['apiVersion', { apiVersion: 'hidden-version' }],
    ['apiVersion', { apiVersion: 20250401 }],
    ['azureAdTokenProvider', { azureAdTokenProvider: 'hidden-token' }],
    ['azureAdToken', { azureAdToken: 'hidden\ntoken' }],
    ['entraToken', { entraToken: 'hidden\ntoken' }],
    ['azureEndpoint', { azureEndpoint: 'https://user:hidden@contoso.openai.azure.com' }],
    ['baseURL', { baseURL: 'hidden.azure.com' }],
    ['model', { model: null }],
  ])('refuses a wrong %s, unseen', (option, wrong) => {
    const failure = failureOf(() => make({ azureEndpoint, apiKey: 'key-1', ...wrong }));
    expect(failure.code).toMatch(/^invalid-(?:option|url)$/);
    expect(failure.message).toContain(option);
    expect(failure.message).not.toContain('hidden');
  });

  it('pain 27: shows no key and no token', () => {
    for (const secret of [
      { apiKey: 'secret-1' },
      { entraToken: 'secret-1' },
      { azureAdToken: 'secret-1' },
      { azureEndpoint: `${azureEndpoint}?code=secret-1`, apiKey: 'key-1' },
    ]) {
      const model = make({ azureEndpoint, azureDeployment: 'dep-1', ...secret });
      expect(inspect(model, { depth: 12, showHidden: true, getters: true })).not.toContain('secret-1');
    }
  });
});

describe('which credential travels', () => {
  const bearer = (token: string): object => ({ Authorization: `Bearer ${token}` });

  it('is a key in `api-key`, or a token as a bearer', async () => {
    expect(await headersWith({ apiKey: 'key-1' })).toEqual({ 'api-key': 'key-1' });
    expect(await headersWith({ azureAdToken: 'token-1' })).toEqual(bearer('token-1'));
    expect(await headersWith({ entraToken: () => 'token-1' })).toEqual(bearer('token-1'));
  });

  it('is a token rather than a key, and a provider rather than a token', async () => {
    expect(await headersWith({ apiKey: 'key-1', entraToken: 'token-1' })).toEqual(bearer('token-1'));
    const azureAdTokenProvider = (): string => 'token-2';
    expect(await headersWith({ azureAdToken: 'token-1', azureAdTokenProvider })).toEqual(bearer('token-2'));
  });

  it('is an option rather than the environment, where a key wins because it does not expire', async () => {
    vi.stubEnv('AZURE_OPENAI_AD_TOKEN', 'token-env');
    expect(await headersWith({})).toEqual(bearer('token-env'));
    vi.stubEnv('AZURE_API_KEY', 'key-livekit');
    expect(await headersWith({})).toEqual({ 'api-key': 'key-livekit' });
    vi.stubEnv('AZURE_OPENAI_API_KEY', 'key-env');
    expect(await headersWith({})).toEqual({ 'api-key': 'key-env' });
    expect(await headersWith({ azureAdToken: 'token-1' })).toEqual(bearer('token-1'));
    expect(await headersWith({ apiKey: 'key-1' })).toEqual({ 'api-key': 'key-1' });
  });

  it("is that of LiveKit's documentation too", async () => {
    vi.stubEnv('AZURE_OPENAI_ENTRA_TOKEN', 'token-env');
    expect(await headersWith({})).toEqual(bearer('token-env'));
  });

  it('is asked of a provider every time, and a failure of it says whose it is', async () => {
    let count = 0;
    const options = fromAzure({ azureEndpoint, azureAdTokenProvider: () => Promise.resolve(`token-${++count}`) });
    const { connection } = routeTo('speech', options, 'm-1');
    const requests = [await connection.request(attempt), await connection.request(attempt)];
    expect(requests.map(({ headers }) => headers)).toEqual([bearer('token-1'), bearer('token-2')]);
    const failing = fromAzure({
      azureEndpoint,
      azureAdTokenProvider: () => Promise.reject(new Error('no such tenant')),
    });
    await expect(dial(failing)).rejects.toThrow(/azureAdTokenProvider.*no such tenant/);
  });

  it('goes with organization and project', async () => {
    vi.stubEnv('OPENAI_PROJECT_ID', 'proj-env');
    const options = fromAzure({ azureEndpoint, apiKey: 'key-1', organization: 'org-1' });
    expect((await dial(options)).headers).toEqual({
      'api-key': 'key-1',
      'OpenAI-Organization': 'org-1',
      'OpenAI-Project': 'proj-env',
    });
  });
});

describe('responses.LLM.withAzure', () => {
  const options = { azureEndpoint, apiKey: 'key-1' };

  it('asks over HTTP where Azure has no sockets, unless it is told otherwise: that is an error', () => {
    expect(responses.LLM.withAzure(options).label()).toBe('openai.ws.LLM');
    expect(responses.LLM.withAzure({ ...options, useWebSocket: false }).label()).toBe('openai.responses.LLM');
    const dated = { ...options, apiVersion: '2025-04-01-preview' };
    expect(responses.LLM.withAzure(dated).label()).toBe('openai.responses.LLM');
    expect(failureOf(() => responses.LLM.withAzure({ ...dated, useWebSocket: true }))).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('useWebSocket: false') as string,
    });
  });
});

describe('realtime.RealtimeModel', () => {
  it('speaks the preview with a dated version only, wherever that is said', () => {
    const options = { azureDeployment: 'dep-1', azureEndpoint, apiKey: 'key-1' };
    expect(realtime.RealtimeModel.withAzure(options)._options.apiVersion).toBeUndefined();
    vi.stubEnv('OPENAI_API_VERSION', '2025-04-01-preview');
    expect(realtime.RealtimeModel.withAzure(options)._options.apiVersion).toBe('2025-04-01-preview');
    const constructed = new realtime.RealtimeModel({
      azureDeployment: 'dep-1',
      baseURL: azureEndpoint,
      apiKey: 'key-1',
    });
    expect(constructed._options).toMatchObject({ isAzure: true, apiVersion: '2025-04-01-preview' });
  });

  it.each([
    [`${azureEndpoint}/openai/deployments/dep-1?api-version=2025-04-01-preview`, '2025-04-01-preview'],
    [`${azureEndpoint}/openai/realtime?api-version=2025-04-01-preview&deployment=dep-1`, '2025-04-01-preview'],
    [`${azureEndpoint}/openai/deployments/dep-1/`, undefined],
  ])('finds the deployment in %s', async (baseURL, apiVersion) => {
    const options = { apiKey: 'key-1', baseURL } as realtime.RealtimeModelOptions & { azureDeployment: string };
    const model = realtime.RealtimeModel.withAzure(options);
    expect([model.model, model._options.apiVersion]).toEqual(['dep-1', apiVersion]);
    const { url } = await dial(fromAzure({ apiKey: 'key-1', baseURL }), 'conversation');
    const where = apiVersion
      ? `openai/realtime?api-version=${apiVersion}&deployment=dep-1`
      : 'openai/v1/realtime?model=dep-1';
    expect(url).toBe(`wss://contoso.openai.azure.com/${where}`);
  });

  it('needs to know the deployment, and is called by it where no model is named', () => {
    const options = { azureDeployment: 'dep-1', azureEndpoint, apiKey: 'key-1' };
    expect(realtime.RealtimeModel.withAzure(options).model).toBe('dep-1');
    const wrong = { ...options, azureDeployment: undefined as never };
    expect(failureOf(() => realtime.RealtimeModel.withAzure(wrong)).message).toContain('azureDeployment');
  });
});

describe.each([
  ['6', AzureOpenAI],
  ['7', AzureOpenAI7],
])('pain 17: an AzureOpenAI client of openai %s', (_version, Client) => {
  it('gives its endpoint, version, deployment and key', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-openai');
    const client = new Client({
      endpoint: azureEndpoint,
      apiKey: 'key-1',
      apiVersion: '2025-04-01-preview',
      deployment: 'dep-1',
      defaultHeaders: { 'x-team': 'voice' },
    });
    const { url, headers } = await dial({ client, headers: { 'X-Team': 'phone' } });
    expect(url).toBe(`${azureEndpoint}/openai/deployments/dep-1/audio/speech?api-version=2025-04-01-preview`);
    expect(headers).toEqual({ 'api-key': 'key-1', 'X-Team': 'phone' });
    expect((await dial({ client, apiKey: 'key-2' })).headers).toMatchObject({ 'api-key': 'key-2' });
    expect(new STT({ client, model: 'gpt-4o-transcribe', useRealtime: false }).model).toBe('gpt-4o-transcribe');
  });

  it('goes where its own baseURL says, and to /openai of its endpoint', async () => {
    const more = { apiKey: 'key-1', apiVersion: '2024-10-21', deployment: 'dep-1' };
    const apim = new Client({ ...more, baseURL: 'https://apim.example.com/apim' });
    const path = 'deployments/dep-1/audio/speech?api-version=2024-10-21';
    expect((await dial({ client: apim })).url).toBe(`https://apim.example.com/apim/${path}`);
    const endpoint = new Client({ ...more, endpoint: 'https://apim.example.com/apim' });
    expect((await dial({ client: endpoint })).url).toBe(`https://apim.example.com/apim/openai/${path}`);
  });

  it('gives its provider of tokens, which is asked every time', async () => {
    let count = 0;
    const azureADTokenProvider = (): Promise<string> => Promise.resolve(`token-${++count}`);
    const client = new Client({ endpoint: azureEndpoint, azureADTokenProvider, apiVersion: 'v1' });
    const { connection } = routeTo('conversation', { client }, 'dep-1');
    const requests = [await connection.request(attempt), await connection.request(attempt)];
    expect(requests.map(({ url }) => url)).toEqual(
      Array(2).fill('wss://contoso.openai.azure.com/openai/v1/realtime?model=dep-1'),
    );
    expect(requests.map(({ headers }) => headers.Authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });
});
