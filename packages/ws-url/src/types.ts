import type { PatchbayErrorCode } from './errors.ts';

/** What a connection is for. Gateways differ by it, so the table is keyed by it. */
export type Capability =
  | 'conversation' // realtime speech to speech
  | 'transcription' // realtime speech to text
  | 'translation' // realtime speech to translated speech
  | 'live' // GPT-Live duplex sessions
  | 'responses' // Responses over a WebSocket
  | 'turns' // realtime speech to text that tells turns
  | 'voice' // text to speech over a WebSocket
  | 'turn-voice' // the same, in turns that can be interrupted
  | 'chat' // HTTP from here on
  | 'responses-http'
  | 'speech'
  | 'transcriptions'
  | 'models';

/** Where the model's name travels. `both`: on the URL and in the first body. */
export type ModelPlacement = 'url' | 'body' | 'both';

/** Query parameters: arrays repeat the key, `undefined` is left out. */
export type Query = Record<string, QueryValue | readonly QueryValue[] | undefined>;
export type QueryValue = string | number | boolean;

/** A secret, or a function that is asked for it on every attempt (tokens that live minutes). */
export type Credential = string | (() => string | Promise<string>);

/** How the credential travels. */
export type Auth =
  | { header: string; scheme?: string } // `Authorization: Bearer KEY`
  | { query: string } // `?api_key=KEY`
  | { subprotocol: string; offer?: readonly string[] } // `xi-api-key.KEY`
  | { firstFrame: true } // the codec sends it; the request hands it over as `credential`
  | { none: true };

/** What a close code or HTTP status means at one provider. `unless` is tested against the reason or body. */
export type Verdict = 'retry' | 'rotate' | 'fatal' | { verdict: 'retry' | 'rotate' | 'fatal'; unless?: RegExp };
export type VerdictTable = Readonly<Record<number, Verdict>>;

/** A connection request under construction; `prepare` hooks get one and return one, never a string. */
export interface ConnectionRequest {
  url: URL;
  headers: Record<string, string>;
  protocols: string[];
}

export interface PrepareContext {
  credential: string | undefined;
  signal: AbortSignal;
  /** Milliseconds since the epoch, from the injected clock: signatures and token life times. */
  wallClock(): number;
}

/** How a provider refuses a request or an upgrade, where it does not do it as most do. */
export interface RefusalShape {
  /** Field of the JSON body with the id of the request. */
  requestId?: string;
  /** Field of the JSON body that explains it. */
  message?: string;
  /** Field of the JSON body with the provider's code. */
  code?: string;
}

/** A provider's endpoint: the whole of what a plugin says about *where*. */
export interface EndpointDescription {
  /** Provider id, e.g. `openai`; becomes part of messages and metrics. */
  provider: string;
  /** What messages call it; default: its id. */
  title?: string;
  capability: Capability;
  /** Default: `http` for the HTTP capabilities, `socket` for the others. */
  transport?: 'socket' | 'http';
  /** Default base URL, e.g. `https://api.openai.com/v1`. */
  base: string;
  /** Path under the base, e.g. `/realtime`. */
  path: string;
  /** Paths of this provider's other endpoints: a base that ends in one of them is taken without it. */
  siblings?: readonly string[];
  /** Constant query, e.g. `{ intent: 'transcription' }`. */
  query?: Query;
  /** Keys that an address may have with the very values only that are sent: what the audio is like. */
  fixed?: readonly string[];
  /** Keys that the query of an address must not have: what is sent says these itself. */
  unsaid?: readonly string[];
  auth: Auth;
  /**
   * Where the model goes when the user goes straight to the provider. `none`: this endpoint names no model. `only`: it can
   * go nowhere else, also behind a gateway that has it elsewhere by default.
   */
  model: { in: ModelPlacement | 'none'; name?: string; only?: true };
  /** Hosts (besides the base's own) that are the provider itself, e.g. `*.api.openai.com`. */
  nativeHosts?: readonly string[];
  /** Subprotocols always offered. */
  protocols?: readonly string[];
  /** What this provider's close codes mean; unknown 4xxx are fatal. */
  closes?: VerdictTable;
  /** What its HTTP statuses on an upgrade mean. */
  statuses?: VerdictTable;
  /** Header with its id of a request or an upgrade, accepted or not, besides the names that most use; in lower case. */
  requestIdHeader?: string;
  /** Where a refusal says what, besides the places where most do. */
  refusal?: RefusalShape;
  /** What to use where a gateway lacks this capability, if the gateway has that one. */
  instead?: { capability: Capability; say: string };
  /** Explanations of this provider's refusals; a gateway's own come first. */
  hints?: readonly Hint[];
  /** What holds with and without a gateway; a gateway's traits are laid over it. */
  traits?: GatewayTraits;
  /** Mints or signs; called on every attempt. */
  prepare?(request: ConnectionRequest, context: PrepareContext): Promise<ConnectionRequest> | ConnectionRequest;
}

