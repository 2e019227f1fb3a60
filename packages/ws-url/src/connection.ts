import { checkCredential, type NamedCredential, readCredential, untilAborted } from './credential.ts';
import { transportOf } from './endpoint.ts';
import { PatchbayError } from './errors.ts';
import { checkHeaders, hasHeader, mergeHeaders, secretsOfHeaders, subprotocolOf } from './header.ts';
import { findHint, strippedUpgrade, type Refusal } from './hint.ts';
import { checkSecure, checkURL, joinPath, withTransport } from './join.ts';
import { checkModel } from './model.ts';
import { appendQuery, type Parameter, parametersOf, readQuery, secretsOfQuery, take } from './query.ts';
import { chooseRoute, type ChosenRoute } from './route.ts';
import { createScrubber, redactUrl } from './scrub.ts';
import type {
  Address,
  Auth,
  Connection,
  ConnectionOptions,
  ConnectionRequest,
  Credential,
  DialRequest,
  EndpointDescription,
  GatewayRoute,
  GatewayRow,
  GatewayTraits,
  ModelPlacement,
  Query,
  RequestContext,
} from './types.ts';

/** How many rotated and late credentials are remembered, so that a late message about an old one is still scrubbed. */
const rememberedSecrets = 32;

/** Where the model's name goes in a path. */
const modelSlot = '{model}';

/** Shared by the many connections that have none of something: each would keep an empty one. */
const none: readonly never[] = [];

const placements: readonly unknown[] = [undefined, 'url', 'body', 'both'];

/**
 * Decides where an endpoint is reached under a user's options: URL, headers, subprotocols and the place of the model.
 * Pure: reads no environment and opens nothing. An `address` says where the endpoint itself is, in place of a base URL
 * and a gateway.
 *
 * @throws PatchbayError for everything that cannot work: `invalid-option`, `invalid-url`, `insecure-url`,
 * `missing-credential`, `unsupported`. Messages name the option and never its value.
 */
export function resolveConnection(
  endpoint: EndpointDescription,
  options: ConnectionOptions = {},
  address?: Address,
): Connection {
  return new ResolvedConnection(endpoint, options, address);
}

let addressIn: (connection: ResolvedConnection) => URL;

/**
 * The URL of a connection with its query and without credentials, for code that compares addresses. It wants the key
 * that {@link resolveConnection} wants. What the user wrote in the query may be secret: use `redacted` for logs.
 *
 * @throws PatchbayError as {@link resolveConnection} does.
 */
export function addressOf(endpoint: EndpointDescription, options: ConnectionOptions): string {
  return addressIn(new ResolvedConnection(endpoint, options)).href;
}

/** One credential on its way: which, and how it travels. */
interface Carried {
  named: NamedCredential;
  auth: Auth;
}

class ResolvedConnection implements Connection {
  readonly endpoint: EndpointDescription;
  readonly row: GatewayRow;
  readonly traits: Readonly<GatewayTraits>;
  readonly host: string;
  readonly redacted: string;
  readonly model: string | undefined;
  readonly modelIn: ModelPlacement | 'none';
  readonly #chosen: ChosenRoute;
  readonly #allowInsecure: boolean;
  readonly #headers: Record<string, string>;
  readonly #userQuery: readonly Parameter[];
  readonly #carried: readonly Carried[];
  readonly #fixedSecrets: readonly string[];
  #passingSecrets: readonly string[] = none;
  #scrubber: ((text: string) => string) | undefined;

  static {
    addressIn = (connection) => connection.#address(connection.model);
  }

