import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { APIStatusError, llm } from '@livekit/agents';
import { gateways } from '@patchbay/ws-url';
import { describe, expect, test, vi } from 'vitest';
import type { Line } from './__fixtures__/scripted-service.ts';
import { begun, message, next, textsOf, useBench } from './__fixtures__/realtime-test.ts';
import { RealtimeModel } from './realtime-model.ts';

const bench = useBench();

describe('pain 1: a connect failure', () => {
  test('is told as events and retried, and ends in one unrecoverable error instead of a crash', async () => {
    const { url } = bench.service;
    await bench.service.stop();
    const session = bench.open({ baseURL: url, connOptions: { maxRetry: 1 } });
    const asked = expect(session.generateReply()).rejects.toThrow(/ECONNREFUSED/);
    await bench.until(() => bench.errors.some(({ recoverable }) => !recoverable));
    await asked;
    expect(bench.errors.map(({ recoverable }) => recoverable)).toEqual([true, false]);
    expect(bench.errors[1]).toMatchObject({ type: 'realtime_model_error', label: 'openai.RealtimeModel' });
    await bench.serve({});
  });

  test('pain 20: a refused upgrade fails once, with status, request id and the words of the refusal', async () => {
    const gate = createServer();
    gate.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 401 Unauthorized\r\nx-request-id: req_7\r\nContent-Length: 11\r\n\r\nwho are you');
    });
    gate.listen(0, '127.0.0.1');
    await once(gate, 'listening');
    bench.open({ baseURL: `http://127.0.0.1:${(gate.address() as AddressInfo).port}/v1` });
    await vi.waitFor(() => expect(bench.errors).toHaveLength(1));
    const { error, recoverable } = bench.errors[0]!;
    expect(recoverable).toBe(false);
    expect(error).toBeInstanceOf(APIStatusError);
    expect(error).toMatchObject({ statusCode: 401, requestId: 'req_7', retryable: false });
    await new Promise((resolve) => gate.close(resolve));
  });
});

describe('pain 2: close()', () => {
  test('closes the socket', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    const gone = once(line.socket, 'close');
    await session.close();
    await gone;
  });

  test('takes two seconds at most where the service does not answer, and the socket is gone', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    const settled = vi.fn();
    line.socket.pause();
    const closed = session.close().then(settled);
    await bench.clock.advance(1_999);
    expect(settled).not.toHaveBeenCalled();
    await bench.clock.advance(1);
    await closed;
    const gone = once(line.socket, 'close');
    line.socket.resume();
    await gone;
  });
});

describe('pain 4: odd frames', () => {
  test('neither nulls, binary, unknown types nor broken JSON disturb the conversation', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    line.socket.send(Buffer.from([1, 2, 3]));
    line.socket.send('{"type": nonsense');
    line.socket.send('null');
    line.send({ type: 'response.of.tomorrow', response_id: 'r0' });
    line.fail({ type: null, code: null, message: 'odd', param: null, event_id: null });
    line.send({ type: 'error' });
    line.send({ type: 'response.created', response: null });
    line.send({ type: 'conversation.item.added', item: null });
    const asked = session.generateReply();
    const create = await line.event('response.create');
    line.created('r1', create);
    line.speak('r1', 'm1', 'hello');
    line.done('r1', 'completed', { usage: null, output: null });
    const { messageStream } = await asked;
    const { value } = await messageStream.getReader().read();
    expect(value?.messageId).toBe('m1');
    expect(bench.service.lines).toHaveLength(1);
  });
});

describe('pain 5: sockets that die at once', () => {
  test.each([
    ['an error', (line: Line) => line.socket.close(1011, 'again')],
    ['a clean close', (line: Line) => line.socket.close(1000)],
    ['no word at all', (line: Line) => line.socket.terminate()],
  ])('with %s are redialled as often as was said, each later than the one before', async (_how, end) => {
    const delays: number[] = [];
    bench
      .open({ connOptions: { maxRetry: 4 } })
      .on('connection', ({ type, delayMs }: { type: string; delayMs: number }) => {
        if (type === 'reconnecting') delays.push(delayMs);
      });
    for (let count = 1; count <= 5; count++) void bench.service.line(count).then(end);
    await bench.until(() => bench.errors.some(({ recoverable }) => !recoverable));
    await bench.clock.advance(60_000);
    expect(bench.service.lines).toHaveLength(5);
    expect(bench.errors.filter(({ recoverable }) => !recoverable)).toHaveLength(1);
    expect(delays).toHaveLength(4);
    expect(delays[0]).toBeGreaterThan(50);
    expect(delays).toEqual([...new Set(delays)].sort((one, other) => one - other));
  });

  test.each([
    'insufficient_quota',
    'invalid_api_key',
    'account_deactivated',
    'billing_hard_limit_reached',
    'model_not_found',
  ])('%s ends the session without another dial', async (code) => {
    bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    line.fail({ type: 'invalid_request_error', code, message: `no: ${code}` });
    await vi.waitFor(() => expect(bench.errors).toHaveLength(1));
    expect(bench.errors[0]).toMatchObject({ recoverable: false, error: { message: `no: ${code}` } });
    await bench.clock.advance(20_000);
    expect(bench.service.lines).toHaveLength(1);
    expect(bench.errors).toHaveLength(1);
  });
});

