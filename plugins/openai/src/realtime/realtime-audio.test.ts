import type { llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { droppedBy, next, useBench } from './__fixtures__/realtime-test.ts';
import type { Line } from './__fixtures__/scripted-service.ts';
import type { RealtimeSession } from './realtime-session.ts';

const bench = useBench();

function samples(line: Line): Int16Array {
  const bytes = Buffer.concat(
    line.all('input_audio_buffer.append').map(({ audio }) => Buffer.from(audio as string, 'base64')),
  );
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function frame(ms: number, rate = 24_000, channels = 1): AudioFrame {
  const length = (rate * ms) / 1000;
  const data = Int16Array.from({ length: length * channels }, (_, index) => Math.floor(index / channels) % 1_000);
  return new AudioFrame(data, rate, channels, length);
}

const silence = (ms: number): AudioFrame => new AudioFrame(new Int16Array(24 * ms), 24_000, 1, 24 * ms);

describe('pain 25: audio to the service', () => {
  test('is 24 kHz mono in pieces of 100 ms, whatever comes in', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    for (let count = 0; count < 20; count++) session.pushAudio(frame(10, 48_000, 2));
    await line.event('input_audio_buffer.append');
    await session.commitAudio();
    await line.event('input_audio_buffer.commit');
    expect(samples(line).length / 24_000).toBeCloseTo(0.2, 2);
    expect(Buffer.from(line.all('input_audio_buffer.append')[0]!.audio as string, 'base64')).toHaveLength(4_800);
  });

  test('of a frame that is a view, only the view', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const memory = new Int16Array(9_600).fill(7_777);
    const view = memory.subarray(2_400, 4_800);
    view.fill(42);
    session.pushAudio(new AudioFrame(view, 24_000, 1, view.length));
    await line.event('input_audio_buffer.append');
    expect([...new Set(samples(line))]).toEqual([42]);
    expect(samples(line)).toHaveLength(2_400);
  });

  test('is taken when a frame is pushed, so that its memory may be used again', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const memory = new Int16Array(240);
    for (let count = 0; count < 20; count++) {
      memory.forEach((_, index) => (memory[index] = count * 240 + index));
      session.pushAudio(new AudioFrame(memory, 24_000, 1, 240));
    }
    await line.event('input_audio_buffer.append', 2);
    expect([...samples(line)]).toEqual(Array.from({ length: 4_800 }, (_, index) => index));
  });

  test('the last words go out before the commit, and less than the service takes is not committed', async () => {
    const session = bench.open({ turnDetection: null });
    const line = await bench.service.line();
    session.pushAudio(frame(90));
    await session.commitAudio();
    session.pushAudio(frame(40));
    await session.commitAudio();
    await line.event('input_audio_buffer.commit');
    expect(line.types.filter((type) => type.startsWith('input'))).toEqual([
      'input_audio_buffer.append',
      'input_audio_buffer.append',
      'input_audio_buffer.commit',
    ]);
    expect(samples(line)).toHaveLength(3_120);
    await session.commitAudio();
    await session.clearAudio();
    await line.event('input_audio_buffer.clear');
    expect(line.all('input_audio_buffer.commit')).toHaveLength(1);
  });

  test.each([
    ['two seconds of silence', silence, 2_000],
    ['fifteen seconds of speech', frame, 15_000],
  ])('of an outage comes at most %s, the newest, and what was dropped is told', async (_what, sound, keptMs) => {
    const session = bench.open();
    const droppedMs = droppedBy(session);
    const first = await bench.healthy();
    first.socket.terminate();
    await next(session, 'connection');
    for (let count = 0; count < 200; count++) session.pushAudio(sound(100));
    const second = await bench.replacement();
    await session.updateInstructions('behind it');
    await second.event('session.update', 2);
    expect(second.all('input_audio_buffer.append')).toHaveLength(keptMs / 100);
    expect(second.types[0]).toBe('session.update');
    expect(droppedMs()).toBe(20_000 - keptMs);
  });

  test('each client event is told, audio too', async () => {
    const session = bench.open();
    const queued: string[] = [];
    session.on('openai_client_event_queued', ({ type }: { type: string }) => queued.push(type));
    const line = await bench.service.line();
    await line.event('session.update');
    session.pushAudio(frame(100));
    await line.event('input_audio_buffer.append');
    expect(queued).toEqual(['session.update', 'input_audio_buffer.append']);
  });
});

