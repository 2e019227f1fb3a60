import { describe, expect, it } from 'vitest';
import {
  type ConnectionOptions,
  PatchbayError,
  deepgramEndpoints,
  gatewayRows,
  gateways,
  resolveConnection,
} from '../index.ts';

// Written out by hand, as table.test.ts does for OpenAI's dialect.

type Capability = keyof typeof deepgramEndpoints;

/** What is dialled, or the advice that an impossible combination must give. */
type Cells = Record<Capability, string | RegExp>;

interface Expectation {
  options: ConnectionOptions;
  /** Default `m-1`. */
  model?: string;
  headers: Record<string, string>;
  cells: Cells;
}

const token = { Authorization: 'Token provider-key-1' };
const apiKey = 'provider-key-1';
const at = { baseURL: 'https://gw.example.com', apiKey: 'gateway-key-1' };
const attempt = { signal: new AbortController().signal, wallClock: () => 0 };

/** Deepgram's own paths under a base: `https`, and the same with `wss`. */
function paths(base: string, query = 'model=m-1'): Cells {
  const socket = base.replace(/^http/, 'ws');
  return {
    transcription: `${socket}/v1/listen?${query}`,
    turns: `${socket}/v2/listen?${query}`,
    transcriptions: `${base}/v1/listen?${query}`,
    voice: `${socket}/v1/speak?${query}`,
    turnVoice: `${socket}/v2/speak?${query}`,
    speech: `${base}/v1/speak?${query}`,
  };
}

function none(advice: RegExp): Cells {
  return Object.fromEntries(Object.keys(deepgramEndpoints).map((capability) => [capability, advice])) as Cells;
}

