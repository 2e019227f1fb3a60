import {
  checkObject,
  checkString,
  connectOptionsOf,
  environment,
  recordOf,
  type ConnectOptions,
} from '@patchbay/plugin-kit';
import { openaiEndpoints, PatchbayError, type Credential, type Gateway, type Query } from '@patchbay/ws-url';
import { azureGateway, isAzureClient } from './azure.ts';

/**
 * What is read of an `openai` client that you made yourself. Any object of this shape will do, so version 6, version
 * 7 and `AzureOpenAI` all fit, and no class of the SDK is part of our types.
 */
export interface ClientLike {
  /** Of an `AzureOpenAI` client, as `deploymentName` is. */
  apiVersion?: string;
  deploymentName?: string | undefined;
  apiKey?: string | null;
  baseURL?: string;
  organization?: string | null;
  project?: string | null;
}

/** Where to connect and how: the same on every class of this plugin. */
export interface OpenAIConnectOptions extends Omit<ConnectOptions, 'headers' | 'query'> {
  /** Sent along: an object, or anything that gives pairs, such as `Headers` or a `Map`. */
  headers?: Readonly<Record<string, string>> | Iterable<readonly [string, string]>;
  /** Appended to the URL: an object, or anything that gives pairs, such as `URLSearchParams`. */
  query?: Query | Iterable<readonly [string, string]>;
  /**
   * Supplies key, base URL, organization, project, headers and query; options beside it win, and beside a `gateway` only
   * key, organization and project count. Its transport is not used.
   */
  client?: ClientLike;
  /** Sent as `OpenAI-Organization`. Default: `OPENAI_ORG_ID`. */
  organization?: string;
  /** Sent as `OpenAI-Project`. Default: `OPENAI_PROJECT_ID`. */
  project?: string;
}

/**
 * Options, then the client, then the environment (`OPENAI_API_KEY`, `OPENAI_BASE_URL`, `OPENAI_ORG_ID`,
 * `OPENAI_PROJECT_ID`), which is read now. A `gateway` says itself where it stands, so no base URL is added to it. An
 * `AzureOpenAI` client is a gateway: its version, deployment and credential are those of `withAzure`.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function resolveConnectOptions(options: OpenAIConnectOptions): ConnectOptions {
  const { client } = options;
  checkObject('client', client);
  checkString('organization', options.organization);
  checkString('project', options.project);
  const more: Hidden = client === undefined ? {} : hiddenOptions(client);
  if (client !== undefined && isAzureClient(client) && options.gateway === undefined) {
    return resolveConnectOptions(throughAzure(options, client, more));
  }
  const { gateway } = options;
  // What the environment says is meant for OpenAI: a gateway gets it only if it hands it on.
  const forOpenAI = (name: string): string | undefined => (isForOpenAI(gateway) ? environment(name) : undefined);
  const organization = options.organization ?? client?.organization ?? forOpenAI('OPENAI_ORG_ID');
  const project = options.project ?? client?.project ?? forOpenAI('OPENAI_PROJECT_ID');
  const apiKey = options.apiKey ?? more.apiKey ?? client?.apiKey ?? forOpenAI('OPENAI_API_KEY');
  const elsewhere = gateway ? undefined : client?.baseURL || environmentURL();
  // An empty one is what an unset variable often is (`process.env.GATEWAY_URL ?? ''`): the SDK takes it for none.
  const baseURL = options.baseURL || elsewhere;
  // Their values are checked where the connection is made.
  const headers = layered(
    organization === undefined ? {} : { 'OpenAI-Organization': organization },
    project === undefined ? {} : { 'OpenAI-Project': project },
    // The client's own are for where the client goes.
    gateway ? {} : (more.headers ?? {}),
    recordOf('headers', options.headers) as Record<string, string>,
  );
  const query = { ...(gateway ? {} : more.query), ...(recordOf('query', options.query) as Query) };
  const { headers: _headers, query: _query, baseURL: _baseURL, ...rest } = options;
  return {
    ...connectOptionsOf(rest),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(baseURL === undefined ? {} : { baseURL }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(Object.keys(query).length === 0 ? {} : { query }),
  };
}

/** Whether OpenAI's key belongs there: to OpenAI itself, and to gateways that hand it on beside their own. */
function isForOpenAI(gateway: Gateway | undefined): boolean {
  if (gateway === undefined) return true;
  const { name, providerKey = 'never' } = gateway.row;
  return name === openaiEndpoints.chat.provider || providerKey !== 'never';
}