/** What the session and a plugin must respect behind a gateway. Named data, read by whoever it concerns. */
export interface GatewayTraits {
  /** `true`: a WebSocket pong proves only the gateway; outstanding work needs a deadline of its own. */
  pongProvesOnlyGateway?: boolean;
  /** The socket must send its first frame within this many milliseconds (LiteLLM Responses: 30,000). */
  firstFrameWithinMs?: number;
  /** One socket serves one model. */
  oneModelPerSocket?: boolean;
  /** A socket makes one response at a time: no lanes. */
  oneResponseAtATime?: boolean;
  /** GPT-Live runs with client delegation only: no backend, no tools, no `session.update`. */
  clientDelegationOnly?: boolean;
  /** Speech arrives in one piece, after the last byte was made. */
  buffersSpeech?: boolean;
  /** May start a response that nobody asked for. */
  injectsResponses?: boolean;
  /** `session.created` may be lost on the way. */
  mayLoseFirstEvent?: boolean;
  /** The upgrade is never answered when the provider refuses: only the dial deadline ends it. */
  mayHangUpgrade?: boolean;
  /** A response id that came over HTTP means nothing on a socket. */
  responseIdsStayOnTransport?: boolean;
  /** A binary frame from the client ends the connection. */
  textFramesOnly?: boolean;
  /** Largest client frame in bytes. */
  maxFrameBytes?: number;
  /** A socket lives at most this many milliseconds; replace it before. */
  sessionMs?: number;
  /** Subprotocol that must be offered first, if any is offered. */
  firstSubprotocol?: string;
  /** Realtime sockets speak the preview of the API: flat sessions, `response.audio.delta`, `transcription_session.update`. */
  previewRealtime?: boolean;
}

/** A deadline that passed: of the dial, of the first event, of one that was owed, of a pong. */
export type Timeout = Extract<PatchbayErrorCode, `${string}-timeout`>;

/** An explanation of a refusal. Every condition that is given must hold; the first hint that fits is used. */
export interface Hint {
  /** HTTP status of the upgrade or request. */
  status?: number | readonly number[];
  /** WebSocket close code. */
  closeCode?: number | readonly number[];
  /** Tested against the close reason, the error event or the body. */
  text?: RegExp;
  /** What did not come in time. */
  timeout?: Timeout | readonly Timeout[];
  capabilities?: readonly Capability[];
  /** Whether the URL that was dialled names a model. */
  modelInUrl?: boolean;
  /** What to tell the user: what happened, and which option to set. */
  say: string;
}

/** What a gateway does with one capability. `undefined` in a row means that it cannot. */
export interface GatewayRoute {
  /** Path under the gateway's root; defaults to the endpoint's own. `{model}` stands for the model's name. */
  path?: string;
  /** Instead of the row's `root`. */
  root?: string;
  /** Where the model goes. `none`: the gateway names it otherwise (a header, a deployment). */
  model: ModelPlacement | 'none';
  /** Where models have names of the gateway's own: what these look like, and some of them. Other names are refused. */
  models?: { form: RegExp; such: readonly string[] };
  /** Query key of the model, e.g. `deployment`, `ai-model-id`; default `model`. */
  modelName?: string;
  query?: Query;
  /** Instead of the row's `auth`. */
  auth?: Auth;
  /** Keep the endpoint's constant query (`intent=…`); default true. */
  keepEndpointQuery?: boolean;
  traits?: GatewayTraits;
  /** Where this is known from: a page, an issue, or what was tried with which version. */
  source: string;
  /** `true`: no page, source or trial confirms it yet. */
  unconfirmed?: boolean;
}

/** One gateway: a row of the table. Plain data, public, also for `gateways.custom(row)`. */
export interface GatewayRow {
  name: string;
  /** Shown in messages and docs. */
  title: string;
  /** How a user writes it, for the docs. */
  example?: string;
  /** Base URL when the user gives none. */
  base?: string;
  /** Path that the API starts with, e.g. `/v1`: added to a base that does not end in it. Default: the base is the root. */
  root?: string;
  /** Host patterns by which a plain `baseURL` picks this row, e.g. `gateway.ai.cloudflare.com` or `*.openai.azure.com`. */
  hosts?: readonly string[];
  /** Where several rows claim a host: this one is meant if it matches the base's path and query. */
  pattern?: RegExp;
  /** How the gateway's own key travels. Default `Authorization: Bearer`; `endpoint`: the way the provider's does. */
  auth?: Auth | 'endpoint';
  /** Whether the gateway wants a key of its own. Default `required`. */
  key?: 'required' | 'optional';
  /** Whether the provider's key travels beside it, the way the endpoint says. Default `never`. */
  providerKey?: 'required' | 'optional' | 'never';
  /** Constant headers. In a custom row their values count as secrets, as the user's headers do. */
  headers?: Readonly<Record<string, string>>;
  /** Extra query for every request. */
  query?: Query;
  /** What it does with OpenAI's dialect. */
  routes: Partial<Record<Capability, GatewayRoute>>;
  /** What it does with other providers' endpoints, by provider id. A string: why it cannot, and what to use instead. */
  providers?: Readonly<Record<string, Partial<Record<Capability, GatewayRoute | string>>>>;
  /** Why a capability is missing and what to use instead, per capability. */
  missing?: Partial<Record<Capability, string>>;
  traits?: GatewayTraits;
  /** Gateways refuse in ways that hide the reason. */
  hints?: readonly Hint[];
  closes?: VerdictTable;
  statuses?: VerdictTable;
  /** What a user must know, for the docs. */
  notes?: readonly string[];
}

