import { request } from 'node:http';
import { OpenAI } from 'openai-7';
import { afterEach, describe, expect, it, test } from 'vitest';
import { ManualClock } from '../__fixtures__/manual-clock.ts';
import { settle, until } from '../__fixtures__/observe.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';
import { faultCatalogue, parametersOf } from './catalogue.ts';
import { kindOf, parseFault } from './parse.ts';

let cloud: Loopback | undefined;
afterEach(() => cloud?.close());

const clock = new ManualClock();

async function cloudWith(fault: string, route: string): Promise<Loopback> {
  const path = parametersOf(kindOf(parseFault(fault).name)).includes('path') ? `,path=/v1${route}` : '';
  const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };
  cloud = await startLoopback({ voice: 'plain', mind: 'echo', pace, clock, faults: [fault + path] });
  return cloud;
}

const messages = [{ role: 'user' as const, content: 'two words' }];
const model = 'gpt-5-mini';

/** What the official SDK is asked to do, and what it got, piece by piece. */
const calls = {
  chat: {
    route: '/chat/completions',
    async *run(sdk: OpenAI) {
      for await (const chunk of await sdk.chat.completions.create({ model, messages, stream: true }))
        yield chunk.choices?.[0]?.delta?.content ?? chunk.choices?.[0]?.finish_reason ?? JSON.stringify(chunk);
    },
  },
  responses: {
    route: '/responses',
    async *run(sdk: OpenAI) {
      for await (const event of await sdk.responses.create({ model, input: 'two words', stream: true }))
        yield event.type;
    },
  },
  completion: {
    route: '/chat/completions',
    async *run(sdk: OpenAI) {
      const completion = await sdk.chat.completions.create({ model, messages });
      yield completion;
    },
  },
  speech: {
    route: '/audio/speech',
    async *run(sdk: OpenAI) {
      const speech = { model: 'gpt-4o-mini-tts', voice: 'alloy', input: 'two words', response_format: 'pcm' } as const;
      yield (await (await sdk.audio.speech.create(speech)).arrayBuffer()).byteLength;
    },
  },
} as const;

interface Heard {
  pieces: unknown[];
  failure?: { name: string; status?: number; message: string; code?: string };
}

/** Runs a call until it ends or fails; what is said when it never ends stands in `pieces`. */
function hear(call: keyof typeof calls, at: Loopback): { heard: Heard; over: Promise<void> } {
  const sdk = new OpenAI({ apiKey: 'key', baseURL: at.url, maxRetries: 0, logLevel: 'off' });
  const heard: Heard = { pieces: [] };
  const run = async (): Promise<void> => {
    try {
      for await (const piece of calls[call].run(sdk)) heard.pieces.push(piece);
    } catch (error) {
      const { constructor, status, message } = error as Error & { status?: number };
      heard.failure = { name: constructor.name, status, message, code: codeOf(error) };
    }
  };
  return { heard, over: run() };
}

/** The code of the error at the bottom, or what it says. */
function codeOf(error: unknown): string {
  const { cause, code, message } = error as { cause?: unknown; code?: string; message: string };
  return cause ? codeOf(cause) : (code ?? message);
}

type Row = [fault: string, call: keyof typeof calls, pieces: unknown[], failure?: object];

