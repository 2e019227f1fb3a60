import { inspect } from 'node:util';
import { initializeLogger } from '@livekit/agents';
import { PatchbayError } from '@patchbay/ws-url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LLM, realtime, responses, STT, TTS, ws } from './index.ts';

initializeLogger({ pretty: false, level: 'silent' });

const variables = ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];
beforeEach(() => {
  for (const name of variables) vi.stubEnv(name, '');
});
afterEach(() => vi.unstubAllEnvs());

type Make = (options: never) => unknown;

/** Every public constructor that connects. */
const constructors: Record<string, Make> = {
  LLM: (options) => new LLM(options),
  'responses.LLM': (options) => new responses.LLM(options),
  'realtime.RealtimeModel': (options) => new realtime.RealtimeModel(options),
  'realtime.GPTLiveModel': (options) => new realtime.GPTLiveModel(options),
  'realtime.RealtimeTranslationModel': (options) => new realtime.RealtimeTranslationModel(options),
  STT: (options) => new STT(options),
  TTS: (options) => new TTS(options),
};

/** … and every other way to make one. */
const presets: Record<string, Make> = Object.fromEntries(
  Object.entries({
    LLM,
    'responses.LLM': responses.LLM,
    'realtime.RealtimeModel': realtime.RealtimeModel,
    STT,
    TTS,
  }).flatMap(([name, made]) =>
    Object.getOwnPropertyNames(made)
      .filter((method) => method.startsWith('with'))
      .map((method): [string, Make] => [
        `${name}.${method}`,
        (options) => (made as unknown as Record<string, Make>)[method]?.(options),
      ]),
  ),
);

const needed = { apiKey: 'sk-hidden-key', targetLanguage: 'es' };
const secret = 'hidden-1234567';

function refusalOf(act: () => unknown): PatchbayError {
  try {
    act();
  } catch (error) {
    expect(PatchbayError.is(error), inspect(error)).toBe(true);
    return error as PatchbayError;
  }
  throw new Error('nothing was thrown');
}

function expectRefusal(act: () => unknown, named: string, advice: RegExp, code = 'invalid-option'): void {
  const { message, ...error } = refusalOf(act);
  expect({ ...error, message }).toMatchObject({ code, message: expect.stringMatching(advice) as string });
  expect(message).toContain(named);
  expect(message).not.toContain('hidden');
}

it('there are as many presets as we think', () => expect(Object.keys(presets)).toHaveLength(25));

describe.each(Object.entries({ ...constructors, ...presets }))('%s', (_name, make) => {
  it.each([[null], [42], [Number.NaN], ['gpt-4.1'], [true], [[]], [['gpt-4.1']], [() => ({})], [Symbol('s')], [5n]])(
    'refuses %s instead of options',
    (options) => expectRefusal(() => make(options as never), 'options', /must be an object/),
  );
});

it.each<[string, () => unknown, string]>([
  [
    'realtime.RealtimeTranslationModel',
    () => new realtime.RealtimeTranslationModel(undefined as never),
    'targetLanguage',
  ],
  ['LLM.withLetta', () => LLM.withLetta(undefined as never), 'agentId'],
])('%s refuses to be told nothing', (_name, make, option) => expectRefusal(make, option, /must be/));

const address = /^`baseURL` must (?:be an absolute URL|begin with|not carry)/;

