import { PatchbayError } from '../errors.ts';
import { createGateway } from '../gateway.ts';
import { checkHeaders, mergeHeaders } from '../header.ts';
import { matchesHost } from '../host.ts';
import type { Credential, Gateway, GatewayOptions, GatewayRoute, GatewayRow } from '../types.ts';
import { agentgateway } from './agentgateway.ts';
import { azure, azureLegacy, bearer } from './azure.ts';
import { bifrost } from './bifrost.ts';
import { cloudflare } from './cloudflare.ts';
import { helicone } from './helicone.ts';
import { litellm, type LiteLLMTranscription, litellmPassthroughSpeech, litellmTranscription } from './litellm.ts';
import { livekitInference } from './livekit-inference.ts';
import { localai } from './localai.ts';
import { openAI, openAICompatible } from './openai.ts';
import { portkey, portkeySelfHosted } from './portkey.ts';
import { speaches } from './speaches.ts';
import { vercel } from './vercel.ts';
import { vllm } from './vllm.ts';

/** A gateway whose place is not known beforehand. */
export interface SelfHostedOptions extends GatewayOptions {
  baseURL: string;
}

/** Options of `gateways.azure`. */
export interface AzureOptions extends GatewayOptions {
  /** Name of the resource, instead of `baseURL`: `https://{resource}.openai.azure.com`. */
  resource?: string;
  /** A Microsoft Entra token instead of `apiKey`; best a function, because it lives about an hour. */
  entraToken?: Credential;
  /**
   * Name of the deployment, where it is not that of the model: the class goes on to report its `model` and to know what
   * it can do. A model that is named later, by `updateOptions` or a call, is the name of a deployment itself.
   */
  deployment?: string;
  /**
   * `false`: `baseURL` holds already what stands before the API's own paths, as LiveKit's plugin and OpenAI's SDK take it,
   * so no `/openai` is put behind it, except at a host of Azure's own, which serves nothing else. Default true: `/openai`
   * is added to a `baseURL` without it.
   */
  openaiPath?: boolean;
}

/** Options of `gateways.azureLegacy`. */
export interface AzureLegacyOptions extends AzureOptions {
  /** Default: the newest dated version that is known to serve the capability. */
  apiVersion?: string;
}

/** Options of `gateways.litellm`. */
export interface LiteLLMOptions extends SelfHostedOptions {
  /**
   * How a realtime transcription is routed. `alias` (default): by the alias `gpt-realtime-whisper` in the proxy's config;
   * `azure`: by the model in the URL, for `azure/` deployments; `passthrough`: untouched, if the proxy's relay is on.
   */
  transcription?: LiteLLMTranscription;
  /** `passthrough`: speech that streams, straight to OpenAI with the proxy's key. Default: routed by the proxy, and buffered. */
  speech?: 'passthrough';
}

/** Options of `gateways.portkey`. Without a `baseURL` it is the hosted one. */
export interface PortkeyOptions extends GatewayOptions {
  /** `openai`, or `@slug` of an integration: `x-portkey-provider`. */
  provider?: string;
  /** Id of a config, or the config itself: `x-portkey-config`. */
  config?: string | Readonly<Record<string, unknown>>;
  /** `x-portkey-virtual-key`. */
  virtualKey?: string;
}

/** Options of `gateways.helicone`. */
export interface HeliconeOptions extends GatewayOptions {
  /** Go to this Azure resource instead of OpenAI; `model` is then the name of the deployment. Sockets only. */
  azureResource?: string;
}

/** Options of `gateways.cloudflare`: `account` and `gateway`, or a `baseURL` that names both. */
export interface CloudflareOptions extends GatewayOptions {
  account?: string;
  gateway?: string;
}

