import { llm } from '@livekit/agents';
import type { metrics } from '@livekit/agents';
import { gateways } from '@patchbay/ws-url';
import { describe, expect, test, vi } from 'vitest';
import { all, askedFor, begun, caughtUp, next, textsOf, useBench } from './__fixtures__/realtime-test.ts';

const bench = useBench();

describe('a reply', () => {
  test('is matched by the id it was asked with; its words, audio and end arrive', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await session.updateInstructions('Be brief.');
    const asked = session.generateReply('Say hello.');
    const create = await line.event('response.create');
    expect(create.response.instructions).toBe('Be brief.\nSay hello.');
    line.created('r1', create);
    line.speak('r1', 'm1', 'hello there', 200);
    line.done('r1');
    const event = await asked;
    expect(event.userInitiated).toBe(true);
    const [message] = await all(event.messageStream);
    expect(await message!.modalities).toEqual(['audio', 'text']);
    expect(await all(message!.textStream)).toEqual(['hello there']);
    const frames = await all(message!.audioStream);
    expect(frames.map(({ sampleRate, samplesPerChannel }) => [sampleRate, samplesPerChannel])).toEqual([
      [24_000, 4_800],
    ]);
  });

  test('pain 26: several messages of one response are all heard', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const created = begun(session, line);
    line.speak('r1', 'm1', 'Let me look.');
    line.speak('r1', 'm2', 'Found it.');
    line.done('r1');
    expect(await textsOf(await created)).toEqual(['Let me look.', 'Found it.']);
  });

  test('timed transcripts keep their times', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const created = begun(session, line);
    line.send({
      type: 'response.output_audio_transcript.delta',
      response_id: 'r1',
      item_id: 'm1',
      delta: 'hi',
      start_time: 0.25,
    });
    line.done('r1');
    const [message] = await all((await created).messageStream);
    expect(await all(message!.textStream)).toMatchObject([{ text: 'hi', startTime: 0.25 }]);
  });

  test('in text mode is text: the audio is closed and the names of the preview API are understood too', async () => {
    const session = bench.open({ modalities: ['text'] });
    const line = await bench.service.line();
    const { session: config } = await line.event('session.update');
    expect(config.output_modalities).toEqual(['text']);
    expect(config.audio.output.voice).toBeUndefined();
    const created = begun(session, line);
    line.send({ type: 'response.output_text.delta', response_id: 'r1', item_id: 'm1', delta: 'new ' });
    line.send({ type: 'response.text.delta', response_id: 'r1', item_id: 'm1', delta: 'old' });
    line.done('r1');
    const event = await created;
    const [message] = await all(event.messageStream);
    expect(await message!.modalities).toEqual(['text']);
    expect(await all(message!.audioStream)).toEqual([]);
  });

  test('its metrics carry tokens, times and names', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const told = next<metrics.RealtimeModelMetrics>(session, 'metrics_collected');
    line.created('r1');
    line.speak('r1', 'm1', 'hello');
    line.done('r1', 'completed', {
      usage: {
        total_tokens: 30,
        input_tokens: 20,
        output_tokens: 10,
        input_token_details: { audio_tokens: 12, text_tokens: 8, cached_tokens: 4, cached_tokens_details: null },
        output_token_details: { audio_tokens: 7, text_tokens: 3 },
      },
    });
    expect(await told).toMatchObject({
      type: 'realtime_model_metrics',
      label: 'openai_realtime',
      requestId: 'r1',
      ttftMs: 0,
      cancelled: false,
      inputTokens: 20,
      inputTokenDetails: { audioTokens: 12, textTokens: 8, cachedTokens: 4, imageTokens: 0 },
      outputTokenDetails: { audioTokens: 7, textTokens: 3 },
      metadata: { modelName: 'gpt-realtime', modelProvider: new URL(bench.service.url).host },
    });
  });

  test('that failed for the moment is told and survived (pain 21)', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const created = begun(session, line);
    line.done('r1', 'failed', {
      status_details: { type: 'failed', error: { code: 'rate_limit_exceeded', message: 'Try again in 2s.' } },
    });
    expect(await textsOf(await created)).toEqual([]);
    await vi.waitFor(() => expect(bench.errors).toHaveLength(1));
    expect(bench.errors[0]).toMatchObject({ recoverable: true, error: { message: 'Try again in 2s.' } });
    expect(bench.errors[0]!.error.cause).toMatchObject({ providerCode: 'rate_limit_exceeded' });
  });
});

test('pain 21: rate limits are surfaced', async () => {
  const session = bench.open();
  const told = next(session, 'rate_limits_updated');
  const limits = [{ name: 'tokens', limit: 100, remaining: 3, reset_seconds: 2.5 }];
  (await bench.service.line()).send({ type: 'rate_limits.updated', rate_limits: limits });
  expect(await told).toEqual(limits);
});

