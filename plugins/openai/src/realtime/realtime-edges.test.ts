import { once } from 'node:events';
import { llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { describe, expect, test, vi } from 'vitest';
import { begun, message, useBench } from './__fixtures__/realtime-test.ts';

const bench = useBench();

describe('before the first socket', () => {
  test('audio and its commit wait in order, behind the configuration; there is nothing to clear or to interrupt', async () => {
    const session = bench.open({ turnDetection: null });
    await session.clearAudio();
    await session.interrupt();
    session.pushAudio(new AudioFrame(new Int16Array(2_400), 24_000, 1, 2_400));
    await session.commitAudio();
    const line = await bench.service.line();
    await line.event('input_audio_buffer.commit');
    expect(line.types).toEqual(['session.update', 'input_audio_buffer.append', 'input_audio_buffer.commit']);
  });

  test('a reply that is asked for waits, and one that is interrupted meanwhile is rejected and not asked for', async () => {
    const session = bench.open();
    const controller = new AbortController();
    const given = session.generateReply('a', { signal: controller.signal });
    const rejected = expect(given).rejects.toThrow('aborted');
    const kept = session.generateReply('b');
    controller.abort();
    await rejected;
    const line = await bench.service.line();
    const create = await line.event('response.create');
    expect(create.response.instructions).toBe('b');
    line.created('r1', create);
    await kept;
    expect(line.all('response.create')).toHaveLength(1);
  });

  test('close() ends the dial: nothing is connected, and nothing is said about it', async () => {
    const session = bench.open();
    await Promise.resolve();
    await session.close();
    await bench.clock.advance(20_000);
    expect(bench.errors).toEqual([]);
    for (const line of bench.service.lines) {
      if (line.socket.readyState !== line.socket.CLOSED) await once(line.socket, 'close');
    }
  });
});

describe('interrupt()', () => {
  test('of a reply that was asked for and has not begun cancels it as it begins', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const asked = session.generateReply();
    const create = await line.event('response.create');
    await session.interrupt();
    expect(line.types).not.toContain('response.cancel');
    line.created('r1', create);
    await asked;
    expect((await line.event('response.cancel')).response_id).toBe('r1');
  });

  test('twice cancels once', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await begun(session, line);
    await session.interrupt();
    await session.interrupt();
    await session.updateInstructions('behind it');
    await line.event('session.update', 2);
    expect(line.all('response.cancel')).toHaveLength(1);
  });
});

describe('audio that was cleared', () => {
  test('does not count for the next commit', async () => {
    const session = bench.open({ turnDetection: null });
    const line = await bench.service.line();
    await line.event('session.update');
    session.pushAudio(new AudioFrame(new Int16Array(2_400), 24_000, 1, 2_400));
    await session.clearAudio();
    session.pushAudio(new AudioFrame(new Int16Array(1_200), 24_000, 1, 1_200));
    await session.commitAudio();
    await session.updateInstructions('behind it');
    await line.event('session.update', 2);
    expect(line.types).not.toContain('input_audio_buffer.commit');
  });

  test('of which half a piece was still here is gone too', async () => {
    const session = bench.open({ turnDetection: null });
    const line = await bench.service.line();
    session.pushAudio(new AudioFrame(new Int16Array(1_000).fill(7), 24_000, 1, 1_000));
    await session.clearAudio();
    session.pushAudio(new AudioFrame(new Int16Array(2_400).fill(9), 24_000, 1, 2_400));
    const { audio } = await line.event('input_audio_buffer.append');
    expect(Buffer.from(audio as string, 'base64').readInt16LE(0)).toBe(9);
  });
});

test('an item can be asked for by hand, and its answer is heard', async () => {
  const session = bench.open();
  const line = await bench.service.line();
  const told: string[] = [];
  session.on('openai_server_event_received', ({ type }: { type: string }) => told.push(type));
  session.sendEvent({ type: 'conversation.item.retrieve', item_id: 'u1' });
  expect(await line.event('conversation.item.retrieve')).toMatchObject({ item_id: 'u1' });
  line.send({ type: 'conversation.item.retrieved', item: { id: 'u1', type: 'message', role: 'user', content: [] } });
  await vi.waitFor(() => expect(told).toContain('conversation.item.retrieved'));
  expect(session.chatCtx.items).toEqual([]);
});

test('after the end every call is harmless, a reply is refused with a RealtimeError, and close() may be repeated', async () => {
  const session = bench.open();
  const line = await bench.service.line();
  await line.event('session.update');
  await Promise.all([session.close(), session.close()]);
  await session.close();
  session.pushAudio(new AudioFrame(new Int16Array(2_400), 24_000, 1, 2_400));
  session.updateOptions({ speed: 1.1 });
  session.reconnect();
  session.startUserActivity();
  await session.commitAudio();
  await session.clearAudio();
  await session.interrupt();
  await session.truncate({ messageId: 'm1', audioEndMs: 10 });
  await session.updateInstructions('x');
  await session.updateChatCtx(new llm.ChatContext([message('user', 'x')]));
  await expect(session.generateReply()).rejects.toBeInstanceOf(llm.RealtimeError);
  expect(bench.errors).toEqual([]);
  expect(bench.service.lines).toHaveLength(1);
});

test('one session that dies leaves the other session of its model alone', async () => {
  const session = bench.open();
  const first = await bench.service.line();
  await first.event('session.update');
  const other = session.realtimeModel.session();
  const second = await bench.service.line(2);
  first.fail({ code: 'insufficient_quota', message: 'no money' });
  await vi.waitFor(() => expect(bench.errors).toHaveLength(1));
  const asked = other.generateReply();
  second.created('r1', await second.event('response.create'));
  await expect(asked).resolves.toMatchObject({ responseId: 'r1' });
});