/** @throws PatchbayError `invalid-option` that names the variable, for nobody has written an option. */
function environmentURL(): string | undefined {
  const url = environment('OPENAI_BASE_URL');
  if (url === undefined || URL.canParse(url)) return url;
  throw new PatchbayError('invalid-option', 'OPENAI_BASE_URL in the environment must be an absolute URL');
}

/** Without a key beside the gateway: only Azure's own goes there. */
function throughAzure(
  { client: _client, apiKey, baseURL, ...rest }: OpenAIConnectOptions,
  client: ClientLike & { apiVersion: string },
  more: Hidden,
): OpenAIConnectOptions {
  const key = apiKey ?? more.apiKey ?? client.apiKey ?? undefined;
  const token = apiKey === undefined && typeof key === 'function';
  const place = baseURL || client.baseURL;
  const { 'api-version': _version, ...query } = more.query ?? {};
  return {
    ...rest,
    gateway: azureGateway({
      ...(token ? { azureAdTokenProvider: key } : { apiKey: key }),
      ...(place === undefined ? {} : { baseURL: place }),
      apiVersion: client.apiVersion,
      ...(client.deploymentName === undefined ? {} : { azureDeployment: client.deploymentName }),
    }),
    ...organizationOf(rest, client),
    headers: layered(more.headers ?? {}, recordOf('headers', rest.headers) as Record<string, string>),
    query: { ...query, ...(recordOf('query', rest.query) as Query) },
  };
}

/** What the client says of whom to charge, where the options do not. */
function organizationOf(
  options: OpenAIConnectOptions,
  client: ClientLike,
): Pick<OpenAIConnectOptions, 'organization' | 'project'> {
  const organization = options.organization ?? client.organization ?? undefined;
  const project = options.project ?? client.project ?? undefined;
  return {
    ...(organization === undefined ? {} : { organization }),
    ...(project === undefined ? {} : { project }),
  };
}

interface Hidden {
  apiKey?: Credential;
  headers?: Record<string, string>;
  query?: Query;
}

/** What the SDK keeps in its protected `_options`: a function as key, default headers and query. */
function hiddenOptions(client: ClientLike): Hidden {
  const { _options: hidden } = client as { _options?: Record<string, unknown> };
  const apiKey = typeof hidden?.apiKey === 'function' ? (hidden.apiKey as () => Promise<string>) : undefined;
  return {
    headers: headersOf(hidden?.defaultHeaders),
    query: recordOf('client (its default query)', hidden?.defaultQuery ?? {}) as Query,
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}

/** `Headers`, pairs, a plain object, or the SDK's own holder of a `Headers` in `values`. Removed headers are `null`. */
function headersOf(source: unknown): Record<string, string> {
  const held = (source as { values?: unknown } | null | undefined)?.values;
  const entries = Object.entries(
    recordOf('client (its default headers)', held instanceof Headers ? held : (source ?? {})),
  );
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Headers over others: a name counts once, however it is spelt (`Headers` has them in lower case). */
function layered(...layers: Record<string, string>[]): Record<string, string> {
  const entries = layers.flatMap((layer) => Object.entries(layer));
  return Object.fromEntries(new Map(entries.map((entry) => [entry[0].toLowerCase(), entry])).values());
}