/** Every gateway that we know, and `custom` for one that we do not. All throw `PatchbayError` for options that cannot work. */
export interface Gateways {
  openai(options?: GatewayOptions): Gateway;
  openAICompatible(options: SelfHostedOptions): Gateway;
  azure(options: AzureOptions): Gateway;
  azureLegacy(options: AzureLegacyOptions): Gateway;
  litellm(options: LiteLLMOptions): Gateway;
  portkey(options: PortkeyOptions): Gateway;
  helicone(options: HeliconeOptions): Gateway;
  cloudflare(options: CloudflareOptions): Gateway;
  bifrost(options: SelfHostedOptions): Gateway;
  vercel(options: GatewayOptions): Gateway;
  livekitInference(options: GatewayOptions): Gateway;
  localai(options: SelfHostedOptions): Gateway;
  speaches(options: SelfHostedOptions): Gateway;
  vllm(options: SelfHostedOptions): Gateway;
  agentgateway(options: SelfHostedOptions): Gateway;
  /** A gateway of your own: the same shape as the rows of the table. */
  custom(row: GatewayRow): (options?: GatewayOptions) => Gateway;
}

/** What a program without types may call with; what is missing is told by name. */
const nothing = {} as LiteLLMOptions;

export const gateways: Gateways = Object.freeze({
  openai: plain(openAI),
  openAICompatible: plain(openAICompatible),
  azure: (options: AzureOptions = {}) => createAzure(azure, options),
  azureLegacy({ apiVersion, ...options }: AzureLegacyOptions = {}) {
    const row = apiVersion === undefined ? azureLegacy : withVersion(azureLegacy, apiVersion);
    return createAzure(row, options);
  },
  litellm({ transcription, speech, ...options }: LiteLLMOptions = nothing) {
    const routes = { ...litellm.routes };
    if (speech !== undefined && speech !== 'passthrough')
      throw new PatchbayError('invalid-option', "`gateway.speech` must be 'passthrough', or left out.");
    if (transcription !== undefined) routes.transcription = litellmRoute(transcription);
    if (speech) routes.speech = litellmPassthroughSpeech;
    return createGateway({ ...litellm, routes }, options);
  },
  portkey: createPortkey,
  helicone({ azureResource, ...options }: HeliconeOptions = {}) {
    return createGateway(azureResource === undefined ? helicone : throughAzure(helicone, azureResource), options);
  },
  cloudflare({ account, gateway, ...options }: CloudflareOptions = {}) {
    if (options.baseURL !== undefined) return createGateway(cloudflare, options);
    const path = [account, gateway].map((name, at) => checkName(name, `gateway.${at ? 'gateway' : 'account'}`));
    return createGateway(cloudflare, { ...options, baseURL: `https://gateway.ai.cloudflare.com/v1/${path.join('/')}` });
  },
  bifrost: plain(bifrost),
  vercel: plain(vercel),
  livekitInference: plain(livekitInference),
  localai: plain(localai),
  speaches: plain(speaches),
  vllm: plain(vllm),
  agentgateway: plain(agentgateway),
  custom,
});

function litellmRoute(transcription: LiteLLMTranscription): GatewayRoute {
  if (Object.hasOwn(litellmTranscription, transcription)) return litellmTranscription[transcription];
  throw new PatchbayError('invalid-option', "`gateway.transcription` must be 'alias', 'azure' or 'passthrough'.");
}

function plain(row: GatewayRow): (options?: GatewayOptions) => Gateway {
  return (options = {}) => createGateway(row, options);
}

/** What a custom row holds may be secret: its headers, query and base go where the user's go, out of sight. */
function custom(row: GatewayRow): (options?: GatewayOptions) => Gateway {
  if (typeof row?.name !== 'string' || typeof row.title !== 'string' || typeof row.routes !== 'object') {
    throw new PatchbayError('invalid-option', 'A custom gateway `row` needs at least `name`, `title` and `routes`.');
  }
  const { headers, query, base, ...visible } = row;
  return (options = {}) => {
    const settings = {
      ...options,
      baseURL: options.baseURL ?? base,
      headers: mergeHeaders(headers ?? {}, headersIn(options)),
    };
    return createGateway(visible, settings, query);
  };
}