describe('pain 11: create and cancel', () => {
  test('a create waits for the end of the response before it', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await askedFor(session, line);
    const second = session.generateReply();
    await session.interrupt();
    const cancel = await line.event('response.cancel');
    expect(cancel.response_id).toBe('r1');
    await session.updateInstructions('something behind it');
    await line.event('session.update', 2);
    expect(line.all('response.create')).toHaveLength(1);
    line.done('r1', 'cancelled');
    line.created('r2', await line.event('response.create', 2));
    await expect(second).resolves.toMatchObject({ responseId: 'r2' });
  });

  test('a cancel that is never answered stands in the way for a bounded time', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await begun(session, line);
    await session.interrupt();
    await session.interrupt();
    const second = session.generateReply();
    await bench.clock.advance(3_000);
    line.created('r2', await line.event('response.create'));
    await second;
    expect(line.all('response.cancel')).toHaveLength(1);
  });

  test('conversation_already_has_active_response is waited out, not failed', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const asked = session.generateReply();
    const create = await line.event('response.create');
    line.created('r-vad');
    line.fail({
      code: 'conversation_already_has_active_response',
      message: 'Conversation already has an active response in progress: r-vad.',
      event_id: create.event_id,
    });
    await next(session, 'generation_created');
    line.done('r-vad');
    const again = await line.event('response.create', 2);
    expect(again.event_id).toBe(create.event_id);
    line.created('r1', again);
    await expect(asked).resolves.toMatchObject({ responseId: 'r1', userInitiated: true });
    expect(bench.errors).toEqual([]);
  });

  test.each([
    { code: 'response_cancel_not_active', message: 'Cancellation failed: no active response found' },
    { code: 'input_audio_buffer_commit_empty', message: 'buffer too small' },
    { message: 'Cancellation failed: no active response found' },
  ])('$code / $message is nothing to report', async (error) => {
    const session = bench.open();
    const line = await bench.service.line();
    line.fail({ type: 'invalid_request_error', ...error });
    await caughtUp(session, line);
    expect(bench.errors).toEqual([]);
  });

  test('a create that is refused rejects the generateReply that it belongs to, and no other', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const first = session.generateReply();
    const second = session.generateReply();
    const rejected = expect(first).rejects.toThrow('bad instructions');
    const { event_id: eventId } = await line.event('response.create');
    line.fail({ type: 'invalid_request_error', code: 'invalid_value', message: 'bad instructions', event_id: eventId });
    await rejected;
    line.created('r2', await line.event('response.create', 2));
    await second;
    expect(bench.errors).toMatchObject([{ recoverable: true }]);
  });

  test('interrupt() is a no-op when nothing is said', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await session.interrupt();
    await session.updateInstructions('behind it');
    await vi.waitFor(() => expect(line.types).toContain('session.update'));
    expect(line.types).not.toContain('response.cancel');
  });
});

describe('pain 12: a reply that does not come', () => {
  test('times out with a typed error; when it comes after all it is cancelled by id, unheard and forgotten', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const asked = expect(session.generateReply()).rejects.toBeInstanceOf(llm.RealtimeError);
    const create = await line.event('response.create');
    line.send({ type: 'rate_limits.updated', rate_limits: [] });
    await next(session, 'rate_limits_updated');
    await bench.clock.advance(10_000);
    await asked;
    const heard = vi.fn();
    session.on('generation_created', heard);
    line.created('r-late', create);
    expect((await line.event('response.cancel')).response_id).toBe('r-late');
    line.speak('r-late', 'm-late', 'too late');
    line.done('r-late', 'cancelled');
    expect((await line.event('conversation.item.delete')).item_id).toBe('m-late');
    expect(heard).not.toHaveBeenCalled();
    expect(session.chatCtx.items).toEqual([]);
    expect(bench.service.lines).toHaveLength(1);
  });

  test('is aborted by its signal before it was sent, and after', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    line.created('r0');
    await next(session, 'generation_created');
    const queued = new AbortController();
    const unsent = expect(session.generateReply('a', { signal: queued.signal })).rejects.toThrow('aborted');
    queued.abort();
    await unsent;
    line.done('r0');
    const sent = new AbortController();
    const asked = expect(session.generateReply('b', { signal: sent.signal })).rejects.toThrow('aborted');
    const create = await line.event('response.create');
    expect(create.response.instructions).toBe('b');
    sent.abort();
    await asked;
    line.created('r1', create);
    expect((await line.event('response.cancel')).response_id).toBe('r1');
    const third = session.generateReply('c');
    line.done('r1', 'cancelled');
    line.created('r2', await line.event('response.create', 2));
    await expect(third).resolves.toMatchObject({ responseId: 'r2' });
  });
});

