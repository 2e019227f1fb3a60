import { llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import type { ConnectionEvent } from '@patchbay/ws-session';
import { describe, expect, test, vi } from 'vitest';
import { begun, message, next, textsOf, useBench } from './__fixtures__/realtime-test.ts';

const bench = useBench();

function contextOf(...items: llm.ChatItem[]): llm.ChatContext {
  return new llm.ChatContext(items);
}

describe('pain 7: a lost socket', () => {
  test('loses neither context, nor a running tool, nor the first event after it', async () => {
    const session = bench.open();
    await session.updateInstructions('Be kind.');
    const first = await bench.service.line();
    await first.event('session.update');
    first.add({ id: 'u1', type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: null }] });
    first.send({
      type: 'conversation.item.input_audio_transcription.completed',
      item_id: 'u1',
      content_index: 0,
      transcript: 'Will it rain?',
    });
    first.add({ id: 'u-unheard', type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: null }] });
    first.created('r1');
    first.call('r1', 'fc1', 'weather', '{"city":"Bath"}');
    const unfinished = { id: 'fc2', type: 'function_call', call_id: 'call_fc2', name: 'weather', arguments: '' };
    first.add(unfinished);
    first.speak('r1', 'm1', 'Let me see');
    const created = next<llm.GenerationCreatedEvent>(session, 'generation_created');
    const event = await created;
    await vi.waitFor(() => expect(session.chatCtx.getById('m1')).toBeDefined());
    await bench.clock.advance(30_000);
    first.socket.terminate();
    expect(await textsOf(event)).toEqual(['Let me see']);
    const asked = session.generateReply('first event after it');
    const second = await bench.replacement();
    const create = await second.event('response.create');
    expect(second.types).toEqual([
      'session.update',
      'conversation.item.create',
      'conversation.item.create',
      'conversation.item.create',
      'response.create',
    ]);
    expect((await second.event('session.update')).session.instructions).toBe('Be kind.');
    expect(second.all('conversation.item.create').map(({ item }) => item)).toEqual([
      { id: 'u1', type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Will it rain?' }] },
      { id: 'fc1', type: 'function_call', call_id: 'call_fc1', name: 'weather', arguments: '{"city":"Bath"}' },
      { id: 'm1', type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Let me see' }] },
    ]);
    second.created('r2', create);
    await asked;
    // The tool is done now, and its call is on this socket too.
    const chatCtx = session.chatCtx.copy();
    chatCtx.items.push(llm.FunctionCallOutput.create({ id: 'o1', callId: 'call_fc1', output: 'rain', isError: false }));
    await session.updateChatCtx(chatCtx);
    expect(second.all('conversation.item.create').at(-1)!.item).toMatchObject({ call_id: 'call_fc1', output: 'rain' });
  });

  test('while the caller speaks: the next one hears the phrase from its beginning, and LiveKit of it once', async () => {
    const session = bench.open();
    const finals: string[] = [];
    session.on('input_audio_transcription_completed', ({ transcript, isFinal }: llm.InputTranscriptionCompleted) => {
      if (isFinal) finals.push(transcript);
    });
    const first = await bench.service.line();
    await first.event('session.update');
    const phrase = new AudioFrame(new Int16Array(24_000).fill(8_000), 24_000, 1, 24_000);
    session.pushAudio(phrase);
    await first.event('input_audio_buffer.append');
    first.send({ type: 'input_audio_buffer.speech_started', item_id: 'u1', audio_start_ms: 0 });
    const partial = next<llm.InputTranscriptionCompleted>(session, 'input_audio_transcription_completed');
    first.send({ type: 'conversation.item.input_audio_transcription.delta', item_id: 'u1', delta: 'Will it' });
    expect(await partial).toMatchObject({ transcript: 'Will it', isFinal: false });
    first.socket.terminate();
    const second = await bench.replacement();
    await second.event('input_audio_buffer.append');
    await vi.waitFor(() => expect(second.all('input_audio_buffer.append')).toHaveLength(10));
    expect(second.types[0]).toBe('session.update');
    const heard = Buffer.concat(
      second.all('input_audio_buffer.append').map(({ audio }) => Buffer.from(audio, 'base64')),
    );
    expect(heard.equals(Buffer.from(phrase.data.buffer))).toBe(true);
    expect(finals).toEqual([]);
  });

  test('of audio that no pong had acknowledged, only what came after the last turn is told as lost', async () => {
    const session = bench.open();
    const dropped: ConnectionEvent[] = [];
    session.on('connection', (event: ConnectionEvent) => event.type === 'audio-dropped' && dropped.push(event));
    const first = await bench.service.line();
    await first.event('session.update');
    const said = (milliseconds: number, level: number): AudioFrame =>
      new AudioFrame(new Int16Array(24 * milliseconds).fill(level), 24_000, 1, 24 * milliseconds);
    session.pushAudio(said(1_000, 8_000));
    await vi.waitFor(() => expect(first.all('input_audio_buffer.append')).toHaveLength(10));
    const understood = next<llm.InputTranscriptionCompleted>(session, 'input_audio_transcription_completed');
    first.send({ type: 'input_audio_buffer.speech_started', item_id: 'u1', audio_start_ms: 0 });
    first.send({ type: 'input_audio_buffer.committed', item_id: 'u1', previous_item_id: null });
    first.send({
      type: 'conversation.item.input_audio_transcription.completed',
      item_id: 'u1',
      content_index: 0,
      transcript: 'Will it rain?',
    });
    await understood;
    session.pushAudio(said(300, 0));
    await vi.waitFor(() => expect(first.all('input_audio_buffer.append')).toHaveLength(13));
    first.socket.terminate();
    await (await bench.replacement()).event('session.update');
    expect(dropped).toMatchObject([{ droppedMs: 300, reason: 'in-flight' }]);
  });

  test('an unanswered request is asked again on the next socket, once; the second loss is told', async () => {
    const session = bench.open({ connOptions: { timeoutMs: 60_000 } });
    const asked = session.generateReply();
    const rejected = expect(asked).rejects.toThrow('the connection was lost twice');
    for (const count of [1, 2]) {
      const line = await bench.service.line(count);
      await line.event('response.create');
      await bench.lose(line);
    }
    await rejected;
    const third = await bench.service.line(3);
    await third.event('session.update');
    expect(third.types).not.toContain('response.create');
  });

  test('a reply that went down before its first word is asked for again as it was, once; the second loss is told', async () => {
    const session = bench.open({ connOptions: { timeoutMs: 60_000 } });
    const errors: llm.RealtimeModelError[] = [];
    session.on('error', (error: llm.RealtimeModelError) => errors.push(error));
    const asked = session.generateReply('Greet the caller.', { toolChoice: 'none' });
    const ids: unknown[] = [];
    for (const count of [1, 2]) {
      const line = await bench.service.line(count);
      const create = await line.event('response.create');
      expect(create.response).toMatchObject({ instructions: 'Greet the caller.', tool_choice: 'none' });
      ids.push(create.response?.metadata?.client_event_id);
      const began = next<llm.GenerationCreatedEvent>(session, 'generation_created');
      line.created(`r${count}`, create);
      expect(await began).toMatchObject({ userInitiated: count === 1 });
      await bench.lose(line);
    }
    expect(await textsOf(await asked)).toEqual([]);
    expect(ids[0]).toBe(ids[1]);
    const third = await bench.service.line(3);
    await third.event('session.update');
    expect(third.types).not.toContain('response.create');
    expect(errors.map(({ error }) => error.message)).toContain('the connection was lost twice before the reply began');
  });

  test('a session that is closed before the word of a reply that was asked for again says of no loss', async () => {
    const session = bench.open({ connOptions: { timeoutMs: 60_000 } });
    const errors: string[] = [];
    session.on('error', ({ error }: llm.RealtimeModelError) => errors.push(error.message));
    const asked = session.generateReply();
    for (const count of [1, 2]) {
      const line = await bench.service.line(count);
      const create = await line.event('response.create');
      const began = next<llm.GenerationCreatedEvent>(session, 'generation_created');
      line.created(`r${count}`, create);
      await began;
      if (count === 1) await bench.lose(line);
    }
    await asked;
    await session.close();
    expect(errors.filter((message) => message.includes('lost twice'))).toEqual([]);
  });

  test('a reply that had begun to speak is not asked for again, nor one that was called off', async () => {
    const session = bench.open();
    const asked = session.generateReply();
    const first = await bench.service.line();
    const create = await first.event('response.create');
    first.created('r1', create);
    first.send({ type: 'response.output_text.delta', response_id: 'r1', item_id: 'm1', delta: 'Well' });
    expect(
      await (await (await asked).messageStream.getReader().read()).value!.textStream.getReader().read(),
    ).toMatchObject({
      value: 'Well',
    });
    const second = await bench.lose(first);
    const other = session.generateReply();
    const again = await second.event('response.create');
    expect(second.all('response.create')).toHaveLength(1);
    second.created('r2', again);
    await other;
    await session.interrupt();
    await second.event('response.cancel');
    second.socket.terminate();
    await bench.until(() => bench.service.lines.length === 3);
    const third = await bench.service.line(3);
    await third.event('session.update');
    await session.updateInstructions('behind it');
    await third.event('session.update', 2);
    expect(third.types).not.toContain('response.create');
  });

  test('a turn whose answer went down with the socket is answered on the next, from what was heard of it', async () => {
    const session = bench.open();
    const told: llm.InputTranscriptionCompleted[] = [];
    session.on('input_audio_transcription_completed', (event: llm.InputTranscriptionCompleted) => told.push(event));
    const first = await bench.service.line();
    first.send({ type: 'input_audio_buffer.speech_started', item_id: 'u1' });
    await next(session, 'input_speech_started');
    first.add({ id: 'u1', type: 'message', role: 'user', content: [{ type: 'input_audio' }] });
    const type = 'conversation.item.input_audio_transcription.delta';
    first.send({ type, item_id: 'u1', delta: 'Will it rain' });
    await vi.waitFor(() => expect(told).toHaveLength(1));
    first.send({ type: 'input_audio_buffer.committed', item_id: 'u1' });
    const began = begun(session, first);
    const cut = await began;
    await bench.clock.advance(6_000);
    first.socket.terminate();
    expect(await textsOf(cut)).toEqual([]);
    const second = await bench.replacement();
    await second.event('response.create');
    expect(second.types).toEqual(['session.update', 'conversation.item.create', 'response.create']);
    expect(told.at(-1)).toMatchObject({ itemId: 'u1', transcript: 'Will it rain', isFinal: true });
    const answered = begun(session, second, 'r2');
    expect(await answered).toMatchObject({ responseId: 'r2', userInitiated: false });
  });

  test('a caller cut off in the middle of a word has stopped speaking, and nothing is asked in his name', async () => {
    const session = bench.open();
    const first = await bench.service.line();
    first.send({ type: 'input_audio_buffer.speech_started', item_id: 'u1' });
    await next(session, 'input_speech_started');
    const stopped = next(session, 'input_speech_stopped');
    await bench.clock.advance(6_000);
    first.socket.terminate();
    expect(await stopped).toEqual({ userTranscriptionEnabled: false });
    const second = await bench.replacement();
    await session.updateInstructions('behind it');
    await second.event('session.update', 2);
    expect(second.types).toEqual(['session.update', 'session.update']);
  });

  test('an unconfirmed change is replayed, and its update resolves', async () => {
    const { session, line: first } = await bench.unconfirmed();
    const update = session.updateChatCtx(contextOf(message('user', 'do not lose me', 'u1')));
    await first.event('conversation.item.create');
    first.socket.terminate();
    await update;
    expect((await (await bench.replacement()).event('conversation.item.create')).item.id).toBe('u1');
  });

  test('a message that was cut short comes back as it was heard', async () => {
    const session = bench.open();
    const first = await bench.service.line();
    first.created('r1');
    first.speak('r1', 'm1', 'one two three four', 400);
    await next(session, 'generation_created');
    await vi.waitFor(() => expect(session.chatCtx.getById('m1')).toBeDefined());
    await bench.until(() => session['audioItems'].get('m1') === 400);
    await session.truncate({
      messageId: 'm1',
      audioEndMs: 200,
      modalities: ['audio', 'text'],
      audioTranscript: 'one two',
    });
    first.done('r1', 'cancelled');
    await next(session, 'metrics_collected');
    first.socket.terminate();
    const { item } = await (await bench.replacement()).event('conversation.item.create');
    expect(item.content).toEqual([{ type: 'output_text', text: 'one two' }]);
  });
});
