import type { ServerResponse } from 'node:http';
import { APITimeoutError } from '@livekit/agents';
import { describe, expect, it, vi } from 'vitest';
import { Conversation, failuresOf, firstWords, watch } from '../responses/__fixtures__/conversation.ts';
import { expectOddToolTold, expectPeace } from '../responses/__fixtures__/expectations.ts';
import { call, delta, done, say, setup, stop, text, whole } from './__fixtures__/chat-server.ts';

const at = setup();
const once = { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 4_000 };
const good = whole(text('here'), stop());

describe('pain 9: an interruption', () => {
  it('ends the request, quietly', async () => {
    let gone = false;
    at.answer = (response) => {
      response.once('close', () => (gone = !response.writableFinished));
      say(response, text('once upon a time'));
    };
    const model = at.open();
    const failures = failuresOf(model);
    const stream = new Conversation(model).user('a story').ask();
    await firstWords(stream);
    stream.close();
    await vi.waitUntil(() => gone);
    expect(failures).toEqual([]);
  });

  it('before the answer has begun ends it too', async () => {
    let gone = false;
    at.answer = (response) => void response.once('close', () => (gone = true));
    const model = at.open();
    const failures = failuresOf(model);
    const stream = new Conversation(model).user('hello').ask();
    await vi.waitUntil(() => at.asked.length === 1);
    stream.close();
    await vi.waitUntil(() => gone);
    expect((await stream.next()).done).toBe(true);
    expect(at.asked).toHaveLength(1);
    expect(failures).toEqual([]);
  });

  it('by closing the model ends it too', async () => {
    let gone = false;
    at.answer = (response) => {
      response.once('close', () => (gone = true));
      say(response, text('once'));
    };
    const model = at.open();
    await firstWords(new Conversation(model).user('a story').ask());
    await model.aclose();
    await vi.waitUntil(() => gone);
  });
});

describe('pain 20: a refusal', () => {
  it.each([
    [401, { error: { message: 'Incorrect API key', code: 'invalid_api_key' } }, false],
    [404, { error: { message: 'No such model', code: 'model_not_found' } }, false],
    [400, { detail: 'Bad request of FastAPI' }, false],
    [429, { error: { message: 'You exceeded your quota', code: 'insufficient_quota' } }, false],
    [429, { error: { message: 'Too many requests', code: 'rate_limit_exceeded' } }, true],
    [503, { error: { message: 'overloaded' } }, true],
  ])('%i is kept, with the reason %j', async (status, body, retryable) => {
    at.answer = (response) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_1' })
        .end(JSON.stringify(body));
    const model = at.open();
    const failures = failuresOf(model);
    await new Conversation(model).turn('hello');
    expect(failures[0]).toMatchObject({ recoverable: retryable, error: { statusCode: status, requestId: 'req_1' } });
    const { message, code } =
      'error' in body ? (body.error as { message: string; code?: string }) : { message: body.detail };
    expect(failures[0]!.error.message).toContain(message);
    if (code !== undefined) expect(failures[0]!.error.body).toMatchObject({ code });
    expect(at.asked).toHaveLength(retryable ? 3 : 1);
  });

  it('in HTML is a status, and not a SyntaxError', async () => {
    at.answer = (response, turn) =>
      turn === 1
        ? response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad gateway</html>')
        : good(response);
    const model = at.open();
    const failures = failuresOf(model);
    expect((await new Conversation(model).turn('hello')).text).toBe('here');
    expect(failures).toMatchObject([{ recoverable: true, error: { statusCode: 502 } }]);
  });

  it('that redirects is not followed', async () => {
    at.answer = (response) => response.writeHead(307, { location: 'http://elsewhere.test/v1' }).end();
    const model = at.open();
    const failures = failuresOf(model);
    await new Conversation(model).turn('hello');
    expect(failures).toMatchObject([{ recoverable: false, error: { statusCode: 307 } }]);
    expect(failures[0]!.error.message).toContain('elsewhere.test');
    expect(at.asked).toHaveLength(1);
  });

  it('pain 21: with Retry-After is waited out', async () => {
    at.answer = (response, turn) =>
      turn === 1 ? response.writeHead(429, { 'retry-after': '3' }).end('{}') : good(response);
    await expectPeace(at.open(), at);
  });

  it('is met with a fresh key every time', async () => {
    let issued = 0;
    at.answer = (response, turn) => (turn === 1 ? response.writeHead(500).end() : good(response));
    const model = at.open({ apiKey: async () => `sk-${++issued}` });
    failuresOf(model);
    await new Conversation(model).turn('hello');
    expect(at.asked.map(({ request }) => request.headers.authorization)).toEqual(['Bearer sk-1', 'Bearer sk-2']);
  });
});

