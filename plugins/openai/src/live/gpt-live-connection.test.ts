import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { APIConnectionError, APIStatusError, APITimeoutError, llm } from '@livekit/agents';
import { startLoopback } from '@patchbay/loopback';
import { gateways, PatchbayError } from '@patchbay/ws-url';
import { describe, expect, test, vi } from 'vitest';
import { collect, frame, next, useBench, wrapped, callFrom } from './__fixtures__/live-test.ts';

const bench = useBench();

describe('the way there', () => {
  test('keeps the query of the base URL, adds yours, and sends headers and a fresh key', async () => {
    const keys = ['sk-first', 'sk-second'];
    await bench.open({
      baseURL: `${bench.service.url}?tenant=7`,
      query: { trace: 'on' },
      headers: { 'x-team': 'voice' },
      apiKey: () => keys.shift()!,
    });
    const line = await bench.start();
    expect(line.request.url).toBe('/v1/live/sessions?tenant=7&trace=on');
    expect(line.request.headers).toMatchObject({ authorization: 'Bearer sk-first', 'x-team': 'voice' });
    await bench.clock.advance(6_000);
    line.socket.terminate();
    const second = await bench.start(2);
    expect(second.request.headers.authorization).toBe('Bearer sk-second');
  });

  test('a client of yours supplies key and address', async () => {
    const { url } = bench.service;
    await bench.open({ apiKey: undefined, baseURL: undefined, client: { apiKey: 'sk-client', baseURL: url } });
    expect((await bench.start()).request.headers.authorization).toBe('Bearer sk-client');
  });
});

test('through a gateway that routes by the model in the first event', async () => {
  const cloud = await startLoopback({ voice: 'plain', gateway: 'bifrost' });
  const gateway = gateways.bifrost({ baseURL: cloud.url, apiKey: 'bf-key' });
  const session = await bench.open({ gateway, apiKey: undefined, baseURL: undefined, model: 'openai/gpt-live-1' });
  await bench.until(() => session.sessionId !== undefined);
  expect(cloud.arrivals[0]).toMatchObject({ path: '/v1/live/sessions', query: '' });
  expect(bench.errors).toEqual([]);
  await cloud.close();
});

describe('a start that fails', () => {
  test('pain 20: a wrong key is told once, with its status and the words of the service, and not tried again', async () => {
    const cloud = await startLoopback({ voice: 'plain', keys: ['good-key'] });
    const session = await bench.open({ baseURL: cloud.url });
    await bench.until(() => bench.errors.length > 0);
    await bench.clock.advance(60_000);
    expect(cloud.requests).toHaveLength(1);
    expect(bench.errors).toHaveLength(1);
    const [{ error, recoverable, label }] = bench.errors as [llm.RealtimeModelError];
    expect({ recoverable, label }).toEqual({ recoverable: false, label: 'GPTLiveModel' });
    expect(error).toBeInstanceOf(APIStatusError);
    expect(error).toMatchObject({ statusCode: 401, message: expect.stringMatching('Incorrect API key') as string });
    expect(PatchbayError.is(error.cause)).toBe(true);
    expect(JSON.stringify(bench.errors) + error.message).not.toContain('sk-test-key');
    expect((await session.audioStream.getReader().read()).done).toBe(true);
    expect(() => session._generateReply()).toThrow('over');
    await cloud.close();
  });

  test('a refused configuration is told once, in the words of the service', async () => {
    const cloud = await startLoopback({ voice: 'plain' });
    await bench.open({ baseURL: cloud.url, voice: 'onyx' });
    await bench.until(() => bench.errors.length > 0);
    await bench.clock.advance(60_000);
    expect(cloud.requests).toHaveLength(1);
    expect(bench.errors).toMatchObject([
      { recoverable: false, error: { message: expect.stringMatching("voice 'onyx' is not available") as string } },
    ]);
    await cloud.close();
  });

  test('a refusal that does not close the socket ends the session all the same; a bad moment does not', async () => {
    await bench.open();
    const first = await bench.service.line();
    await first.event('session.start');
    first.send({ type: 'error', error: { type: 'server_error', message: 'busy' } });
    const second = await bench.replacement();
    await second.event('session.start');
    second.send({ type: 'error', error: { type: 'invalid_request_error', code: 'forbidden', message: 'no voice' } });
    await bench.until(() => bench.errors.length === 2);
    expect(bench.errors).toMatchObject([
      { recoverable: true, error: { message: 'busy' } },
      { recoverable: false, error: { message: 'no voice' } },
    ]);
    await bench.clock.advance(60_000);
    expect(bench.service.lines).toHaveLength(2);
  });

  test('pain 1: nobody is there: told, tried again on a budget, and the process lives', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await bench.open({ baseURL: `http://127.0.0.1:${port}/v1`, connOptions: { maxRetry: 2 } });
    await bench.until(() => bench.errors.some(({ recoverable }) => !recoverable));
    expect(bench.errors.map(({ recoverable }) => recoverable)).toEqual([true, true, false]);
    expect(bench.errors.at(-1)!.error).toBeInstanceOf(APIConnectionError);
  });

  test('a start that is not answered has a deadline', async () => {
    await bench.open({ connOptions: { timeoutMs: 3_000, maxRetry: 0 } });
    await (await bench.service.line()).event('session.start');
    await bench.until(() => bench.errors.length === 1);
    expect(bench.errors[0]).toMatchObject({ recoverable: false });
    expect(bench.errors[0]!.error).toBeInstanceOf(APITimeoutError);
  });
});

