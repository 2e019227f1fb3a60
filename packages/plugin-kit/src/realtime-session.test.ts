import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { APIConnectionError, initializeLogger, llm } from '@livekit/agents';
import type { metrics } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import type { ManualClock } from '@patchbay/ws-session/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Aviary, Parrot } from './__fixtures__/realtime-aviary.ts';
import type { ParrotSession } from './__fixtures__/realtime-aviary.ts';
import type { ConnectionEvent } from './connection-events.ts';
import type { RealtimeSettings } from './realtime-settings.ts';

initializeLogger({ pretty: false, level: 'silent' });

let clock: ManualClock;
let restore: () => void;
let aviary: Aviary;
let model: Parrot;

beforeEach(async () => {
  const runtime = createTestRuntime();
  clock = runtime.clock;
  restore = installRuntime(runtime);
  aviary = await Aviary.open();
});

afterEach(async () => {
  await model.close();
  await aviary.close();
  restore();
  expect(clock.pending).toBe(0);
});

function open(settings?: Partial<RealtimeSettings>): ParrotSession {
  model = new Parrot(aviary.url, settings);
  return model.session();
}

/** Errors as they are told, from the first on. */
function errorsOf(session: ParrotSession): llm.RealtimeModelError[] {
  const errors: llm.RealtimeModelError[] = [];
  session.on('error', (error: llm.RealtimeModelError) => errors.push(error));
  return errors;
}

