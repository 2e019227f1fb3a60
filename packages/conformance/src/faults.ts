/** Where a fault acts, as the matrix is divided. */
export type Group = 'connect' | 'refuse' | 'accept' | 'stream' | 'content' | 'service' | 'client' | 'turns' | 'secrets';

/**
 * What upstream 1.9.0 does, as measured. `ok`: what the contract says. All others break it, each in its way:
 * `no-retry`, an error that LiveKit does not know and so never retries; `retries`, again and again what is not worth it;
 * `statusless`, an error without its HTTP status; `hasty`, before the time that the service has asked for; `ignores`, as
 * if nothing had been; `garbles`, something else than what was said; `lingers`, on and on what was called off;
 * `forgets`, what was asked for, until somebody asks again; `storms`, dials without end; `leaks`, a secret; `silent`, over without a word.
 */
export type UpstreamFate =
  | 'ok'
  | 'crashes'
  | 'hangs'
  | 'silent'
  | 'no-retry'
  | 'retries'
  | 'statusless'
  | 'hasty'
  | 'ignores'
  | 'garbles'
  | 'lingers'
  | 'storms'
  | 'leaks'
  | 'forgets';

/**
 * The classes of upstream that were measured: an LLM over a socket (`L`), over HTTP (`H`) and in chat (`C`), realtime
 * speech to text (`S`), a realtime session (`R`), and speech (`T`).
 */