describe('pain 24: truncation', () => {
  async function spoken(audioMs: number): Promise<{ session: RealtimeSession; line: Line }> {
    const session = bench.open();
    const line = await bench.service.line();
    line.created('r1');
    line.speak('r1', 'm1', 'one two three', audioMs);
    await next(session, 'generation_created');
    await vi.waitFor(() => expect(session['audioItems'].get('m1')).toBe(audioMs));
    return { session, line };
  }

  const modalities: ('text' | 'audio')[] = ['audio', 'text'];

  test('of sound that was cut out of its event, and not parsed', async () => {
    const parse = vi.spyOn(JSON, 'parse');
    onTestFinished(() => parse.mockRestore());
    await spoken(300);
    const sound = Buffer.alloc(300 * 48).toString('base64');
    const parsed = parse.mock.calls.map(([text]) => text);
    expect(parsed.filter((text) => text.includes('response.output_audio.delta'))).toHaveLength(1);
    expect(parsed.filter((text) => text.includes(sound))).toEqual([]);
  });

  test('never asks for more than arrived', async () => {
    const { session, line } = await spoken(300);
    await session.truncate({ messageId: 'm1', audioEndMs: 1_500, modalities, audioTranscript: 'one two three' });
    expect(await line.event('conversation.item.truncate')).toEqual({
      type: 'conversation.item.truncate',
      item_id: 'm1',
      content_index: 0,
      audio_end_ms: 300,
    });
  });

  test.each([0, -20, NaN, Infinity * 0, 0.4])('of %d ms deletes the item', async (audioEndMs) => {
    const { session, line } = await spoken(300);
    await session.truncate({ messageId: 'm1', audioEndMs, modalities });
    expect((await line.event('conversation.item.delete')).item_id).toBe('m1');
    expect(session.chatCtx.getById('m1')).toBeUndefined();
  });

  test('leaves what was heard in the conversation, whatever comes of the response afterwards', async () => {
    const { session, line } = await spoken(300);
    await session.truncate({ messageId: 'm1', audioEndMs: 120, modalities, audioTranscript: 'one' });
    line.done('r1', 'cancelled');
    await next(session, 'metrics_collected');
    const item = session.chatCtx.getById('m1') as llm.ChatMessage;
    expect(item.textContent).toBe('one');
  });

  test('of text replaces the item by what was read of it', async () => {
    const session = bench.open({ modalities: ['text'] });
    const line = await bench.service.line();
    line.created('r1');
    line.add({ id: 'm1', type: 'message', role: 'assistant', content: [] });
    line.send({ type: 'response.output_text.delta', response_id: 'r1', item_id: 'm1', delta: 'one two three' });
    line.done('r1');
    await next(session, 'metrics_collected');
    await session.truncate({ messageId: 'm1', audioEndMs: 0, modalities: ['text'], audioTranscript: 'one' });
    expect((await line.event('conversation.item.delete')).item_id).toBe('m1');
    expect((await line.event('conversation.item.create')).item.content).toEqual([{ type: 'output_text', text: 'one' }]);
  });

  test('of something unknown, or without a socket, neither throws nor rejects', async () => {
    const { session, line } = await spoken(300);
    await session.truncate({ messageId: 'nobody', audioEndMs: 10 });
    await session.truncate({ messageId: 'nobody', audioEndMs: 10, audioTranscript: 'x' });
    line.socket.terminate();
    await next(session, 'connection');
    await session.truncate({ messageId: 'm1', audioEndMs: 10, modalities, audioTranscript: 'one' });
    await session.close();
    await session.truncate({ messageId: 'm1', audioEndMs: 10, modalities, audioTranscript: 'one' });
  });
});

const transcription = 'conversation.item.input_audio_transcription';

function transcriptsOf(session: RealtimeSession): llm.InputTranscriptionCompleted[] {
  const told: llm.InputTranscriptionCompleted[] = [];
  session.on('input_audio_transcription_completed', (event: llm.InputTranscriptionCompleted) => told.push(event));
  return told;
}

describe('what the caller said', () => {
  test('comes as the whole text so far, then final, with the time at which the turn began', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const told = transcriptsOf(session);
    const startedAt = bench.clock.wallClock();
    line.send({ type: 'input_audio_buffer.speech_started', item_id: 'u1' });
    await next(session, 'input_speech_started');
    line.add({ id: 'u1', type: 'message', role: 'user', content: [{ type: 'input_audio' }] });
    line.send({ type: `${transcription}.delta`, item_id: 'u1', content_index: 0, delta: 'Will ' });
    line.send({ type: `${transcription}.delta`, item_id: 'u1', content_index: 0, delta: 'it rain' });
    line.send({
      type: `${transcription}.completed`,
      item_id: 'u1',
      content_index: 0,
      transcript: 'Will it rain?',
      logprobs: [{ logprob: Math.log(0.5) }],
    });
    await vi.waitFor(() => expect(told).toHaveLength(3));
    expect(told).toEqual([
      { itemId: 'u1', transcript: 'Will ', isFinal: false, turnStartedAt: startedAt },
      { itemId: 'u1', transcript: 'Will it rain', isFinal: false, turnStartedAt: startedAt },
      { itemId: 'u1', transcript: 'Will it rain?', isFinal: true, turnStartedAt: startedAt, confidence: 0.5 },
    ]);
    expect((session.chatCtx.getById('u1') as llm.ChatMessage).textContent).toBe('Will it rain?');
  });

  test('is made final when transcription fails half-way', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const told = transcriptsOf(session);
    line.send({ type: `${transcription}.delta`, item_id: 'u1', delta: 'Will it' });
    line.send({ type: `${transcription}.failed`, item_id: 'u1', error: { message: 'overloaded', code: null } });
    line.send({ type: `${transcription}.failed`, item_id: 'u2', error: null });
    await vi.waitFor(() => expect(told).toHaveLength(2));
    expect(told[1]).toEqual({ itemId: 'u1', transcript: 'Will it', isFinal: true });
    expect(bench.errors).toEqual([]);
  });

  test('the end of speech says whether a transcript will follow', async () => {
    const session = bench.open({ inputAudioTranscription: null });
    const line = await bench.service.line();
    line.send({ type: 'input_audio_buffer.speech_stopped', item_id: 'u1' });
    expect(await next(session, 'input_speech_stopped')).toEqual({ userTranscriptionEnabled: false });
  });
});
