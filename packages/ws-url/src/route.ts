import { capabilityTitles } from './endpoint.ts';
import { PatchbayError } from './errors.ts';
import { type GatewaySettings, settingsOf } from './gateway.ts';
import { gatewayRows } from './gateways/table.ts';
import { openAICompatible, openAI } from './gateways/openai.ts';
import { matchesHost } from './host.ts';
import { parseBase } from './join.ts';
import type { Address, ConnectionOptions, EndpointDescription, GatewayRoute, GatewayRow } from './types.ts';

/** Which row of the table a connection follows, and from where. */
export interface ChosenRoute {
  row: GatewayRow;
  route: GatewayRoute;
  /** Whole, as a text: a URL is three objects, and every connection keeps its base. */
  base: string;
  /** The option that the base came from, for messages. */
  baseOption: string;
  /** What the user told the gateway, if one was given. */
  settings: GatewaySettings | undefined;
  /** The base is the whole address: nothing is added to its path. */
  isWhole: boolean;
}

/** Decides row, route and base. A combination that cannot work is an error that says what to do instead. */
export function chooseRoute(endpoint: EndpointDescription, options: ConnectionOptions, address?: Address): ChosenRoute {
  const { gateway, baseURL } = options;
  if (address !== undefined) checkAlone(address, options);
  if (gateway !== undefined) {
    const settings = settingsOf(gateway);
    if (baseURL !== undefined) {
      throw new PatchbayError(
        'invalid-option',
        '`baseURL` and `gateway` were both given: give the base URL to the gateway.',
      );
    }
    const { row } = gateway;
    const { baseOption } = settings;
    const base = parseBase(settings.baseURL, baseOption);
    return { row, route: routeOf(row, endpoint), base: base.href, baseOption, settings, isWhole: false };
  }
  const baseOption = address?.option ?? options.named?.baseURL ?? 'baseURL';
  const said = address?.url ?? baseURL;
  const base = parseBase(said === undefined ? endpoint.base : said, baseOption);
  const row = rowOf(base, endpoint);
  const isWhole = address !== undefined;
  return { row, route: routeOf(row, endpoint), base: base.href, baseOption, settings: undefined, isWhole };
}

function checkAlone({ option }: Address, { gateway, baseURL }: ConnectionOptions): void {
  const refuse = (other: string, advice: string): never => {
    const both = `\`${option}\` and \`${other}\` were both given`;
    throw new PatchbayError('invalid-option', `${both}: \`${option}\` is the whole address. ${advice}`);
  };
  if (gateway !== undefined) refuse('gateway', 'Leave it out, and give the gateway its own `baseURL`.');
  if (baseURL !== undefined) refuse('baseURL', 'Give one of them; the path is added to `baseURL` alone.');
}

/** A plain base URL picks a row by its host: the provider itself, a gateway that we know, or the generic one. */
function rowOf(base: URL, endpoint: EndpointDescription): GatewayRow {
  if (isOwnHost(endpoint, base.hostname)) return directRow(endpoint, base.hostname);
  const claims = gatewayRows.filter(
    (row) =>
      (row.hosts ?? []).some((pattern) => matchesHost(base.hostname, pattern)) &&
      (speaksOpenAI(endpoint) || row.providers?.[endpoint.provider] !== undefined),
  );
  const known =
    claims.find((row) => row.pattern?.test(base.pathname + base.search)) ??
    claims.find((row) => row.pattern === undefined);
  return known ?? (speaksOpenAI(endpoint) ? openAICompatible : directRow(endpoint, base.hostname));
}

/** Whether a host is the provider itself, and no gateway or imitation. */
export function isOwnHost(endpoint: EndpointDescription, hostname: string): boolean {
  const own = [new URL(endpoint.base).hostname, ...(endpoint.nativeHosts ?? [])];
  return own.some((pattern) => matchesHost(hostname, pattern));
}

function speaksOpenAI(endpoint: EndpointDescription): boolean {
  return endpoint.provider === openAI.name;
}

/** One row for all connections of an endpoint, as those in the table are, by whether it wants a key. */
const directRows = {
  required: new WeakMap<EndpointDescription, GatewayRow>(),
  optional: new WeakMap<EndpointDescription, GatewayRow>(),
};

/** Straight to the provider, or to something that behaves like it: the endpoint says it all. */
function directRow(endpoint: EndpointDescription, hostname: string): GatewayRow {
  if (speaksOpenAI(endpoint)) return openAI;
  // What stands in the user's own house may want none.
  const key = isOwnHost(endpoint, hostname) ? 'required' : 'optional';
  const known = directRows[key].get(endpoint);
  if (known !== undefined) return known;
  const route: GatewayRoute = { model: endpoint.model.in, source: 'endpoint' };
  const row: GatewayRow = {
    name: endpoint.provider,
    title: endpoint.title ?? endpoint.provider,
    auth: 'endpoint',
    key,
    routes: {},
    providers: { [endpoint.provider]: { [endpoint.capability]: route } },
  };
  directRows[key].set(endpoint, row);
  return row;
}

function routeOf(row: GatewayRow, endpoint: EndpointDescription): GatewayRoute {
  const routes = speaksOpenAI(endpoint) ? row.routes : row.providers?.[endpoint.provider];
  const route = routes?.[endpoint.capability];
  if (typeof route === 'object') return route;
  const why = route ?? (speaksOpenAI(endpoint) ? row.missing?.[endpoint.capability] : frontedBy(endpoint));
  const { instead } = endpoint;
  const advice =
    instead !== undefined && typeof routes?.[instead.capability] === 'object'
      ? instead.say
      : 'Leave `gateway` and `baseURL` out for this class, or describe the route with `gateways.custom(row)`.';
  const what = `${endpoint.title ?? endpoint.provider} ${capabilityTitles[endpoint.capability]}`;
  throw new PatchbayError(
    'unsupported',
    [`${row.title} cannot be used for ${what}.`, why, advice].filter(Boolean).join(' '),
  );
}

/** Which gateways could do it. */
function frontedBy({ provider, capability }: EndpointDescription): string | undefined {
  const able = gatewayRows.filter(({ providers }) => typeof providers?.[provider]?.[capability] === 'object');
  return able.length === 0 ? undefined : `These can: ${able.map(({ title }) => title).join(', ')}.`;
}