describe('a socket that is lost', () => {
  test('pain 7: in the middle of a word: the next one starts with everything that was said, rules and tools included', async () => {
    const session = await bench.open();
    const told = collect<llm.InputTranscriptionCompleted>(session, 'input_audio_transcription_completed');
    const first = await bench.start();
    session.appendInstructions('Never shout.');
    session.appendCommentary('Said and done.');
    await first.event('session.commentary.append');
    first.send({ type: 'session.output_transcript.delta', delta: 'Hello.', start_ms: 0, end_ms: 100 });
    first.send({ type: 'session.input_transcript.delta', delta: 'Will it ra', start_ms: 200, end_ms: 400 });
    first.send(wrapped(callFrom('c1', 'weather', '{}')));
    await next(session, 'function_call');
    await bench.clock.advance(6_000);
    first.socket.terminate();
    const reconnected = next(session, 'session_reconnected');
    const second = await bench.start(2);
    await reconnected;
    expect(told.at(-1)).toMatchObject({ transcript: 'Will it ra', isFinal: true });
    const { session: start } = await second.event('session.start');
    const texts = (start.input as { role: string; content: [{ text: string }] }[]).map(
      ({ role, content }) => `${role}: ${content[0].text}`,
    );
    expect(texts).toEqual([
      'developer: Never shout.',
      'assistant: Hello.',
      'user: Will it ra',
      'developer: The tool weather was called with {}.',
    ]);
    expect(start.instructions).toBe('Be kind.');
    expect(session.sessionId).toBe('live_2');
    // The call died with the socket: its result is told, not answered.
    await session._appendItems([llm.FunctionCallOutput.create({ callId: 'c1', output: 'rain', isError: false })]);
    await second.event('session.thinking.append');
    expect(second.types).not.toContain('response.item.create');
    expect(second.types).not.toContain('session.commentary.append');
    expect(bench.errors).toMatchObject([{ recoverable: true }]);
  });

  test('what was asked for and not sent goes to the next one, once; what only the old one understood does not', async () => {
    const session = await bench.open({ delegation: 'client' });
    const first = await bench.start();
    first.send({ type: 'session.delegation.created', delegation: { id: 'dlg_1', target: 'client' } });
    await next(session, 'delegation_created');
    await bench.clock.advance(6_000);
    first.socket.terminate();
    await vi.waitFor(() => expect(session.sessionId).toBeUndefined());
    session.appendThinking('Known now.');
    session.appendCommentary('Say this.');
    session.appendCommentary('Too late.', { delegationId: 'dlg_1' });
    session.sendEvent({ type: 'custom' });
    const second = await bench.start(2);
    await second.event('custom');
    expect((await second.event('session.start')).session.input).toBeUndefined();
    const said = second.received.filter(({ content }) => content !== undefined).map(({ content }) => content as string);
    expect(said).toEqual(['Known now.', 'Say this.']);
    await bench.clock.advance(6_000);
    second.socket.terminate();
    const third = await bench.start(3);
    expect((await third.event('session.start')).session.input).toMatchObject([{ content: [{ text: 'Known now.' }] }]);
  });

  test('a muted caller stays muted, before any of his sound', async () => {
    const session = await bench.open();
    const first = await bench.start();
    session.muteInput();
    await first.event('session.input_audio.mute');
    await bench.clock.advance(6_000);
    first.socket.terminate();
    await vi.waitFor(() => expect(session.sessionId).toBeUndefined());
    session.pushAudio(frame(100));
    const second = await bench.start(2);
    await second.event('session.input_audio.append');
    expect(second.types.slice(0, 3)).toEqual([
      'session.start',
      'session.input_audio.mute',
      'session.input_audio.append',
    ]);
  });

  test('pain 5: one that ends at once, again and again, is given up', async () => {
    await bench.open({ connOptions: { maxRetry: 3 } });
    for (let count = 1; count <= 4; count++) (await bench.start(count)).socket.close(1011);
    await bench.until(() => bench.errors.some(({ recoverable }) => !recoverable));
    await bench.clock.advance(60_000);
    expect(bench.service.lines).toHaveLength(4);
  });

  test('pain 5: a fatal code is told once and ends it', async () => {
    await bench.open();
    const line = await bench.start();
    line.send({ type: 'error', error: { code: 'insufficient_quota', message: 'You are out of quota.' } });
    await bench.until(() => bench.errors.length === 1);
    await bench.clock.advance(60_000);
    expect(bench.errors).toMatchObject([{ recoverable: false, error: { message: 'You are out of quota.' } }]);
    expect(bench.service.lines).toHaveLength(1);
  });

  test('pain 18: one that falls silent although the model never does is replaced', async () => {
    await bench.open({ connOptions: { timeoutMs: 4_000 } });
    const first = await bench.start();
    const delta = Buffer.alloc(4_800).toString('base64');
    for (let second = 0; second < 8; second++) {
      first.send({ type: 'session.output_audio.delta', delta });
      await bench.clock.advance(1_000);
    }
    expect(bench.errors).toEqual([]);
    // It still answers pings: that proves the next hop and nothing more.
    await bench.start(2);
    expect(bench.errors[0]!.error).toBeInstanceOf(APITimeoutError);
  });
});

