import {
  checkObject,
  checkString,
  connectOptionsOf,
  environment,
  recordOf,
  type ConnectOptions,
} from '@patchbay/plugin-kit';
import { checkHeaders, isOwnHost, mergeHeaders, openaiEndpoints } from '@patchbay/ws-url';
import type { Credential, Gateway, OptionNames, Query } from '@patchbay/ws-url';
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
export interface OpenAIConnectOptions extends Omit<ConnectOptions, 'headers' | 'query' | 'named'> {
  /** Sent along: an object, or anything that gives pairs, such as `Headers` or a `Map`. */
  headers?: Readonly<Record<string, string>> | Iterable<readonly [string, string]>;
  /** Appended to the URL: an object, or anything that gives pairs, such as `URLSearchParams`. */
  query?: Query | Iterable<readonly [string, string]>;
  /**
   * Supplies key, base URL, organization, project, headers and query; options beside it win, and beside a `gateway` only
   * key, organization and project count. Its transport is not used.
   */
  client?: ClientLike;
  /** Sent as `OpenAI-Organization`. Default: `OPENAI_ORG_ID`, where the environment's key is at home. */
  organization?: string;
  /** Sent as `OpenAI-Project`. Default: `OPENAI_PROJECT_ID`, likewise. */
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
  checkObject('options', options);
  const { client } = options;
  checkObject('client', client);
  checkString('organization', options.organization);
  checkString('project', options.project);
  const more: Hidden = client === undefined ? {} : hiddenOptions(client);
  if (client !== undefined && isAzureClient(client) && options.gateway === undefined) {
    return resolveConnectOptions(throughAzure(options, client, more));
  }
  const { gateway } = options;
  const base = baseOf(options);
  const key = keyOf(options, more);
  // The client's own are for where the client goes.
  const own = mergeHeaders(gateway ? {} : (more.headers ?? {}), headersIn(options));
  const charged = isChargedByEnvironment(gateway, base, { key, headers: own });
  const charge = (name: string): string | undefined => (charged ? environment(name) : undefined);
  const organization = options.organization ?? client?.organization ?? charge('OPENAI_ORG_ID');
  const project = options.project ?? client?.project ?? charge('OPENAI_PROJECT_ID');
  const headers = mergeHeaders(
    organization === undefined ? {} : { 'OpenAI-Organization': organization },
    project === undefined ? {} : { 'OpenAI-Project': project },
    own,
  );
  const query = { ...(gateway ? {} : more.query), ...(recordOf('query', options.query) as Query) };
  const { headers: _headers, query: _query, baseURL: _baseURL, ...rest } = options;
  return {
    ...connectOptionsOf(rest),
    ...(key === undefined ? {} : { apiKey: key.value }),
    ...(base === undefined ? {} : { baseURL: base.value }),
    ...namesOf({ baseURL: base, apiKey: key }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(Object.keys(query).length === 0 ? {} : { query }),
  };
}

/** A value, and what the user called it where it was written. */
interface Said<T> {
  value: T;
  name: string;
}

/**
 * Where to go, if anybody says so. A gateway says itself where it stands. An empty option is what an unset variable often
 * is (`process.env.GATEWAY_URL ?? ''`): the SDK takes it for none.
 */
function baseOf({ baseURL, client, gateway }: OpenAIConnectOptions): Said<string> | undefined {
  const elsewhere = gateway
    ? undefined
    : (said('client.baseURL', client?.baseURL || undefined) ?? said(baseVariable, environment(baseVariable)));
  return said('baseURL', baseURL || undefined) ?? elsewhere;
}

/**
 * What the environment says is meant for OpenAI: a gateway gets it only if it hands it on. Beside a client, an empty key
 * is none: the client has its own.
 */
function keyOf({ apiKey, client, gateway }: OpenAIConnectOptions, more: Hidden): Said<Credential> | undefined {
  return (
    said<Credential>('apiKey', client === undefined ? apiKey : apiKey || undefined) ??
    said<Credential>('client.apiKey', more.apiKey ?? client?.apiKey) ??
    (isForOpenAI(gateway) ? said<Credential>(keyVariable, environment(keyVariable)) : undefined)
  );
}

const baseVariable = 'OPENAI_BASE_URL';
const keyVariable = 'OPENAI_API_KEY';

function said<T>(name: string, value: T | null | undefined): Said<T> | undefined {
  return value === undefined || value === null ? undefined : { value, name };
}

/** Only what was not written as the option that it is. */
function namesOf(options: Record<keyof OptionNames, Said<unknown> | undefined>): { named?: OptionNames } {
  const named = Object.entries(options).flatMap(([option, from]) =>
    from === undefined || from.name === option ? [] : [[option, from.name] as const],
  );
  return named.length === 0 ? {} : { named: Object.fromEntries(named) };
}

/** Whether OpenAI's key belongs there: to OpenAI itself, and to gateways that hand it on beside their own. */
function isForOpenAI(gateway: Gateway | undefined): boolean {
  if (gateway === undefined) return true;
  // What is no gateway is refused where the connection is made.
  const row = (gateway as Partial<Gateway> | null)?.row;
  return row?.name === openaiEndpoints.chat.provider || (row?.providerKey ?? 'never') !== 'never';
}

/**
 * Whether organization and project of the environment are known where the request goes: at OpenAI, at the environment's
 * own base URL, and elsewhere only if the environment's key goes there too.
 */
function isChargedByEnvironment(
  gateway: Gateway | undefined,
  base: Said<string> | undefined,
  { key, headers }: { key: Said<Credential> | undefined; headers: Record<string, string> },
): boolean {
  if (gateway !== undefined) return isForOpenAI(gateway);
  if (base === undefined || base.name === baseVariable) return true;
  if (URL.canParse(base.value) && isOwnHost(openaiEndpoints.chat, new URL(base.value).hostname)) return true;
  return key?.name === keyVariable && !Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
}

/** @throws PatchbayError `invalid-option` that names the header. */
export function headersIn({ headers }: Pick<OpenAIConnectOptions, 'headers'>): Record<string, string> {
  return checkHeaders(recordOf('headers', headers), 'headers');
}

/** Without a key beside the gateway: only Azure's own goes there. */
function throughAzure(
  { client: _client, apiKey, baseURL, ...rest }: OpenAIConnectOptions,
  client: ClientLike & { apiVersion: string },
  more: Hidden,
): OpenAIConnectOptions {
  const own = apiKey || undefined;
  const key = own ?? more.apiKey ?? client.apiKey ?? undefined;
  const token = own === undefined && typeof key === 'function';
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
    headers: mergeHeaders(more.headers ?? {}, headersIn(rest)),
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
