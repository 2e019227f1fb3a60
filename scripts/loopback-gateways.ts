import { get } from 'node:http';
import { startLoopback, type Loopback } from '../packages/loopback/src/index.ts';
import {
  deepgramEndpoints,
  openaiEndpoints,
  resolveConnection,
  sonioxEndpoints,
  type Capability,
  type DialRequest,
  type EndpointDescription,
  type GatewayRow,
} from '../packages/ws-url/src/index.ts';
import { createGateway } from '../packages/ws-url/src/gateway.ts';

/** The rules of loopback's that stand for a row of the table; `undefined`: its cloud without any. */
const rules: Readonly<Record<string, string | undefined>> = {
  openai: undefined,
  azure: 'azure',
  'azure-legacy': 'azure-legacy',
  litellm: 'litellm@1.110',
  portkey: 'portkey',
  'portkey-self-hosted': 'portkey',
  helicone: 'helicone',
  cloudflare: 'cloudflare',
  'cloudflare-workers-ai': 'cloudflare',
  bifrost: 'bifrost',
  vercel: 'vercel',
  'livekit-inference': 'livekit-inference',
  localai: 'localai',
  speaches: 'speaches',
  vllm: 'vllm',
  agentgateway: 'agentgateway',
  'openai-compatible': 'openai-compatible',
};

const endpoints: readonly EndpointDescription[] = [openaiEndpoints, deepgramEndpoints, sonioxEndpoints].flatMap(
  (described) => Object.values(described),
);

/** Names of models, where a name alone does not do: Deepgram opens no socket for one that it does not have. */
const models: Readonly<Record<string, string>> = {
  'deepgram transcription': 'nova-3',
  'deepgram turns': 'flux-general-en',
  'deepgram voice': 'aura-2-thalia-en',
  'deepgram turn-voice': 'flux-alexis-en',
};
const workersModels: typeof models = {
  'deepgram transcription': '@cf/deepgram/nova-3',
  'deepgram turns': '@cf/deepgram/flux',
  'deepgram voice': '@cf/deepgram/aura-1',
};

/** Some gateways want the provider's name before the model's. */
function modelOf({ name }: GatewayRow, { provider, capability }: EndpointDescription): string {
  if (name === 'cloudflare-workers-ai') return workersModels[`${provider} ${capability}`] ?? 'MODEL';
  if (['bifrost', 'vercel', 'livekit-inference'].includes(name)) return 'openai/MODEL';
  return models[`${provider} ${capability}`] ?? 'MODEL';
}

/** LiveKit's is a token, which has three parts. */
const key = 'a.KEY.b';

const attempt = { signal: new AbortController().signal, wallClock: () => 0 };

/**
 * What loopback serves by a gateway's rules, as `provider capability`. Nothing is looked up: whatever the row makes of an
 * endpoint is sent, and counts if the socket opens, or the cloud behind was asked, though it may not know the model.
 */
export function servedByLoopback(row: GatewayRow): Promise<ReadonlySet<string>> {
  const answer = answers.get(row) ?? askAll(row);
  answers.set(row, answer);
  return answer;
}

const answers = new WeakMap<GatewayRow, Promise<ReadonlySet<string>>>();

async function askAll(row: GatewayRow): Promise<ReadonlySet<string>> {
  if (!Object.hasOwn(rules, row.name)) return new Set();
  const gateway = rules[row.name];
  const cloud = await startLoopback({ voice: 'plain', ...(gateway === undefined ? {} : { gateway }) });
  try {
    const served = new Set<string>();
    for (const endpoint of endpoints) {
      const { provider, capability } = endpoint;
      const route = provider === 'openai' ? row.routes[capability] : row.providers?.[provider]?.[capability];
      if (route === undefined || typeof route === 'string') continue;
      if (await isServed(cloud, row, endpoint)) served.add(`${provider} ${capability}`);
    }
    return served;
  } finally {
    await cloud.close();
  }
}

async function isServed(cloud: Loopback, row: GatewayRow, endpoint: EndpointDescription): Promise<boolean> {
  const headers = row.name.startsWith('portkey') ? { 'x-portkey-provider': 'openai' } : undefined;
  const gateway = createGateway(row, {
    // Cloudflare's name of the provider is the row's to add.
    baseURL: cloud.url.replace(/\/openai$/, ''),
    apiKey: key,
    ...(row.providerKey === undefined || row.providerKey === 'never' ? {} : { providerKey: key }),
    ...(headers === undefined ? {} : { headers }),
  });
  const model = modelOf(row, endpoint);
  const request = await resolveConnection(endpoint, { gateway, model }).request(attempt);
  if (request.url.startsWith('ws')) return isUpgraded(request);
  const asked = (): number => cloud.requests.filter(({ kind }) => kind === 'http').length;
  const before = asked();
  await ask(request, endpoint.capability, model);
  return asked() > before;
}

function isUpgraded({ url, headers, protocols }: DialRequest): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url.replace(/^ws/, 'http'), {
      headers: {
        ...headers,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16).toString('base64'),
        ...(protocols.length === 0 ? {} : { 'sec-websocket-protocol': protocols.join(', ') }),
      },
    });
    const answer = (is: boolean): void => {
      resolve(is);
      request.destroy();
    };
    request.on('upgrade', () => answer(true)).on('response', () => answer(false));
    request.on('error', () => resolve(false));
  });
}

async function ask({ url, headers }: DialRequest, capability: Capability, model: string): Promise<void> {
  const form = new FormData();
  form.append('model', model);
  const json = { body: JSON.stringify({ model }), headers: { ...headers, 'content-type': 'application/json' } };
  const response = await fetch(url, {
    headers,
    ...(capability === 'models'
      ? {}
      : { method: 'POST', ...(capability === 'transcriptions' ? { body: form } : json) }),
  });
  await response.body?.cancel();
}