describe('pain 6: time that is up', () => {
  test('in a quiet moment before the service ends it, another session takes over, and nobody hears of it', async () => {
    const session = await bench.open();
    const stopped = collect<object>(session, 'error');
    const expiresAt = Math.floor(bench.clock.wallClock() / 1_000) + 300;
    const first = await bench.start(1, { id: 'live_1', expires_at: expiresAt });
    first.send({ type: 'session.output_transcript.delta', delta: 'Hello.' });
    const talk = keepTalking(first);
    await bench.clock.advance(260_000);
    expect(bench.service.lines).toHaveLength(1);
    const second = await bench.start(2);
    expect((await second.event('session.start')).session.input).toHaveLength(1);
    expect(bench.clock.wallClock() / 1_000).toBeLessThan(expiresAt);
    expect(stopped).toEqual([]);
    talk.stop();
  });

  test('a session that the service ends as expired is followed by another at once, and no failure is told', async () => {
    await bench.open();
    const first = await bench.start();
    await bench.clock.advance(6_000);
    first.send({ type: 'session.closed', reason: 'expired', usage: { seconds: 7_200 } });
    await bench.start(2);
    expect(bench.errors).toEqual([]);
  });

  test('one that the service lost is a failure it recovers from', async () => {
    await bench.open();
    const first = await bench.start();
    await bench.clock.advance(6_000);
    first.send({ type: 'session.closed', reason: 'connection_lost' });
    await bench.start(2);
    expect(bench.errors).toMatchObject([{ recoverable: true }]);
  });

  test('maxSessionDuration replaces the socket in a quiet moment, and not while somebody speaks', async () => {
    await bench.open({ maxSessionDuration: 20_000 });
    const first = await bench.start();
    const talk = keepTalking(first);
    for (let second = 0; second < 22; second++) {
      first.send({ type: 'session.output_transcript.delta', delta: 'word ' });
      await bench.clock.advance(1_000);
    }
    expect(bench.service.lines).toHaveLength(1);
    await bench.start(2);
    expect(bench.errors).toEqual([]);
    talk.stop();
  });
});

