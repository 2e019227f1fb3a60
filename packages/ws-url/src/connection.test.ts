import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  type OpenAICapability,
  type ConnectionOptions,
  type EndpointDescription,
  type Gateway,
  PatchbayError,
  addressOf,
  endpoint,
  gateways,
  openaiEndpoints,
  resolveConnection,
} from './index.ts';

const attempt = { signal: new AbortController().signal, wallClock: () => 1_700_000_000_000 };

/** An invented provider: everything about it is said in its description. */
const listen = endpoint({
  provider: 'acme',
  capability: 'transcription',
  base: 'https://api.acme.test/v2',
  path: '/listen',
  query: { channel: ['left', 'right'], interim: true, absent: undefined },
  auth: { header: 'Authorization', scheme: 'Token' },
  model: { in: 'url', name: 'engine' },
});

function acme(more: Partial<EndpointDescription>, options: ConnectionOptions = {}) {
  return resolveConnection({ ...listen, ...more }, { apiKey: 'acme-key-1', model: 'fast', ...options });
}

describe('an endpoint of any provider', () => {
  it('repeats query keys, leaves out what is undefined and names the model its own way', async () => {
    const { url, headers, protocols } = await acme({}).request(attempt);
    expect(url).toBe('wss://api.acme.test/v2/listen?channel=left&channel=right&interim=true&engine=fast');
    expect(headers).toEqual({ Authorization: 'Token acme-key-1' });
    expect(protocols).toEqual([]);
  });

  it.each([
    ['url', 'body', /^`modelIn` must be left out: acme takes the model in the URL only/],
    ['url', 'both', /URL only/],
    ['body', 'url', /body only/],
  ] as const)('with a model in the %s only refuses it elsewhere: %s', (where, modelIn, message) => {
    const model = { in: where, only: true } as const;
    expect(() => acme({ model }, { modelIn })).toThrow(message);
    expect(acme({ model }, { modelIn: where }).modelIn).toBe(where);
    expect(acme({ model: { in: where } }, { modelIn }).modelIn).toBe(modelIn);
  });

  it.each([{ baseURL: 'https://api.acme.test/v2?rate=8000' }, { query: { rate: 8_000 } }])(
    'says when the URL names something else than what is sent: %j',
    (options) => {
      const connection = acme({ fixed: ['rate', 'encoding'] }, options);
      expect(() => connection.checkSaid({ rate: 16_000, encoding: 'pcm' })).toThrow(
        expect.objectContaining({ code: 'invalid-option', message: expect.stringMatching(/^`rate` .* must be 16000/) }),
      );
      connection.checkSaid({ rate: 8_000, encoding: 'pcm' });
      acme({}, options).checkSaid({ rate: 16_000 });
      expect(() => acme({ unsaid: ['rate'] }, options)).toThrow(/^`rate` .* must be left out: what is sent says it/);
      acme({ unsaid: ['encoding'] }, options);
    },
  );

  it('says beforehand which model it could not name', () => {
    const connection = acme({ path: '/engines/{model}' });
    expect(() => connection.checkModel('a/b')).toThrow(/must not contain a slash/);
    expect(() => connection.checkModel('a\nb')).toThrow(/control characters/);
    connection.checkModel('slow');
    connection.checkModel();
  });

  it('has an address with its query and without its key', () => {
    const options = { apiKey: 'acme-key-1', model: 'fast', baseURL: 'https://api.acme.test/v2?tenant=a' };
    expect(addressOf({ ...listen, auth: { query: 'token' } }, options)).toBe(
      'wss://api.acme.test/v2/listen?tenant=a&channel=left&channel=right&interim=true&engine=fast',
    );
  });

  it('carries its key in a header without a scheme', async () => {
    const { headers } = await acme({ auth: { header: 'xi-api-key' } }).request(attempt);
    expect(headers).toEqual({ 'xi-api-key': 'acme-key-1' });
  });

  it('carries its key in the query, encoded', async () => {
    const { url, redacted } = await acme({ auth: { query: 'token' } }, { apiKey: 'a+b/c=d&e' }).request(attempt);
    expect(url).toBe(
      'wss://api.acme.test/v2/listen?channel=left&channel=right&interim=true&engine=fast&token=a%2Bb%2Fc%3Dd%26e',
    );
    expect(redacted).toBe('wss://api.acme.test/v2/listen');
  });

  it('carries its key in a subprotocol, after the ones that it offers', async () => {
    const connection = acme({ protocols: ['acme.v2'], auth: { subprotocol: 'acme-key', offer: ['realtime'] } });
    const { protocols, headers } = await connection.request(attempt);
    expect(protocols).toEqual(['acme.v2', 'realtime', 'acme-key.acme-key-1']);
    expect(headers).toEqual({});
  });

  it('refuses a key that cannot be a subprotocol, without repeating it', async () => {
    const connection = acme({ auth: { subprotocol: 'acme-key' } }, { apiKey: 'acme/key,1' });
    const error = await refusal(connection.request(attempt));
    expect(error).toMatchObject({ code: 'invalid-option' });
    expect(error.message).toMatch(/`apiKey` travels as a WebSocket subprotocol/);
    expect(error.message).not.toContain('acme/key');
  });

  it('hands over a key that travels in the first frame', async () => {
    const { credential, url, headers } = await acme({ auth: { firstFrame: true } }).request(attempt);
    expect(credential).toBe('acme-key-1');
    expect({ url, headers }).toEqual({ url: expect.not.stringContaining('acme-key'), headers: {} });
  });

  it('needs no key where none is asked for', async () => {
    const { headers } = await resolveConnection({ ...listen, auth: { none: true } }, { model: 'fast' }).request(
      attempt,
    );
    expect(headers).toEqual({});
  });

  it('may mint its URL on every attempt, with the credential, the clock and the signal at hand', async () => {
    const seen: unknown[] = [];
    const connection = acme({
      auth: { none: true },
      prepare(request, { credential, wallClock, signal }) {
        seen.push([credential, wallClock(), signal === attempt.signal, request.url.href]);
        const url = new URL(`wss://mint.acme.test/session/${seen.length}?token=minted-${seen.length}`);
        return Promise.resolve({ ...request, url });
      },
    });
    const first = await connection.request(attempt);
    const second = await connection.request(attempt);
    expect(seen[0]).toEqual(['acme-key-1', 1_700_000_000_000, true, expect.stringContaining('api.acme.test')]);
    expect([first.url, second.url]).toEqual([
      'wss://mint.acme.test/session/1?token=minted-1',
      'wss://mint.acme.test/session/2?token=minted-2',
    ]);
    expect(second.secrets).toContain('minted-2');
    expect(connection.scrub('minted-1 and minted-2')).toBe('[redacted] and [redacted]');
  });

  it.each(['ws://mint.acme.test/session', 'wss://u:p@mint.acme.test/', 'ftp://mint.acme.test/'])(
    'holds a minted URL to the same rules: %s',
    async (minted) => {
      const connection = acme({ prepare: (request) => ({ ...request, url: new URL(minted) }) });
      const error = await refusal(connection.request(attempt));
      expect(error.message).toMatch(/^The URL that acme handed out/);
      expect(error.message).not.toContain('mint');
    },
  );

  it('goes through a gateway that knows the provider, and not through one that does not', async () => {
    const deepgram = { ...listen, provider: 'deepgram' };
    const options = {
      model: 'nova-3',
      gateway: gateways.litellm({ baseURL: 'https://gw.example.com/v1', apiKey: 'sk-1234' }),
    };
    const { url, headers } = await resolveConnection(deepgram, options).request(attempt);
    expect(url).toMatch(/^wss:\/\/gw\.example\.com\/deepgram\/v1\/listen\?channel=left.*&engine=nova-3$/);
    expect(headers).toEqual({ Authorization: 'Bearer sk-1234' });
    expect(() => resolveConnection(listen, options)).toThrow(/LiteLLM cannot be used for acme realtime transcription/);
  });

  it('takes a plain base URL as its own service elsewhere', async () => {
    const { url } = await acme({}, { baseURL: 'http://localhost:9/mirror' }).request(attempt);
    expect(url).toMatch(/^ws:\/\/localhost:9\/mirror\/listen\?/);
  });
});

