import { describe, expect, it } from 'vitest';
import {
  type OpenAICapability,
  type Gateway,
  type ModelPlacement,
  PatchbayError,
  gatewayRows,
  gateways,
  openaiEndpoints,
  resolveConnection,
} from '../index.ts';

// Written out by hand from vendors' pages and trials, never derived from the table: this is what it is checked against.

/** What is dialled and what the codec does with the model, or the advice that an impossible combination must give. */
type Cell = readonly [url: string, modelIn: ModelPlacement | 'none'] | RegExp;

interface Expectation {
  /** Row of the table that this exercises. */
  row: string;
  gateway: Gateway;
  /** The class's own `apiKey`. */
  apiKey?: string;
  headers: Record<string, string>;
  /** Where a key travels otherwise. */
  headersOf?: Partial<Record<OpenAICapability, Record<string, string>>>;
  cells: Record<OpenAICapability, Cell>;
}

const at = { baseURL: 'https://gw.example.com', apiKey: 'gateway-key-1' };
const bearer = { Authorization: 'Bearer gateway-key-1' };
const pipeline =
  /Leave `gateway` and `baseURL` out for this class, or describe the route with `gateways\.custom\(row\)`/;
const overHttp = /Set `useWebSocket: false`/;
/** What only the newer of two APIs has. */
const version1 = /belongs to the v1 API: `gateways\.azure\(…\)`/;
const batch = /Set `useRealtime: false`/;
const realtime = /Use `realtime\.RealtimeModel`/;

/** OpenAI's HTTP paths under a base. */
function http(
  base: string,
): Pick<Record<OpenAICapability, Cell>, 'chat' | 'responses-http' | 'speech' | 'transcriptions' | 'models'> {
  return {
    chat: [`${base}/chat/completions`, 'body'],
    'responses-http': [`${base}/responses`, 'body'],
    speech: [`${base}/audio/speech`, 'body'],
    transcriptions: [`${base}/audio/transcriptions`, 'body'],
    models: [`${base}/models`, 'none'],
  };
}

