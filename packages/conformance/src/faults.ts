/** Where a fault acts, as the matrix is divided. */
export type Group = 'connect' | 'refuse' | 'accept' | 'stream' | 'content' | 'service' | 'client' | 'turns' | 'secrets';

/** What upstream 1.9.0 does, as measured before there was this plugin. */
export type UpstreamFate =
  'crashes' | 'hangs' | 'silent' | 'retries' | 'ok' | 'plain' | 'no-retry' | 'storms' | 'leaks' | 'twice';

/** One row of the matrix. */
export interface FaultRow {
  id: string;
  group: Group;
  /** What goes wrong, as a person would say it. */
  title: string;
  /**
   * Faults of loopback that lie in wait, as its command line takes them. `{begun}`, `{output}` and `{last}` are moments
   * of the subject's own protocol.
   */
  faults?: readonly string[];
  /** What the client itself does, or what happens to it: see acts.ts. */
  act?: string;
  /** Columns of LLM over WebSocket, realtime STT, realtime and TTS. What is not here was not measured. */
  upstream?: Readonly<Partial<Record<'L' | 'S' | 'R' | 'T', UpstreamFate>>>;
}

const row =
  (group: Group) =>
  (id: string, title: string, faults: string | readonly string[], upstream?: FaultRow['upstream']): FaultRow => ({
    id,
    group,
    title,
    faults: typeof faults === 'string' ? [faults] : faults,
    ...(upstream === undefined ? {} : { upstream }),
  });
const act =
  (group: Group) =>
  (id: string, title: string, name: string, upstream?: FaultRow['upstream'], ...faults: string[]): FaultRow => ({
    id,
    group,
    title,
    act: name,
    ...(faults.length === 0 ? {} : { faults }),
    ...(upstream === undefined ? {} : { upstream }),
  });

const connect = row('connect');
const refuse = row('refuse');
const accept = row('accept');
const stream = row('stream');
const content = row('content');
const service = row('service');
const client = act('client');
const turns = act('turns');
const secrets = act('secrets');

const noDial = { L: 'ok', S: 'no-retry', R: 'crashes', T: 'crashes' } as const;
const refused = { L: 'retries', S: 'no-retry', R: 'crashes' } as const;
const silence = { L: 'hangs', S: 'hangs', R: 'hangs' } as const;
const junk = { L: 'ok', S: 'no-retry', R: 'crashes' } as const;
/** JSON, and yet no event: of the three, only realtime survives it. */
const nonsense = { L: 'ok', S: 'no-retry', R: 'ok' } as const;