async function generation(session: ParrotSession): Promise<llm.GenerationCreatedEvent> {
  const [event] = (await once(session, 'generation_created')) as [llm.GenerationCreatedEvent];
  return event;
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const chunks: T[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

describe('a realtime session', () => {
  test('dials nothing and says nothing before session() has returned to its caller', async () => {
    const session = open();
    const events: ConnectionEvent[] = [];
    session.on('connection', (event: ConnectionEvent) => events.push(event));
    const { hello } = await (await aviary.perch(1)).hears('hello');
    expect(hello).toBe('first');
    expect(events[0]).toMatchObject({ type: 'connecting' });
  });

  test('tells its connection to the listeners of the model', async () => {
    model = new Parrot(aviary.url);
    const types: string[] = [];
    model.on('connection', (event) => types.push(event.type));
    const session = model.session();
    await (await aviary.perch(1)).hears('hello');
    await session.close();
    expect(types).toEqual(['connecting', 'open', 'closed']);
  });

  test('a reply resolves the generateReply that it names, once', async () => {
    const session = open();
    const created = generation(session);
    const asked = session.generateReply('hello');
    const perch = await aviary.perch(1);
    const { ask } = await perch.hears('ask');
    perch.say({ begin: 'r1', for: ask });
    perch.say({ of: 'r1', item: 'm1', text: 'Pieces ' });
    perch.say({ of: 'r1', item: 'm1', text: 'of eight' });
    perch.say({ end: 'r1' });
    const reply = await asked;
    expect(reply).toBe(await created);
    expect(reply).toMatchObject({ userInitiated: true, responseId: 'r1' });
    const [message] = await all(reply.messageStream);
    expect(await all(message!.textStream)).toEqual(['Pieces ', 'of eight']);
    expect(await all(reply.functionStream)).toEqual([]);
  });

  test("a reply that nobody asked for is a turn of the model's own", async () => {
    const session = open();
    const created = generation(session);
    (await aviary.perch(1)).say({ begin: 'r1' });
    expect(await created).toMatchObject({ userInitiated: false, responseId: 'r1' });
  });

  test('abort, deadline and close each reject a reply that is owed, and take it back', async () => {
    const session = open({ replyMs: 4_000 });
    const perch = await aviary.perch(1);
    await perch.hears('hello');
    const controller = new AbortController();
    const aborted = session.generateReply('a', { signal: controller.signal });
    controller.abort();
    await expect(aborted).rejects.toThrow('generateReply aborted');
    const timedOut = session.generateReply('b');
    const rejection = expect(timedOut).rejects.toThrow('generateReply timed out');
    await clock.advance(4_000);
    await rejection;
    expect(session.withdrawn).toEqual(['aborted', 'timed-out']);
    const closed = session.generateReply('c');
    const closing = expect(closed).rejects.toBeInstanceOf(llm.RealtimeError);
    await session.close();
    await closing;
    await expect(session.generateReply('d')).rejects.toThrow('the realtime session is closed');
  });

  test('a lost socket closes every stream of a reply, and the session comes back and says so', async () => {
    const session = open();
    const errors = errorsOf(session);
    const created = generation(session);
    const first = await aviary.perch(1);
    await first.hears('hello');
    first.say({ begin: 'r1' });
    first.say({ of: 'r1', item: 'm1', text: 'half a' });
    const { messageStream, functionStream } = await created;
    const reader = messageStream.getReader();
    const { value: message } = await reader.read();
    first.socket.terminate();
    expect(await all(message!.textStream)).toEqual(['half a']);
    expect(await all(message!.audioStream)).toEqual([]);
    expect(await message!.modalities).toEqual(['audio', 'text']);
    expect(await all(functionStream)).toEqual([]);
    expect((await reader.read()).done).toBe(true);
    const reconnected = once(session, 'session_reconnected');
    await clock.advance(1_000);
    expect(await (await aviary.perch(2)).hears('hello')).toEqual({ hello: 'again' });
    await reconnected;
    expect(errors).toMatchObject([{ type: 'realtime_model_error', label: 'parrot.Parrot', recoverable: true }]);
    expect(errors[0]!.error).toBeInstanceOf(APIConnectionError);
  });

  test('a request made while there is no socket goes out on the next one', async () => {
    const session = open();
    const first = await aviary.perch(1);
    await first.hears('hello');
    const lost = once(session, 'connection');
    first.socket.terminate();
    await lost;
    const asked = session.generateReply();
    await clock.advance(1_000);
    const second = await aviary.perch(2);
    const { ask } = await second.hears('ask');
    expect(Object.keys(second.heard[0]!)).toEqual(['hello']);
    second.say({ begin: 'r1', for: ask });
    await expect(asked).resolves.toMatchObject({ responseId: 'r1' });
  });

  test('a reply that stalls is closed, and its socket replaced', async () => {
    const session = open({ stall: { firstMs: 30_000, nextMs: 10_000 } });
    const created = generation(session);
    const perch = await aviary.perch(1);
    await perch.hears('hello');
    perch.say({ begin: 'r1' });
    const { messageStream } = await created;
    // Silence before the first word may be thought; after it, it is a dead line.
    await clock.advance(29_000);
    perch.say({ of: 'r1', item: 'm1', text: 'I ' });
    const { value: message } = await messageStream.getReader().read();
    expect((await message!.textStream.getReader().read()).value).toBe('I ');
    await clock.advance(12_000);
    await message!.modalities;
    await (await aviary.perch(2)).hears('hello');
  });

  test('a refused connection is told as an event and retried, then given up with one unrecoverable error', async () => {
    await aviary.close();
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    model = new Parrot(`http://127.0.0.1:${port}/v1`, { reconnect: { budget: 2 } });
    const session = model.session();
    const errors = errorsOf(session);
    const asked = session.generateReply();
    const rejection = expect(asked).rejects.toThrow(/ECONNREFUSED/);
    await vi.waitFor(async () => {
      await clock.advance(500);
      expect(errors.at(-1)).toMatchObject({ recoverable: false });
    });
    await rejection;
    expect(errors.map(({ recoverable }) => recoverable)).toEqual([true, true, false]);
    aviary = await Aviary.open();
  });

  test('a fatal word of the provider ends the session with one unrecoverable error', async () => {
    const session = open();
    const errors = errorsOf(session);
    const perch = await aviary.perch(1);
    await perch.hears('hello');
    perch.say({ die: 'no more seeds' });
    await once(perch.socket, 'close');
    await vi.waitFor(() => expect(errors).toHaveLength(1));
    expect(errors[0]).toMatchObject({ recoverable: false, error: { message: 'no more seeds', retryable: false } });
  });

  test('errors without a listener throw nowhere', async () => {
    const session = open();
    const perch = await aviary.perch(1);
    await perch.hears('hello');
    const closed = once(session, 'connection');
    perch.say({ die: 'nobody listens' });
    await closed;
    await expect(session.close()).resolves.toBeUndefined();
  });

  test('a reader who has gone while audio arrives causes no unhandled rejection (livekit/agents-js#2362)', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const session = open();
    const created = generation(session);
    const perch = await aviary.perch(1);
    await perch.hears('hello');
    perch.say({ begin: 'r1' });
    perch.say({ of: 'r1', item: 'm1', pcm: Buffer.alloc(320).toString('base64') });
    const { value: message } = await (await created).messageStream.getReader().read();
    await message!.audioStream.cancel();
    await message!.textStream.cancel();
    const ended = once(session, 'metrics_collected');
    for (let count = 0; count < 20; count++) {
      perch.say({ of: 'r1', item: 'm1', pcm: Buffer.alloc(320).toString('base64'), text: 'squawk' });
    }
    perch.say({ end: 'r1' });
    await ended;
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('the metrics of a reply go out once, with its id, its times and who made it', async () => {
    const session = open();
    const perch = await aviary.perch(1);
    await perch.hears('hello');
    const told: metrics.RealtimeModelMetrics[] = [];
    session.on('metrics_collected', (event: metrics.RealtimeModelMetrics) => told.push(event));
    const created = generation(session);
    perch.say({ begin: 'r1' });
    await created;
    await clock.advance(120);
    perch.say({ of: 'r1', item: 'm1', text: 'hi' });
    await vi.waitFor(() => expect([...session['generations'].values()][0]!.ttftMs).toBe(120));
    await clock.advance(380);
    perch.say({ end: 'r1' });
    await vi.waitFor(() => expect(told).toHaveLength(1));
    expect(told[0]).toMatchObject({
      type: 'realtime_model_metrics',
      label: 'parrot.Parrot',
      requestId: 'r1',
      ttftMs: 120,
      durationMs: 500,
      cancelled: false,
      outputTokens: 7,
      tokensPerSecond: 14,
      connectionReused: false,
      metadata: { modelName: 'ara', modelProvider: new URL(aviary.url).host },
    });
  });

  test('audio goes out as chunks of one rate, and of a view only what it shows', async () => {
    const session = open({ chunkMs: 20 });
    const perch = await aviary.perch(1);
    await perch.hears('hello');
    const memory = new Int16Array(1_000).fill(9_999);
    const view = memory.subarray(100, 260);
    view.forEach((_, index) => (view[index] = index));
    session.pushAudio(new AudioFrame(view, 8_000, 1, view.length));
    const { pcm } = await perch.hears('pcm');
    const bytes = Buffer.from(pcm as string, 'base64');
    expect(bytes).toHaveLength(320);
    expect(bytes.readInt16LE(318)).toBe(159);
  });

  test('audio is taken when it is pushed, so that its memory may be used again', async () => {
    const session = open({ chunkMs: 20 });
    const perch = await aviary.perch(1);
    await perch.hears('hello');
    const memory = new Int16Array(80);
    for (const level of [1, 2]) session.pushAudio(new AudioFrame(memory.fill(level), 8_000, 1, 80));
    memory.fill(3);
    const { pcm } = await perch.hears('pcm');
    const bytes = Buffer.from(pcm as string, 'base64');
    expect([...new Int16Array(bytes.buffer, bytes.byteOffset, 160)]).toEqual(
      [1, 2].flatMap((level) => Array(80).fill(level)),
    );
  });

  test('audio of an outage is kept up to the backlog and no further', async () => {
    const session = open({ chunkMs: 100, maxAudioBacklogMs: 500 });
    const dropped: number[] = [];
    session.on('connection', (event: ConnectionEvent) => {
      if (event.type === 'audio-dropped') dropped.push(event.totalMs);
    });
    const first = await aviary.perch(1);
    await first.hears('hello');
    const lost = once(session, 'connection');
    first.socket.terminate();
    await lost;
    for (let second = 0; second < 30; second++) {
      session.pushAudio(new AudioFrame(new Int16Array(800).fill(second), 8_000, 1, 800));
    }
    await clock.advance(1_000);
    const second = await aviary.perch(2);
    await second.hears('pcm');
    await session.generateReply('x', { signal: AbortSignal.abort() }).catch(() => undefined);
    session.sendMark();
    await second.hears('mark');
    expect(second.heard.filter((message) => 'pcm' in message)).toHaveLength(5);
    expect(dropped.at(-1)).toBe(2_500);
  });

  describe('a socket that is lost while the caller speaks', () => {
    const hundredMs = (level: number): AudioFrame => new AudioFrame(new Int16Array(800).fill(level), 8_000, 1, 800);
    const levels = (perch: { heard: Record<string, unknown>[] }): number[] =>
      perch.heard.flatMap(({ pcm }) => (typeof pcm === 'string' ? [Buffer.from(pcm, 'base64').readInt16LE(0)] : []));

    /** Says these, loses the socket, says that, and tells what the next socket heard. */
    async function interrupted(before: (session: ParrotSession) => void, after: number[] = []): Promise<number[]> {
      const session = open({ chunkMs: 100, repeatsSpeech: true });
      const first = await aviary.perch(1);
      await first.hears('hello');
      before(session);
      session.sendMark();
      await first.hears('mark');
      const lost = once(session, 'connection');
      first.socket.terminate();
      await lost;
      for (const level of after) session.pushAudio(hundredMs(level));
      await clock.advance(1_000);
      const second = await aviary.perch(2);
      session.sendMark();
      await second.hears('mark');
      return levels(second);
    }

    test('is followed by one that hears the phrase from its beginning, and once', async () => {
      const spoken = (session: ParrotSession): void => {
        for (let silence = 0; silence < 30; silence++) session.pushAudio(hundredMs(0));
        for (const level of [5_001, 5_002, 5_003]) session.pushAudio(hundredMs(level));
      };
      const heard = await interrupted(spoken, [5_004, 5_005]);
      expect(heard.filter((level) => level > 0)).toEqual([5_001, 5_002, 5_003, 5_004, 5_005]);
      // With the second before it, for services that take a moment to hear a voice begin.
      expect(heard.indexOf(5_001)).toBe(10);
    });

    test('hears a long outage’s phrase from its beginning, and of the silence before it no more than two seconds', async () => {
      const silence = Array.from({ length: 40 }, () => 0);
      const phrase = Array.from({ length: 40 }, (_, index) => 5_001 + index);
      const heard = await interrupted((session) => session.pushAudio(hundredMs(0)), [...silence, ...phrase]);
      expect(heard.filter((level) => level > 0)).toEqual(phrase);
      expect(heard.length).toBeLessThanOrEqual(20 + phrase.length);
    });

    test.each([
      ['is not told as lost if the next socket hears it again', undefined, []],
      ['is told as lost when it is taken back before the next socket hears it', 'clear', [300]],
      ['is told as lost when there is no next socket', 'close', [300]],
    ])('what was on its way %s', async (_what, meanwhile, lostMs) => {
      const session = open({ chunkMs: 100, repeatsSpeech: true });
      const first = await aviary.perch(1);
      await first.hears('hello');
      for (const level of [5_001, 5_002, 5_003]) session.pushAudio(hundredMs(level));
      session.sendMark();
      await first.hears('mark');
      const dropped: number[] = [];
      session.on('connection', (event: ConnectionEvent) => {
        if (event.type === 'audio-dropped') dropped.push(event.droppedMs);
      });
      const lost = once(session, 'connection');
      first.socket.terminate();
      await lost;
      if (meanwhile === 'clear') await session.clearAudio();
      if (meanwhile === 'close') await session.close();
      else {
        await clock.advance(1_000);
        await (await aviary.perch(2)).hears('hello');
      }
      expect(dropped).toEqual(lostMs);
    });

    test('hears nothing again of what was no speech', async () => {
      expect(await interrupted((session) => session.pushAudio(hundredMs(0)), [1])).toEqual([1]);
    });

    test('hears nothing again of what was taken as a turn, or taken back', async () => {
      const cleared = (session: ParrotSession): void => {
        session.pushAudio(hundredMs(5_001));
        void session.clearAudio();
        session.pushAudio(hundredMs(7));
      };
      expect(await interrupted(cleared)).toEqual([]);
    });

    test('hears nothing again of what was said too long ago', async () => {
      const stale = (session: ParrotSession): void => {
        session.pushAudio(hundredMs(5_001));
        for (let silence = 0; silence < 200; silence++) session.pushAudio(hundredMs(0));
      };
      expect(await interrupted(stale)).toEqual([]);
    });
  });

  test('close is idempotent, and bounded when the other end never answers it', async () => {
    const session = open();
    const perch = await aviary.perch(1);
    await perch.hears('hello');
    perch.socket.pause();
    const closing = session.close();
    expect(session.close()).toBe(closing);
    await clock.advance(2_000);
    await closing;
    perch.socket.resume();
  });

  test('a close while dialling leaves no socket', async () => {
    const deaf = createServer().listen(0, '127.0.0.1');
    await once(deaf, 'listening');
    const { port } = deaf.address() as AddressInfo;
    model = new Parrot(`http://127.0.0.1:${port}/v1`);
    const arrived = once(deaf, 'connection');
    const session = model.session();
    const errors = errorsOf(session);
    const [socket] = (await arrived) as [Socket];
    const gone = once(socket, 'close');
    await session.close();
    socket.resume();
    await gone;
    expect(errors).toEqual([]);
    await new Promise((resolve) => deaf.close(resolve));
  });
});