describe('nobody there', () => {
  it('is a connection error that is tried again', async () => {
    const model = at.open({ baseURL: 'http://127.0.0.1:1/v1' });
    const failures = failuresOf(model);
    await new Conversation(model).turn('hello');
    expect(failures.map(({ recoverable }) => recoverable)).toEqual([true, true, false]);
    expect(failures[0]!.error).toMatchObject({ name: 'APIConnectionError' });
    expect(failures[0]!.error.message).toContain('ECONNREFUSED');
  });
});

describe('a failure inside the stream', () => {
  it.each<[string, (response: ServerResponse) => void, boolean, object?]>([
    [
      "LiteLLM's",
      whole({ error: { message: 'litellm.APIConnectionError: died', type: 'None', param: null, code: '500' } }),
      true,
      { statusCode: 500, requestId: 'req_1' },
    ],
    ["LiteLLM's, fatal", whole({ error: { message: 'no', type: 'None', param: null, code: '400' } }), false],
    [
      "OpenRouter's",
      whole({ ...delta({ content: '' }, 'error'), error: { code: 502, message: 'Provider returned error' } }),
      true,
      { statusCode: 502, message: 'Provider returned error' },
    ],
    [
      "OpenRouter's, per choice",
      whole({ choices: [{ error: { code: 'server_error', message: 'oops' } }] }),
      true,
      { message: 'oops' },
    ],
    ["OpenAI's", whole({ error: { type: 'server_error', code: null, message: 'oops', param: null } }), true],
    ["Ollama's", whole({ error: 'model runner has stopped' }), false, { message: 'model runner has stopped' }],
    [
      "vLLM's",
      whole({ object: 'error', message: 'aborted', type: 'server_error', code: 503 }),
      true,
      { message: 'aborted' },
    ],
    [
      'a named event',
      whole('event: error\ndata: {"message":"overloaded","type":"overloaded_error"}\n\n'),
      true,
      { message: 'overloaded' },
    ],
    ['finish_reason error', whole(stop('error')), true],
    ['JSON with status 200', jsonError, true],
    ['an end before the answer', (response) => (say(response, delta({ role: 'assistant' })), response.end()), true],
    ['an empty stream', (response) => done(response.writeHead(200)), true],
    ['a lost connection', lose, true],
    ['a quota', whole({ error: { code: 'insufficient_quota', type: 'server_error', message: 'no money' } }), false],
    ['nothing but noise', whole(...Array<string>(8).fill('data: {{{\n\n')), true],
  ])('%s', async (_, first, retried, error = {}) => {
    at.answer = (response, turn) => (turn === 1 ? first(response) : good(response));
    const model = at.open();
    const failures = failuresOf(model);
    expect((await new Conversation(model).turn('hello')).text).toBe(retried ? 'here' : '');
    expect(failures).toMatchObject([{ recoverable: retried, error }]);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['an error', whole(text('he'), { error: { code: 'server_error', message: 'oops' } })],
    ['a lost connection', (response) => (say(response, text('he')), lose(response))],
    ['an end without a reason', (response) => (say(response, text('he')), response.end())],
  ])('pain 26: %s after a word is not answered with the same words again', async (_, first) => {
    at.answer = (response) => first(response);
    const model = at.open();
    const failures = failuresOf(model);
    expect((await new Conversation(model).turn('hello')).text).toBe('he');
    expect(failures).toMatchObject([{ recoverable: false }]);
    expect(at.asked).toHaveLength(1);
  });

  it('in the middle of a tool call makes no call, and is asked again', async () => {
    const name = (id: string): object => call({ index: 0, id, function: { name: 'f', arguments: '{"x":' } });
    at.answer = (response, turn) => {
      if (turn === 1) return (say(response, name('c1')), lose(response));
      whole(name('c2'), call({ index: 0, function: { arguments: '2}' } }), stop('tool_calls'))(response);
    };
    const model = at.open();
    failuresOf(model);
    const { calls } = await new Conversation(model).turn('hello');
    expect(calls).toMatchObject([{ callId: 'c2', args: '{"x":2}' }]);
  });

  it('never shows a key', async () => {
    at.answer = whole({ error: { message: 'bad key sk-test and secret-of-header', code: '400' } });
    const model = at.open({ headers: { 'x-gateway-key': 'secret-of-header' } });
    const failures = failuresOf(model);
    await new Conversation(model).turn('hello');
    expect(failures[0]!.error.message).toMatch(/bad key/);
    expect(failures[0]!.error.message).not.toMatch(/sk-test|secret-of-header/);
  });
});

describe('an answer that says nothing', () => {
  it.each(['length', 'content_filter'])('because of %s is an error that names it, once', async (reason) => {
    at.answer = whole(delta({ reasoning_content: 'hm' }), stop(reason));
    const model = at.open();
    const failures = failuresOf(model);
    await new Conversation(model).turn('hello');
    expect(failures).toMatchObject([{ recoverable: false, error: { body: { code: reason } } }]);
    expect(failures[0]!.error.message).toContain(reason);
  });

  it('for no reason is an answer', async () => {
    at.answer = whole(delta({ content: '' }), stop());
    const model = at.open();
    const failures = failuresOf(model);
    expect((await new Conversation(model).turn('hello')).text).toBe('');
    expect(failures).toEqual([]);
  });
});