/** A gateway as the user configured it: a row, where it stands, and its keys, which nobody can read. */
export interface Gateway {
  readonly row: GatewayRow;
  /** Scheme, host and path: a query may carry a secret, so it is not shown. */
  readonly baseURL: string;
}

/** What to call an option in messages, where its value was written elsewhere: `{ baseURL: 'OPENAI_BASE_URL' }`. */
export interface OptionNames {
  baseURL?: string;
  apiKey?: string;
}

/** What every gateway is given. */
export interface GatewayOptions {
  /** Where it stands, e.g. `https://llm.example.com`. */
  baseURL?: string;
  /** The gateway's own key. */
  apiKey?: Credential | undefined;
  /** The provider's key, for gateways that hand it on. Default: the `apiKey` of the class that uses the gateway. */
  providerKey?: Credential | undefined;
  /** Extra headers for every request through this gateway. */
  headers?: Readonly<Record<string, string>>;
  /** Extra query for every request through this gateway. */
  query?: Query;
  /** For code that reads these options out of something else. */
  named?: OptionNames;
}

/** What a user may say about a connection, on every class of every plugin. */
export interface ConnectionOptions {
  /** Where the API is; a path, a query and any scheme of http, https, ws, wss are welcome. Default: the provider's. */
  baseURL?: string;
  /** One of `gateways`, which says what the way to the provider is like. Default: by the host of the base URL. */
  gateway?: Gateway;
  /** The provider's key, or a function called on every attempt. Behind a gateway without a key of its own: the gateway's. */
  apiKey?: Credential | undefined;
  /** Extra headers; a header given here wins over ours. Every value counts as a secret in messages. */
  headers?: Readonly<Record<string, string>>;
  /** Extra query. */
  query?: Query;
  model?: string;
  /** Where the name of the model travels. Default: what the gateway wants. */
  modelIn?: ModelPlacement;
  /** Send credentials over `ws://` or `http://` to a public host. Default false. */
  allowInsecure?: boolean;
  /** For code that reads these options out of something else. */
  named?: OptionNames;
}

/**
 * Where an endpoint itself is, as some plugins' users say it: the path is dialled as it stands there, where one is added
 * to a base URL.
 */
export interface Address {
  /** Any scheme of http, https, ws, wss; a query is welcome. */
  url: string;
  /** What messages call it: the option that says it. */
  option: string;
}

/** A request ready to dial. `url` carries secrets; only `redacted` may be shown. */
export interface DialRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocols: readonly string[];
  readonly redacted: string;
  /** For endpoints whose key travels in the first frame. */
  readonly credential: string | undefined;
  /** Every string that must never be shown: keys, header values, query credentials. */
  readonly secrets: readonly string[];
}

/** What is decided anew for each attempt. */
export interface RequestContext {
  signal: AbortSignal;
  /** Milliseconds since the epoch. */
  wallClock(): number;
  /** Instead of the connection's. */
  model?: string;
  /** What the present options say, for endpoints that are configured by their URL. What the base or the user's `query` names stays. */
  query?: Query;
}

/** Where a connection goes, decided at construction. Safe to `console.log`. */
export interface Connection {
  readonly endpoint: EndpointDescription;
  readonly row: GatewayRow;
  readonly traits: Readonly<GatewayTraits>;
  /** Host and port, for messages and `provider` getters. */
  readonly host: string;
  /** The base URL as it was given to us, without query or credentials. */
  readonly base: string;
  /** Scheme, host and path, without query or credentials. */
  readonly redacted: string;
  readonly model: string | undefined;
  /**
   * The name under which a model travels; default: that of {@link model}. Its own, except where the gateway was told
   * what the model is called there (an Azure deployment). What a codec writes into a body.
   */
  nameOf(model?: string): string | undefined;
  /** Throws a PatchbayError `invalid-option` for a model that cannot be named on this way. Default: that of {@link model}. */
  checkModel(model?: string): void;
  /**
   * Throws a PatchbayError `invalid-option` where the address or the user's query fixes something else than these say: what
   * is sent would not be what the URL says. Only what the endpoint calls `fixed` counts; else the address has the last word.
   */
  checkSaid(query: Query): void;
  /** What the codec must do: put the model into the body for `body` and `both`. */
  readonly modelIn: ModelPlacement | 'none';
  /** Builds the request of one attempt: credentials are asked for now. */
  request(context: RequestContext): Promise<DialRequest>;
  /** From now on {@link scrub} knows these too: what a proxy on the way was given. */
  hide(secrets: readonly string[]): void;
  /** Removes every known secret, and anything that looks like one, from text. */
  scrub(text: string): string;
  /** The gateway's or provider's own explanation of a refusal, if the table has one. */
  hint(refusal: { status?: number; closeCode?: number; text?: string; timeout?: Timeout }): string | undefined;
}