describe('a plain base URL', () => {
  it.each([
    ['https://api.openai.com/v1', 'openai'],
    ['https://us.api.openai.com/v1', 'openai'],
    ['https://api.openai.com.evil.test/v1', 'openai-compatible'],
    ['https://contoso.openai.azure.com/openai/v1', 'azure'],
    ['https://contoso.openai.azure.com/openai/v1/?api-version=preview', 'azure'],
    ['https://contoso.openai.azure.com', 'azure'],
    ['https://contoso.openai.azure.com/openai?api-version=2024-10-01-preview', 'azure-legacy'],
    ['https://contoso.services.ai.azure.com/openai/v1', 'azure'],
    ['https://gateway.ai.cloudflare.com/v1/a/b/openai', 'cloudflare'],
    ['https://ai-gateway.vercel.sh/v1', 'vercel'],
    ['https://llm.example.com/v1', 'openai-compatible'],
    ['http://localhost:4000', 'openai-compatible'],
  ])('%s follows the row %s', (baseURL, row) => {
    expect(resolveConnection(openaiEndpoints.chat, { baseURL, apiKey: 'key-1', model: 'm' }).row.name).toBe(row);
  });

  it('is not given beside a gateway', () => {
    const gateway = gateways.openai({ apiKey: 'key-1' });
    expect(() => resolveConnection(openaiEndpoints.chat, { baseURL: 'https://x.test', gateway })).toThrow(
      /`baseURL` and `gateway` were both given/,
    );
  });

  it('that pins the model in its query keeps it', async () => {
    const options = { baseURL: 'https://gw.test/v1?model=pinned', apiKey: 'key-1', model: 'other' };
    const { url } = await resolveConnection(openaiEndpoints.conversation, options).request(attempt);
    expect(url).toBe('wss://gw.test/v1/realtime?model=pinned');
  });
});