/** Wrong values of the options that every class has: what, under which name, with which advice. */
const wrong: [option: string, value: unknown, named: string, advice: RegExp, code?: string][] = [
  ['apiKey', 5, '`apiKey`', /must be a string or a function/],
  ['apiKey', [secret], '`apiKey`', /must be a string or a function/],
  ['apiKey', Number.NaN, '`apiKey`', /must be a string or a function/],
  ['apiKey', `${secret}\r\nx-evil: 1`, '`apiKey`', /line break/],
  ['apiKey', `${secret}\u00e9`, '`apiKey`', /outside ASCII/],
  ['apiKey', '', '`apiKey`', /is empty/, 'missing-credential'],
  ['baseURL', 5, '`baseURL`', address, 'invalid-url'],
  ['baseURL', [], '`baseURL`', address, 'invalid-url'],
  ['baseURL', secret, '`baseURL`', address, 'invalid-url'],
  ['baseURL', `ftp://${secret}/v1`, '`baseURL`', address, 'invalid-url'],
  ['baseURL', `https://user:${secret}@llm.example.com/v1`, '`apiKey`', address, 'invalid-url'],
  ['baseURL', `https://llm.example.com/v1#${secret}`, '`baseURL`', address, 'invalid-url'],
  ['baseURL', `https://llm.example.com/v1\r\n${secret}`, '`baseURL`', address, 'invalid-url'],
  ['baseURL', 'http://llm.example.com/v1', '`allowInsecure: true`', /^`baseURL` would send/, 'insecure-url'],
  ['headers', secret, 'headers', /must be an object/],
  ['headers', 5, 'headers', /must be an object/],
  ['headers', Number.NaN, 'headers', /must be an object/],
  ['headers', [secret], 'headers', /must be an object/],
  ['headers', { 'x-team': 5 }, 'x-team', /must be a string/],
  ['headers', { 'x-team': null }, 'x-team', /must be a string/],
  ['headers', { 'x-team': [secret] }, 'x-team', /must be a string/],
  ['headers', { 'x-team': `${secret}\r\nx-evil: 1` }, 'x-team', /line break/],
  ['headers', { [`x-${secret}\r\nx-evil`]: '1' }, '`headers`', /no HTTP header name/],
  ['headers', { 'X-Team': secret, 'x-team': 'b' }, 'x-team', /once/],
  [
    'headers',
    new Map([
      ['X-Team', secret],
      ['x-team', 'b'],
    ]),
    'x-team',
    /once/,
  ],
  [
    'headers',
    [
      ['x-team', secret],
      ['x-team', 'b'],
    ],
    'x-team',
    /once/,
  ],
  [
    'headers',
    [
      ['x-team', secret],
      ['X-TEAM', 'b'],
    ],
    'X-TEAM',
    /once/,
  ],
  ['headers', new Map([[5, secret]]), 'headers', /must be an object/],
  ['query', `a=${secret}`, 'query', /must be an object/],
  ['query', 5, 'query', /must be an object/],
  ['query', [secret], 'query', /must be an object/],
  ['query', { a: Number.NaN }, '`query`', /finite numbers/],
  ['query', { a: { b: secret } }, '`query`', /strings/],
  ['query', { a: null }, '`query`', /strings/],
  ['query', { tenant: `${secret}\r\n` }, '`query`', /without line breaks/],
  ['query', new Map([['tenant', `${secret}\u0000`]]), '`query`', /without line breaks/],
  ['proxy', 'socks5://127.0.0.1:1080', '`proxy`', /http:\/\/user:password@host:port/],
  ['proxy', secret, '`proxy`', /must be a URL/],
  ['proxy', '', '`proxy`', /must be a URL/],
  ['proxy', true, '`proxy`', /must be a URL/],
  ['proxy', null, '`proxy`', /must be a URL/],
  ['proxy', 5, '`proxy`', /must be a URL/],
  ['proxy', { host: secret }, '`proxy`', /must be a URL/],
  ['agent', `http://${secret}`, '`agent`', /there is `proxy`/],
  ['agent', {}, '`agent`', /must be an Agent/],
  ['agent', null, '`agent`', /must be an Agent/],
  ['gateway', 'litellm', '`gateway`', /one of `gateways`/],
  ['gateway', null, '`gateway`', /one of `gateways`/],
  ['gateway', { baseURL: secret }, '`gateway`', /one of `gateways`/],
  ['client', secret, 'client', /must be an object/],
  ['client', { apiKey: 5 }, '`client.apiKey`', /must be a string/],
  ['client', { apiKey: 'k', baseURL: 5 }, '`client.baseURL`', /absolute URL/, 'invalid-url'],
  ['client', { apiKey: 'k', organization: 5 }, 'OpenAI-Organization', /must be a string/],
  ['organization', 5, 'organization', /must be a string/],
  ['organization', `${secret}\r\n`, 'OpenAI-Organization', /line break/],
  ['project', {}, 'project', /must be a string/],
  ['model', 5, 'model', /must be a (?:non-empty )?string/],
  ['model', '', 'model', /must be a (?:non-empty )?string/],
  ['model', [secret], 'model', /must be a (?:non-empty )?string/],
  ['model', Number.NaN, 'model', /must be a (?:non-empty )?string/],
  ['modelIn', 'header', '`modelIn`', /'url', 'body' or 'both'/],
  ['allowInsecure', 'no', 'allowInsecure', /true or false/],
];

describe.each(Object.entries(constructors))('%s', (name, make) => {
  // To a RealtimeModel, as to upstream's, an empty model is not set.
  const refused = wrong.filter(
    ([option, value]) => !(name === 'realtime.RealtimeModel' && option === 'model' && value === ''),
  );
  it.each(refused)('refuses %s: %j', (option, value, named, advice, code) =>
    expectRefusal(
      () => make({ ...needed, ...(option === 'client' ? { apiKey: undefined } : {}), [option]: value } as never),
      named,
      advice,
      code,
    ),
  );

  it('accepts what is right, and what is absent', () => {
    const absent = Object.fromEntries(wrong.map(([option]) => [option, undefined]));
    const right = {
      proxy: false,
      headers: new Headers({ 'X-Team': 'a' }),
      query: [
        ['a', '1'],
        ['a', '2'],
      ],
    };
    expect(() => make({ ...absent, ...needed, ...right } as never)).not.toThrow();
  });
});

const patience: [value: unknown, named: string][] = [
  [{ timeoutMs: -1 }, 'connOptions.timeoutMs'],
  [{ timeoutMs: 0 }, 'connOptions.timeoutMs'],
  [{ timeoutMs: Number.NaN }, 'connOptions.timeoutMs'],
  [{ timeoutMs: Infinity }, 'connOptions.timeoutMs'],
  [{ timeoutMs: '5' }, 'connOptions.timeoutMs'],
  [{ maxRetry: -1 }, 'connOptions.maxRetry'],
  [{ maxRetry: 1.5 }, 'connOptions.maxRetry'],
  [{ retryIntervalMs: -1 }, 'connOptions.retryIntervalMs'],
  [[], 'connOptions'],
  [null, 'connOptions'],
  [5, 'connOptions'],
];

describe.each(['STT', 'realtime.RealtimeModel', 'realtime.GPTLiveModel', 'realtime.RealtimeTranslationModel'])(
  '%s',
  (name) => {
    it.each(patience)('refuses connOptions: %j', (connOptions, named) =>
      expectRefusal(() => constructors[name]?.({ ...needed, connOptions } as never), named, /must be/),
    );
  },
);

it.each([
  ['voice', 3],
  ['voice', []],
  ['voice', null],
  ['speed', Number.NaN],
  ['responseFormat', 'aac'],
])('TTS refuses %s: %j', (option, value) =>
  expectRefusal(() => new TTS({ ...needed, [option]: value }), option, /must be/),
);

it.each([[undefined], [null], [42], ['wss://api.openai.com'], [{}], [[]]])(
  'ws.ResponsesWebSocket refuses %j',
  (socket) => expectRefusal(() => new ws.ResponsesWebSocket(socket as never), 'socket', /must be a WebSocket of `ws`/),
);