describe('responses that nobody asked for', () => {
  const gateway = () => gateways.litellm({ baseURL: bench.service.url, apiKey: 'sk-gateway' });

  test("the server's own answer to a turn is heard, behind any gateway", async () => {
    const session = bench.open({ gateway: gateway(), baseURL: undefined });
    const line = await bench.service.line();
    const created = next<llm.GenerationCreatedEvent>(session, 'generation_created');
    line.send({ type: 'input_audio_buffer.committed', item_id: 'u1' });
    line.created('r1');
    expect(await created).toMatchObject({ responseId: 'r1', userInitiated: false });
  });

  test('what LiteLLM asks for behind a transcript is cancelled and not heard: one turn, one answer', async () => {
    const session = bench.open({ gateway: gateway(), baseURL: undefined });
    const line = await bench.service.line();
    const heard: string[] = [];
    session.on('generation_created', ({ responseId }: llm.GenerationCreatedEvent) => heard.push(responseId!));
    line.send({ type: 'input_audio_buffer.committed', item_id: 'u1' });
    line.created('r1');
    line.done('r1');
    line.created('r-injected');
    expect((await line.event('response.cancel')).response_id).toBe('r-injected');
    line.done('r-injected', 'cancelled');
    const asked = session.generateReply();
    line.created('r2', await line.event('response.create'));
    await asked;
    expect(heard).toEqual(['r1', 'r2']);
  });

  test('where we take the turns ourselves, the injected answer gives way to the one we ask for', async () => {
    const session = bench.open({ gateway: gateway(), baseURL: undefined, turnDetection: null });
    const line = await bench.service.line();
    const asked = session.generateReply();
    const create = await line.event('response.create');
    line.created('r-injected');
    line.fail({
      code: 'conversation_already_has_active_response',
      message: 'Conversation already has an active response',
      event_id: create.event_id,
    });
    await line.event('response.cancel');
    line.done('r-injected', 'cancelled');
    line.created('r1', await line.event('response.create', 2));
    await expect(asked).resolves.toMatchObject({ responseId: 'r1' });
    expect(bench.errors).toEqual([]);
  });

  test('an error for a request that the gateway made is nothing to report', async () => {
    const session = bench.open({ gateway: gateway(), baseURL: undefined });
    const line = await bench.service.line();
    line.fail({ code: 'conversation_already_has_active_response', message: 'busy' });
    await caughtUp(session, line);
    expect(bench.errors).toEqual([]);
  });
});

describe('pain 23: tool calls', () => {
  test('are made once, however often the service says that they are complete', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const created = begun(session, line);
    for (const itemId of ['fc1', 'fc1', 'fc2', 'fc1']) line.call('r1', itemId, 'look_up', '{"name":"Ada"}');
    line.done('r1');
    expect((await all((await created).functionStream)).map(({ callId }) => callId)).toEqual(['call_fc1', 'call_fc2']);
    expect(session.chatCtx.items.map(({ id }) => id)).toEqual(['fc1', 'fc2']);
  });

  test("keep the item's id, and empty arguments become an empty object", async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const created = begun(session, line);
    line.call('r1', 'fc1', 'hang_up', '');
    line.call('r1', 'fc2', 'look_up', '{"name":"Ada"}');
    line.done('r1');
    const calls = await all((await created).functionStream);
    expect(calls.map(({ id, callId, name, args }) => ({ id, callId, name, args }))).toEqual([
      { id: 'fc1', callId: 'call_fc1', name: 'hang_up', args: '{}' },
      { id: 'fc2', callId: 'call_fc2', name: 'look_up', args: '{"name":"Ada"}' },
    ]);
    expect(session.chatCtx.items.map((item) => item.type === 'function_call' && item.args)).toEqual([
      '{}',
      '{"name":"Ada"}',
    ]);
  });

  test('a chosen function is sent as one, not as a mode of that name', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    session.updateOptions({ toolChoice: { type: 'function', function: { name: 'hang_up' } } });
    const { session: config } = await line.event('session.update', 2);
    expect(config).toEqual({ type: 'realtime', tool_choice: { type: 'function', name: 'hang_up' } });
  });
});

describe('a hang-up while a reply streams (livekit/agents-js#2362)', () => {
  test('is no unhandled rejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const session = bench.open();
    const line = await bench.service.line();
    const created = begun(session, line);
    line.speak('r1', 'm1', 'I was about to say');
    const { value: message } = await (await created).messageStream.getReader().read();
    await message!.audioStream.cancel();
    const told = next(session, 'rate_limits_updated');
    for (let count = 0; count < 10; count++) line.speak('r1', 'm1', ' and on');
    line.send({ type: 'rate_limits.updated', rate_limits: [] });
    await told;
    line.speak('r1', 'm1', ' and on');
    await session.close();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