describe('the place of the model', () => {
  const options = { baseURL: 'https://gw.test/v1', apiKey: 'key-1', model: 'm' };

  it.each([
    ['url', 'wss://gw.test/v1/realtime?intent=transcription&model=m'],
    ['body', 'wss://gw.test/v1/realtime?intent=transcription'],
    ['both', 'wss://gw.test/v1/realtime?intent=transcription&model=m'],
  ] as const)('can be overridden: %s', async (modelIn, url) => {
    const connection = resolveConnection(openaiEndpoints.transcription, { ...options, modelIn });
    expect((await connection.request(attempt)).url).toBe(url);
    expect(connection.modelIn).toBe(modelIn);
  });

  it('may change from one attempt to the next', async () => {
    const connection = resolveConnection(openaiEndpoints.conversation, options);
    expect((await connection.request({ ...attempt, model: 'n' })).url).toBe('wss://gw.test/v1/realtime?model=n');
  });

  it('asks for a model that the URL needs', async () => {
    const connection = resolveConnection(openaiEndpoints.conversation, { ...options, model: undefined });
    expect((await refusal(connection.request(attempt))).message).toMatch(/^`model` is missing/);
    const dated = { gateway: gateways.azureLegacy({ resource: 'contoso', apiKey: 'key-1' }) };
    expect((await refusal(resolveConnection(openaiEndpoints.chat, dated).request(attempt))).message).toMatch(
      /^`model`/,
    );
  });

  it('refuses a deployment name that would change the path', () => {
    const gateway = gateways.azureLegacy({ resource: 'contoso', apiKey: 'key-1' });
    expect(() => resolveConnection(openaiEndpoints.chat, { gateway, model: '../admin' })).toThrow(
      /`model` is part of the path/,
    );
  });
});

describe('a deployment', () => {
  const named = { apiKey: 'key-1', resource: 'contoso', deployment: 'my stt' };
  const dial = (gateway: Gateway, capability: OpenAICapability, model?: string) =>
    resolveConnection(openaiEndpoints[capability], { gateway, model: 'gpt-4o-transcribe' }).request({
      ...attempt,
      ...(model === undefined ? {} : { model }),
    });

  it('travels in place of the model, in URLs, paths and bodies, and the model is what is reported', async () => {
    const { url } = await dial(gateways.azure(named), 'conversation', 'gpt-4o-transcribe');
    expect(url).toBe('wss://contoso.openai.azure.com/openai/v1/realtime?model=my%20stt');
    expect((await dial(gateways.azureLegacy(named), 'speech')).url).toContain('/deployments/my%20stt/audio/speech');
    const connection = resolveConnection(openaiEndpoints.responses, { gateway: gateways.azure(named), model: 'gpt-5' });
    expect([connection.model, connection.nameOf()]).toEqual(['gpt-5', 'my stt']);
  });

  it('stands for the model of the class alone: another one is a deployment by itself', async () => {
    expect((await dial(gateways.azureLegacy(named), 'speech', 'other')).url).toContain('/deployments/other/');
    const connection = resolveConnection(openaiEndpoints.chat, { gateway: gateways.azure(named), model: 'gpt-5' });
    expect(connection.nameOf('other')).toBe('other');
  });

  it('is not needed', () => {
    expect(acme({}, { apiKey: 'key-1', model: 'm' }).nameOf()).toBe('m');
    expect(acme({}, { model: undefined }).nameOf()).toBeUndefined();
    expect(() => gateways.azure({ ...named, deployment: '' })).toThrow(/`gateway\.deployment`/);
  });
});

