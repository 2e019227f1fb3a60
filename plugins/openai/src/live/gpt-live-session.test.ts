import { llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { describe, expect, test, vi } from 'vitest';
import { weather } from '../__fixtures__/weather.ts';
import { collect, frame, next, useBench } from './__fixtures__/live-test.ts';

const bench = useBench();

describe('the start', () => {
  test('nothing is dialled before LiveKit has configured the session, and nothing when it closes instead', async () => {
    const session = bench.session();
    await bench.clock.advance(5_000);
    expect(bench.service.lines).toHaveLength(0);
    await session.close();
    await bench.clock.advance(5_000);
    expect(bench.service.lines).toHaveLength(0);
  });

  test('says everything at once: voice, instructions, history, tools and backend, and no null', async () => {
    const chatCtx = llm.ChatContext.empty();
    chatCtx.addMessage({ role: 'system', content: 'The caller is Ada.' });
    chatCtx.addMessage({ role: 'user', content: 'Hello.' });
    chatCtx.addMessage({ role: 'assistant', content: 'Hello Ada.' });
    chatCtx.addMessage({ role: 'user', content: ' ' });
    await bench.open(
      {
        voice: { id: 'voice_1' },
        responsesOptions: {
          instructions: 'Use tools.',
          toolChoice: null,
          parallelToolCalls: false,
          maxOutputTokens: 99,
        },
      },
      { instructions: 'Be brief.', chatCtx, tools: new llm.ToolContext([weather]) },
    );
    const line = await bench.service.line();
    const { session } = await line.event('session.start');
    expect(session).toMatchObject({
      model: 'gpt-live-1',
      instructions: 'Be brief.',
      input: [
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'The caller is Ada.' }] },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello.' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello Ada.' }] },
      ],
      audio: { format: { type: 'audio/pcm', rate: 24_000 }, output: { voice: { id: 'voice_1' } } },
      delegation: {
        type: 'responses',
        responses: {
          model: 'gpt-5.6-luna',
          instructions: 'Use tools.',
          tool_choice: 'auto',
          parallel_tool_calls: false,
          max_output_tokens: 99,
          tools: [{ type: 'function', name: 'weather', parameters: { required: ['city'] } }],
        },
      },
    });
    expect(JSON.stringify(session)).not.toMatch(/null|\$schema/);
  });

  test('Infinity is no limit: of tokens, and of how long a socket lives', async () => {
    await bench.open({
      maxSessionDuration: Infinity,
      responsesOptions: { maxOutputTokens: Infinity, toolChoice: '' as 'auto' },
    });
    const line = await bench.start();
    const { session } = await line.event('session.start');
    expect((session as { delegation: { responses: object } }).delegation.responses).toEqual({
      model: 'gpt-5.6-luna',
      tool_choice: 'auto',
    });
    await bench.clock.advance(5_000);
    expect(bench.service.lines).toHaveLength(1);
  });

  test('commands and sound wait for session.started, two seconds of sound at most', async () => {
    const session = await bench.open();
    const dropped = collect<{ type: string; totalMs?: number }>(session, 'connection');
    session.appendCommentary('Hello.');
    for (let pushed = 0; pushed < 30; pushed++) session.pushAudio(frame(100));
    const line = await bench.service.line();
    await line.event('session.start');
    await bench.clock.advance(1_000);
    expect(line.types).toEqual(['session.start']);
    line.send({ type: 'session.started', session: { id: 'live_1' } });
    await line.event('session.input_audio.append', 20);
    expect(line.types.slice(0, 2)).toEqual(['session.start', 'session.commentary.append']);
    expect(session.sessionId).toBe('live_1');
    expect(dropped.filter(({ type }) => type === 'audio-dropped').at(-1)?.totalMs).toBe(1_000);
  });

  test('history that does not fit is cut to the newest of it, and a long message to its end', async () => {
    const chatCtx = llm.ChatContext.empty();
    for (let number = 0; number < 200; number++) chatCtx.addMessage({ role: 'user', content: `Message ${number}.` });
    await bench.open({}, { chatCtx });
    const { session } = await (await bench.service.line()).event('session.start');
    expect(session.input).toHaveLength(128);
    expect(session.input.at(-1).content[0].text).toBe('Message 199.');

    const long = llm.ChatContext.empty();
    for (const words of ['old ', 'new ']) long.addMessage({ role: 'user', content: words.repeat(6_000) });
    long.addMessage({ role: 'user', content: `${'ä'.repeat(20_000)} the end` });
    await bench.open({}, { chatCtx: long });
    const second = await (await bench.service.line(2)).event('session.start');
    expect(second.session.input).toHaveLength(1);
    const { text } = second.session.input[0].content[0] as { text: string };
    expect(text).toMatch(/^ä+ the end$/);
    expect(Buffer.byteLength(text) / 3).toBeLessThanOrEqual(8_192);
  });
});