const table: Record<string, Expectation> = {
  OpenAI: {
    row: 'openai',
    gateway: gateways.openai({ apiKey: 'gateway-key-1' }),
    headers: bearer,
    cells: {
      conversation: ['wss://api.openai.com/v1/realtime?model=m-1', 'url'],
      transcription: ['wss://api.openai.com/v1/realtime?intent=transcription', 'body'],
      translation: ['wss://api.openai.com/v1/realtime/translations?model=m-1', 'url'],
      live: ['wss://api.openai.com/v1/live/sessions', 'body'],
      responses: ['wss://api.openai.com/v1/responses', 'body'],
      ...http('https://api.openai.com/v1'),
    },
  },
  'OpenAI in a region': {
    row: 'openai',
    gateway: gateways.openai({ apiKey: 'gateway-key-1', baseURL: 'https://eu.api.openai.com/v1' }),
    headers: bearer,
    cells: {
      conversation: ['wss://eu.api.openai.com/v1/realtime?model=m-1', 'url'],
      transcription: ['wss://eu.api.openai.com/v1/realtime?intent=transcription', 'body'],
      translation: ['wss://eu.api.openai.com/v1/realtime/translations?model=m-1', 'url'],
      live: ['wss://eu.api.openai.com/v1/live/sessions', 'body'],
      responses: ['wss://eu.api.openai.com/v1/responses', 'body'],
      ...http('https://eu.api.openai.com/v1'),
    },
  },
  'something OpenAI-compatible': {
    row: 'openai-compatible',
    gateway: gateways.openAICompatible({ ...at, baseURL: 'https://gw.example.com/v1' }),
    headers: bearer,
    cells: {
      conversation: ['wss://gw.example.com/v1/realtime?model=m-1', 'url'],
      transcription: ['wss://gw.example.com/v1/realtime?intent=transcription', 'body'],
      translation: ['wss://gw.example.com/v1/realtime/translations?model=m-1', 'url'],
      live: ['wss://gw.example.com/v1/live/sessions', 'body'],
      responses: ['wss://gw.example.com/v1/responses?model=m-1', 'both'],
      ...http('https://gw.example.com/v1'),
    },
  },
  'Azure, v1 API, with a key': {
    row: 'azure',
    gateway: gateways.azure({ resource: 'contoso', apiKey: 'gateway-key-1' }),
    headers: { 'api-key': 'gateway-key-1' },
    headersOf: { responses: bearer },
    cells: {
      conversation: ['wss://contoso.openai.azure.com/openai/v1/realtime?model=m-1', 'url'],
      transcription: ['wss://contoso.openai.azure.com/openai/v1/realtime?intent=transcription', 'body'],
      translation: ['wss://contoso.openai.azure.com/openai/v1/realtime/translations?model=m-1', 'url'],
      live: ['wss://contoso.openai.azure.com/openai/v1/live/sessions', 'body'],
      responses: ['wss://contoso.openai.azure.com/openai/v1/responses', 'body'],
      ...http('https://contoso.openai.azure.com/openai/v1'),
    },
  },
  'Azure, v1 API, with an Entra token': {
    row: 'azure',
    gateway: gateways.azure({ baseURL: 'https://contoso.services.ai.azure.com/', entraToken: () => 'entra-token-1' }),
    headers: { Authorization: 'Bearer entra-token-1' },
    cells: {
      conversation: ['wss://contoso.services.ai.azure.com/openai/v1/realtime?model=m-1', 'url'],
      transcription: ['wss://contoso.services.ai.azure.com/openai/v1/realtime?intent=transcription', 'body'],
      translation: ['wss://contoso.services.ai.azure.com/openai/v1/realtime/translations?model=m-1', 'url'],
      live: ['wss://contoso.services.ai.azure.com/openai/v1/live/sessions', 'body'],
      responses: ['wss://contoso.services.ai.azure.com/openai/v1/responses', 'body'],
      ...http('https://contoso.services.ai.azure.com/openai/v1'),
    },
  },
  'Azure with dated versions': {
    row: 'azure-legacy',
    gateway: gateways.azureLegacy({ resource: 'contoso', apiKey: 'gateway-key-1' }),
    headers: { 'api-key': 'gateway-key-1' },
    cells: {
      conversation: [
        'wss://contoso.openai.azure.com/openai/realtime?api-version=2024-10-01-preview&deployment=m-1',
        'url',
      ],
      transcription: [
        'wss://contoso.openai.azure.com/openai/realtime?api-version=2025-04-01-preview&intent=transcription',
        'body',
      ],
      translation: version1,
      live: version1,
      responses: overHttp,
      chat: [
        'https://contoso.openai.azure.com/openai/deployments/m-1/chat/completions?api-version=2024-10-01-preview',
        'none',
      ],
      'responses-http': ['https://contoso.openai.azure.com/openai/responses?api-version=2025-04-01-preview', 'body'],
      speech: [
        'https://contoso.openai.azure.com/openai/deployments/m-1/audio/speech?api-version=2024-10-01-preview',
        'none',
      ],
      transcriptions: [
        'https://contoso.openai.azure.com/openai/deployments/m-1/audio/transcriptions?api-version=2024-10-01-preview',
        'none',
      ],
      models: ['https://contoso.openai.azure.com/openai/models?api-version=2024-10-01-preview', 'none'],
    },
  },
  'Azure with a chosen version': {
    row: 'azure-legacy',
    gateway: gateways.azureLegacy({ resource: 'contoso', apiKey: 'gateway-key-1', apiVersion: '2026-01-01' }),
    headers: { 'api-key': 'gateway-key-1' },
    cells: {
      conversation: ['wss://contoso.openai.azure.com/openai/realtime?api-version=2026-01-01&deployment=m-1', 'url'],
      transcription: [
        'wss://contoso.openai.azure.com/openai/realtime?api-version=2026-01-01&intent=transcription',
        'body',
      ],
      translation: version1,
      live: version1,
      responses: overHttp,
      chat: ['https://contoso.openai.azure.com/openai/deployments/m-1/chat/completions?api-version=2026-01-01', 'none'],
      'responses-http': ['https://contoso.openai.azure.com/openai/responses?api-version=2026-01-01', 'body'],
      speech: ['https://contoso.openai.azure.com/openai/deployments/m-1/audio/speech?api-version=2026-01-01', 'none'],
      transcriptions: [
        'https://contoso.openai.azure.com/openai/deployments/m-1/audio/transcriptions?api-version=2026-01-01',
        'none',
      ],
      models: ['https://contoso.openai.azure.com/openai/models?api-version=2026-01-01', 'none'],
    },
  },
  LiteLLM: {
    row: 'litellm',
    gateway: gateways.litellm(at),
    headers: bearer,
    cells: {
      conversation: ['wss://gw.example.com/v1/realtime?model=m-1', 'url'],
      transcription: ['wss://gw.example.com/v1/realtime?intent=transcription', 'body'],
      translation: ['wss://gw.example.com/v1/realtime/translations?model=m-1', 'url'],
      live: ['wss://gw.example.com/v1/live/sessions', 'body'],
      responses: ['wss://gw.example.com/v1/responses?model=m-1', 'both'],
      ...http('https://gw.example.com/v1'),
    },
  },
  'LiteLLM with azure/ deployments': {
    row: 'litellm',
    gateway: gateways.litellm({ ...at, baseURL: 'https://gw.example.com/v1', transcription: 'azure' }),
    headers: bearer,
    cells: {
      conversation: ['wss://gw.example.com/v1/realtime?model=m-1', 'url'],
      transcription: ['wss://gw.example.com/v1/realtime?intent=transcription&model=m-1', 'url'],
      translation: ['wss://gw.example.com/v1/realtime/translations?model=m-1', 'url'],
      live: ['wss://gw.example.com/v1/live/sessions', 'body'],
      responses: ['wss://gw.example.com/v1/responses?model=m-1', 'both'],
      ...http('https://gw.example.com/v1'),
    },
  },
  "LiteLLM's relay": {
    row: 'litellm',
    gateway: gateways.litellm({
      ...at,
      baseURL: 'https://gw.example.com/v1',
      transcription: 'passthrough',
      speech: 'passthrough',
    }),
    headers: bearer,
    cells: {
      conversation: ['wss://gw.example.com/v1/realtime?model=m-1', 'url'],
      transcription: ['wss://gw.example.com/openai_passthrough/realtime?intent=transcription', 'body'],
      translation: ['wss://gw.example.com/v1/realtime/translations?model=m-1', 'url'],
      live: ['wss://gw.example.com/v1/live/sessions', 'body'],
      responses: ['wss://gw.example.com/v1/responses?model=m-1', 'both'],
      ...http('https://gw.example.com/v1'),
      speech: ['https://gw.example.com/openai_passthrough/audio/speech', 'body'],
    },
  },
  Portkey: {
    row: 'portkey',
    gateway: gateways.portkey({ apiKey: 'gateway-key-1', provider: '@openai-prod' }),
    headers: { 'x-portkey-api-key': 'gateway-key-1', 'x-portkey-provider': '@openai-prod' },
    cells: {
      conversation: ['wss://api.portkey.ai/v1/realtime?model=m-1', 'url'],
      transcription: ['wss://api.portkey.ai/v1/realtime?intent=transcription', 'body'],
      translation: pipeline,
      live: realtime,
      responses: overHttp,
      ...http('https://api.portkey.ai/v1'),
    },
  },
  'Portkey, self-hosted': {
    row: 'portkey-self-hosted',
    gateway: gateways.portkey({ baseURL: 'https://gw.example.com/v1', provider: 'openai' }),
    apiKey: 'provider-key-1',
    headers: { 'x-portkey-provider': 'openai', Authorization: 'Bearer provider-key-1' },
    cells: {
      conversation: ['wss://gw.example.com/v1/realtime?model=m-1', 'url'],
      transcription: ['wss://gw.example.com/v1/realtime?intent=transcription', 'body'],
      translation: pipeline,
      live: realtime,
      responses: overHttp,
      ...http('https://gw.example.com/v1'),
    },
  },
  Helicone: {
    row: 'helicone',
    gateway: gateways.helicone({ apiKey: 'gateway-key-1', providerKey: 'provider-key-1' }),
    apiKey: 'another-key-1',
    headers: { 'Helicone-Auth': 'Bearer gateway-key-1', Authorization: 'Bearer provider-key-1' },
    cells: {
      conversation: ['wss://api.helicone.ai/v1/gateway/oai/realtime?model=m-1', 'url'],
      transcription: ['wss://api.helicone.ai/v1/gateway/oai/realtime?intent=transcription', 'body'],
      translation: pipeline,
      live: realtime,
      responses: overHttp,
      ...http('https://api.helicone.ai/v1/gateway/oai/v1'),
    },
  },
  'Helicone, self-hosted, to Azure': {
    row: 'helicone',
    gateway: gateways.helicone({
      ...at,
      baseURL: 'https://gw.example.com/jawn/v1/gateway/oai/v1',
      azureResource: 'contoso',
    }),
    apiKey: 'provider-key-1',
    headers: { 'Helicone-Auth': 'Bearer gateway-key-1', Authorization: 'Bearer provider-key-1' },
    cells: {
      conversation: ['wss://gw.example.com/jawn/v1/gateway/oai/realtime?resource=contoso&deployment=m-1', 'url'],
      transcription: [
        'wss://gw.example.com/jawn/v1/gateway/oai/realtime?intent=transcription&resource=contoso',
        'body',
      ],
      translation: pipeline,
      live: realtime,
      responses: pipeline,
      chat: pipeline,
      'responses-http': pipeline,
      speech: pipeline,
      transcriptions: pipeline,
      models: pipeline,
    },
  },
  Cloudflare: {
    row: 'cloudflare',
    gateway: gateways.cloudflare({ account: 'acc-1', gateway: 'voice', apiKey: 'gateway-key-1' }),
    apiKey: 'provider-key-1',
    headers: { 'cf-aig-authorization': 'Bearer gateway-key-1', Authorization: 'Bearer provider-key-1' },
    cells: {
      conversation: ['wss://gateway.ai.cloudflare.com/v1/acc-1/voice/openai?model=m-1', 'url'],
      transcription: ['wss://gateway.ai.cloudflare.com/v1/acc-1/voice/openai?intent=transcription', 'body'],
      translation: pipeline,
      live: realtime,
      responses: overHttp,
      ...http('https://gateway.ai.cloudflare.com/v1/acc-1/voice/openai'),
    },
  },
  Bifrost: {
    row: 'bifrost',
    gateway: gateways.bifrost(at),
    headers: bearer,
    cells: {
      conversation: ['wss://gw.example.com/v1/realtime?model=m-1', 'url'],
      transcription: ['wss://gw.example.com/v1/realtime?intent=transcription', 'body'],
      translation: pipeline,
      live: ['wss://gw.example.com/v1/live/sessions', 'body'],
      responses: ['wss://gw.example.com/v1/responses', 'body'],
      ...http('https://gw.example.com/v1'),
    },
  },
  Vercel: {
    row: 'vercel',
    gateway: gateways.vercel({ apiKey: 'gateway-key-1' }),
    headers: bearer,
    cells: {
      conversation: pipeline,
      transcription: pipeline,
      translation: pipeline,
      live: ['wss://ai-gateway.vercel.sh/v1/live/sessions', 'body'],
      responses: ['wss://ai-gateway.vercel.sh/v1/responses', 'body'],
      chat: ['https://ai-gateway.vercel.sh/v1/chat/completions', 'body'],
      'responses-http': ['https://ai-gateway.vercel.sh/v1/responses', 'body'],
      speech: pipeline,
      transcriptions: pipeline,
      models: ['https://ai-gateway.vercel.sh/v1/models', 'none'],
    },
  },
  'LiveKit Inference': {
    row: 'livekit-inference',
    gateway: gateways.livekitInference({ apiKey: () => Promise.resolve('gateway-key-1') }),
    headers: bearer,
    cells: {
      conversation: /inference\.RealtimeModel/,
      transcription: /inference\.STT/,
      translation: pipeline,
      live: /inference\.DuplexModel/,
      responses: pipeline,
      chat: ['https://agent-gateway.livekit.cloud/v1/chat/completions', 'body'],
      'responses-http': /Use `LLM`/,
      speech: /inference\.TTS/,
      transcriptions: /inference\.STT/,
      models: pipeline,
    },
  },
  LocalAI: {
    row: 'localai',
    gateway: gateways.localai({ baseURL: 'http://localhost:8080' }),
    headers: {},
    cells: {
      conversation: ['ws://localhost:8080/v1/realtime?model=m-1', 'url'],
      transcription: ['ws://localhost:8080/v1/realtime?model=m-1', 'url'],
      translation: pipeline,
      live: realtime,
      responses: ['ws://localhost:8080/v1/responses', 'body'],
      ...http('http://localhost:8080/v1'),
    },
  },
  Speaches: {
    row: 'speaches',
    gateway: gateways.speaches({ baseURL: 'http://speaches:8000/v1', apiKey: 'gateway-key-1' }),
    headers: bearer,
    cells: {
      conversation: ['ws://speaches:8000/v1/realtime?model=m-1', 'url'],
      transcription: ['ws://speaches:8000/v1/realtime?intent=transcription&model=m-1', 'url'],
      translation: pipeline,
      live: realtime,
      responses: pipeline,
      'responses-http': /Use `LLM`/,
      chat: ['http://speaches:8000/v1/chat/completions', 'body'],
      speech: ['http://speaches:8000/v1/audio/speech', 'body'],
      transcriptions: ['http://speaches:8000/v1/audio/transcriptions', 'body'],
      models: ['http://speaches:8000/v1/models', 'none'],
    },
  },
  vLLM: {
    row: 'vllm',
    gateway: gateways.vllm({ baseURL: 'http://127.0.0.1:8000/v1' }),
    headers: {},
    cells: {
      conversation: /only transcribes.*gateways\.custom/,
      transcription: batch,
      translation: pipeline,
      live: pipeline,
      responses: overHttp,
      chat: ['http://127.0.0.1:8000/v1/chat/completions', 'body'],
      'responses-http': ['http://127.0.0.1:8000/v1/responses', 'body'],
      speech: /vLLM-Omni/,
      transcriptions: ['http://127.0.0.1:8000/v1/audio/transcriptions', 'body'],
      models: ['http://127.0.0.1:8000/v1/models', 'none'],
    },
  },
  agentgateway: {
    row: 'agentgateway',
    gateway: gateways.agentgateway(at),
    headers: bearer,
    cells: {
      conversation: ['wss://gw.example.com/v1/realtime?model=m-1', 'url'],
      transcription: ['wss://gw.example.com/v1/realtime?intent=transcription', 'body'],
      translation: pipeline,
      live: realtime,
      responses: overHttp,
      ...http('https://gw.example.com/v1'),
    },
  },
};

