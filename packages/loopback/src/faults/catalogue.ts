import type { Fault } from './types.ts';

/** Where a fault acts: while a client connects, on its request, behind the 101, in the stream, in a message, in the service. */
export type FaultGroup = 'connect' | 'request' | 'opened' | 'stream' | 'content' | 'service';

/** What a fault can occur on: a WebSocket, or an HTTP answer of server-sent events, of JSON or of other bytes. Elsewhere it is ignored. */
export type Transport = 'socket' | 'events' | 'json' | 'bytes';

export type FaultParameter = Exclude<keyof Fault, 'name'>;

/** One kind of fault. */
export interface FaultKind {
  readonly name: string;
  readonly group: FaultGroup;
  /** What a client sees. */
  readonly does: string;
  /** What the word behind the colon is. */
  readonly value?: FaultParameter;
  /** What may be set, beside `value`, `times` and `path`. */
  readonly parameters: readonly FaultParameter[];
  readonly defaults: Readonly<Omit<Fault, 'name'>>;
  readonly transports: readonly Transport[];
}

const everywhere: readonly Transport[] = ['socket', 'events', 'json', 'bytes'];
const http: readonly Transport[] = ['events', 'json', 'bytes'];
const messages: readonly Transport[] = ['socket', 'events'];
const documents: readonly Transport[] = ['socket', 'events', 'json'];
const socket: readonly Transport[] = ['socket'];

type Settings = Partial<Pick<FaultKind, 'value' | 'parameters' | 'defaults' | 'transports'>>;

function kind(group: FaultGroup, base: Settings): (name: string, does: string, more?: Settings) => FaultKind {
  return (name, does, more) => ({
    name,
    group,
    does,
    parameters: [],
    transports: everywhere,
    ...base,
    ...more,
    defaults: { ...base.defaults, ...more?.defaults },
  });
}

const connect = kind('connect', {});
const request = kind('request', {});
const opened = kind('opened', { defaults: { at: 0 }, transports: socket });
const stream = kind('stream', { value: 'at', defaults: { at: 1 } });
/** A message of its own beside the one at the point. */
const beside = kind('content', { value: 'at', parameters: ['instead'], defaults: { at: 1 }, transports: documents });
/** The message at the point, changed. */
const changed = kind('content', { value: 'at', defaults: { at: 1 }, transports: messages });
const service = kind('service', { value: 'ms', parameters: ['at'] });

