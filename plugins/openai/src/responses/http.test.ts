import type { ServerResponse } from 'node:http';
import { APITimeoutError } from '@livekit/agents';
import { OpenAI } from 'openai';
import { describe, expect, it, vi } from 'vitest';
import { useHttpService, type Asked } from '../__fixtures__/http-service.ts';
import { Conversation, failuresOf, talkWith, watch } from './__fixtures__/conversation.ts';
import { expectPeace } from './__fixtures__/expectations.ts';
import { completed, created, delta } from './__fixtures__/responses-server.ts';
import { LLM, type LLMOptions } from './index.ts';

const at = useHttpService((response, turn) => {
  say(response, created(`r${turn}`), delta('an'), delta('swer'), completed(`r${turn}`));
  response.end('data: [DONE]\n\n');
});

/** Without `event:` lines, as gateways send them. */
function say(response: ServerResponse, ...events: object[]): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) response.write(`data: ${JSON.stringify(event)}\n\n`);
}

const open = (options: Partial<LLMOptions> = {}): LLM =>
  at.keep(new LLM({ apiKey: 'sk-test', baseURL: at.url, useWebSocket: false, ...options }));

describe('Responses over HTTP', () => {
  it('asks with the whole context every time', async () => {
    const conversation = new Conversation(open({ temperature: 0, store: false }));
    expect((await conversation.turn('one')).text).toBe('answer');
    await conversation.turn('two');
    expect(at.asked.map(({ request }) => `${request.method} ${request.url}`)).toEqual(
      Array(2).fill('POST /v1/responses'),
    );
    expect(at.asked[1]?.body).toEqual({
      model: 'gpt-4.1',
      input: [
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'answer' },
        { role: 'user', content: 'two' },
      ],
      temperature: 0,
      store: false,
      stream: true,
    });
  });

  it('takes the way of the connection: key, headers, query, organization', async () => {
    const way = { organization: 'org-1', headers: { 'x-team': 'voice' }, query: { tenant: 'a b' } };
    await new Conversation(open(way)).turn('hello');
    expect(at.asked[0]?.request.headers).toMatchObject({
      authorization: 'Bearer sk-test',
      'x-team': 'voice',
      'openai-organization': 'org-1',
    });
    expect(at.asked[0]?.request.url).toBe('/v1/responses?tenant=a%20b');
  });

  it('pain 15: takes key and base URL from a client', async () => {
    const model = at.keep(
      new LLM({ client: new OpenAI({ apiKey: 'sk-client', baseURL: at.url }), useWebSocket: false }),
    );
    expect((await new Conversation(model).turn('hello')).text).toBe('answer');
    expect(at.asked[0]?.request.headers.authorization).toBe('Bearer sk-client');
  });

  it('asks for the key on every attempt', async () => {
    let issued = 0;
    const model = open({ apiKey: async () => `sk-${++issued}` });
    failuresOf(model);
    at.answer = (response, turn) =>
      turn === 1 ? response.writeHead(500).end() : say(response, created('r'), delta('ok'), completed('r'));
    await new Conversation(model).turn('hello');
    expect(at.asked.map(({ request }) => request.headers.authorization)).toEqual(['Bearer sk-1', 'Bearer sk-2']);
  });

  it('pain 9: an interruption ends the request', async () => {
    let gone = false;
    at.answer = (response) => {
      response.once('close', () => (gone = true));
      say(response, created('r1'), delta('once upon a time'));
    };
    const { conversation, failures } = talkWith(open());
    const stream = conversation.user('a story').ask();
    await stream.next();
    stream.close();
    await vi.waitUntil(() => gone);
    expect(failures).toEqual([]);
  });

  it('pain 4: events that nobody can read are passed over', async () => {
    at.answer = (response) => {
      say(response, created('r1'), delta('an'));
      response.write('data: {"type":"response.outp\n\ndata: null\n\ndata: 42\n\ndata: []\n\ndata: {}\n\n');
      say(response, delta('swer'), completed('r1'));
      response.end();
    };
    const { conversation, failures } = talkWith(open());
    expect((await conversation.turn('hello')).text).toBe('answer');
    expect(failures).toEqual([]);
  });

  it('leaves no connection behind when it is closed', async () => {
    const model = open();
    await new Conversation(model).turn('hello');
    const [{ request }] = at.asked as [Asked];
    expect(request.socket.destroyed).toBe(false);
    await model.aclose();
    await vi.waitUntil(() => request.socket.destroyed);
  });

  it('pain 4: an upstream that falls silent is a timeout', async () => {
    at.answer = (response, turn) => {
      if (turn === 1) say(response, created('r1'));
      else say(response, created('r2'), delta('here'), completed('r2'));
    };
    const { conversation, failures } = talkWith(open());
    const waits = watch(at.clock);
    const heard = conversation.turn('hello');
    await waits(4_000, 2);
    await at.clock.advance(4_000);
    expect((await heard).text).toBe('here');
    expect(failures).toMatchObject([{ recoverable: true }]);
    expect(failures[0]?.error).toBeInstanceOf(APITimeoutError);
  });

  it('a model that thinks may take longer for its first event, and no other', async () => {
    at.answer = (response, turn) =>
      turn === 1 ? undefined : say(response, created(`r${turn}`), delta('here'), completed(`r${turn}`));
    const waits = watch(at.clock);
    const thinking = open({ model: 'gpt-5', reasoning: { effort: 'high' }, thinkingTimeoutMs: 30_000 });
    const failures = failuresOf(thinking);
    const heard = new Conversation(thinking).turn('hello');
    await waits(30_000);
    await at.clock.advance(29_999);
    expect(failures).toEqual([]);
    await at.clock.advance(1);
    expect((await heard).text).toBe('here');
    expect(failures).toMatchObject([{ recoverable: true, error: { message: expect.stringContaining('30000 ms') } }]);

    at.asked.length = 0;
    const quick = open({ model: 'gpt-5', reasoning: { effort: 'minimal' }, thinkingTimeoutMs: 30_000 });
    failuresOf(quick);
    const second = new Conversation(quick).turn('hello');
    await waits(4_000, 2);
    await at.clock.advance(4_000);
    expect((await second).text).toBe('here');
  });

  it('a model that says that it thinks may be silent for longer, and one that speaks may not', async () => {
    let speak = (): void => {};
    at.answer = (response, turn) => {
      if (turn === 2) return say(response, created('r2'), delta('here'), completed('r2'));
      say(response, created('r1'), { type: 'response.output_item.added', item: { type: 'reasoning' } });
      speak = () => say(response, { type: 'response.output_item.added', item: { type: 'message' } });
    };
    const { conversation, failures } = talkWith(open({ model: 'gpt-5', thinkingTimeoutMs: 30_000 }));
    const waits = watch(at.clock);
    const heard = conversation.turn('hello');
    await waits(30_000);
    await at.clock.advance(29_000);
    expect(failures).toEqual([]);
    const before = vi.mocked(at.clock.setTimer).mock.calls.filter(([, ms]) => ms === 4_000).length;
    speak();
    await waits(4_000, before + 1);
    await at.clock.advance(4_000);
    expect((await heard).text).toBe('here');
    expect(failures).toMatchObject([{ recoverable: true }]);
    expect(failures[0]?.error).toBeInstanceOf(APITimeoutError);
  });

  it('pain 4: events that are none are passed over', async () => {
    at.answer = (response) => {
      say(response, created('r1'));
      response.write(': comment\n\ndata: {"type":"response.output_text.delta","delta":\n\n');
      response.write('data: no JSON\n\ndata: [1]\n\ndata: null\n\ndata: {"hello":1}\n\n');
      say(response, delta('here'), { type: 'response.never_heard_of', x: null }, completed('r1'));
      response.end();
    };
    const { conversation, failures } = talkWith(open());
    expect((await conversation.turn('hello')).text).toBe('here');
    expect(failures).toEqual([]);
    expect(at.asked).toHaveLength(1);
  });

  it('pain 4: nothing but such events is a failure, which is tried again', async () => {
    at.answer = (response, turn) => {
      if (turn === 1) {
        say(response, created('r1'));
        response.write('data: no JSON\n\n'.repeat(8));
      } else say(response, created('r2'), delta('here'), completed('r2'));
    };
    const { conversation, failures } = talkWith(open());
    expect((await conversation.turn('hello')).text).toBe('here');
    expect(failures).toMatchObject([{ recoverable: true, error: { message: expect.stringContaining('unreadable') } }]);
  });

  it('pain 26: nothing is said twice once a word was delivered', async () => {
    at.answer = (response, turn) => (say(response, created(`r${turn}`), delta('once')), response.end());
    const { conversation, failures } = talkWith(open());
    expect((await conversation.turn('hello')).text).toBe('once');
    expect(failures).toMatchObject([{ recoverable: false }]);
    expect(at.asked).toHaveLength(1);
  });

  it('reads a gateway that names events beside their data only', async () => {
    at.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of [created('r1'), delta('here'), completed('r1')] as { type: string }[]) {
        const { type, ...data } = event;
        response.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
      }
    };
    expect(await new Conversation(open()).turn('hello')).toMatchObject({ text: 'here', usage: [{ totalTokens: 7 }] });
  });

  it('reads a gateway that answers with one document', async () => {
    const output = [{ type: 'message', content: [{ type: 'output_text', text: 'here' }] }];
    const usage = { input_tokens: 5, output_tokens: 2, total_tokens: 7 };
    at.answer = (response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ id: 'r1', object: 'response', status: 'completed', error: null, output, usage }));
    const heard = await new Conversation(open()).turn('hello');
    expect(heard).toMatchObject({ text: 'here', ids: new Set(['r1']), usage: [{ totalTokens: 7 }] });
  });

  it('an error keeps the request id of the response, and is told as it came', async () => {
    const refusal = { type: 'error', code: 'invalid_prompt', message: 'no' };
    at.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'req_1', 'set-cookie': 'a=b' });
      say(response, refusal);
    };
    const model = open();
    const told: object[] = [];
    model.on('openai_server_event_received', (event) => told.push(event));
    const failures = failuresOf(model);
    await new Conversation(model).turn('hello');
    expect(failures).toMatchObject([{ recoverable: false, error: { requestId: 'req_1' } }]);
    expect(told).toEqual([refusal]);
  });

  it.each([
    ['a stream that ends early', (response: ServerResponse) => (say(response, created('r1')), response.end()), true],
    [
      'an error event',
      (response: ServerResponse) =>
        say(response, { type: 'error', code: 'server_error', message: 'oops', param: null }),
      true,
    ],
    [
      'a fatal error event',
      (response: ServerResponse) => say(response, { type: 'error', code: 'invalid_prompt', message: 'no' }),
      false,
    ],
    [
      "a gateway's error",
      (response: ServerResponse) => say(response, { error: { message: 'upstream died', code: '500' } }),
      true,
    ],
    [
      "a gateway's fatal error",
      (response: ServerResponse) => say(response, { error: { message: 'no', code: '400' } }),
      false,
    ],
    ['a gateway’s error in a word', (response: ServerResponse) => say(response, { error: 'no such model' }), false],
    [
      'an error that only its event is named after',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('event: error\ndata: {"type":"overloaded_error","message":"busy"}\n\n');
      },
      true,
    ],
    [
      'a failed response',
      (response: ServerResponse) =>
        say(response, { type: 'response.failed', response: { error: { code: 'server_error', message: 'oops' } } }),
      true,
    ],
  ])('%s', async (_, first, retried) => {
    at.answer = (response, turn) =>
      turn === 1 ? first(response) : say(response, created('r2'), delta('here'), completed('r2'));
    const { conversation, failures } = talkWith(open());
    expect((await conversation.turn('hello')).text).toBe(retried ? 'here' : '');
    expect(failures).toMatchObject([{ recoverable: retried }]);
  });

  it.each([
    [401, { error: { message: 'Incorrect API key', code: 'invalid_api_key' } }, false],
    [429, { error: { message: 'You exceeded your quota', code: 'insufficient_quota' } }, false],
    [503, { error: { message: 'overloaded' } }, true],
  ])('pain 20: status %i is kept, with the reason', async (status, body, retryable) => {
    at.answer = (response) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_1' })
        .end(JSON.stringify(body));
    const { conversation, failures } = talkWith(open());
    await conversation.turn('hello');
    expect(failures[0]).toMatchObject({ recoverable: retryable, error: { statusCode: status, requestId: 'req_1' } });
    expect(failures[0]?.error.message).toContain(body.error.message);
    expect(at.asked).toHaveLength(retryable ? 3 : 1);
  });

  it('pain 21: Retry-After is waited out', async () => {
    at.answer = (response, turn) =>
      turn === 1
        ? response.writeHead(429, { 'retry-after': '3' }).end('{}')
        : say(response, created('r2'), delta('here'), completed('r2'));
    await expectPeace(open(), at);
  });

  it('never follows a redirect', async () => {
    at.answer = (response) => response.writeHead(307, { location: 'http://elsewhere.test/v1/responses' }).end();
    const { conversation, failures } = talkWith(open());
    await conversation.turn('hello');
    expect(failures).toMatchObject([{ recoverable: false, error: { statusCode: 307 } }]);
    expect(at.asked).toHaveLength(1);
  });
});