/** Everything that may go wrong. */
export const faultRows: readonly FaultRow[] = [
  act('connect')('dns-failure', 'the host has no address', 'dns-failure', noDial),
  connect('refused', 'nobody listens at the port', 'refuse-connection', noDial),
  connect('refused-once', 'nobody listens for a moment', 'refuse-connection:50', {
    L: 'ok',
    R: 'crashes',
    T: 'crashes',
  }),
  connect('reset-handshake', 'the handshake is answered with a reset', 'reset-handshake', noDial),
  connect('never-answer', 'the handshake is never answered', 'never-answer', { L: 'hangs', S: 'hangs', R: 'crashes' }),
  connect('answer-late', 'the handshake takes five seconds', 'answer-late:5000'),
  connect('tls-self-signed', 'a certificate that signed itself', 'tls-self-signed', refused),
  connect('tls-expired', 'a certificate that has expired', 'tls-expired', refused),
  connect('tls-wrong-host', "another host's certificate", 'tls-wrong-host', refused),
  connect('proxy-407', 'the proxy wants other credentials', 'refuse-proxy:407'),
  connect('proxy-502', 'the proxy reaches nobody', 'refuse-proxy:502'),
  connect('bad-accept', 'an upgrade that is none', 'bad-accept'),

  refuse('status-401', 'a wrong key', 'refuse:401', refused),
  refuse('status-403', 'a key without the right', 'refuse:403', refused),
  refuse('status-404', 'no such model', 'refuse:404', refused),
  refuse('status-429', 'too many requests, and a second to wait', 'refuse:429,retry-after=1,times=1', {
    L: 'retries',
    S: 'no-retry',
    R: 'crashes',
  }),
  refuse('status-429-long', 'too many requests, and two minutes to wait', 'refuse:429,retry-after=120', refused),
  refuse('status-500', 'an error of the service', 'refuse:500', refused),
  refuse('status-503-once', 'an overloaded service, once', 'refuse:503,times=1', refused),
  refuse('html-502', "a gateway's HTML page", 'html-page:502', refused),
  refuse('html-200', "a gateway's HTML page that claims to be fine", 'html-page:200'),
  refuse('empty-body', 'an answer without a byte', 'empty-body:200'),
  refuse('redirect', 'a redirect to another host', 'redirect:302,to=http://elsewhere.invalid/v1', refused),

  accept('silence', 'accepted, then nothing, not even a pong', 'silence', silence),
  accept('deaf', 'accepted, pings answered, and no event', 'deaf', silence),
  accept('close-at-once', 'accepted and closed, every time', 'close-at-once:1011', {
    L: 'ok',
    S: 'silent',
    R: 'storms',
  }),
  accept('close-1008-at-once', 'accepted and closed for a policy', 'close-at-once:1008,reason=no such model'),
  accept('error-after-open', 'accepted, an error of the service, closed', 'error-after-open:1011,kind=server'),
  accept('fatal-after-open', 'accepted, refused by an event, closed', 'error-after-open:1008,kind=fatal'),
  accept('lose-first-event', 'the first event is lost', 'lose-first-event,times=1'),
  accept('close-before-first-event', 'closed in place of the first event', 'close-before-first-event:1011,times=1'),

  stream('stall-begun', 'half-open before anything was heard', 'stall-after:{begun},times=1', silence),
  stream('stall-output', 'half-open in the middle of it', 'stall-after:{output},times=1', { ...silence, T: 'hangs' }),
  stream(
    'mute-begun',
    'no event more before anything was heard, pings answered',
    'mute-after:{begun},times=1',
    silence,
  ),
  stream('mute-output', 'no event more in the middle of it, pings answered', 'mute-after:{output},times=1', silence),
  stream('drop-begun', 'reset before anything was heard', 'drop-after:{begun},times=1', {
    L: 'ok',
    S: 'silent',
    R: 'silent',
  }),
  stream('drop-output', 'reset in the middle of it', 'drop-after:{output},times=1', { L: 'ok', S: 'silent' }),
  stream('end-begun', 'ended without a goodbye before anything was heard', 'end-after:{begun},times=1', {
    S: 'silent',
  }),
  stream('end-output', 'ended without a goodbye in the middle of it', 'end-after:{output},times=1', { S: 'silent' }),
  stream('close-1000', 'closed as if all were said', 'close-after:{begun},code=1000,times=1', { L: 'ok', S: 'silent' }),
  stream('close-1001', 'closed: going away', 'close-after:{begun},code=1001,times=1', { S: 'silent' }),
  stream('close-1005', 'closed without a code', 'close-after:{begun},code=1005,times=1', { S: 'silent' }),
  stream('close-1011', 'closed in the middle of it: an error', 'close-after:{output},code=1011,times=1', {
    S: 'silent',
  }),
  stream('close-1012', 'closed: a restart', 'close-after:{begun},code=1012,times=1', { S: 'silent' }),
  stream('close-1013', 'closed: try again later', 'close-after:{begun},code=1013,times=1', { S: 'silent' }),
  stream('close-1008', 'closed for a policy', 'close-after:{begun},code=1008,reason=policy,times=1'),
  stream('close-4000', 'closed with a code of its own', 'close-after:{begun},code=4000,reason=no,times=1'),
  stream('close-1002', 'closed: we broke the protocol', 'close-after:{begun},code=1002,times=1'),
  stream('close-1009', 'closed: we sent too much', 'close-after:{begun},code=1009,times=1'),
  stream('expire', 'the session is too old', 'expire:{begun},times=1'),
  stream('slow-drip', 'everything comes, a little at a time', 'slow-drip:{begun},bytes=8000,ms=100'),
  act('stream')('stop-reading', 'from the second turn on nobody reads what we send', 'stop-reading', {
    S: 'hangs',
    R: 'hangs',
  }),
  stream('freeze', 'the service stands still for eight seconds', 'freeze:{begun},ms=8000,times=1'),

  content('malformed-json', 'half of a JSON object', 'malformed-json:{output}', junk),
  content('json-null', '`null`', 'json-null:{output}', nonsense),
  content('json-number', '`42`', 'json-number:{output}', nonsense),
  content('json-array', '`[]`', 'json-array:{output}', nonsense),
  content('no-type', 'an event without a type', 'no-type:{output}', nonsense),
  content('unknown-event', 'an event that nobody knows', 'unknown-event:{output}', { L: 'ok', S: 'ok', R: 'ok' }),
  content('null-fields', 'the last event says null wherever it may', 'null-fields:{begun}', { L: 'hangs' }),
  content(
    'null-error',
    'an error says null wherever it may',
    ['null-fields:{begun}', 'error-event:{begun},kind=server,times=1'],
    {
      L: 'hangs',
    },
  ),
  content('binary-frame', 'a binary frame', 'binary-frame:{output}', { L: 'ok', S: 'ok', R: 'ok' }),
  content('bad-frame', 'a frame with reserved bits', 'bad-frame:{begun},times=1', { S: 'no-retry' }),
  content('invalid-utf8', 'text that is not UTF-8', 'invalid-utf8:{begun},times=1', { S: 'no-retry' }),
  content('huge-frame', 'a frame of 17 MiB', 'huge-frame:{begun},times=1'),
  content('deflated-frame', 'a compressed frame that nobody agreed on', 'deflated-frame:{begun},times=1'),
  content('fragments', 'a message in pieces of one byte', 'fragments:{output}'),
  content('duplicate', 'the last event comes twice', 'duplicate:{last}', { L: 'ok', S: 'twice', R: 'ok' }),
  content('reorder', 'two events change places', 'reorder:{begun}'),
  content('orphan', 'an event of something that nobody knows', 'orphan:{output}', { L: 'silent', R: 'ok' }),
  content('prototype-keys', 'an event with `__proto__`', 'prototype-keys:{output}', { L: 'ok', R: 'ok' }),
  content('rate-limit', 'an error event: slow down', 'error-event:{begun},kind=rate-limit,times=1', {
    S: 'no-retry',
  }),
  content('server-error', 'an error event: our fault', 'error-event:{begun},kind=server,times=1', {
    S: 'no-retry',
  }),
  content('fatal-error', 'an error event: your fault', 'error-event:{begun},kind=fatal,times=1'),

  service('service-clock-jump', "the service's clock leaps by an hour", 'clock-jump:3600000,at={output}'),
  service('service-block', "the service's event loop stands still", 'block:200,at={begun}'),
  act('service')('clock-jump', 'our wall clock leaps by an hour', 'clock-jump'),
  act('service')('event-loop-stall', 'our event loop stands still for twenty seconds', 'event-loop-stall'),
  act('service')('suspend', 'the machine sleeps for ten minutes', 'suspend'),

  client(
    'abort-while-connecting',
    'what was asked for is called off before there is a connection',
    'abort',
    {
      L: 'leaks',
      S: 'leaks',
    },
    'never-answer',
  ),
  client(
    'close-while-connecting',
    'the model is closed before there is a connection',
    'close',
    { R: 'crashes' },
    'never-answer',
  ),
  client(
    'close-in-the-middle',
    'the model is closed in the middle of it',
    'close-late',
    undefined,
    'stall-after:{output},times=1',
  ),
  client('double-close', 'closed twice', 'double-close', { L: 'ok', S: 'ok', R: 'ok' }),
  client('barge-in', 'the caller interrupts, and the next turn follows', 'barge-in', { L: 'leaks' }),
  client('sibling-fails', 'one of two connections is lost', 'sibling', undefined, 'drop-after:{output},times=1'),
  client('slow-consumer', 'nobody reads the answer for twenty seconds', 'slow-consumer'),
  client('audio-during-outage', 'the caller speaks while there is no connection for seconds', 'outage', {
    S: 'leaks',
    R: 'leaks',
  }),
  client(
    'first-event-after-reconnect',
    'the first thing said on a new connection',
    'reconnect',
    undefined,
    'drop-after:{last},times=1',
  ),
  client('view-frames', 'audio frames are views of a longer buffer', 'views', { S: 'leaks', R: 'leaks' }),
  client(
    'no-error-listener',
    'an error that nobody listens to',
    'deaf-user',
    { L: 'ok', R: 'crashes', T: 'crashes' },
    'refuse:401',
  ),
  client('long-call', 'forty turns', 'long-call', { R: 'leaks' }),

  turns('cancel-race', 'turns are called off just as they end, and others follow at once', 'cancel-race'),
  turns(
    'zombie-audio',
    'what was called off goes on coming for a while',
    'zombies',
    undefined,
    'slow-drip:{output},bytes=4000,ms=50,times=1',
  ),
  turns(
    'turn-fails',
    'one of several turns on a socket fails',
    'turns',
    undefined,
    'error-event:{output},kind=fatal,times=1',
  ),
  turns('cap-reached', 'more turns at once than a socket takes', 'turns'),

  secrets('printed', 'everything is printed while a call is on', 'print'),
  secrets('header-injection', 'a key with a line break', 'bad-key', { L: 'retries' }),
  secrets('header-value-injection', 'a header with a line break', 'bad-header'),
  secrets('userinfo-url', 'a base URL with a password', 'userinfo'),
  secrets('plaintext', 'a public host without TLS', 'plaintext'),
  secrets('foreign-scheme', 'a base URL of another scheme', 'scheme'),
  secrets('echoed-key', 'a refusal that repeats every secret, also as its request id', 'echo-refusal'),
  secrets('echoed-html', 'an HTML page that repeats them', 'echo-html'),
  secrets('echoed-escapes', 'a refusal that repeats them escaped and encoded', 'echo-escapes'),
  secrets('echoed-long', 'a refusal that is cut in the middle of one', 'echo-long'),
  secrets('echoed-proxy', 'a proxy that repeats them', 'echo-proxy'),
  secrets('echoed-request-id', 'an answer whose request id repeats them', 'echo-request-id'),
  secrets('echoed-error', 'an error event that repeats them in each of its words', 'echo-error'),
  secrets('echoed-close', 'a close reason that repeats them, as the id of the upgrade did', 'echo-close'),
  secrets('echoed-close-cut', 'a close reason that was cut in the middle of one', 'echo-close-cut'),
];