describe('credentials', () => {
  it('are asked for on every attempt, and old ones stay secret', async () => {
    let count = 0;
    const connection = acme({}, { apiKey: () => Promise.resolve(`token-${++count}`) });
    const [first, second] = [await connection.request(attempt), await connection.request(attempt)];
    expect([first.headers, second.headers]).toEqual([
      { Authorization: 'Token token-1' },
      { Authorization: 'Token token-2' },
    ]);
    expect(connection.scrub('was token-1, is token-2')).toBe('was [redacted], is [redacted]');
  });

  it('lose the white space around them', async () => {
    const { headers } = await acme({}, { apiKey: ' acme-key-1\n' }).request(attempt);
    expect(headers).toEqual({ Authorization: 'Token acme-key-1' });
  });

  it('that are missing are one error that names the option', () => {
    expect(() => resolveConnection(listen, {})).toThrow('acme wants a key: set `apiKey`.');
    expect(() => resolveConnection(openaiEndpoints.chat, { gateway: gateways.vercel({}) })).toThrow(
      'Vercel AI Gateway wants a key: set `gateway.apiKey`.',
    );
    expect(() =>
      resolveConnection(openaiEndpoints.chat, { baseURL: 'https://api.portkey.ai/v1', apiKey: 'k' }),
    ).toThrow(/Portkey wants a key of its own: give `gateway` one of `gateways`/);
  });

  it('whose function fails may be asked again, and its error is quoted without secrets', async () => {
    const failing = () => Promise.reject(new Error('vault said no to sk-live-abc123'));
    const error = await refusal(acme({}, { apiKey: failing }).request(attempt));
    expect(error).toMatchObject({ code: 'missing-credential', retryable: true });
    expect(error.message).toBe('The function given as `apiKey` failed: vault said no to [redacted]');
  });

  it.each([[''], [7], [undefined], ['two words']])('whose function returns %j are refused', async (value) => {
    const error = await refusal(acme({}, { apiKey: () => value as string }).request(attempt));
    expect(error).toMatchObject({ retryable: false });
    expect(error.message).toContain('`apiKey()`');
  });

  it('are not waited for once the attempt is given up', async () => {
    const controller = new AbortController();
    const connection = acme({}, { apiKey: () => new Promise<string>(() => {}) });
    const pending = connection.request({ ...attempt, signal: controller.signal });
    controller.abort();
    expect(await refusal(pending)).toMatchObject({ code: 'aborted' });
    expect(await refusal(connection.request({ ...attempt, signal: controller.signal }))).toMatchObject({
      code: 'aborted',
    });
  });

  it('give way to a header that the user set, whatever its case', async () => {
    const { headers, secrets } = await acme({}, { headers: { authorization: 'Basic dXNlcjpwYXNz' } }).request(attempt);
    expect(headers).toEqual({ authorization: 'Basic dXNlcjpwYXNz' });
    expect(secrets).toContain('Basic dXNlcjpwYXNz');
    const entra = { baseURL: 'https://contoso.openai.azure.com', headers: { Authorization: 'Bearer entra-1' } };
    expect((await resolveConnection(openaiEndpoints.chat, entra).request(attempt)).headers).toEqual(entra.headers);
    // The header of the row, although keys travel otherwise on this route of it.
    const key = { baseURL: 'https://contoso.openai.azure.com', headers: { 'api-key': 'key-1' } };
    expect((await resolveConnection(openaiEndpoints.responses, key).request(attempt)).headers).toEqual(key.headers);
    const open = resolveConnection(listen, { headers: { AUTHORIZATION: 'Token mine-1' } });
    expect((await open.request({ ...attempt, model: 'm' })).headers).toEqual({ AUTHORIZATION: 'Token mine-1' });
  });
});

it('lays the traits of provider, gateway and route over each other', () => {
  const gateway = gateways.litellm({ baseURL: 'https://gw.test', apiKey: 'sk-1234' });
  expect(resolveConnection(openaiEndpoints.responses, { gateway, model: 'm' }).traits).toEqual({
    sessionMs: 3_600_000,
    pongProvesOnlyGateway: true,
    textFramesOnly: true,
    maxFrameBytes: 16_777_216,
    injectsResponses: true,
    firstSubprotocol: 'realtime',
    firstFrameWithinMs: 30_000,
    oneModelPerSocket: true,
    responseIdsStayOnTransport: true,
  });
});

it('offers the subprotocol that a gateway echoes before the others', async () => {
  const gateway = gateways.custom({
    name: 'picky',
    title: 'Picky',
    auth: { subprotocol: 'openai-insecure-api-key' },
    traits: { firstSubprotocol: 'realtime' },
    routes: { conversation: { model: 'url', source: 'a test' } },
  })({ baseURL: 'https://picky.test/v1', apiKey: 'key-1' });
  const { protocols } = await resolveConnection(openaiEndpoints.conversation, { gateway, model: 'm' }).request(attempt);
  expect(protocols).toEqual(['realtime', 'openai-insecure-api-key.key-1']);
});

it('shows where a request goes, and nothing else of it', async () => {
  const request = await acme({ auth: { query: 'token' } }).request(attempt);
  expect(inspect({ request })).toBe('{ request: DialRequest wss://api.acme.test/v2/listen }');
  expect(JSON.stringify(request)).toBe('{"redacted":"wss://api.acme.test/v2/listen"}');
});

async function refusal(promise: Promise<unknown>): Promise<PatchbayError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (PatchbayError.is(error)) return error;
  throw new Error('expected a PatchbayError', { cause: error });
}