test('a model that LiteLLM does not know ends the session once, and the error says what to set', async () => {
  const gateway = gateways.litellm({ baseURL: bench.service.url, apiKey: 'sk-gateway' });
  bench.open({ gateway, baseURL: undefined });
  const line = await bench.service.line();
  line.fail({ type: 'server_error', message: '400: _arealtime: Invalid model name passed in model=gpt-realtime' });
  line.socket.close(1011);
  await bench.until(() => bench.errors.length > 0);
  expect(bench.errors).toMatchObject([{ recoverable: false, error: { retryable: false } }]);
  expect(bench.errors[0]!.error.message).toMatch(/model_name/);
  expect(bench.service.lines).toHaveLength(1);
});

describe('pain 6: time limits', () => {
  test('a session is replaced before expires_at, in a quiet moment, and told what was said', async () => {
    const expiresAt = bench.clock.wallClock() / 1000 + 600;
    await bench.serve({ greeting: { type: 'session.created', session: { id: 's', expires_at: expiresAt } } });
    const session = bench.open();
    const first = await bench.service.line();
    await first.event('session.update');
    await session.updateChatCtx(new llm.ChatContext([message('user', 'remember me', 'u1')]));
    first.send({ type: 'input_audio_buffer.speech_started', item_id: 'u2' });
    await next(session, 'input_speech_started');
    await bench.clock.advance(545_000);
    expect(bench.service.lines).toHaveLength(1);
    first.send({ type: 'input_audio_buffer.speech_stopped', item_id: 'u2' });
    await next(session, 'input_speech_stopped');
    const reconnected = next(session, 'session_reconnected');
    await bench.clock.advance(5_000);
    await reconnected;
    const second = await bench.service.line(2);
    expect((await second.event('conversation.item.create')).item.id).toBe('u1');
    expect(bench.errors).toEqual([]);
  });

  test.each([
    ['close 1001', (line: Line) => line.socket.close(1001, 'maximum duration of 60 minutes')],
    ['session_expired', (line: Line) => line.fail({ code: 'session_expired', message: 'Your session expired.' })],
  ])('%s is a rotation and no failure', async (_name, expire) => {
    const session = bench.open({ maxSessionDuration: Infinity });
    const line = await bench.service.line();
    await line.event('session.update');
    await bench.clock.advance(3_600_000);
    expect(bench.service.lines).toHaveLength(1);
    const reconnected = next(session, 'session_reconnected');
    expire(line);
    await bench.until(() => bench.service.lines.length === 2);
    await reconnected;
    await (await bench.service.line(2)).event('session.update');
    expect(bench.errors).toEqual([]);
  });

  test('that cuts off a reply is told, because the rest of it is lost', async () => {
    const session = bench.open({ maxSessionDuration: Infinity });
    const line = await bench.service.line();
    await line.event('session.update');
    const created = begun(session, line);
    line.speak('r1', 'm1', 'I was about to');
    const event = await created;
    line.fail({ code: 'session_expired', message: 'Your session expired.' });
    expect(await textsOf(event)).toEqual(['I was about to']);
    await bench.until(() => bench.service.lines.length === 2);
    expect(bench.errors).toMatchObject([{ recoverable: true, error: { message: 'Your session expired.' } }]);
  });

  test('maxSessionDuration is kept, twenty minutes unless said otherwise', async () => {
    bench.open();
    await (await bench.service.line()).event('session.update');
    await bench.clock.advance(19 * 60_000);
    expect(bench.service.lines).toHaveLength(1);
    await bench.clock.advance(61_000);
    await (await bench.service.line(2)).event('session.update');
  });
});

describe('pain 18: a half-open socket', () => {
  test('is found out by an unanswered ping', async () => {
    const session = bench.open();
    const first = await bench.service.line();
    await first.event('session.update');
    // From here on the peer is gone and nobody says so.
    first.socket.pause();
    const reconnected = next(session, 'session_reconnected');
    await bench.until(() => bench.service.lines.length === 2);
    await reconnected;
    expect(bench.errors).toMatchObject([{ recoverable: true }]);
  });

  test('behind a gateway that answers pings itself, silence after a request tells', async () => {
    const gateway = gateways.litellm({ baseURL: bench.service.url, apiKey: 'sk-gateway' });
    const session = bench.open({ gateway, baseURL: undefined });
    await (await bench.service.line()).event('session.update');
    const asked = expect(session.generateReply()).rejects.toThrow('timed out');
    await (await bench.service.line()).event('response.create');
    await bench.clock.advance(10_000);
    await asked;
    await bench.until(() => bench.service.lines.length === 2);
  });
});

