import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { APIConnectionError, APIStatusError } from '@livekit/agents';
import { describe, expect, it, vi } from 'vitest';
import { Conversation, failuresOf, noticedLoss, talkWith, watch } from './__fixtures__/conversation.ts';
import { completed, created, delta, functionCall, reply, say } from './__fixtures__/responses-server.ts';
import { setup } from './__fixtures__/setup.ts';

const at = setup();

describe('pain 9: an interruption', () => {
  it('drops the socket, so that the model stops, and has the next one open', async () => {
    const model = at.open();
    const failures = failuresOf(model);
    at.server.script = ({ socket }) => say(socket, created('r1'), delta('once upon a time'));
    const stream = new Conversation(model).user('a story').ask();
    for (;;) {
      const { value } = await stream.next();
      if (value?.delta?.content === 'once upon a time') break;
    }
    const dropped = once(at.server.sockets[0]!, 'close');
    stream.close();
    await dropped;
    await vi.waitUntil(() => at.server.sockets.length === 2);

    at.server.script = ({ socket }) => reply(socket, 'r2', 'yes?');
    expect((await new Conversation(model).turn('stop')).text).toBe('yes?');
    expect(at.server.sockets).toHaveLength(2);
    expect(failures).toEqual([]);
  });

  it('does not shift the next reply by one', async () => {
    at.server.script = ({ socket, body }) => {
      const text = String(body.input.at(-1)?.content);
      say(socket, created(text), delta(`re: ${text}`));
      if (text !== 'first') say(socket, completed(text));
    };
    const conversation = new Conversation(at.open());
    const stream = conversation.user('first').ask();
    await stream.next();
    stream.close();
    expect((await conversation.turn('second')).text).toBe('re: second');
    expect((await conversation.turn('third')).text).toBe('re: third');
  });
});

describe('pain 18: sockets that died unseen', () => {
  it('cost no attempt when they were closed between turns', async () => {
    const { model, conversation, failures } = talkWith(at.open());
    await conversation.turn('one');
    const noticed = noticedLoss(model);
    at.server.sockets[0]?.close(1001);
    await noticed;
    expect((await conversation.turn('two')).text).toBe('answer2');
    expect(failures).toEqual([]);
  });

  it('cost no attempt when they do not answer after a long silence', async () => {
    const { conversation, failures } = talkWith(at.open());
    await conversation.turn('one');
    at.server.sockets[0]?.pause();
    at.clock.stall(60_000);
    const waits = watch(at.clock);
    const heard = conversation.turn('two');
    await waits(1_000);
    await at.clock.advance(1_000);
    expect((await heard).text).toBe('answer2');
    expect(at.server.sockets).toHaveLength(2);
    expect(failures).toEqual([]);
    // Else the end of the test waits for a goodbye.
    at.server.sockets[0]?.resume();
  });
});

describe('pain 19: nobody listens for errors', () => {
  it('a reply that needs no retry is unaffected', async () => {
    expect((await new Conversation(at.open()).turn('hello')).text).toBe('answer1');
  });

  it('a reply that fails ends empty after one attempt, and nothing is thrown at the process', async () => {
    const stray = vi.fn();
    process.on('unhandledRejection', stray);
    at.server.script = ({ socket }) => socket.terminate();
    expect((await new Conversation(at.open()).turn('hello')).text).toBe('');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', stray);
    expect(at.server.asked).toHaveLength(1);
    expect(stray).not.toHaveBeenCalled();
  });
});