describe('a request', () => {
  it('that LiveKit cannot make of a tool is an error event, not a mute agent', async () => {
    await expectOddToolTold(at.open({ strictToolSchema: true }));
    expect(at.asked).toHaveLength(0);
  });
});

describe('silence', () => {
  it.each<[string, (response: ServerResponse) => unknown]>([
    ['before the status', () => {}],
    ['after the status', (response) => response.writeHead(200).flushHeaders()],
    ['after an event without words', (response) => say(response, delta({ role: 'assistant', content: '' }))],
    ['of comments', (response) => say(response, ': still here\n\n')],
  ])('%s is a timeout, and is asked again', async (_, first) => {
    at.answer = (response, turn) => (turn === 1 ? first(response) : good(response));
    const model = at.open();
    const failures = failuresOf(model);
    const heard = new Conversation(model).turn('hello');
    await vi.waitUntil(() => at.asked.length === 1 && at.clock.pending > 0);
    await vi.waitUntil(async () => (await at.clock.advance(4_000), failures.length > 0));
    expect((await heard).text).toBe('here');
    expect(failures).toMatchObject([{ recoverable: true }]);
    expect(failures[0]!.error).toBeInstanceOf(APITimeoutError);
  });

  it('after words is a timeout that is not asked again, and ends the request', async () => {
    let gone = false;
    at.answer = (response) => {
      response.once('close', () => (gone = true));
      say(response, text('he'));
    };
    const model = at.open();
    const failures = failuresOf(model);
    const stream = new Conversation(model).user('hello').ask();
    await firstWords(stream);
    await at.clock.advance(4_000);
    expect((await stream.next()).done).toBe(true);
    expect(failures).toMatchObject([{ recoverable: false }]);
    await vi.waitUntil(() => gone);
  });

  it('in which the server says by comments that it is at work may be as long as a thought', async () => {
    const waits = watch(at.clock);
    let answer: ServerResponse | undefined;
    at.answer = (response) => say((answer = response), ': PROCESSING\n\n');
    const model = at.open({ thinkingTimeoutMs: 30_000 });
    const failures = failuresOf(model);
    const heard = new Conversation(model).turn('hello');
    for (let comments = 1; comments <= 7; comments++) {
      await waits(4_000, comments + 1);
      await at.clock.advance(3_500);
      say(answer!, ': PROCESSING\n\n');
    }
    await waits(4_000, 9);
    whole(text('here'), stop())(answer!);
    expect((await heard).text).toBe('here');
    expect(failures).toEqual([]);
    expect(at.asked).toHaveLength(1);
  });

  it('in which the server says for ever that it is at work ends like a thought that is too long', async () => {
    const waits = watch(at.clock);
    let answer: ServerResponse | undefined;
    at.answer = (response) => say((answer = response), ': PROCESSING\n\n');
    const model = at.open({ thinkingTimeoutMs: 6_000 });
    const failures = failuresOf(model);
    const stream = model.chat({ chatCtx: new Conversation(model).user('hello').context, connOptions: once });
    await waits(4_000, 2);
    await at.clock.advance(3_000);
    say(answer!, ': PROCESSING\n\n');
    await waits(3_000);
    await at.clock.advance(3_000);
    expect((await stream.next()).done).toBe(true);
    expect(failures).toMatchObject([{ recoverable: false, error: { message: expect.stringContaining('no answer') } }]);
  });

  it.each<[string, string, object?, string?]>([
    ['of a model that is known to think', 'gpt-5-pro'],
    ['after a thought', 'deepseek-reasoner', delta({ reasoning_content: 'hm' })],
    ['inside a thought', 'qwen3', text('<think>hm'), '</think>'],
  ])('%s may be longer', async (_, model, event, before = '') => {
    const waits = watch(at.clock);
    let answer: ServerResponse | undefined;
    at.answer = (response) => {
      answer = response;
      if (event) say(response, event);
    };
    const thinking = at.open({ model, thinkingTimeoutMs: 30_000 });
    const failures = failuresOf(thinking);
    const heard = new Conversation(thinking).turn('hello');
    await waits(30_000);
    await vi.waitUntil(() => answer);
    await at.clock.advance(29_000);
    whole(text(`${before}here`), stop())(answer!);
    expect((await heard).text).toBe('here');
    expect(failures).toEqual([]);
  });
});

function lose(response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(200).flushHeaders();
  setImmediate(() => response.destroy());
}

function jsonError(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{"error":{"message":"upstream is down","code":503}}');
}
