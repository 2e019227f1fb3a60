import { OpenAI } from 'openai-7';
import { ResponsesWS } from 'openai-7/resources/responses/ws';
import { afterEach, describe, expect, it, test } from 'vitest';
import { WebSocket } from 'ws';
import { ManualClock } from '../__fixtures__/manual-clock.ts';
import { observe, settle, until } from '../__fixtures__/observe.ts';
import type { Seen } from '../__fixtures__/observe.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';
import { faultCatalogue, parametersOf } from './catalogue.ts';
import { kindOf, parseFault } from './parse.ts';

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** A reply of two words on a Responses socket. */
const whole = [
  'response.created',
  'response.in_progress',
  'response.output_item.added',
  'response.content_part.added',
  'response.output_text.delta',
  'response.output_text.delta',
  'response.output_text.done',
  'response.content_part.done',
  'response.output_item.done',
  'response.completed',
];
const [created = '', inProgress = '', ...others] = whole;
const without = (index: number): string[] => whole.filter((_type, at) => at !== index);
const beside = (extra: unknown, index = 1): unknown[] => [...whole.slice(0, index), extra, ...whole.slice(index)];

const clients = {
  ws: (cloud: Loopback) =>
    new WebSocket(`${cloud.url.replace(/^http/, 'ws')}/responses`, { headers: { authorization: 'Bearer key' } }),
  'openai 7': (cloud: Loopback) => {
    const sdk = new ResponsesWS(new OpenAI({ apiKey: 'key', baseURL: cloud.url }));
    sdk.on('error', () => {});
    // The socket below the SDK's own, which knows no pings.
    return sdk.socket.platformSocket;
  },
} as const;

interface Talk {
  cloud: Loopback;
  clock: ManualClock;
  socket: WebSocket;
  seen: Seen;
}

/** Asks for a reply and pings, and waits until nothing more comes. */
async function talk(fault: string, client: keyof typeof clients): Promise<Talk> {
  const clock = new ManualClock();
  const path = parametersOf(kindOf(parseFault(fault).name)).includes('path') ? ',path=/v1/responses' : '';
  const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };
  const cloud = await startLoopback({ voice: 'plain', mind: 'echo', pace, clock, faults: [fault + path] });
  open.push(cloud);
  const socket = clients[client](cloud);
  open.push({ close: () => socket.terminate() });
  const seen = observe(socket);
  socket.on('open', () => {
    socket.send(JSON.stringify({ type: 'response.create', model: 'gpt-5-mini', input: 'two words' }));
  });
  await settle(cloud.origin);
  if (socket.readyState === WebSocket.OPEN) socket.ping();
  await settle(cloud.origin);
  return { cloud, clock, socket, seen };
}

type Row = [fault: string, seen: Partial<Record<keyof Seen, unknown>>];

const dead = { types: [], pongs: 0, end: undefined, failure: undefined, answer: undefined };
const alive = { pongs: 1, end: undefined, failure: undefined };
const cut = { end: { code: 1006, reason: '' } };