describe('pain 20: a refused upgrade', () => {
  it.each([
    [401, false, 1],
    [404, false, 1],
    [503, true, 3],
  ])('%i keeps status, reason and request id', async (status, retryable, attempts) => {
    let upgrades = 0;
    const refusing = createServer().listen(0, '127.0.0.1');
    refusing.on('upgrade', (_, socket) => {
      upgrades++;
      const body = '{"error":{"message":"the reason","code":"a_code"}}';
      socket.end(
        `HTTP/1.1 ${status} No\r\nx-request-id: req_1\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      );
    });
    await once(refusing, 'listening');
    const { conversation, failures } = talkWith(
      at.open({ baseURL: `http://127.0.0.1:${(refusing.address() as AddressInfo).port}/v1` }),
    );
    await conversation.turn('hello');
    refusing.close();
    expect(upgrades).toBe(attempts);
    expect(failures[0]?.error).toBeInstanceOf(APIStatusError);
    expect(failures[0]).toMatchObject({ recoverable: retryable, error: { statusCode: status, requestId: 'req_1' } });
    expect(failures[0]?.error.message).toContain('the reason');
  });
});

describe('pain 21: limits', () => {
  const limited = (more: object = {}): object => ({
    type: 'error',
    status: 429,
    error: { type: 'requests', code: 'rate_limit_exceeded', message: 'Rate limit reached. Please try again in 2.5s.' },
    ...more,
  });

  it('are waited out as long as the service says', async () => {
    at.server.script = ({ socket }, turn) => (turn === 1 ? say(socket, limited()) : reply(socket, 'r2', 'here'));
    const { conversation, failures } = talkWith(at.open());
    const waits = watch(at.clock);
    const heard = conversation.turn('hello');
    await waits(2_500);
    await at.clock.advance(2_499);
    expect(at.server.asked).toHaveLength(1);
    await at.clock.advance(1);
    expect((await heard).text).toBe('here');
    expect(failures).toMatchObject([{ recoverable: true, error: { statusCode: 429 } }]);
  });

  it('that outlast a caller’s patience are an error at once', async () => {
    at.server.script = ({ socket }) => say(socket, limited({ headers: { 'retry-after': '20' } }));
    const { conversation, failures } = talkWith(at.open());
    await conversation.turn('hello');
    expect(failures).toMatchObject([{ recoverable: false, error: { statusCode: 429 } }]);
    expect(at.server.asked).toHaveLength(1);
  });

  it.each([
    'insufficient_quota',
    'billing_hard_limit_reached',
    'account_deactivated',
    'invalid_api_key',
    'model_not_found',
  ])('that are not a matter of time are not tried again: %s', async (code) => {
    at.server.script = ({ socket }) => say(socket, { type: 'error', status: 429, error: { code, message: 'no' } });
    const { conversation, failures } = talkWith(at.open());
    await conversation.turn('hello');
    expect(failures).toMatchObject([{ recoverable: false, error: { body: { code } } }]);
  });

  it('inside a failed response keep their code', async () => {
    const error = { code: 'rate_limit_exceeded', message: 'slow down' };
    at.server.script = ({ socket }, turn) =>
      turn === 1
        ? say(socket, created('r1'), { type: 'response.failed', response: { id: 'r1', error } })
        : reply(socket, 'r2', 'here');
    const { conversation, failures } = talkWith(at.open());
    expect((await conversation.turn('hello')).text).toBe('here');
    expect(failures).toMatchObject([{ recoverable: true, error: { body: { code: 'rate_limit_exceeded' } } }]);
  });

  it('of a server in trouble are tried again', async () => {
    at.server.script = ({ socket }, turn) =>
      turn === 1
        ? say(socket, { type: 'error', code: 'server_error', message: 'oops', param: null })
        : reply(socket, 'r2', 'here');
    const model = at.open();
    failuresOf(model);
    expect((await new Conversation(model).turn('hello')).text).toBe('here');
  });
});

describe('pain 26: nothing is said twice', () => {
  it('no retry once a word was delivered', async () => {
    at.server.script = ({ socket }) => {
      say(socket, created('r1'), delta('once'));
      socket.terminate();
    };
    const { conversation, failures } = talkWith(at.open());
    expect((await conversation.turn('hello')).text).toBe('once');
    expect(failures).toMatchObject([{ recoverable: false }]);
    expect(failures[0]?.error).toBeInstanceOf(APIConnectionError);
    expect(at.server.asked).toHaveLength(1);
  });

  it('a call that is told twice is made once', async () => {
    const call = functionCall('c1', 'weather', '{}');
    at.server.script = ({ socket }) => say(socket, created('r1'), call, call, completed('r1', { output: [] }));
    expect((await new Conversation(at.open()).turn('hello')).calls).toHaveLength(1);
  });

  it('a failed attempt leaves nothing of itself in the next', async () => {
    at.server.script = ({ socket }, turn) => {
      if (turn > 1) return reply(socket, `r${turn}`, 'here');
      say(socket, created('lost'), {
        type: 'response.output_item.done',
        item: { type: 'message', phase: 'commentary' },
      });
      socket.terminate();
    };
    const model = at.open();
    failuresOf(model);
    const conversation = new Conversation(model);
    expect((await conversation.turn('one')).text).toBe('here');
    await conversation.turn('two');
    expect(at.server.asked.at(-1)?.body.previous_response_id).toBe('r2');
  });
});

describe('pain 28: a long call', () => {
  it('leaves no listener behind', async () => {
    const model = at.open();
    const warned = vi.fn();
    process.on('warning', warned);
    const conversation = new Conversation(model);
    for (let turn = 0; turn < 30; turn++) await conversation.turn(`turn ${turn}`);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
    expect(model.eventNames()).toEqual([]);
    expect(at.server.sockets).toHaveLength(1);
  });
});
