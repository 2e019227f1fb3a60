import { stt as livekit } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { queryObjects } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { frame, quick, useListening } from './__fixtures__/listening.ts';
import { turns, until } from './__fixtures__/until.ts';

const { SpeechEventType } = livekit;
const room = useListening();

describe('StreamingSTT', () => {
  it('configures the socket, then sends the audio, every sample once', async () => {
    const { stream } = await room.listen();
    for (let n = 0; n < 12; n++) stream.pushFrame(frame(n * 160));
    const ear = await room.server.socket(0);
    await until(() => ear.audio.length === 1_600);
    expect(ear.messages).toEqual([{ type: 'hello', language: 'en', model: 'ears-2' }]);
    expect(ear.request.headers['x-chatter-key']).toBe('chatter-key-1');
    stream.flush();
    await until(() => ear.audio.length === 1_920);
    expect(ear.audio).toEqual(Array.from({ length: 1_920 }, (_, n) => n));
  });

  it('tells a turn in the order that AgentSession counts on, with the moment in which the voice fell silent', async () => {
    const { stream, events, story } = await room.listen();
    stream.pushFrame(frame(0, 2_000));
    const ear = await room.server.socket(0);
    await until(() => ear.audio.length === 32_000);
    const now = room.clock.wallClock();
    ear.send(
      { type: 'voice', id: 'a', at: 200 },
      { type: 'partial', id: 'a', text: 'good ' },
      { type: 'silence', id: 'a', at: 1_500 },
    );
    ear.send({ type: 'partial', id: 'a', text: 'morning' }, { type: 'text', id: 'a', text: 'Good morning' });
    await until(() => story().includes('END'));
    expect(story()).toEqual(['START', 'good …', 'good morning…', 'Good morning.', 'END']);
    expect(events.at(-1)).toMatchObject({ speechEndTime: now - 500 });
    const final = events.find((event) => event.type === SpeechEventType.FINAL_TRANSCRIPT);
    expect(final?.alternatives?.[0]).toMatchObject({
      language: 'en',
      // LiveKit adds the milliseconds that it took to begin.
      startTime: expect.closeTo(0.2, 1),
      endTime: expect.closeTo(1.5, 1),
      confidence: 1,
    });
    const usage = events.find((event) => event.type === SpeechEventType.RECOGNITION_USAGE);
    expect(usage).toMatchObject({ requestId: 'a', recognitionUsage: { audioDuration: 1.3, inputTokens: 1 } });
  });

  it('makes one turn of speech that goes on before its beginning was written down', async () => {
    const { story } = await room.listen();
    const ear = await room.server.socket(0);
    ear.send(
      { type: 'voice', id: 'a' },
      { type: 'silence', id: 'a' },
      { type: 'voice', id: 'b' },
      { type: 'text', id: 'a', text: 'one' },
    );
    ear.send({ type: 'silence', id: 'b' }, { type: 'text', id: 'b', text: 'two' });
    await until(() => story().includes('END'));
    expect(story()).toEqual(['START', 'one.', 'two.', 'END']);
  });

  it('delivers a transcript once, however often it is sent, and says nothing about silence', async () => {
    const { story } = await room.listen();
    const ear = await room.server.socket(0);
    for (let turn = 0; turn < 3; turn++) ear.send({ type: 'text', id: 'a', text: 'once' });
    ear.send({ type: 'voice', id: 'b' }, { type: 'silence', id: 'b' }, { type: 'text', id: 'b', text: '' });
    await until(() => story().length === 5);
    expect(story()).toEqual(['START', 'once.', 'END', 'START', 'END']);
  });

  it('counts offsets from where LiveKit says that the stream began', async () => {
    const { stream } = await room.listen();
    stream.startTimeOffset = 40;
    stream.pushFrame(frame(0, 1_000));
    const ear = await room.server.socket(0);
    await until(() => ear.audio.length === 16_000);
    ear.send(
      { type: 'voice', id: 'a', at: 250 },
      { type: 'silence', id: 'a', at: 750 },
      { type: 'text', id: 'a', text: 'x' },
    );
    for await (const event of stream) {
      if (event.type !== SpeechEventType.FINAL_TRANSCRIPT) continue;
      expect(event.alternatives?.[0].startTime).toBeCloseTo(40.25, 1);
      break;
    }
  });

  it('drains on endInput: the rest of the audio, the last words, a clean close', async () => {
    const { stream, story, ended, errors } = await room.listen({
      onMessage: ({ type }, ear) => {
        if (type === 'bye') ear.send({ type: 'taken', id: 'z' }, { type: 'text', id: 'z', text: 'last words' });
      },
    });
    stream.pushFrame(frame(0, 77));
    stream.endInput();
    await ended;
    expect(room.server.sockets[0]?.audio.length).toBe(77 * 16);
    expect(story()).toEqual(['START', 'last words.', 'END']);
    expect(errors).toEqual([]);
    await until(() => room.server.sockets[0]?.closeCode === 1000);
  });

  it('takes a close for the last word of a provider that was asked to finish', async () => {
    const { stream, ended, errors } = await room.listen({
      onMessage: ({ type }, ear) => {
        if (type === 'bye') ear.socket.close(1000);
      },
    });
    stream.pushFrame(frame());
    stream.endInput();
    await ended;
    expect([room.server.upgrades, errors]).toEqual([1, []]);
  });

  it('drops frames that make no sense and goes on', async () => {
    const { story, errors } = await room.listen();
    const ear = await room.server.socket(0);
    ear.send('null', '42', '[]', '{"type":null}', 'not json', '{"type":"unheard-of","id":7}');
    ear.send({ type: 'text', id: 'a', text: 'fine' });
    await until(() => story().includes('fine.'));
    expect([room.server.upgrades, errors]).toEqual([1, []]);
  });

  it('changes options on the open socket where the wire can, and on a new one where it cannot', async () => {
    const { model } = await room.listen();
    const first = await room.server.socket(0);
    await first.message('hello');
    model.change({ language: 'de' });
    expect(await first.message('change')).toMatchObject({ language: 'de' });
    model.change({ model: 'ears-3' });
    await room.clock.advance(1);
    const second = await room.server.socket(1);
    expect(await second.message('hello')).toEqual({ type: 'hello', language: 'de', model: 'ears-3' });
    expect(model.model).toBe('ears-3');
  });

  it.each(['while dialling', 'while waiting to redial', 'when open'])(
    'close() %s leaves no socket and no timer',
    async (when) => {
      const heard = await room.listen({ upgrade: () => (when === 'while dialling' ? 'hang' : undefined) });
      if (when === 'while dialling') await until(() => room.server.upgrades === 1);
      else {
        const ear = await room.server.socket(0);
        ear.send({ type: 'voice', id: 'a' });
        await until(() => heard.story().includes('START'));
        if (when === 'while waiting to redial') {
          ear.socket.terminate();
          await until(() => heard.connection.some(({ type }) => type === 'reconnecting'));
        }
      }
      await heard.model.close();
      await heard.ended;
      await heard.model.close();
      expect([room.clock.pending, heard.errors]).toEqual([0, []]);
    },
  );

  it('survives a stream that is closed before it began', async () => {
    const heard = await room.listen();
    heard.stream.close();
    await heard.ended;
    await heard.stream.settled;
    expect(room.server.upgrades).toBe(0);
  });

  it('takes what a room gives: any rate, any channels, any window, any change of them', async () => {
    const { stream } = await room.listen();
    const stereo = new Int16Array(2 * 4_800).fill(1_000).subarray(0, 2 * 2_400);
    stream.pushFrame(new AudioFrame(stereo, 48_000, 2, 2_400));
    stream.pushFrame(new AudioFrame(new Int16Array(1_200).fill(1_000), 24_000, 1, 1_200));
    stream.pushFrame(new AudioFrame(new Int16Array(800).fill(1_000), 16_000, 1, 800));
    stream.flush();
    const ear = await room.server.socket(0);
    await until(() => ear.audio.length === 2_400);
    expect(ear.audio.slice(50, -50).every((sample) => Math.abs(sample - 1_000) < 550)).toBe(true);
  });

  it('takes a frame when it is pushed, so that nothing waits in between and its memory may be used again', async () => {
    const { stream } = await room.listen();
    const memory = new Int16Array(160);
    for (let n = 0; n < 12; n++) {
      for (let at = 0; at < 160; at++) memory[at] = n * 160 + at;
      stream.pushFrame(new AudioFrame(memory, 16_000, 1, 160));
    }
    stream.flush();
    const ear = await room.server.socket(0);
    await until(() => ear.audio.length === 1_920);
    expect(ear.audio).toEqual(Array.from({ length: 1_920 }, (_, n) => n));
  });

  it('asks the first socket for what was flushed before anybody dialled', async () => {
    const { stream } = await room.listen();
    stream.pushFrame(frame(0, 70));
    stream.flush();
    const ear = await room.server.socket(0);
    await ear.message('flush');
    expect(ear.audio.length).toBe(70 * 16);
  });

  it('takes nothing more after endInput() and after close(), and says so', async () => {
    const { stream, ended } = await room.listen();
    stream.endInput();
    for (const late of [() => stream.pushFrame(frame()), () => stream.flush(), () => stream.endInput()])
      expect(late).toThrow('Input is closed');
    stream.close();
    await ended;
    expect(() => stream.pushFrame(frame())).toThrow('Input is closed');
  });

  it('is over, with an error in the log, if its audio cannot be written', async () => {
    const audio = (): never => {
      throw new TypeError('no such encoding');
    };
    const { stream, ended } = await room.listen({}, quick, { wire: { audio } });
    stream.pushFrame(frame(0, 200));
    await ended;
    await stream.settled;
    expect(stream.isClosed).toBe(true);
  });

  it('holds no frame after the end, so that a call that goes on does not fill the memory', async () => {
    const { stream, ended, errors } = await room.listen({ upgrade: () => ({ status: 401 }) });
    await ended;
    const before = queryObjects(AudioFrame, { format: 'count' });
    for (let n = 0; n < 1_000; n++) stream.pushFrame(frame());
    await turns();
    expect(queryObjects(AudioFrame, { format: 'count' }) - before).toBeLessThan(100);
    expect(errors.length).toBe(1);
  });
});