const litellm: Cells = {
  ...none(/relays Deepgram's `\/v1\/listen` socket and no other path: use `STT` and its `stream\(\)` here/),
  transcription: 'wss://gw.example.com/deepgram/v1/listen?model=m-1',
};

const workersAI: Cells = {
  ...none(/reached by sockets here/),
  transcription: 'wss://gateway.ai.cloudflare.com/v1/acc-1/voice/workers-ai?model=%40cf%2Fdeepgram%2Fm-1',
  turns: 'wss://gateway.ai.cloudflare.com/v1/acc-1/voice/workers-ai?model=%40cf%2Fdeepgram%2Fm-1',
  voice: 'wss://gateway.ai.cloudflare.com/v1/acc-1/voice/workers-ai?model=%40cf%2Fdeepgram%2Fm-1',
  turnVoice: /use `TTS` here/,
};

const table: Record<string, Expectation> = {
  Deepgram: { options: { apiKey }, headers: token, cells: paths('https://api.deepgram.com') },
  'Deepgram in Europe': {
    options: { apiKey, baseURL: 'https://api.eu.deepgram.com' },
    headers: token,
    cells: paths('https://api.eu.deepgram.com'),
  },
  "the base of upstream's plugin": {
    options: { apiKey, baseURL: 'wss://api.deepgram.com' },
    headers: token,
    cells: paths('https://api.deepgram.com'),
  },
  'a base with a version': {
    options: { apiKey, baseURL: 'https://api.deepgram.com/v1' },
    headers: token,
    cells: paths('https://api.deepgram.com'),
  },
  'a base that is the path of another class': {
    options: { apiKey, baseURL: 'wss://api.deepgram.com/v2/listen' },
    headers: token,
    cells: paths('https://api.deepgram.com'),
  },
  'self-hosted, with a prefix and a query': {
    options: { apiKey, baseURL: 'https://speech.corp.example/gw/v1/speak?tenant=a%20b' },
    headers: token,
    cells: paths('https://speech.corp.example/gw', 'tenant=a%20b&model=m-1'),
  },
  'self-hosted, without a key': {
    options: { baseURL: 'http://deepgram:8080' },
    headers: {},
    cells: paths('http://deepgram:8080'),
  },
  LiteLLM: {
    options: { gateway: gateways.litellm(at), apiKey },
    headers: { Authorization: 'Bearer gateway-key-1' },
    cells: litellm,
  },
  'LiteLLM with a base that ends in /v1': {
    options: { gateway: gateways.litellm({ ...at, baseURL: 'https://gw.example.com/v1' }) },
    headers: { Authorization: 'Bearer gateway-key-1' },
    cells: litellm,
  },
  Cloudflare: {
    options: { gateway: gateways.cloudflare({ account: 'acc-1', gateway: 'voice', apiKey: 'gateway-key-1' }), apiKey },
    headers: { 'cf-aig-authorization': 'Bearer gateway-key-1', ...token },
    cells: paths('https://gateway.ai.cloudflare.com/v1/acc-1/voice/deepgram'),
  },
  'Cloudflare, by a plain base': {
    options: { baseURL: 'https://gateway.ai.cloudflare.com/v1/acc-1/voice/deepgram', apiKey },
    headers: token,
    cells: paths('https://gateway.ai.cloudflare.com/v1/acc-1/voice/deepgram'),
  },
  'Cloudflare Workers AI': {
    options: {
      gateway: gateways.cloudflare({ account: 'acc-1', gateway: 'voice', apiKey: 'gateway-key-1', workersAI: true }),
    },
    model: '@cf/deepgram/m-1',
    headers: { 'cf-aig-authorization': 'Bearer gateway-key-1' },
    cells: workersAI,
  },
  'Workers AI, by a plain base': {
    options: { baseURL: 'https://gateway.ai.cloudflare.com/v1/acc-1/voice/workers-ai', apiKey: 'gateway-key-1' },
    model: '@cf/deepgram/m-1',
    headers: { 'cf-aig-authorization': 'Bearer gateway-key-1' },
    cells: workersAI,
  },
  'something OpenAI-compatible': {
    options: { gateway: gateways.openAICompatible(at) },
    headers: {},
    cells: {
      ...none(/These can: Cloudflare AI Gateway\..*gateways\.custom\(row\)/),
      transcription: /These can: LiteLLM, Cloudflare AI Gateway, Cloudflare Workers AI\./,
      turns: /These can: Cloudflare AI Gateway, Cloudflare Workers AI\./,
      voice: /These can: Cloudflare AI Gateway, Cloudflare Workers AI\./,
    },
  },
  Portkey: {
    options: { gateway: gateways.portkey({ apiKey: 'gateway-key-1', provider: '@deepgram' }) },
    headers: {},
    cells: none(/^Portkey cannot be used for Deepgram .*These can: /),
  },
};

describe.each(Object.entries(table))('%s', (_title, { options, model = 'm-1', headers, cells }) => {
  it.each(Object.entries(cells) as [Capability, string | RegExp][])('%s', async (capability, cell) => {
    const resolve = () => resolveConnection(deepgramEndpoints[capability], { ...options, model });
    if (cell instanceof RegExp) {
      const error = caught(resolve);
      expect(error).toMatchObject({ code: 'unsupported', retryable: false });
      expect(error.message).toMatch(cell);
      return;
    }
    const { url, headers: sent, protocols } = await resolve().request(attempt);
    expect({ url, headers: sent, protocols }).toEqual({ url: cell, headers, protocols: [] });
  });
});

it('a key is wanted where Deepgram itself is meant', () => {
  expect(caught(() => resolveConnection(deepgramEndpoints.transcription, { model: 'nova-3' }))).toMatchObject({
    code: 'missing-credential',
    message: 'Deepgram wants a key: set `apiKey`.',
  });
});

it('audio may be binary through LiteLLM, whose other sockets take text only', () => {
  const { traits } = resolveConnection(deepgramEndpoints.transcription, { gateway: gateways.litellm(at) });
  expect(traits).toMatchObject({ textFramesOnly: false, injectsResponses: false, pongProvesOnlyGateway: true });
});

describe('Workers AI', () => {
  const gateway = gateways.cloudflare({ account: 'acc-1', gateway: 'voice', apiKey: 'k', workersAI: true });
  const { transcription } = deepgramEndpoints;

  it.each([
    ['transcription', "'@cf/deepgram/nova-3'"],
    ['turns', "'@cf/deepgram/flux'"],
    ['voice', "'@cf/deepgram/aura-1'"],
  ] as const)("refuses Deepgram's names of models, and says what Cloudflare has: %s", (name, such) => {
    expect(caught(() => resolveConnection(deepgramEndpoints[name], { gateway, model: 'nova-3' }))).toMatchObject({
      code: 'invalid-option',
      message: `\`model\` must be one of Cloudflare Workers AI's own names, such as ${such}.`,
    });
    resolveConnection(deepgramEndpoints[name], { gateway, model: '@cf/deepgram/what-comes-next' });
  });

  it.each(['@cf/', '@cf/deepgram', '@cf//', '@cf/deepgram/nova 3', ' @cf/deepgram/nova-3', '@cf/deepgram/nova-3/'])(
    'knows what a name of it looks like: not %j',
    (model) => {
      expect(caught(() => resolveConnection(transcription, { gateway, model })).code).toBe('invalid-option');
    },
  );

  it('does so for a model that is named later, too', async () => {
    const connection = resolveConnection(transcription, { gateway, model: '@cf/deepgram/nova-3' });
    expect(caught(() => connection.checkModel('nova-2')).message).toMatch(/own names, such as/);
    connection.checkModel('@cf/deepgram/what-comes-next');
    await expect(connection.request({ ...attempt, model: 'nova-2' })).rejects.toThrow(/own names, such as/);
  });

  it('takes what the user wrote into the query as it is', async () => {
    const connection = resolveConnection(transcription, { gateway, model: 'nova-3', query: { model: '@cf/mine' } });
    expect((await connection.request(attempt)).url).toMatch(/workers-ai\?model=(?:@|%40)cf(?:\/|%2F)mine$/);
  });
});

it('a query with spaces and repeated keys arrives as it was meant', async () => {
  const query = { model: 'nova-3', keyterm: ['Patch Bay', 'R&D'], redact: ['pci', 'ssn'] };
  const { url } = await resolveConnection(deepgramEndpoints.transcription, { apiKey, query }).request(attempt);
  expect([...new URL(url).searchParams]).toEqual([
    ['model', 'nova-3'],
    ['keyterm', 'Patch Bay'],
    ['keyterm', 'R&D'],
    ['redact', 'pci'],
    ['redact', 'ssn'],
  ]);
});

it('gives a source for every way to another provider', () => {
  const ways = gatewayRows.flatMap((row) => Object.values(row.providers ?? {}).flatMap((each) => Object.values(each)));
  expect(ways.filter((way) => (typeof way === 'string' ? way : way.source).length < 5)).toEqual([]);
});

function caught(action: () => unknown): PatchbayError {
  try {
    action();
  } catch (error) {
    if (PatchbayError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