const text = ['', 'two ', 'words', 'stop'];
const [created, inProgress, ...others] = [
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
const events = [created, inProgress, ...others];
const completion = expect.objectContaining({ object: 'chat.completion' });
const PCM_BYTES = 17_280;

const rows: Row[] = [
  ['reset-handshake', 'chat', [], { name: 'APIConnectionError', code: 'ECONNRESET' }],
  ['refuse:401', 'chat', [], { name: 'AuthenticationError', status: 401 }],
  ['refuse:429,retry-after=1', 'completion', [], { name: 'RateLimitError', code: 'rate_limit_exceeded' }],
  ['refuse:503', 'speech', [], { name: 'InternalServerError', status: 503 }],
  ['html-page', 'responses', [], { name: 'InternalServerError', message: expect.stringContaining('<html>') }],
  ['html-page:200', 'completion', [expect.stringContaining('<html>')]],
  ['redirect', 'chat', [], { name: 'APIConnectionError', code: 'ECONNREFUSED' }],
  ['empty-body', 'chat', []],
  ['empty-body', 'speech', [0]],
  ['request-id:req_7', 'chat', text],
  ['drop-after:2', 'chat', text.slice(0, 2), { message: 'terminated', code: 'ECONNRESET' }],
  ['drop-at:response.in_progress', 'responses', [created], { message: 'terminated', code: 'ECONNRESET' }],
  ['drop-at:1', 'completion', [], { message: 'terminated', code: 'ECONNRESET' }],
  ['drop-after:1', 'speech', [], { message: 'terminated', code: 'ECONNRESET' }],
  ['end-after:2', 'chat', text.slice(0, 2), { message: 'terminated', code: 'UND_ERR_SOCKET' }],
  ['end-at:1', 'speech', [], { message: 'terminated', code: 'UND_ERR_SOCKET' }],
  ['malformed-json', 'chat', [''], { name: 'SyntaxError' }],
  ['malformed-json', 'completion', [], { name: 'SyntaxError' }],
  ['json-null', 'completion', [null]],
  ['json-null', 'responses', [created], { name: 'TypeError' }],
  ['json-number', 'completion', [42]],
  ['json-array', 'completion', [[]]],
  ['no-type', 'responses', [created, undefined, inProgress, ...others]],
  ['unknown-event', 'responses', [created, 'event.that.nobody.knows', inProgress, ...others]],
  ['orphan', 'chat', ['', 'of nothing', ...text.slice(1)]],
  ['error-event:2', 'chat', text.slice(0, 2), { name: 'APIError', code: 'server_error' }],
  ['error-event:2,words=oh no', 'chat', text.slice(0, 2), { name: 'APIError', code: 'oh no' }],
  ['error-event,kind=fatal', 'responses', [created], { name: 'APIError', code: 'insufficient_quota' }],
  ['prototype-keys', 'completion', [expect.objectContaining({ type: 'event.of.a.fault' })]],
  ['huge-frame:1,bytes=2000000', 'responses', [created, 'event.of.a.fault', inProgress, ...others]],
  ['huge-frame', 'completion', [{ type: 'event.of.a.fault', padding: expect.any(String) }]],
  ['invalid-utf8', 'completion', [expect.objectContaining({ text: '\uFFFD(' })]],
  ['bad-frame', 'chat', [''], { message: 'terminated', code: expect.stringContaining('chunk size') }],
  ['bad-frame', 'speech', [], { message: 'terminated', code: expect.stringContaining('chunk size') }],
  ['null-fields', 'completion', [expect.objectContaining({ usage: null })]],
  ['null-fields', 'responses', events],
  ['fragments', 'chat', text],
  ['fragments', 'completion', [completion]],
  ['duplicate:2', 'chat', ['', 'two ', ...text.slice(1)]],
  ['reorder', 'responses', [inProgress, created, ...others]],
  ['clock-jump:1000,at=1', 'completion', [completion]],
  ['block:10', 'chat', text],
];

describe('openai 7 over HTTP', () => {
  it.each(rows)('sees %s on %s', async (fault, call, pieces, failure) => {
    const at = await cloudWith(fault, calls[call].route);
    const { heard, over } = hear(call, at);
    await over;
    expect(heard.pieces).toEqual(pieces);
    if (failure) expect(heard.failure).toMatchObject(failure);
    else expect(heard.failure).toBeUndefined();
    expect(at.faults.injected[0]?.hits).toBe(1);
  });

  const endless: [fault: string, call: keyof typeof calls, pieces: unknown[], afterMs?: number, all?: unknown[]][] = [
    ['never-answer', 'chat', []],
    ['answer-late:1000', 'completion', [], 1_000, [completion]],
    ['stall-after:2', 'chat', text.slice(0, 2)],
    ['stall-at:response.completed', 'responses', events.slice(0, -1)],
    ['stall-after:0', 'speech', []],
    ['freeze:2,ms=9000', 'responses', events.slice(0, 2), 9_000, events],
    ['slow-drip:0,bytes=1000,ms=10', 'speech', [], 1_000, [PCM_BYTES]],
  ];
  it.each(endless)('waits at %s on %s', async (fault, call, pieces, afterMs, all) => {
    const at = await cloudWith(fault, calls[call].route);
    const { heard, over } = hear(call, at);
    await until(() => at.faults.injected[0]?.hits === 1);
    await settle(at.origin);
    expect(heard).toEqual({ pieces });
    if (afterMs !== undefined) await clock.advance(afterMs);
    else await at.close();
    await over;
    if (all) expect(heard).toEqual({ pieces: all });
    else expect(heard.failure).toBeDefined();
  });

  it.each(['no-type', 'orphan', 'error-event', 'duplicate', 'mute-after', 'close-after', 'silence', 'binary-frame'])(
    'sees nothing of %s on JSON, where it cannot occur',
    async (fault) => {
      const at = await cloudWith(fault, '/chat/completions');
      const { heard, over } = hear('completion', at);
      await over;
      expect(heard).toEqual({ pieces: [completion] });
      expect(at.faults.injected[0]?.hits).toBe(0);
    },
  );
});

test('every fault that can occur over HTTP is seen above, or where connections are made', () => {
  const tried = new Set(rows.map(([fault]) => parseFault(fault).name));
  const waits = ['never-answer', 'answer-late', 'stall-after', 'stall-at', 'freeze', 'slow-drip'];
  const elsewhere = ['refuse-connection', 'tls-self-signed', 'tls-expired', 'tls-wrong-host', 'refuse-proxy'];
  const untried = faultCatalogue.filter(
    ({ name, transports }) => transports.some((each) => each !== 'socket') && !tried.has(name) && !waits.includes(name),
  );
  expect(untried.map(({ name }) => name)).toEqual(elsewhere);
});

test('a redirect names its target and carries nothing', async () => {
  const at = await cloudWith('redirect:308,to=http://localhost:9/x', '/chat/completions');
  const response = await fetch(`${at.url}/chat/completions`, { method: 'POST', body: '{}', redirect: 'manual' });
  expect([response.status, response.headers.get('location'), await response.text()]).toEqual([
    308,
    'http://localhost:9/x',
    '',
  ]);
});

test('a body whose length was promised is sent in chunks when a fault changes it', async () => {
  const at = await startLoopback({ voice: 'plain', faults: ['json-null'], gateway: 'litellm' });
  cloud = at;
  const answer = await new Promise<{ headers: object; body: string }>((resolve, reject) => {
    request(`${at.url}/models`, { headers: { authorization: 'Bearer key' } }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => resolve({ headers: response.headers, body: String(Buffer.concat(pieces)) }));
    })
      .on('error', reject)
      .end();
  });
  expect(answer.body).toBe('null');
  expect(answer.headers).not.toHaveProperty('content-length');
});
