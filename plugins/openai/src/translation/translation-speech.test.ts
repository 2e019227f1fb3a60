import { llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import type { metrics } from '@livekit/agents';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { all } from '../realtime/__fixtures__/realtime-test.ts';
import { heardMs, hush, next, say, sound, useBench, utteranceOf, voiced } from './__fixtures__/translation-bench.ts';

const bench = useBench();

describe('what the interpreter says', () => {
  test('is one generation for each utterance, cut by silence in the stream, which is not played', async () => {
    bench.open();
    const line = await bench.service.line();
    hush(line, 2_000);
    say(line, ' hola');
    sound(line, 400);
    hush(line, 200);
    say(line, ' mundo');
    sound(line, 400);
    for (let at = 0; at < 8; at++) hush(line, 200);
    say(line, ' adiós');
    sound(line, 300);
    await vi.waitFor(() => expect(bench.spoken).toHaveLength(2));
    await bench.clock.advance(800);
    const [first, second] = await Promise.all(bench.spoken.map(utteranceOf));
    // The pause inside an utterance is part of it; of the one behind it, no more than it takes to know that it is one.
    expect(first).toEqual({ text: 'hola mundo', audioMs: 400 + 200 + 400 + 600 });
    expect(second).toEqual({ text: 'adiós', audioMs: 300 });
    expect(bench.spoken.map(({ userInitiated }) => userInitiated)).toEqual([false, false]);
    expect(bench.errors).toEqual([]);
  });

  test('ends when nothing more comes, where a service sends no silence', async () => {
    bench.open({ outputSegmentIdle: 300 });
    const line = await bench.service.line();
    sound(line, 200);
    say(line, 'uno');
    await vi.waitFor(() => expect(bench.spoken).toHaveLength(1));
    await bench.clock.advance(300);
    sound(line, 200);
    say(line, 'dos');
    await vi.waitFor(() => expect(bench.spoken).toHaveLength(2));
    await bench.clock.advance(300);
    expect(await Promise.all(bench.spoken.map(utteranceOf))).toEqual([
      { text: 'uno', audioMs: 200 },
      { text: 'dos', audioMs: 200 },
    ]);
  });

  test('can be listened to while it is being said', async () => {
    bench.open();
    const line = await bench.service.line();
    sound(line, 200);
    await vi.waitFor(() => expect(bench.spoken).toHaveLength(1));
    const { value: message } = await bench.spoken[0]!.messageStream.getReader().read();
    expect(await message!.modalities).toEqual(['audio', 'text']);
    const { value: frame } = await message!.audioStream.getReader().read();
    expect(frame!.samplesPerChannel).toBe(4_800);
  });

  test('keeps the rate and the channels that the service names', async () => {
    bench.open();
    const line = await bench.service.line();
    sound(line, 100, { sampleRate: 48_000, channels: 2 });
    await vi.waitFor(() => expect(bench.spoken).toHaveLength(1));
    await bench.clock.advance(800);
    const [message] = await all(bench.spoken[0]!.messageStream);
    const [frame] = await all(message!.audioStream);
    expect(frame).toMatchObject({ sampleRate: 48_000, channels: 2, samplesPerChannel: 4_800 });
  });

  test('interrupted, the rest of the utterance is not heard, and the next one is', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await session.interrupt();
    say(line, 'uno');
    sound(line, 200);
    await vi.waitFor(() => expect(bench.spoken).toHaveLength(1));
    const cut = next<metrics.RealtimeModelMetrics>(session, 'metrics_collected');
    await session.interrupt();
    expect((await cut).cancelled).toBe(true);
    say(line, ' y medio');
    sound(line, 200);
    hush(line, 800);
    say(line, ' dos');
    sound(line, 200);
    await vi.waitFor(() => expect(bench.spoken).toHaveLength(2));
    await bench.clock.advance(800);
    expect((await Promise.all(bench.spoken.map(utteranceOf))).map(({ text }) => text)).toEqual(['uno', 'dos']);
  });

  test('costs time: metrics count the audio that the service was given, and name the model', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    session.pushAudio(voiced(1_000));
    await bench.until(() => heardMs(line, 'voice') === 1_000);
    say(line, 'uno');
    await vi.waitFor(() => expect(bench.spoken).toHaveLength(1));
    await bench.clock.advance(100);
    sound(line, 200);
    await bench.clock.advance(50);
    const told = next<metrics.RealtimeModelMetrics>(session, 'metrics_collected');
    hush(line, 800);
    expect(await told).toMatchObject({
      requestId: bench.spoken[0]!.responseId,
      label: 'openai.RealtimeTranslationModel',
      cancelled: false,
      ttftMs: 100,
      sessionDurationMs: 1_000,
      totalTokens: 0,
      connectionReused: false,
      metadata: { modelName: 'gpt-realtime-translate', modelProvider: expect.stringMatching(/^127\.0\.0\.1/) },
    });
  });
});