test('pain 19: an error that nobody listens to throws nowhere', async () => {
  const session = bench.open();
  session.removeAllListeners('error');
  const line = await bench.service.line();
  await line.event('session.update');
  line.fail({ type: 'server_error', message: 'hiccup' });
  line.socket.close(1011);
  await bench.until(() => bench.service.lines.length === 2);
});

describe('pain 16: headers', () => {
  test('of the user, and the organization and project, are on the upgrade', async () => {
    bench.open({ headers: { 'x-trace': 't1' }, organization: 'org-1', project: 'proj_1' });
    const { request } = await bench.service.line();
    expect(request.headers).toMatchObject({
      authorization: 'Bearer sk-test-key',
      'x-trace': 't1',
      'openai-organization': 'org-1',
      'openai-project': 'proj_1',
    });
    expect(request.headers['openai-beta']).toBeUndefined();
  });
});

describe('pains 13 to 15: where it connects to', () => {
  test('the path is appended once, the query kept and the model in the URL', async () => {
    bench.open({ baseURL: `${bench.service.url}/?tenant=a%20b`, model: 'gpt-realtime-2' });
    const { request } = await bench.service.line();
    expect(request.url).toBe('/v1/realtime?tenant=a%20b&model=gpt-realtime-2');
  });

  test('OPENAI_BASE_URL and OPENAI_API_KEY are read at construction', async () => {
    vi.stubEnv('OPENAI_BASE_URL', bench.service.url);
    vi.stubEnv('OPENAI_API_KEY', 'sk-from-environment');
    bench.open({ apiKey: undefined, baseURL: undefined });
    const { request } = await bench.service.line();
    expect(request.headers.authorization).toBe('Bearer sk-from-environment');
    vi.unstubAllEnvs();
  });

  test('the model is in the first session.update only where the table says so', async () => {
    bench.open();
    expect((await (await bench.service.line()).event('session.update')).session.model).toBeUndefined();
    bench.open({ modelIn: 'both', model: 'gpt-realtime-2' });
    const line = await bench.service.line(2);
    expect((await line.event('session.update')).session.model).toBe('gpt-realtime-2');
    expect(line.request.url).toContain('model=gpt-realtime-2');
  });

  test('a key without which nothing works is missed at construction', () => {
    vi.stubEnv('OPENAI_API_KEY', '');
    expect(() => new RealtimeModel()).toThrow(/apiKey/);
    vi.unstubAllEnvs();
  });
});

test('pain 27: no key is in a model, a session or an error, however they are printed', async () => {
  const session = bench.open({ apiKey: 'sk-very-secret-key' });
  const line = await bench.service.line();
  await line.event('session.update');
  line.fail({ type: 'invalid_request_error', message: 'Incorrect API key provided: sk-very-secret-key' });
  await vi.waitFor(() => expect(bench.errors).toHaveLength(1));
  const printed = [session.realtimeModel, session, bench.errors[0]!.error].flatMap((value) => [
    inspect(value, { depth: 12, showHidden: true }),
    // eslint-disable-next-line @typescript-eslint/no-base-to-string
    String(value),
  ]);
  expect(printed.join('\n')).not.toContain('very-secret');
});

test('pain 28: a reconnect leaves no listeners and no timers behind', async () => {
  const warned = vi.fn();
  process.on('warning', warned);
  const session = bench.open();
  const timers: number[] = [];
  // One more than the listeners of which Node warns.
  for (let count = 1; count <= 12; count++) {
    const line = await bench.service.line(count);
    await line.event('session.update');
    await bench.clock.advance(120_000);
    timers.push(bench.clock.pending);
    line.socket.close(1012);
    await bench.until(() => bench.service.lines.length > count);
  }
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', warned);
  expect(warned).not.toHaveBeenCalled();
  expect(Math.max(...timers.slice(1))).toBeLessThanOrEqual(timers[0]!);
  expect(session.eventNames()).toEqual(['error']);
  expect(session.listenerCount('error')).toBe(1);
});

test('pain 29: reconnect() replaces the socket, and the connection tells of it', async () => {
  const session = bench.open();
  const types: string[] = [];
  session.on('connection', ({ type }: { type: string }) => types.push(type));
  await (await bench.service.line()).event('session.update');
  await bench.clock.advance(10_000);
  session.reconnect('the operator asked');
  await (await bench.replacement()).event('session.update');
  expect(types).toEqual(['connecting', 'open', 'connecting', 'open']);
});

test('a socket whose session.created is lost on the way is accepted: any event proves health', async () => {
  await bench.serve({ greeting: false });
  const session = bench.open();
  const line = await bench.service.line();
  await line.event('session.update');
  await bench.clock.advance(11_000);
  const asked = session.generateReply();
  line.created('r1', await line.event('response.create'));
  await expect(asked).resolves.toMatchObject({ responseId: 'r1' });
  expect(bench.service.lines).toHaveLength(1);
});