const attempt = { signal: new AbortController().signal, wallClock: () => 0 };

describe.each(Object.entries(table))('%s', (_title, { gateway, apiKey, headers, headersOf, cells }) => {
  it.each(Object.entries(cells) as [OpenAICapability, Cell][])('%s', async (capability, cell) => {
    const resolve = () => resolveConnection(openaiEndpoints[capability], { gateway, apiKey, model: 'm-1' });
    if (cell instanceof RegExp) {
      const error = caught(resolve);
      expect(error).toMatchObject({ code: 'unsupported', retryable: false });
      expect(error.message).toContain(gateway.row.title);
      expect(error.message).toMatch(cell);
      return;
    }
    const connection = resolve();
    const request = await connection.request(attempt);
    expect({ url: request.url, headers: request.headers, protocols: request.protocols }).toEqual({
      url: cell[0],
      headers: headersOf?.[capability] ?? headers,
      protocols: [],
    });
    expect(connection.modelIn).toBe(cell[1]);
    expect(connection.redacted).toBe(cell[0].replace(/\?.*/, ''));
  });
});

it('has an expectation for every row', () => {
  const covered = Object.values(table).map(({ row, gateway }) => [row, gateway.row.name]);
  expect(new Set(covered.map(([row]) => row))).toEqual(new Set(gatewayRows.map(({ name }) => name)));
  for (const [row, name] of covered) expect(name).toBe(row);
});

it('gives a source for every cell', () => {
  const sources = gatewayRows.flatMap((row) => Object.values(row.routes).map((route) => route.source));
  expect(sources.filter((source) => source.length < 5)).toEqual([]);
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