describe('the end', () => {
  test('asks for the bill, tells it, and leaves nothing', async () => {
    const session = await bench.open();
    const usage = collect<{ sessionDurationMs?: number }>(session, 'metrics_collected');
    const line = await bench.start();
    await vi.waitFor(() => expect(session.sessionId).toBeDefined());
    const closing = session.close();
    await line.event('session.close');
    line.send({ type: 'session.output_transcript.delta', delta: 'too late' });
    line.send({ type: 'session.closed', reason: 'close_requested', usage: { seconds: 3 } });
    await closing;
    expect(usage.at(-1)).toMatchObject({ sessionDurationMs: 3_000, requestId: 'live_1' });
    expect(line.socket.readyState).toBeGreaterThan(1);
    session.pushAudio(frame(100));
    session.sendEvent({ type: 'x' });
    await session.close();
    expect(bench.errors).toEqual([]);
  });

  test('pain 2: takes two seconds at most when the service says nothing more', async () => {
    const session = await bench.open();
    const line = await bench.start();
    await vi.waitFor(() => expect(session.sessionId).toBeDefined());
    line.socket.pause();
    let isClosed = false;
    void session.close().then(() => (isClosed = true));
    await bench.clock.advance(1_950);
    await bench.until(() => isClosed);
    expect(bench.clock.pending).toBe(0);
  });
});

test('odd frames harm nobody: other JSON, no JSON, binary, events without what they should have', async () => {
  const session = await bench.open();
  const line = await bench.start();
  for (const odd of ['[]', '5', 'null', '{"kind":1}']) {
    line.socket.send(odd);
    line.send({ type: 'session.updated' });
  }
  line.socket.send(Buffer.from([1, 2, 3]));
  const types = ['session.started', 'response.event', 'session.closed_', 'session.usage.updated', 'error'];
  for (const type of [...types, 'session.delegation.created', 'session.input_transcript.delta']) line.send({ type });
  for (const value of [null, 5, 'x', []]) {
    line.send({ type: 'response.event', event: value });
    line.send({ type: 'session.delegation.created', delegation: value });
    line.send({ type: 'session.input_transcript.delta', delta: value });
    line.send({ type: 'error', error: value });
  }
  line.send({ type: 'session.usage.updated', usage: { seconds: 1 } });
  await next(session, 'metrics_collected');
  expect(bench.errors.every(({ recoverable }) => recoverable)).toBe(true);
  expect(bench.service.lines).toHaveLength(1);
});

test('an error of a command is told in the words of the service, and the session goes on', async () => {
  const session = await bench.open();
  const line = await bench.start();
  line.send({
    type: 'error',
    error: { type: 'invalid_request_error', code: 'invalid_value', message: 'Not like this.' },
  });
  await bench.until(() => bench.errors.length === 1);
  expect(bench.errors).toMatchObject([{ recoverable: true, error: { message: 'Not like this.' } }]);
  session.sendEvent({ type: 'still.here' });
  await line.event('still.here');
});

test('pain 19: without a listener nothing throws', async () => {
  const session = await bench.open();
  session.removeAllListeners();
  const line = await bench.start();
  line.send({ type: 'error', error: { message: 'nobody hears this' } });
  line.send({ type: 'error', error: { code: 'invalid_api_key' } });
  await once(line.socket, 'close');
});

/** The model's sound, on the bench's clock: it never stops. */
function keepTalking(line: Awaited<ReturnType<typeof bench.start>>): { stop(): void } {
  const delta = Buffer.alloc(4_800).toString('base64');
  let timer = bench.clock.setTimer(tick, 5_000);
  function tick(): void {
    line.send({ type: 'session.output_audio.delta', delta });
    timer = bench.clock.setTimer(tick, 5_000);
  }
  return { stop: () => timer.cancel() };
}

test('pain 27: no key, header, query token or proxy password is in any picture of a model or its session', async () => {
  const proxy = 'http://caller:indigo-0004@127.0.0.1:1';
  const session = bench.session({
    apiKey: 'sk-crimson-0001',
    headers: { 'x-gateway-key': 'violet-0002' },
    query: { token: 'amber-0003' },
    proxy,
    connOptions: { maxRetry: 0 },
  });
  await session._updateSession('');
  await bench.until(() => bench.errors.length > 0);
  const shown = [session, session.duplexModel, ...bench.errors].map((value) =>
    inspect(value, { depth: 8, showHidden: true, getters: true, maxStringLength: null }),
  );
  expect(shown.join()).not.toMatch(/crimson|violet|amber|indigo/);
});