describe('sound', () => {
  test('of any rate, channel count and view goes out as 24 kHz mono in pieces of 100 ms', async () => {
    const session = await bench.open();
    const line = await bench.start();
    const large = new Int16Array(24_000).fill(7);
    session.pushAudio(new AudioFrame(large.subarray(100, 2_500), 24_000, 1, 2_400));
    const stereo = new Int16Array(4_800);
    for (let index = 0; index < stereo.length; index += 2) stereo.set([10, 20], index);
    session.pushAudio(new AudioFrame(stereo, 24_000, 2, 2_400));
    for (let pushed = 0; pushed < 20; pushed++) session.pushAudio(frame(10, { rate: 48_000, level: 30 }));
    const third = await line.event('session.input_audio.append', 3);
    const [first, second] = line.all('session.input_audio.append').map(({ audio }) => samplesOf(audio as string));
    expect(first).toEqual(new Int16Array(2_400).fill(7));
    expect(second).toEqual(new Int16Array(2_400).fill(15));
    expect(samplesOf(third.audio as string)).toHaveLength(2_400);
    expect(samplesOf(third.audio as string).at(-1)).toBe(30);
  });

  test("keeps the model's time running when nobody pushes any: silence after 200 ms, and none beside a microphone", async () => {
    const session = await bench.open();
    const line = await bench.start();
    await bench.until(() => line.types.includes('session.input_audio.append'));
    await bench.clock.advance(1_000);
    const filled = line.all('session.input_audio.append').length;
    expect(filled).toBeGreaterThanOrEqual(9);
    for (let pushed = 0; pushed < 20; pushed++) {
      session.pushAudio(frame(100, { level: 9 }));
      await bench.clock.advance(100);
    }
    await line.event('session.input_audio.append', filled + 20);
    const later = line.all('session.input_audio.append').slice(filled + 1);
    expect(later.every(({ audio }) => samplesOf(audio as string)[0] === 9)).toBe(true);
  });

  test('that the model makes is one stream; odd pieces of it harm nobody', async () => {
    const session = await bench.open();
    const line = await bench.start();
    const reader = session.audioStream.getReader();
    const pcm = Buffer.alloc(4_800, 1);
    const type = 'session.output_audio.delta';
    for (const delta of [undefined, '', 5, null]) line.send({ type, delta });
    line.send({ type, delta: pcm.subarray(0, 4_799).toString('base64') });
    line.send({ type, delta: pcm.toString('base64'), start_ms: 300 });
    expect((await reader.read()).value?.frame.samplesPerChannel).toBe(2_399);
    const { value } = await reader.read();
    expect(value).toMatchObject({ startMs: 300, frame: { sampleRate: 24_000, channels: 1, samplesPerChannel: 2_400 } });
    const closing = session.close();
    line.send({ type: 'session.closed', reason: 'close_requested' });
    await closing;
    expect((await reader.read()).done).toBe(true);
  });

  test('is not kept for a reader that has gone, nor without end for one that does not read', async () => {
    const session = await bench.open();
    const line = await bench.start();
    const delta = Buffer.alloc(48_000).toString('base64');
    for (let second = 0; second < 40; second++)
      line.send({ type: 'session.output_audio.delta', delta, start_ms: second });
    line.send({ type: 'session.usage.updated', usage: { seconds: 40 } });
    await next(session, 'metrics_collected');
    const reader = session.audioStream.getReader();
    expect((await reader.read()).value?.startMs).toBe(10);
    await reader.cancel();
    line.send({ type: 'session.output_audio.delta', delta });
    line.send({ type: 'session.usage.updated', usage: { seconds: 41 } });
    await next(session, 'metrics_collected');
    expect(bench.errors).toEqual([]);
  });
});

