import { checkHeaders, PatchbayError, resolveConnection } from '@patchbay/ws-url';
import type { Connection, EndpointDescription, Gateway, Query } from '@patchbay/ws-url';
import { checkObject, checkString, recordOf } from './check-options.ts';
import { connectOptionsOf, environment, type ConnectOptions } from './options.ts';

/** Where to connect and how, as users of a plugin write it. */
export interface PluginConnectOptions extends Omit<ConnectOptions, 'headers' | 'query' | 'named'> {
  /** Sent along: an object, or anything that gives pairs, such as `Headers` or a `Map`. */
  headers?: Readonly<Record<string, string>> | Iterable<readonly [string, string]>;
  /** Appended to the URL: an object, or anything that gives pairs, such as `URLSearchParams`. */
  query?: Query | Iterable<readonly [string, string]>;
}

/** A place to go and the network to go there by: what every base of the kit is given. */
export interface Route extends Pick<ConnectOptions, 'agent' | 'proxy'> {
  connection: Connection;
}

/**
 * Where an endpoint is reached with these options, or by an address that says it whole, if there is one. Throws a
 * `PatchbayError` for what cannot work.
 */
export function routeTo(
  endpoint: EndpointDescription,
  options: ConnectOptions,
  model?: string,
  said?: { url: string | null | undefined; option: string },
): Route {
  const { agent, proxy, ...where } = options;
  const { url, option = '' } = said ?? {};
  const address = isSet(option, url) ? { url, option } : undefined;
  const connection = resolveConnection(endpoint, { ...where, ...(model === undefined ? {} : { model }) }, address);
  return { connection, ...(agent === undefined ? {} : { agent }), ...(proxy === undefined ? {} : { proxy }) };
}

/**
 * A way that not everybody goes: where a gateway has the socket alone, that matters to those who ask for whole pieces of
 * speech. It is looked for now, and if there is none, whoever wants to go it is told why.
 */
export function routeIfAny(find: () => Route): () => Route {
  try {
    const route = find();
    return () => route;
  } catch (error) {
    if (!PatchbayError.is(error)) throw error;
    return () => {
      throw error;
    };
  }
}

/**
 * Options, then the environment, which is read now: `variable` holds the provider's key, and goes to the provider, to a
 * base URL, and to gateways that hand it on.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function resolveConnect(options: PluginConnectOptions, variable: string): ConnectOptions {
  checkObject('options', options);
  const { headers, query, baseURL, ...rest } = options;
  const said = options.apiKey === undefined && handsOn(options.gateway) ? environment(variable) : undefined;
  return {
    ...connectOptionsOf(rest),
    ...(said === undefined ? {} : { apiKey: said, named: { apiKey: variable } }),
    ...(isSet('baseURL', baseURL) ? { baseURL } : {}),
    ...(headers === undefined ? {} : { headers: checkHeaders(recordOf('headers', headers), 'headers') }),
    ...(query === undefined ? {} : { query: recordOf('query', query) as Query }),
  };
}

/**
 * A base URL under the name that the provider's users know beside ours.
 *
 * @throws PatchbayError `invalid-option` for two that differ.
 */
export function withBase<Options extends { baseURL?: string }>(
  options: Options,
  name: string,
  base: string | null | undefined,
): Options {
  if (!isSet(name, base)) return options;
  if (isSet('baseURL', options.baseURL) && base !== options.baseURL) {
    throw new PatchbayError('invalid-option', `\`${name}\` and \`baseURL\` were both given: they are the same option.`);
  }
  return { ...options, baseURL: base };
}

/** What an unset variable leads to is taken for "not set". */
function isSet(option: string, address: string | null | undefined): address is string {
  if (address !== null) checkString(option, address);
  return address !== undefined && address !== null && address.trim() !== '';
}

function handsOn(gateway: Gateway | undefined): boolean {
  if (gateway === undefined) return true;
  // What is no gateway is refused where the connection is made.
  return ((gateway as Partial<Gateway> | null)?.row?.providerKey ?? 'never') !== 'never';
}