/** Every fault there is. */
export const faultCatalogue: readonly FaultKind[] = [
  connect('refuse-connection', 'nobody listens at the port: ECONNREFUSED, for `ms` or until the fault is removed', {
    value: 'ms',
  }),
  connect('reset-handshake', 'the request is answered with a TCP reset: ECONNRESET'),
  connect('never-answer', 'the request is taken and never answered'),
  connect('answer-late', 'the request is held for `ms` before it is served', { value: 'ms', defaults: { ms: 5_000 } }),
  connect('tls-self-signed', 'a certificate that signed itself: DEPTH_ZERO_SELF_SIGNED_CERT'),
  connect('tls-expired', "a certificate of the cloud's authority that ended yesterday: CERT_HAS_EXPIRED"),
  connect('tls-wrong-host', "… that is another host's: ERR_TLS_CERT_ALTNAME_INVALID"),
  connect('refuse-proxy', 'a CONNECT is answered with `status`, and `body`', {
    value: 'status',
    parameters: ['body', 'requestId'],
    defaults: { status: 407 },
  }),
  connect('bad-accept', 'the 101 has the wrong Sec-WebSocket-Accept', { transports: socket }),

  request('refuse', "`status` with the service's error body, or `body`", {
    value: 'status',
    parameters: ['retryAfter', 'body', 'requestId'],
    defaults: { status: 503 },
  }),
  request('html-page', "`status` with a gateway's HTML page", { value: 'status', defaults: { status: 502 } }),
  request('redirect', '`status` with `to` as its Location', {
    value: 'status',
    parameters: ['to'],
    defaults: { status: 302, to: 'http://localhost:8/v1' },
  }),
  request('empty-body', '`status` and not a byte of body', {
    value: 'status',
    defaults: { status: 200 },
    transports: http,
  }),

  request('request-id', 'what would have been answered, with `request-id` as its x-request-id', {
    value: 'requestId',
    defaults: { requestId: 'req_of_a_fault' },
  }),

  opened('silence', '101, then nothing: no event, and no pong'),
  opened('deaf', '101, then no event; pings are answered'),
  opened('close-at-once', '101 and a close frame', {
    value: 'code',
    parameters: ['reason'],
    defaults: { code: 1011, reason: '' },
  }),
  opened('error-after-open', "101, the service's error event and a close frame", {
    value: 'code',
    parameters: ['kind'],
    defaults: { code: 1011, kind: 'server' },
  }),
  opened('lose-first-event', 'the first event never comes; the others do', { defaults: { at: 1 } }),
  opened('close-before-first-event', 'a close frame in place of the first event', {
    value: 'code',
    parameters: ['reason'],
    defaults: { at: 1, code: 1011, reason: '' },
  }),

  stream('stall-after', 'behind the point nothing comes, neither event nor pong; the connection stays open'),
  stream('stall-at', 'the same, and the message at the point is lost'),
  stream('mute-after', 'behind the point no event comes; pings are answered', { transports: socket }),
  stream('mute-at', 'the same, and the message at the point is lost', { transports: socket }),
  stream('drop-after', 'a TCP reset behind the message at the point'),
  stream('drop-at', 'a TCP reset in place of the message at the point'),
  stream('end-after', 'a FIN behind the message at the point, without a close frame or the end of the body'),
  stream('end-at', 'a FIN in place of it'),
  stream('close-after', 'a close frame behind the message at the point', {
    parameters: ['code', 'reason'],
    defaults: { code: 1011, reason: '' },
    transports: socket,
  }),
  stream('close-at', 'a close frame in place of it', {
    parameters: ['code', 'reason'],
    defaults: { code: 1011, reason: '' },
    transports: socket,
  }),
  stream('expire', "the service's own words for a session that is too old, and its close", { transports: socket }),
  stream('slow-drip', 'behind the point `bytes` come every `ms`', {
    parameters: ['bytes', 'ms'],
    defaults: { bytes: 100, ms: 100 },
  }),
  stream('stop-reading', 'behind the point nothing that the client sends is read', { transports: socket }),
  stream('freeze', 'behind the point nothing moves for `ms`, then everything at once', {
    parameters: ['ms'],
    defaults: { ms: 30_000 },
  }),

  beside('malformed-json', 'half of a JSON object'),
  beside('json-null', '`null`'),
  beside('json-number', '`42`'),
  beside('json-array', '`[]`'),
  beside('no-type', 'the message at the point without its `type`', { transports: messages }),
  beside('unknown-event', 'an event of a type that nobody knows', { transports: messages }),
  beside('orphan', 'an event of a response or item that nobody knows', { transports: messages }),
  beside('error-event', "the service's error event: `kind` is rate-limit, server or fatal; it may say `words`", {
    parameters: ['kind', 'words', 'instead'],
    defaults: { kind: 'server' },
    transports: messages,
  }),
  beside('prototype-keys', 'an event with keys `__proto__` and `constructor`'),
  beside('huge-frame', 'an event of `bytes`', {
    parameters: ['bytes', 'instead'],
    defaults: { bytes: 17 * 1024 * 1024 },
  }),
  beside('binary-frame', 'a binary frame', { transports: socket }),
  beside('invalid-utf8', 'text that is not UTF-8'),
  beside('bad-frame', 'a frame with reserved bits; a chunk without a size', { parameters: [], transports: everywhere }),
  beside('deflated-frame', 'a compressed frame that was never negotiated', { parameters: [], transports: socket }),
  changed('null-fields', 'the first terminal or error event from the point on has null wherever a field may be null', {
    transports: documents,
  }),
  changed('fragments', 'the message at the point comes in pieces of `bytes`', {
    parameters: ['bytes'],
    defaults: { bytes: 1 },
    transports: documents,
  }),
  changed('duplicate', 'the message at the point comes twice'),
  changed('reorder', 'the message at the point comes behind the next one'),

  service('clock-jump', "the service's wall clock leaps by `ms`", { defaults: { ms: 3_600_000 } }),
  service('block', "the service's event loop stands still for `ms` of real time", { defaults: { at: 1, ms: 5_000 } }),
];

/** What may be set for a kind of fault. */
export function parametersOf({ value, parameters, name }: FaultKind): readonly FaultParameter[] {
  const counted: FaultParameter[] = uncounted.has(name) ? [] : ['times'];
  const routed: FaultParameter[] = unrouted.has(name) ? [] : ['path'];
  return [...new Set([...(value ? [value] : []), ...parameters, ...counted, ...routed])];
}

/** Nobody knows how many tried a port that is closed. */
const uncounted: ReadonlySet<string> = new Set(['refuse-connection']);
/** They happen before there is a path. */
const unrouted: ReadonlySet<string> = new Set([
  'refuse-connection',
  'tls-self-signed',
  'tls-expired',
  'tls-wrong-host',
  'refuse-proxy',
]);
