import { initializeLogger } from '@livekit/agents';
import type { PatchbayError } from '@patchbay/ws-url';
import { type OpenAICapability } from '@patchbay/ws-url';
import { describe, expect, it, vi } from 'vitest';
import { azureEndpoint, dial, failureOf, withoutEnvironment } from './__fixtures__/azure.ts';
import { fromAzure, type AzureOptions } from './azure.ts';
import { STT } from './index.ts';

initializeLogger({ pretty: false, level: 'silent' });

withoutEnvironment();

const urlWith = async (options: AzureOptions, capability?: OpenAICapability): Promise<string> =>
  (await dial(fromAzure({ apiKey: 'key-1', ...options }), capability)).url;

describe('which API is asked, and where', () => {
  const v1 = `${azureEndpoint}/openai/v1/audio/speech`;
  const dated = `${azureEndpoint}/openai/deployments/m-1/audio/speech?api-version=2025-04-01-preview`;

  it.each([undefined, 'v1', 'preview', 'latest', 'V1'])(
    'apiVersion %s is the v1 API, which has no versions',
    async (apiVersion) => {
      expect(await urlWith({ azureEndpoint, ...(apiVersion === undefined ? {} : { apiVersion }) })).toBe(v1);
    },
  );

  it('a dated apiVersion is the older API, by the option or the environment, which the option overrides', async () => {
    expect(await urlWith({ azureEndpoint, apiVersion: '2025-04-01-preview' })).toBe(dated);
    vi.stubEnv('OPENAI_API_VERSION', '2025-04-01-preview');
    expect(await urlWith({ azureEndpoint })).toBe(dated);
    expect(await urlWith({ azureEndpoint, apiVersion: 'v1' })).toBe(v1);
    vi.stubEnv('OPENAI_API_VERSION', 'v1');
    expect(await urlWith({ azureEndpoint })).toBe(v1);
    vi.stubEnv('OPENAI_API_VERSION', 'soon');
    expect(failureOf(() => fromAzure({ azureEndpoint, apiKey: 'k' })).message).toContain('OPENAI_API_VERSION');
  });

  it.each([
    [azureEndpoint, v1],
    [`${azureEndpoint}/`, v1],
    [`${azureEndpoint}/openai`, v1],
    [`${azureEndpoint}/openai/v1/`, v1],
    ['wss://contoso.openai.azure.com/openai/v1/realtime', v1],
    [
      'https://apim.example.com/voice/openai?tenant=a',
      'https://apim.example.com/voice/openai/v1/audio/speech?tenant=a',
    ],
    [`${azureEndpoint}/openai?api-version=2025-04-01-preview`, dated],
    [`${azureEndpoint}/openai/deployments/d-1?api-version=2025-04-01-preview`, dated.replace('m-1', 'd-1')],
    [`${azureEndpoint}/openai/deployments/d-1/`, v1],
    [
      `${azureEndpoint}/openai/deployments/d%2D1/chat/completions?api-version=2025-04-01-preview`,
      dated.replace('m-1', 'd-1'),
    ],
    [`${azureEndpoint}/openai/deployments/?api-version=2025-04-01-preview`, dated],
    [`${azureEndpoint}/openai/v1/?api-version=preview`, `${v1}?api-version=preview`],
    [`${azureEndpoint}/openai/v1/chat/completions`, v1],
  ])('%s is joined once', async (baseURL, url) => {
    expect(await urlWith({ baseURL })).toBe(url);
    expect(await urlWith({ azureEndpoint: baseURL })).toBe(url);
  });

  it.each<[OpenAICapability, dated: string, v1: string]>([
    ['chat', 'deployments/d-1/chat/completions?', 'v1/chat/completions'],
    ['speech', 'deployments/d-1/audio/speech?', 'v1/audio/speech'],
    ['conversation', 'realtime?', 'v1/realtime?model=d-1'],
    ['responses-http', 'responses?', 'v1/responses'],
  ])(
    'a baseURL in front of Azure is the whole root, as it is upstream, and leads to %s',
    async (capability, old, v1) => {
      const to = async (options: AzureOptions): Promise<string> =>
        (await urlWith({ azureDeployment: 'd-1', ...options }, capability)).replace(/^ws/, 'http');
      const apiVersion = '2024-10-21';
      for (const root of [
        'https://apim.example.com',
        'https://apim.example.com/apim',
        'http://127.0.0.1:8080/openai',
      ]) {
        for (const baseURL of [root, `${root}/`]) {
          const dated = await to({ baseURL, apiVersion });
          expect(dated.startsWith(`${root}/${old}api-version=${apiVersion}`), dated).toBe(true);
          expect(await to({ baseURL })).toBe(`${root}/${v1}`);
        }
        const openai = root.endsWith('/openai') ? root : `${root}/openai`;
        expect(await to({ azureEndpoint: root })).toBe(`${openai}/${v1}`);
        expect((await to({ azureEndpoint: root, apiVersion })).startsWith(`${openai}/${old}`)).toBe(true);
        vi.stubEnv('AZURE_OPENAI_ENDPOINT', root);
        expect(await to({})).toBe(`${openai}/${v1}`);
      }
    },
  );

  it.each([
    ['https://apim.example.com/apim/v1', 'https://apim.example.com/apim/v1/audio/speech'],
    ['https://apim.example.com/apim/openai/v1', 'https://apim.example.com/apim/openai/v1/audio/speech'],
    [
      'https://apim.example.com/apim/deployments/d-1?api-version=2024-10-21',
      'https://apim.example.com/apim/deployments/d-1/audio/speech?api-version=2024-10-21',
    ],
    [`${azureEndpoint}/?api-version=2025-04-01-preview`, dated],
    [
      'https://contoso.services.ai.azure.com/api/projects/p',
      'https://contoso.services.ai.azure.com/api/projects/p/openai/v1/audio/speech',
    ],
  ])('the baseURL %s needs no more than it says', async (baseURL, url) => {
    expect(await urlWith({ baseURL })).toBe(url);
  });

  it.each<[OpenAICapability, old: string | undefined, v1: string]>([
    ['chat', 'deployments/d-1/chat/completions?', 'chat/completions'],
    ['speech', 'deployments/d-1/audio/speech?', 'audio/speech'],
    ['transcriptions', 'deployments/d-1/audio/transcriptions?', 'audio/transcriptions'],
    ['responses-http', 'responses?', 'responses'],
    ['responses', undefined, 'responses'],
    ['transcription', 'realtime?', 'realtime?intent=transcription'],
    ['conversation', 'realtime?', 'realtime?model=d-1'],
  ])('a base that names a deployment, or the v1 API, leads to %s', async (capability, old, v1) => {
    const to = async (path: string): Promise<string> =>
      (await urlWith({ baseURL: `${azureEndpoint}/openai/${path}`, azureDeployment: 'd-1' }, capability))
        .replace(/^wss:/, 'https:')
        .replace(`${azureEndpoint}/openai/`, '');
    if (old !== undefined) {
      const dated = await to('deployments/d-1/?api-version=2025-04-01-preview');
      expect(dated.startsWith(`${old}api-version=2025-04-01-preview`), dated).toBe(true);
    }
    for (const base of ['deployments/d-1/', 'v1/', 'v1']) expect(await to(base)).toBe(`v1/${v1}`);
  });

  it('an apiVersion wins over that of the base', async () => {
    const baseURL = `${azureEndpoint}/openai?api-version=2024-10-21&tenant=a`;
    expect(await urlWith({ baseURL, apiVersion: 'v1' })).toBe(`${v1}?tenant=a`);
    expect(await urlWith({ baseURL, apiVersion: '2025-04-01-preview' })).toBe(dated.replace('?', '?tenant=a&'));
  });

  it.each(['baseURL', 'azureEndpoint', 'AZURE_OPENAI_ENDPOINT'])('%s is refused by name', (name) => {
    const make = (written: string, options: AzureOptions = {}): PatchbayError => {
      if (name.startsWith('AZURE')) vi.stubEnv(name, written);
      const place = name.startsWith('AZURE') ? {} : { [name]: written };
      return failureOf(() => STT.withAzure({ apiKey: 'k', ...options, ...place }));
    };
    expect(make(`${azureEndpoint}/openai/deployments/d-1/hidden/things`)).toMatchObject({
      code: 'invalid-option',
      message: expect.stringMatching(new RegExp(`^${name} must be the resource, .*azureDeployment$`)) as string,
    });
    expect(make(`${azureEndpoint}/openai?api-version=hidden`).message).toMatch(new RegExp(`^${name} must be a dated`));
    for (const [written, code] of [
      ['contoso.openai.azure.com', 'invalid-url'],
      ['http://contoso.openai.azure.com', 'insecure-url'],
      [`${azureEndpoint}/#hidden`, 'invalid-url'],
    ] as const) {
      const failure = make(written);
      expect(failure.code).toBe(code);
      expect(failure.message).toMatch(new RegExp(`^\`${name}\``));
      expect(failure.message).not.toContain('hidden');
    }
  });

  it('baseURL wins over azureEndpoint, and both over the environment', async () => {
    vi.stubEnv('AZURE_OPENAI_ENDPOINT', 'https://env.openai.azure.com');
    expect(await urlWith({ baseURL: azureEndpoint, azureEndpoint: 'https://other.openai.azure.com' })).toBe(v1);
    expect(await urlWith({ azureEndpoint })).toBe(v1);
    expect(await urlWith({})).toBe(v1.replace('contoso', 'env'));
    expect(await urlWith({ baseURL: '', azureEndpoint: '', apiVersion: '' })).toBe(v1.replace('contoso', 'env'));
  });

  it('a base of the v1 API has decided: the environment does not change it, and an option that would is refused', async () => {
    vi.stubEnv('OPENAI_API_VERSION', '2025-04-01-preview');
    const baseURL = `${azureEndpoint}/openai/v1`;
    expect(await urlWith({ baseURL })).toBe(v1);
    const both = { baseURL, apiKey: 'k', apiVersion: '2025-04-01-preview' };
    expect(failureOf(() => fromAzure(both)).message).toMatch(/apiVersion.*\/openai\/v1/);
  });

  it('the deployment travels where the model would', async () => {
    const options = { azureEndpoint, azureDeployment: 'my-dep' };
    expect(await urlWith(options, 'conversation')).toContain('/openai/v1/realtime?model=my-dep');
    const old = { ...options, apiVersion: '2025-04-01-preview' };
    expect(await urlWith(old, 'conversation')).toContain('deployment=my-dep');
    expect(await urlWith(old)).toContain('/deployments/my-dep/audio/speech');
  });
});