function createAzure(azureRow: GatewayRow, { resource, entraToken, openaiPath, ...options }: AzureOptions): Gateway {
  if (entraToken !== undefined && options.apiKey !== undefined) {
    throw new PatchbayError('invalid-option', '`gateway.apiKey` and `gateway.entraToken` were both given: give one.');
  }
  const baseURL = options.baseURL ?? `https://${checkName(resource, 'gateway.resource')}.openai.azure.com`;
  const row = openaiPath === false && !isHostOf(azureRow, baseURL) ? withoutOpenAIPath(azureRow) : azureRow;
  if (entraToken === undefined) return createGateway(row, { ...options, baseURL });
  return createGateway(
    { ...row, auth: bearer },
    {
      ...options,
      baseURL,
      apiKey: entraToken,
      named: { apiKey: 'gateway.entraToken', ...options.named },
    },
  );
}

/** What is no URL is refused by whoever goes on with it. */
function isHostOf({ hosts = [] }: GatewayRow, baseURL: string): boolean {
  return URL.canParse(baseURL) && hosts.some((pattern) => matchesHost(new URL(baseURL).hostname, pattern));
}

function withoutOpenAIPath({ root = '', ...row }: GatewayRow): GatewayRow {
  return { ...row, root: root.replace(/^\/openai/, '') };
}

function withVersion(row: GatewayRow, apiVersion: string): GatewayRow {
  const routes = Object.entries(row.routes).map(([capability, { query: _query, ...route }]) => [capability, route]);
  return { ...row, query: { 'api-version': apiVersion }, routes: Object.fromEntries(routes) as GatewayRow['routes'] };
}

function createPortkey({ provider, config, virtualKey, ...options }: PortkeyOptions = {}): Gateway {
  const hosted = options.baseURL === undefined;
  const row = hosted ? portkey : portkeySelfHosted;
  const own: Record<string, string> = {
    ...(provider === undefined ? {} : { 'x-portkey-provider': provider }),
    ...(config === undefined
      ? {}
      : { 'x-portkey-config': typeof config === 'string' ? config : JSON.stringify(config) }),
    ...(virtualKey === undefined ? {} : { 'x-portkey-virtual-key': virtualKey }),
  };
  const headers = mergeHeaders(own, headersIn(options));
  if (!Object.keys(headers).some((name) => /^x-portkey-(?:provider|config|virtual-key)$/i.test(name))) {
    throw new PatchbayError(
      'invalid-option',
      `${row.title} answers 400 unless it is told where to go: set \`gateway.provider\` (e.g. 'openai' or '@your-slug') or \`gateway.config\`.`,
    );
  }
  // A config or a virtual key may hold the provider's key.
  const stored = config !== undefined || virtualKey !== undefined;
  return createGateway(stored ? { ...row, providerKey: 'optional' } : row, { ...options, headers });
}

function throughAzure(row: GatewayRow, resource: string): GatewayRow {
  const { conversation, transcription } = row.routes;
  const query = { resource: checkName(resource, 'gateway.azureResource') };
  return {
    ...row,
    routes: {
      conversation: { ...conversation!, modelName: 'deployment', query },
      transcription: { ...transcription!, query },
    },
  };
}

function headersIn({ headers }: GatewayOptions): Record<string, string> {
  return checkHeaders(headers, 'gateway.headers');
}

/** Names that become part of a host or path. */
function checkName(name: unknown, option: string): string {
  if (typeof name === 'string' && /^[A-Za-z0-9](?:[A-Za-z0-9-_]*[A-Za-z0-9])?$/.test(name)) return name;
  throw new PatchbayError(
    'invalid-option',
    `\`${option}\` must be a name of letters, digits, "-" and "_" (or give \`baseURL\`).`,
  );
}