describe('what is said', () => {
  test("the caller's words grow, and end after 800 ms of his silence", async () => {
    const session = await bench.open();
    const told = collect<llm.InputTranscriptionCompleted>(session, 'input_audio_transcription_completed');
    const order: string[] = [];
    for (const event of ['input_speech_started', 'input_speech_stopped'] as const)
      session.on(event, () => order.push(event));
    const line = await bench.start();
    const type = 'session.input_transcript.delta';
    line.send({ type, delta: 'Will it ', start_ms: 0, end_ms: 300 });
    line.send({ type, delta: 'rain?', start_ms: 300, end_ms: 600 });
    await vi.waitFor(() => expect(told).toHaveLength(2));
    // Loud: he still speaks, and the service is late with his words.
    for (let pushed = 0; pushed < 15; pushed++) session.pushAudio(frame(100, { level: 3_000 }));
    for (let pushed = 0; pushed < 7; pushed++) session.pushAudio(frame(100));
    expect(order).toEqual(['input_speech_started']);
    session.pushAudio(frame(100));
    expect(order).toEqual(['input_speech_started', 'input_speech_stopped']);
    expect(told.map(({ transcript, isFinal }) => [transcript, isFinal])).toEqual([
      ['Will it ', false],
      ['Will it rain?', false],
      ['Will it rain?', true],
    ]);
    expect(new Set(told.map(({ itemId }) => itemId)).size).toBe(1);
    expect(told[0]!.turnStartedAt).toBe(bench.clock.wallClock());
  });

  test('noise does not keep an utterance open for ever, and a gap in the timeline begins another', async () => {
    const session = await bench.open();
    const told = collect<llm.InputTranscriptionCompleted>(session, 'input_audio_transcription_completed');
    const line = await bench.start();
    const type = 'session.input_transcript.delta';
    line.send({ type, delta: 'One.', start_ms: 0, end_ms: 300 });
    line.send({ type, delta: 'Two.', start_ms: 1_101, end_ms: 1_200 });
    await vi.waitFor(() => expect(told.map(({ transcript, isFinal }) => `${transcript}${isFinal}`)).toHaveLength(3));
    expect(told.map(({ isFinal }) => isFinal)).toEqual([false, true, false]);
    for (let pushed = 0; pushed < 30; pushed++) session.pushAudio(frame(100, { level: 3_000 }));
    expect(told.at(-1)).toMatchObject({ transcript: 'Two.', isFinal: true });
  });

  test("the model's words carry their place on the timeline", async () => {
    const session = await bench.open();
    const told = collect<llm.DuplexOutputTranscriptDelta>(session, 'transcript_delta');
    const line = await bench.start();
    line.send({ type: 'session.output_transcript.delta', delta: 'Yes.', start_ms: 5, end_ms: 90 });
    line.send({ type: 'session.output_transcript.delta', delta: 'No.', start_ms: null });
    await vi.waitFor(() => expect(told).toEqual([{ text: 'Yes.', startMs: 5, endMs: 90 }, { text: 'No.' }]));
  });
});

test('long appends go out in pieces that the service takes, cut between sentences', async () => {
  const session = await bench.open();
  const line = await bench.start();
  const text = 'A sentence of some words. '.repeat(150).trim();
  session.appendInstructions(text);
  session.appendThinking('日本'.repeat(600));
  await line.event('session.thinking.append', 3);
  const instructions = line.all('session.instructions.append').map(({ content }) => content as string);
  expect(instructions.length).toBeGreaterThan(1);
  expect(instructions.join(' ')).toBe(text);
  for (const piece of instructions) expect(piece).toMatch(/^A .*\.$/);
  const thoughts = line.all('session.thinking.append').map(({ content }) => content as string);
  expect(thoughts.join('')).toBe('日本'.repeat(600));
  for (const piece of [...instructions, ...thoughts]) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(1_500);
});

test('generateReply is an order to speak: as told, about what was typed once, or at all', async () => {
  const session = await bench.open();
  const line = await bench.start();
  session._generateReply('Say good morning.');
  await session._appendItems([llm.ChatMessage.create({ role: 'user', content: 'What is two and two?' })]);
  session._generateReply();
  session._generateReply();
  await line.event('session.commentary.append', 3);
  const [told, typed, bare] = line.all('session.commentary.append').map(({ content }) => content as string);
  expect(told).toMatch(/Say good morning\.$/);
  expect(typed).toMatch(/What is two and two\?$/);
  expect(bare).not.toContain('two');
  expect((await line.event('session.thinking.append')).content).toBe('user: What is two and two?');
});

test('an input that was muted is muted, before any later sound', async () => {
  const session = await bench.open();
  const line = await bench.start();
  await bench.until(() => line.types.includes('session.input_audio.append'));
  session.pushAudio(frame(50, { level: 5 }));
  session.muteInput();
  session.unmuteInput();
  await line.event('session.input_audio.unmute');
  expect(line.types.slice(-3)).toEqual([
    'session.input_audio.append',
    'session.input_audio.mute',
    'session.input_audio.unmute',
  ]);
});

test('every event is shown as it came and as it went', async () => {
  const session = await bench.open();
  const received = collect<{ type: string }>(session, 'openai_server_event_received');
  const sent = collect<{ type: string }>(session, 'openai_client_event_queued');
  const line = await bench.start();
  session.pushAudio(frame(100));
  session.sendEvent({ type: 'something.new', field: 1 });
  expect(await line.event('something.new')).toEqual({ type: 'something.new', field: 1 });
  line.send({ type: 'something.else' });
  await vi.waitFor(() => expect(received.map(({ type }) => type)).toEqual(['session.started', 'something.else']));
  expect(sent.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['session.start', 'session.input_audio.append', 'something.new']),
  );
});

function samplesOf(base64: string): Int16Array {
  const bytes = Buffer.from(base64, 'base64');
  return Int16Array.from({ length: bytes.length >> 1 }, (_, index) => bytes.readInt16LE(index * 2));
}