const rows: Row[] = [
  ['reset-handshake', { opened: false, failure: 'ECONNRESET' }],
  ['never-answer', { ...dead, opened: false }],
  ['answer-late:1000', { ...dead, opened: false }],
  ['bad-accept', { opened: false, failure: 'Invalid Sec-WebSocket-Accept header' }],
  [
    'refuse:429,retry-after=7',
    {
      opened: false,
      answer: {
        status: 429,
        headers: expect.objectContaining({ 'retry-after': '7', 'content-type': 'application/json' }),
        body: expect.stringContaining('"code":"rate_limit_exceeded"'),
      },
    },
  ],
  ['refuse:401,body=no', { answer: expect.objectContaining({ status: 401, body: 'no' }) }],
  ['html-page', { answer: expect.objectContaining({ status: 502, body: expect.stringMatching(/^<html>/) }) }],
  ['html-page:200', { answer: expect.objectContaining({ status: 200 }) }],
  [
    'redirect:307,to=http://localhost:9/elsewhere',
    {
      answer: expect.objectContaining({
        status: 307,
        headers: expect.objectContaining({ location: 'http://localhost:9/elsewhere' }),
      }),
    },
  ],
  ['request-id:req_7', { ...alive, types: whole }],
  ['silence', { ...dead, opened: true }],
  ['deaf', { ...alive, types: [] }],
  ['close-at-once:1012,reason=Service restart', { types: [], end: { code: 1012, reason: 'Service restart' } }],
  ['error-after-open:1008', { types: ['error'], end: { code: 1008, reason: '' } }],
  ['lose-first-event', { ...alive, types: without(0) }],
  ['close-before-first-event:4001', { opened: true, types: [], end: { code: 4001, reason: '' } }],
  ['stall-after:3', { ...dead, types: whole.slice(0, 3) }],
  ['stall-at:3', { ...dead, types: whole.slice(0, 2) }],
  ['stall-after:0', { ...dead, opened: true }],
  ['stall-after:response.output_text.delta#2', { ...dead, types: whole.slice(0, 6) }],
  ['stall-after:response.create', { ...dead, opened: true }],
  ['mute-after:2', { ...alive, types: whole.slice(0, 2) }],
  ['mute-at:2', { ...alive, types: whole.slice(0, 1) }],
  ['drop-after:2', { types: whole.slice(0, 2), ...cut }],
  ['drop-at:response.created', { types: [], ...cut }],
  ['end-after:1', { types: [created], ...cut }],
  ['end-at:1', { types: [], ...cut }],
  ['close-after:1,code=1013,reason=later', { types: [created], end: { code: 1013, reason: 'later' } }],
  ['close-at:response.create,code=1005', { types: [], end: { code: 1005, reason: '' } }],
  ['expire:2', { types: [created, inProgress, 'error'], end: { code: 1001, reason: 'connection limit reached' } }],
  ['slow-drip:2,bytes=10,ms=5', { ...dead, types: whole.slice(0, 2) }],
  ['stop-reading', { types: whole, pongs: 0, end: undefined }],
  ['freeze:2,ms=5000', { ...dead, types: whole.slice(0, 2) }],
  ['malformed-json', { ...alive, types: beside(expect.stringMatching(/^\{"type":"response.created".*[^}]$/)) }],
  ['json-null:2', { ...alive, types: beside('null', 2) }],
  ['json-number', { ...alive, types: beside('42') }],
  ['json-array', { ...alive, types: beside('[]') }],
  ['json-null:2,instead=true', { ...alive, types: [created, 'null', ...others] }],
  ['json-null:response.create', { ...alive, types: beside('null', 0) }],
  ['no-type', { ...alive, types: beside(expect.stringMatching(/^\{"response":\{"id"/)) }],
  ['unknown-event', { ...alive, types: beside('event.that.nobody.knows') }],
  ['orphan', { ...alive, texts: expect.arrayContaining([expect.stringContaining('msg_nobody_knows')]) }],
  [
    'error-event:3,words=oh no',
    { ...alive, texts: expect.arrayContaining([expect.stringMatching(/"code":"oh no","message":"oh no"/)]) },
  ],
  ['error-event:3,kind=rate-limit', { ...alive, texts: expect.arrayContaining([expect.stringContaining('429')]) }],
  ['prototype-keys', { ...alive, texts: expect.arrayContaining([expect.stringContaining('"__proto__":{')]) }],
  ['huge-frame:1,bytes=2000000', { ...alive, types: beside('event.of.a.fault') }],
  ['binary-frame', { ...alive, binaries: 1, types: whole }],
  ['invalid-utf8', { types: [created], failure: 'WS_ERR_INVALID_UTF8' }],
  ['bad-frame', { types: [created], failure: 'WS_ERR_UNEXPECTED_RSV_2_3' }],
  ['deflated-frame', { types: [created], failure: 'WS_ERR_UNEXPECTED_RSV_1' }],
  ['null-fields', { ...alive, texts: expect.arrayContaining([expect.stringContaining('"usage":null')]) }],
  ['fragments', { ...alive, types: whole }],
  ['duplicate:2', { ...alive, types: beside(inProgress, 2) }],
  ['reorder', { ...alive, types: [inProgress, created, ...others] }],
  ['reorder:response.completed', { ...alive, types: whole.slice(0, 9) }],
  ['clock-jump:1000,at=1', { ...alive, types: whole }],
  ['block:10', { ...alive, types: whole }],
];

describe.each(Object.keys(clients) as (keyof typeof clients)[])('%s on a socket', (client) => {
  it.each(rows)('sees %s', async (fault, expected) => {
    const { cloud, seen } = await talk(fault, client);
    expect({ end: undefined, failure: undefined, answer: undefined, ...seen }).toMatchObject(expected);
    expect(cloud.faults.injected[0]?.hits).toBe(1);
  });
});

test('every fault that can occur on a socket is seen above, or where connections are made', () => {
  const tried = new Set(rows.map(([fault]) => parseFault(fault).name));
  const elsewhere = ['refuse-connection', 'tls-self-signed', 'tls-expired', 'tls-wrong-host', 'refuse-proxy'];
  const untried = faultCatalogue.filter(({ name, transports }) => transports.includes('socket') && !tried.has(name));
  expect(untried.map(({ name }) => name)).toEqual(elsewhere);
});

describe('what passes goes on', () => {
  it('answer-late: when the time has come', async () => {
    const { clock, seen } = await talk('answer-late:1000', 'ws');
    await clock.advance(999);
    expect(seen.opened).toBe(false);
    await clock.advance(1);
    await until(() => seen.types.length === whole.length);
  });

  it('answer-late: not for who has left, whom the service never sees', async () => {
    const { cloud, clock, socket } = await talk('answer-late:1000', 'ws');
    socket.terminate();
    await settle(cloud.origin);
    await clock.advance(1_000);
    await settle(cloud.origin);
    expect(cloud.requests.filter(({ kind }) => kind === 'upgrade')).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('slow-drip: byte by byte, until all is there', async () => {
    const { clock, seen } = await talk('slow-drip:8,bytes=100,ms=50', 'ws');
    expect(seen.types).toHaveLength(8);
    let waitedMs = 0;
    for (; seen.types.length < whole.length; waitedMs += 50) await clock.advance(50);
    expect(waitedMs).toBeGreaterThan(200);
    expect(seen.types).toEqual(whole);
  });

  it('freeze: everything at once', async () => {
    const { clock, seen } = await talk('freeze:2,ms=5000', 'ws');
    await clock.advance(4_999);
    expect([seen.types.length, seen.pongs]).toEqual([2, 0]);
    await clock.advance(1);
    await until(() => seen.pongs === 1);
    expect(seen.types).toEqual(whole);
  });

  it('fragments: one message in very many frames', async () => {
    const { seen, cloud } = await talk('fragments', 'ws');
    expect(JSON.parse(seen.texts[0]!)).toMatchObject({ type: 'response.created', response: { object: 'response' } });
    expect(cloud.sockets).toBe(1);
  });

  it('stop-reading: what is sent piles up at the client', async () => {
    const { socket, cloud } = await talk('stop-reading', 'ws');
    const second = 'x'.repeat(1024 * 1024);
    for (let sent = 0; sent < 32; sent += 1) socket.send(second);
    await settle(cloud.origin);
    expect(socket.bufferedAmount).toBeGreaterThan(1024 * 1024);
  });

  it('mute: a client may still say goodbye', async () => {
    const { socket, seen } = await talk('mute-after:1', 'ws');
    socket.close(1000);
    await until(() => seen.end !== undefined);
    expect(seen.end?.code).toBe(1000);
  });

  it.each(['stall-after:1', 'silence'])('%s: not even that', async (fault) => {
    const { cloud, socket, seen } = await talk(fault, 'ws');
    socket.close(1000);
    await settle(cloud.origin);
    expect(seen.end).toBeUndefined();
    socket.terminate();
    await until(() => cloud.sockets === 0);
  });

  it('huge-frame: 17 MiB unless told otherwise', async () => {
    const { seen } = await talk('huge-frame', 'ws');
    await until(() => seen.texts.length > 1);
    expect(seen.texts[1]?.length).toBe(17 * 1024 * 1024);
  });

  it('clock-jump: the time of day leaps, and comes back when the fault is removed', async () => {
    const { cloud, clock } = await talk('clock-jump:60000,at=1,times=1', 'ws');
    let wall = 0;
    cloud.on('event', (event) => (wall = event.wall));
    await settle(cloud.origin);
    expect(wall - clock.wallClock()).toBe(60_000);
    cloud.faults.clear();
    await settle(cloud.origin);
    expect(wall).toBe(clock.wallClock());
  });
});

describe('expire says what the service itself says in the end', () => {
  const start = JSON.stringify({
    type: 'session.start',
    session: { model: 'gpt-live', delegation: { type: 'client' } },
  });
  it.each([
    ['/realtime?model=gpt-realtime', undefined],
    ['/realtime/translations?model=gpt-realtime-translate', undefined],
    ['/responses', undefined],
    ['/live/sessions', start],
  ])('%s', async (path, first) => {
    const endOf = async (faults: string[], lifeMs: number): Promise<Seen> => {
      const clock = new ManualClock();
      const cloud = await startLoopback({ voice: 'plain', clock, faults });
      open.push(cloud);
      const socket = new WebSocket(`${cloud.url.replace(/^http/, 'ws')}${path}`, {
        headers: { authorization: 'Bearer key' },
      });
      const seen = observe(socket);
      await until(() => seen.opened);
      if (first) socket.send(first);
      await settle(cloud.origin);
      await clock.advance(lifeMs);
      await until(() => seen.end !== undefined);
      return seen;
    };
    const own = await endOf([], 7_200_000);
    const fault = await endOf([`expire:0,path=/v1${path.replace(/\?.*/, '')}`], 0);
    expect(fault.end).toEqual(own.end);
    const last = ({ texts }: Seen): Record<string, unknown> => {
      // An id of its own, and the whole session, which no wire knows.
      const { event_id: _id, session: _session, usage: _usage, ...said } = JSON.parse(texts.at(-1) ?? '{}');
      return said;
    };
    expect(last(fault)).toEqual(last(own));
  });
});