  constructor(endpoint: EndpointDescription, options: ConnectionOptions, address?: Address) {
    if (!placements.includes(options.modelIn)) {
      throw new PatchbayError('invalid-option', "`modelIn` must be 'url', 'body' or 'both'.");
    }
    if (options.allowInsecure !== undefined && typeof options.allowInsecure !== 'boolean') {
      throw new PatchbayError('invalid-option', '`allowInsecure` must be true or false.');
    }
    const chosen = chooseRoute(endpoint, options, address);
    const { row, route, settings } = chosen;
    checkPlacement(endpoint, route, options.modelIn);
    this.#chosen = chosen;
    this.endpoint = endpoint;
    this.row = row;
    this.traits = Object.freeze({ ...endpoint.traits, ...row.traits, ...route.traits });
    this.model = checkModel(options.model, 'model');
    this.modelIn = endpoint.model.in === 'none' ? 'none' : (options.modelIn ?? route.model);
    this.#allowInsecure = options.allowInsecure === true;
    this.#headers = mergeHeaders(settings?.headers ?? {}, checkHeaders(options.headers, 'headers'));
    const userQuery = [...parametersOf(settings?.query, 'gateway.query'), ...parametersOf(options.query, 'query')];
    this.#userQuery = userQuery.length === 0 ? none : userQuery;
    this.#carried = carriedCredentials(endpoint, options, chosen, this.#headers);
    this.#fixedSecrets = [
      ...this.#carried.flatMap(({ named: { credential } }) => (typeof credential === 'string' ? [credential] : [])),
      ...secretsOfHeaders(this.#headers),
      ...secretsOfQuery(this.#base.search),
      ...secretsOfQuery(appendQuery('', this.#userQuery)),
      ...secretsOfQuery(appendQuery('', parametersOf(settings?.rowQuery, 'row.query'))),
    ];
    const said = this.#said();
    const unsaid = endpoint.unsaid?.find((key) => said.has(key));
    if (unsaid !== undefined) {
      const why = 'what is sent says it itself';
      throw new PatchbayError('invalid-option', `\`${unsaid}\` in the query of the address must be left out: ${why}.`);
    }
    const url = this.#address(this.#servedName());
    checkSecure(url, `\`${chosen.baseOption}\``, this.#allowInsecure);
    this.host = url.host;
    this.redacted = redactUrl(url);
  }

  get base(): string {
    return redactUrl(this.#chosen.base);
  }

  async request(context: RequestContext): Promise<DialRequest> {
    const draft = this.#draft(this.#servedName(checkModel(context.model, 'model')), context.query);
    let credential: string | undefined;
    for (const { named, auth } of this.#carried) {
      const key = await readCredential(named, context.signal, (text) => this.scrub(text));
      this.#remember([key]);
      credential = key;
      attach(draft, auth, key, named.option);
    }
    const request = await this.#prepared(draft, credential, context);
    return new ReadyRequest({
      url: request.url.href,
      headers: mergeHeaders(request.headers, this.#headers),
      protocols: this.#protocols(request.protocols),
      redacted: redactUrl(request.url),
      credential: this.#carried.some(({ auth }) => 'firstFrame' in auth) ? credential : undefined,
      secrets: [...this.#fixedSecrets, ...this.#passingSecrets],
    });
  }

  nameOf(model: string | undefined = this.model): string | undefined {
    return model === this.model ? (this.#chosen.settings?.deployment ?? model) : model;
  }

  checkModel(model?: string): void {
    this.#path(this.#servedName(checkModel(model, 'model')));
  }

  checkSaid(query: Query): void {
    const said = [...readQuery(this.#base.search), ...this.#userQuery];
    for (const [key, value] of parametersOf(query, 'query of the options')) {
      const isFixed = this.endpoint.fixed?.includes(key) === true;
      if (!isFixed || said.every(([name, other]) => name !== key || other === value)) continue;
      throw new PatchbayError(
        'invalid-option',
        `\`${key}\` in the query of the address must be ${value}, which is what is sent: leave it out, or change the option.`,
      );
    }
  }

  hide(secrets: readonly string[]): void {
    this.#remember(secrets);
  }

  scrub(text: string): string {
    this.#scrubber ??= createScrubber([...this.#fixedSecrets, ...this.#passingSecrets]);
    return this.#scrubber(text);
  }

  hint(refusal: Refusal): string | undefined {
    const ofWay = transportOf(this.endpoint) === 'socket' ? strippedUpgrade : [];
    const hints = [...(this.row.hints ?? []), ...(this.endpoint.hints ?? []), ...ofWay];
    return findHint(hints, refusal, { capability: this.endpoint.capability, modelInUrl: this.#namesModel() });
  }

  get #base(): URL {
    return new URL(this.#chosen.base);
  }

  /** Query key of the model. */
  get #modelName(): string {
    return this.#chosen.route.modelName ?? this.endpoint.model.name ?? 'model';
  }

  get #modelOnUrl(): boolean {
    return this.modelIn === 'url' || this.modelIn === 'both';
  }

  /** Whether the URL names a model, by the table or because the user wrote it there. */
  #namesModel(): boolean {
    return this.#modelOnUrl || this.#said().has(this.#modelName);
  }

  /** The name of a model, if it can be one here; the user's own in the URL is what it is. */
  #servedName(model?: string): string | undefined {
    const name = this.nameOf(model);
    const { models } = this.#chosen.route;
    if (name === undefined || models === undefined || models.form.test(name)) return name;
    if (this.#said().has(this.#modelName)) return name;
    throw new PatchbayError(
      'invalid-option',
      `\`model\` must be one of ${this.row.title}'s own names, such as ${models.such.map((each) => `'${each}'`).join(', ')}.`,
    );
  }

  /** Query keys that the base URL and the user have settled. */
  #said(): Set<string> {
    return new Set([...readQuery(this.#base.search), ...this.#userQuery].map(([key]) => key));
  }

  /** The URL without credentials. What the base's query or the user already says is not said again. */
  #address(model: string | undefined, asked?: Query): URL {
    const { row, route, settings } = this.#chosen;
    const base = this.#base;
    const url = withTransport(base, transportOf(this.endpoint));
    url.pathname = this.#path(model);
    const said = this.#said();
    const endpointQuery = route.keepEndpointQuery === false ? undefined : this.endpoint.query;
    const constants = parametersOf(
      { ...row.query, ...settings?.rowQuery, ...endpointQuery, ...route.query },
      'query of the endpoint',
    );
    if (this.#modelOnUrl && model !== undefined) constants.push([this.#modelName, model]);
    constants.push(...parametersOf(asked, 'query of the options'));
    const written = readQuery(base.search);
    const additions = [
      ...constants.filter(([key]) => !said.has(key)),
      ...this.#userQuery.filter((wanted) => !take(written, wanted)),
    ];
    url.search = appendQuery(url.search, additions);
    return url;
  }

  #path(model: string | undefined): string {
    const { row, route, isWhole } = this.#chosen;
    const { pathname } = this.#base;
    if (isWhole) return pathname;
    const root = route.root ?? row.root ?? '';
    return joinPath(pathname, {
      root,
      foreignRoot: root === row.root ? undefined : row.root,
      path: fillPath(route.path ?? this.endpoint.path, model),
      siblings: this.endpoint.siblings,
    });
  }

  #draft(model: string | undefined, asked: Query | undefined): ConnectionRequest {
    const { route, isWhole } = this.#chosen;
    const path = isWhole ? '' : (route.path ?? this.endpoint.path);
    const wanted = path.includes(modelSlot) || (this.modelIn === 'url' && !this.#said().has(this.#modelName));
    if (wanted && model === undefined) {
      throw new PatchbayError('invalid-option', `\`model\` is missing: ${this.row.title} wants it in the URL.`);
    }
    return {
      url: this.#address(model, asked),
      headers: mergeHeaders(this.row.headers ?? {}),
      protocols: [...(this.endpoint.protocols ?? [])],
    };
  }

  /** Lets the endpoint mint or sign, and holds its result to the same rules. */
  async #prepared(
    draft: ConnectionRequest,
    credential: string | undefined,
    context: RequestContext,
  ): Promise<ConnectionRequest> {
    if (this.endpoint.prepare === undefined) return draft;
    const { signal } = context;
    const given = { credential, signal, wallClock: () => context.wallClock() };
    const request = await untilAborted(async () => this.endpoint.prepare?.(draft, given) ?? draft, signal);
    const what = `The URL that ${this.endpoint.provider} handed out`;
    checkSecure(checkURL(request.url, what), what, this.#allowInsecure);
    this.#remember([...secretsOfQuery(request.url.search), ...secretsOfHeaders(request.headers)]);
    return request;
  }

  #protocols(protocols: readonly string[]): readonly string[] {
    const first = this.traits.firstSubprotocol;
    if (first === undefined || protocols.length === 0) return protocols;
    return [first, ...protocols.filter((protocol) => protocol !== first)];
  }

  #remember(secrets: readonly string[]): void {
    const fresh = secrets.filter((each) => !this.#fixedSecrets.includes(each) && !this.#passingSecrets.includes(each));
    if (fresh.length === 0) return;
    this.#passingSecrets = [...this.#passingSecrets, ...fresh].slice(-rememberedSecrets);
    this.#scrubber = undefined;
  }
}

/** What is dialled. Printed or turned into JSON, it shows nothing but where to. */
class ReadyRequest implements DialRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocols: readonly string[];
  readonly redacted: string;
  readonly credential: string | undefined;
  readonly secrets: readonly string[];

  constructor(request: DialRequest) {
    this.url = request.url;
    this.headers = request.headers;
    this.protocols = request.protocols;
    this.redacted = request.redacted;
    this.credential = request.credential;
    this.secrets = request.secrets;
  }

  toJSON(): { redacted: string } {
    return { redacted: this.redacted };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `DialRequest ${this.redacted}`;
  }
}

/** An endpoint without a body for the model, or without room in its URL, has no choice. */
function checkPlacement({ model, ...endpoint }: EndpointDescription, route: GatewayRoute, said?: ModelPlacement): void {
  if (model.only === undefined || said === undefined || said === route.model) return;
  throw new PatchbayError(
    'invalid-option',
    `\`modelIn\` must be left out: ${endpoint.title ?? endpoint.provider} takes the model in the ${model.in === 'url' ? 'URL' : 'body'} only.`,
  );
}

/** Which keys travel, and how. A header that the user set takes the place of ours. */
function carriedCredentials(
  endpoint: EndpointDescription,
  options: ConnectionOptions,
  { row, route, settings, base }: ChosenRoute,
  headers: Readonly<Record<string, string>>,
): Carried[] {
  const auth = route.auth ?? row.auth ?? { header: 'Authorization', scheme: 'Bearer' };
  const gatewayAuth: Auth = auth === 'endpoint' ? endpoint.auth : auth;
  const separate = (row.providerKey ?? 'never') !== 'never';
  const given = checkCredential(options.apiKey, options.named?.apiKey ?? 'apiKey');
  const own = named(settings?.apiKey, settings?.keyOption ?? 'gateway.apiKey') ?? (separate ? undefined : given);
  const provider = named(settings?.providerKey, 'gateway.providerKey') ?? given;

  const carried: Carried[] = [];
  const add = (credential: NamedCredential | undefined, auth: Auth, required: boolean, advice: string): void => {
    if ('header' in auth && hasHeader(headers, auth.header)) return;
    if ('query' in auth && readQuery(new URL(base).search).some(([key]) => key === auth.query)) return;
    if (credential !== undefined) carried.push({ named: credential, auth });
    else if (required && !('none' in auth) && !hasHeader(headers, 'Authorization'))
      throw new PatchbayError('missing-credential', `${row.title} ${advice}.`);
  };
  const advice = separate
    ? 'wants a key of its own: give `gateway` one of `gateways` with its `apiKey`'
    : `wants a key: set \`${settings === undefined ? 'apiKey' : 'gateway.apiKey'}\``;
  const written = typeof row.auth === 'object' && 'header' in row.auth && hasHeader(headers, row.auth.header);
  add(own, gatewayAuth, (row.key ?? 'required') === 'required' && !written, advice);
  if (separate) {
    const required = row.providerKey === 'required';
    add(provider, endpoint.auth, required, 'hands on the key of the provider: set `gateway.providerKey` or `apiKey`');
  }
  return carried;
}

function named(credential: Credential | undefined, option: string): NamedCredential | undefined {
  return credential === undefined ? undefined : { option, credential };
}

function attach(request: ConnectionRequest, auth: Auth, key: string, option: string): void {
  if ('header' in auth) {
    request.headers = mergeHeaders(request.headers, { [auth.header]: auth.scheme ? `${auth.scheme} ${key}` : key });
  } else if ('query' in auth) {
    request.url.search = appendQuery(request.url.search, [[auth.query, key]]);
  } else if ('subprotocol' in auth) {
    request.protocols.push(...(auth.offer ?? []), subprotocolOf(auth.subprotocol, key, option));
  }
}

function fillPath(path: string, model: string | undefined): string {
  if (model === undefined || !path.includes(modelSlot)) return path;
  // Proxies decode %2F in paths, so such a name would end up as two segments.
  if (/[/\\]|^\.{1,2}$/.test(model)) {
    throw new PatchbayError('invalid-option', '`model` is part of the path here and must not contain a slash.');
  }
  return path.replace(modelSlot, () => encodeURIComponent(model));
}