describe('what the caller says', () => {
  test('arrives in chunks of 200 ms, of 24 kHz mono, from views and from 48 kHz stereo', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    const memory = new Int16Array(24 * 1_000).fill(1_000);
    const view = memory.subarray(24 * 300, 24 * 500).fill(5_000);
    session.pushAudio(new AudioFrame(view, 24_000, 1, view.length));
    const { audio } = await line.event('session.input_audio_buffer.append');
    const bytes = Buffer.from(audio as string, 'base64');
    expect(bytes.length).toBe(9_600);
    for (let at = 0; at < bytes.length; at += 2) expect(bytes.readInt16LE(at)).toBe(5_000);

    const stereo = new Int16Array(48 * 2 * 1_000);
    for (let at = 0; at < stereo.length; at += 2) [stereo[at], stereo[at + 1]] = [6_000, 2_000];
    session.pushAudio(new AudioFrame(stereo, 48_000, 2, stereo.length / 2));
    const later = await line.event('session.input_audio_buffer.append', 4);
    const samples = Buffer.from(later.audio as string, 'base64');
    expect(samples.length).toBe(9_600);
    expect(samples.readInt16LE(4_800)).toBeCloseTo(4_000, -2);
  });

  test('is transcribed where that was asked for: a growing line, and a final one after a pause', async () => {
    const session = bench.open({ transcriptionModel: 'gpt-realtime-whisper' });
    const told: llm.InputTranscriptionCompleted[] = [];
    session.on('input_audio_transcription_completed', (line: llm.InputTranscriptionCompleted) => told.push(line));
    const line = await bench.service.line();
    const type = 'session.input_transcript.delta';
    for (const delta of ['good', ' morning', ' ']) line.send({ type, delta });
    await vi.waitFor(() => expect(told).toHaveLength(3));
    await bench.clock.advance(1_000);
    line.send({ type, delta: ' and bye' });
    await vi.waitFor(() => expect(told).toHaveLength(5));
    const { itemId, turnStartedAt } = told[0]!;
    expect(told.map(({ transcript, isFinal }) => [transcript, isFinal])).toEqual([
      ['good', false],
      ['good morning', false],
      ['good morning', false],
      ['good morning', true],
      ['and bye', false],
    ]);
    expect(told.slice(0, 4).every((each) => each.itemId === itemId)).toBe(true);
    expect(told[4]!.itemId).not.toBe(itemId);
    expect(turnStartedAt).toBeTypeOf('number');
  });

  test('is followed by silence when the microphone is muted, for as long as a translation may take', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    for (let at = 0; at < 50; at++) {
      session.pushAudio(voiced(20));
      await bench.clock.advance(20);
    }
    expect(heardMs(line, 'silence')).toBe(0);
    await bench.clock.advance(60_000);
    await vi.waitFor(() => expect(heardMs(line, 'silence')).toBeGreaterThan(9_000));
    expect(heardMs(line, 'silence')).toBeLessThan(10_000);
    expect(heardMs(line, 'voice')).toBe(1_000);
  });

  test('commit, clear and truncate are not needed, and harmless', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    session.pushAudio(voiced(50));
    await session.commitAudio();
    await bench.until(() => heardMs(line, 'voice') === 50);
    session.pushAudio(voiced(100));
    await session.clearAudio();
    await session.truncate({ messageId: 'm1', audioEndMs: 100 });
    session.pushAudio(voiced(200));
    await bench.until(() => heardMs(line, 'voice') === 250);
    expect(new Set(line.types)).toEqual(new Set(['session.update', 'session.input_audio_buffer.append']));
  });
});

describe('what an interpreter does not do', () => {
  test('answer: a reply is refused with what to use instead', async () => {
    const session = bench.open();
    const asked = session.generateReply();
    await expect(asked).rejects.toBeInstanceOf(llm.RealtimeError);
    await expect(asked).rejects.toThrow(/cannot be asked for a reply.*session\.say\(\).*realtime\.RealtimeModel/);
  });

  test('call tools: they are refused, and none are not', async () => {
    const session = bench.open();
    await session.updateTools(new llm.ToolContext([]));
    const weather = llm.tool({
      name: 'weather',
      description: 'The weather',
      parameters: z.object({}),
      execute: async () => 'rain',
    });
    const update = session.updateTools(new llm.ToolContext([weather]));
    await expect(update).rejects.toBeInstanceOf(llm.RealtimeError);
    await expect(update).rejects.toThrow(/calls no tools: use realtime\.RealtimeModel/);
    expect(session.tools.functionTools).toEqual({});
  });

  test('remember: instructions and context change nothing', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    await session.updateInstructions('Be rude.');
    await session.updateChatCtx(new llm.ChatContext([llm.ChatMessage.create({ role: 'user', content: 'hello' })]));
    session.updateOptions({ toolChoice: 'auto' });
    session.updateOptions({ targetLanguage: 'fr' });
    await line.event('session.update', 2);
    expect(line.types).toEqual(['session.update', 'session.update']);
    expect(session.chatCtx.items).toEqual([]);
  });
});

test('odd frames are passed over, and the next good one is understood', async () => {
  bench.open({ transcriptionModel: 'gpt-realtime-whisper' });
  const line = await bench.service.line();
  const audio = 'session.output_audio.delta';
  const odd: object[] = [
    { type: audio },
    { type: audio, delta: null },
    { type: audio, delta: '' },
    { type: audio, delta: 'AA==' },
    { type: audio, delta: { base64: 'AAAA' } },
    { type: 'session.output_transcript.delta', delta: 7 },
    { type: 'session.output_transcript.delta', delta: '  ' },
    { type: 'session.input_transcript.delta' },
    { type: 'session.updated' },
    { type: 'session.created', session: null },
    { type: 'session.novelty', elapsed_ms: null },
    { type: 'error', error: null },
  ];
  for (const event of odd) line.send(event);
  line.socket.send(Buffer.from([1, 2, 3]));
  line.socket.send('not json');
  line.send({ type: audio, delta: Buffer.alloc(4_800, 64).toString('base64'), sample_rate: 'high', channels: -1 });
  await vi.waitFor(() => expect(bench.spoken).toHaveLength(1));
  await bench.clock.advance(800);
  expect(await utteranceOf(bench.spoken[0]!)).toEqual({ text: '', audioMs: 100 });
  expect(bench.service.lines).toHaveLength(1);
  expect(bench.errors.map(({ recoverable }) => recoverable)).toEqual([true]);
});