export type UpstreamColumn = 'L' | 'H' | 'C' | 'S' | 'R' | 'T';

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
  /** What is not here was not measured. */
  upstream?: Readonly<Partial<Record<UpstreamColumn, UpstreamFate>>>;
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
/** For good, or so it seems: nothing of it gets better by trying again. */
const refused = { L: 'retries', S: 'no-retry', R: 'crashes', T: 'crashes' } as const;
const broken = { ...refused, L: 'statusless' } as const;
const silence = { L: 'hangs', S: 'hangs', R: 'hangs' } as const;
/** No peer answers pings that nobody sends: over HTTP a request waits just as long. */
const stalled = { ...silence, C: 'hangs', H: 'hangs', T: 'hangs' } as const;
/** Realtime reconnects, and tells nobody that what was being said is gone. */
const gone = { L: 'ok', S: 'silent', R: 'silent' } as const;
/** Nobody is told the code, or that it is not worth it. */
const dismissed = { L: 'retries', S: 'silent', R: 'silent' } as const;
/** A handshake that goes well counts as a connection that did, however short. */
const storm = { L: 'ok', S: 'silent', R: 'storms' } as const;
const junk = { L: 'ok', S: 'no-retry', R: 'crashes' } as const;
/** JSON, and yet no event. Realtime dies of what it cannot parse; `null.type` throws where it catches. */
const nonsense = { L: 'ok', S: 'no-retry', R: 'ok' } as const;
/** An error that comes beside an answer: the answer is taken, and the error is not seen. */
const complaint = { L: 'ignores', S: 'no-retry', R: 'ok' } as const;

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
  connect('bad-accept', 'an upgrade that is none', 'bad-accept', { L: 'retries', S: 'no-retry', R: 'crashes' }),

  refuse('status-401', 'a wrong key', 'refuse:401', refused),
  refuse('status-403', 'a key without the right', 'refuse:403', refused),
  refuse('status-404', 'no such model', 'refuse:404', refused),
  refuse('status-429', 'too many requests, and a second to wait', 'refuse:429,retry-after=1,times=1', {
    ...refused,
    L: 'hasty',
  }),
  refuse('status-429-long', 'too many requests, and two minutes to wait', 'refuse:429,retry-after=120', refused),
  refuse('status-500', 'an error of the service', 'refuse:500', broken),
  refuse('status-503-once', 'an overloaded service, once', 'refuse:503,times=1', { ...refused, L: 'ok' }),
  refuse('html-502', "a gateway's HTML page", 'html-page:502', broken),
  refuse('html-200', "a gateway's HTML page that claims to be fine", 'html-page:200'),
  refuse('empty-body', 'an answer without a byte', 'empty-body:200'),
  refuse('redirect', 'a redirect to another host', 'redirect:302,to=http://elsewhere.invalid/v1', refused),

  accept('silence', 'accepted, then nothing, not even a pong', 'silence', silence),
  accept('deaf', 'accepted, pings answered, and no event', 'deaf', silence),
  accept('close-at-once', 'accepted and closed, every time', 'close-at-once:1011', storm),
  accept('close-1008-at-once', 'accepted and closed for a policy', 'close-at-once:1008,reason=no such model', {
    ...storm,
    L: 'retries',
  }),
  accept('error-after-open', 'accepted, an error of the service, closed', 'error-after-open:1011,kind=server', storm),
  accept('fatal-after-open', 'accepted, refused by an event, closed', 'error-after-open:1008,kind=fatal', {
    ...storm,
    L: 'retries',
  }),
  accept('lose-first-event', 'the first event is lost', 'lose-first-event,times=1'),
  accept('close-before-first-event', 'closed in place of the first event', 'close-before-first-event:1011,times=1'),

  stream('stall-begun', 'half-open before anything was heard', 'stall-after:{begun},times=1', stalled),
  stream('stall-output', 'half-open in the middle of it', 'stall-after:{output},times=1', stalled),
  stream(
    'mute-begun',
    'no event more before anything was heard, pings answered',
    'mute-after:{begun},times=1',
    silence,
  ),
  stream('mute-output', 'no event more in the middle of it, pings answered', 'mute-after:{output},times=1', silence),
  stream('drop-begun', 'reset before anything was heard', 'drop-after:{begun},times=1', gone),
  stream('drop-output', 'reset in the middle of it', 'drop-after:{output},times=1', gone),
  stream('end-begun', 'ended without a goodbye before anything was heard', 'end-after:{begun},times=1', gone),
  stream('end-output', 'ended without a goodbye in the middle of it', 'end-after:{output},times=1', gone),
  stream('close-1000', 'closed as if all were said', 'close-after:{begun},code=1000,times=1', gone),
  stream('close-1001', 'closed: going away', 'close-after:{begun},code=1001,times=1', gone),
  stream('close-1005', 'closed without a code', 'close-after:{begun},code=1005,times=1', gone),
  stream('close-1011', 'closed in the middle of it: an error', 'close-after:{output},code=1011,times=1', gone),
  stream('close-1012', 'closed: a restart', 'close-after:{begun},code=1012,times=1', gone),
  stream('close-1013', 'closed: try again later', 'close-after:{begun},code=1013,times=1', gone),
  stream('close-1008', 'closed for a policy', 'close-after:{begun},code=1008,reason=policy,times=1', dismissed),
  stream('close-4000', 'closed with a code of its own', 'close-after:{begun},code=4000,reason=no,times=1', dismissed),
  stream('close-1002', 'closed: we broke the protocol', 'close-after:{begun},code=1002,times=1', dismissed),
  stream('close-1009', 'closed: we sent too much', 'close-after:{begun},code=1009,times=1', dismissed),
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
  content('binary-frame', 'a binary frame', 'binary-frame:{output}', junk),
  content('bad-frame', 'a frame with reserved bits', 'bad-frame:{begun},times=1', nonsense),
  content('invalid-utf8', 'text that is not UTF-8', 'invalid-utf8:{begun},times=1', nonsense),
  content('huge-frame', 'a frame of 17 MiB', 'huge-frame:{begun},times=1', {
    L: 'ignores',
    S: 'ignores',
    R: 'ignores',
  }),
  content('deflated-frame', 'a compressed frame that nobody agreed on', 'deflated-frame:{begun},times=1'),
  content('fragments', 'a message in pieces of one byte', 'fragments:{output}'),
  content('duplicate', 'the last event comes twice', 'duplicate:{last}', { L: 'ok', S: 'garbles', R: 'ok' }),
  content('reorder', 'two events change places', 'reorder:{begun}'),
  // The text of a response that was never announced is told as if it were of this one.
  content('orphan', 'an event of something that nobody knows', 'orphan:{output}', { L: 'garbles', R: 'ok' }),
  content('prototype-keys', 'an event with `__proto__`', 'prototype-keys:{output}', { L: 'ok', R: 'ok' }),
  content('rate-limit', 'an error event: slow down', 'error-event:{begun},kind=rate-limit,times=1', complaint),
  content('server-error', 'an error event: our fault', 'error-event:{begun},kind=server,times=1', complaint),
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
      L: 'lingers',
      S: 'lingers',
      R: 'crashes',
    },
    'never-answer',
  ),
  client(
    'close-while-connecting',
    'the model is closed before there is a connection',
    'close',
    { L: 'lingers', R: 'crashes', T: 'crashes' },
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
  client('barge-in', 'the caller interrupts, and the next turn follows', 'barge-in', { L: 'lingers' }),
  client(
    'sibling-fails',
    'one of two connections is lost',
    'sibling',
    { L: 'ok', S: 'silent', R: 'silent' },
    'drop-after:{output},times=1',
  ),
  // Upstream closes the other one too when it dials again, which these turns are too short to notice.
  client(
    'sibling-dials',
    'one of two connections is lost and dialled again',
    'sibling',
    { L: 'ok', S: 'silent', R: 'silent' },
    'drop-after:{begun},times=1',
  ),
  client('slow-consumer', 'nobody reads the answer for twenty seconds', 'slow-consumer'),
  client('audio-during-outage', 'the caller speaks while there is no connection for seconds', 'outage', {
    S: 'silent',
    R: 'crashes',
  }),
  client('phrase-outage-3', 'three seconds without a connection while somebody speaks on and on', 'phrase-3'),
  client('phrase-outage-6', 'six seconds without a connection while somebody speaks on and on', 'phrase-6'),
  client('phrase-outage-12', 'twelve seconds without a connection while somebody speaks on and on', 'phrase-12'),
  client('phrase-over', 'a phrase ends while there is no connection for twelve seconds', 'phrase-over'),
  client(
    'first-event-after-reconnect',
    'the first thing said on a new connection',
    'reconnect',
    { R: 'forgets' },
    'drop-after:{last},times=1',
  ),
  // It sends the whole buffer, in which nobody hears the words.
  client('view-frames', 'audio frames are views of a longer buffer', 'views', { S: 'hangs', R: 'hangs' }),
  client(
    'no-error-listener',
    'an error that nobody listens to',
    'deaf-user',
    { L: 'ok', R: 'crashes', T: 'crashes' },
    'refuse:401',
  ),
  // Its memory grows by the minute, and not by the turn: forty of them, one behind the other, do not show it.
  client('long-call', 'forty turns', 'long-call', { L: 'ok', R: 'ok' }),

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

  secrets('printed', 'everything is printed while a call is on', 'print', {
    L: 'ok',
    S: 'ok',
    R: 'leaks',
  }),
  secrets('header-injection', 'a key with a line break', 'bad-key', { L: 'retries' }),
  secrets('header-value-injection', 'a header with a line break', 'bad-header'),
  secrets('userinfo-url', 'a base URL with a password', 'userinfo'),
  secrets('plaintext', 'a public host without TLS', 'plaintext'),
  secrets('foreign-scheme', 'a base URL of another scheme', 'scheme'),
  secrets('echoed-key', 'a refusal that repeats every secret, also as its request id', 'echo-refusal', {
    ...refused,
    T: 'leaks',
  }),
  secrets('echoed-html', 'an HTML page that repeats them', 'echo-html'),
  secrets('echoed-escapes', 'a refusal that repeats them escaped and encoded', 'echo-escapes'),
  secrets('echoed-long', 'a refusal that is cut in the middle of one', 'echo-long'),
  secrets('echoed-proxy', 'a proxy that repeats them', 'echo-proxy'),
  secrets('echoed-request-id', 'an answer whose request id repeats them', 'echo-request-id'),
  secrets('echoed-error', 'an error event that repeats them in each of its words', 'echo-error'),
  secrets('echoed-close', 'a close reason that repeats them, as the id of the upgrade did', 'echo-close'),
  secrets('echoed-close-cut', 'a close reason that was cut in the middle of one', 'echo-close-cut'),
];
