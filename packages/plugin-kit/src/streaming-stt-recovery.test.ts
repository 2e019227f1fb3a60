import { stt as livekit } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { describe, expect, it } from 'vitest';
import { frame, quick, useListening } from './__fixtures__/listening.ts';
import { turns, until } from './__fixtures__/until.ts';

const { SpeechEventType } = livekit;
const room = useListening();

describe('StreamingSTT, when the connection fails', () => {
  it('is never deaf: a close that nobody asked for is followed by the next socket inside the same run', async () => {
    const { story, errors, connection } = await room.listen();
    const first = await room.server.socket(0);
    first.send({ type: 'text', id: 'a', text: 'before' });
    await until(() => story().includes('before.'));
    first.socket.close(1001, 'maximum duration reached');
    await until(() => connection.some(({ type }) => type === 'reconnecting'));
    await room.clock.advance(10_000);
    const second = await room.server.socket(1);
    second.send({ type: 'text', id: 'a', text: 'after' });
    await until(() => story().includes('after.'));
    expect(second.messages).toMatchObject([{ type: 'hello' }]);
    expect(errors).toEqual([]);
  });

  it('closes an open turn before a reconnect, and says the unanswered audio again: the sentence loses no word', async () => {
    const { stream, story, events, connection } = await room.listen();
    const first = await room.server.socket(0);
    stream.pushFrame(frame(0, 3_000));
    await until(() => first.audio.length === 48_000);
    first.send(
      { type: 'voice', id: 'a', at: 100 },
      { type: 'silence', id: 'a', at: 1_000 },
      { type: 'text', id: 'a', text: 'done' },
    );
    first.send({ type: 'voice', id: 'b', at: 1_500 }, { type: 'partial', id: 'b', text: 'and then' });
    await until(() => story().at(-1) === 'and then…');
    first.socket.terminate();
    await until(() => connection.some(({ type }) => type === 'reconnecting'));
    stream.pushFrame(frame(3_000 * 16, 500));
    await room.clock.advance(1_000);
    const second = await room.server.socket(1);
    // What was answered is not said again; what came during the gap follows.
    await until(() => second.audio.length === 2_500 * 16);
    expect(second.audio[0]).toBe((1_000 * 16) % 30_000);
    second.send(
      { type: 'voice', id: 'x', at: 500 },
      { type: 'silence', id: 'x', at: 2_400 },
      { type: 'text', id: 'x', text: 'and then some' },
    );
    await until(() => story().length === 9);
    expect(story()).toEqual(['START', 'done.', 'END', 'START', 'and then…', 'END', 'START', 'and then some.', 'END']);
    const times = events.flatMap((event) =>
      event.type === SpeechEventType.FINAL_TRANSCRIPT ? [event.alternatives?.[0].endTime] : [],
    );
    expect(times).toEqual([1, 3.4]);
  });

  it('replaces a socket that heard a voice begin and then nothing more, however long the caller is silent', async () => {
    const { stream, story, connection } = await room.listen();
    const first = await room.server.socket(0);
    stream.pushFrame(frame(16_000, 1_000));
    first.send({ type: 'voice', id: 'a', at: 0 });
    await until(() => story().length === 1);
    const silence = new AudioFrame(new Int16Array(1_600), 16_000, 1, 1_600);
    for (let waited = 0; waited < 9_900; waited += 100) {
      stream.pushFrame(silence);
      await room.clock.advance(100);
    }
    expect(room.server.sockets).toHaveLength(1);
    await room.clock.advance(2_000);
    await until(() => connection.some(({ type }) => type === 'reconnecting'));
    await room.clock.advance(1_000);
    const second = await room.server.socket(1);
    await until(() => second.audio.includes(16_000));
  });

  it('does not mistake somebody who speaks at length for it', async () => {
    const { stream, story } = await room.listen();
    const first = await room.server.socket(0);
    stream.pushFrame(frame(16_000, 1_000));
    first.send({ type: 'voice', id: 'a', at: 0 });
    await until(() => story().length === 1);
    for (let spoken = 0; spoken < 30; spoken++) {
      stream.pushFrame(frame(16_000, 1_000));
      await room.clock.advance(1_000);
      first.socket.ping();
    }
    expect(room.server.sockets).toHaveLength(1);
  });

  it('finishes on a new socket what the old one was asked to finish and lost', async () => {
    const { stream, story, ended, connection } = await room.listen({
      onMessage: ({ type }, ear) => {
        if (type !== 'bye') return;
        if (room.server.sockets.length === 1) ear.socket.terminate();
        else ear.send({ type: 'taken', id: 'z' }, { type: 'text', id: 'z', text: 'still here' });
      },
    });
    stream.pushFrame(frame(0, 400));
    stream.endInput();
    await until(() => connection.some(({ type }) => type === 'reconnecting'));
    await room.clock.advance(1_000);
    await ended;
    expect(story()).toEqual(['START', 'still here.', 'END']);
    expect(room.server.sockets[1]?.audio.length).toBe(400 * 16);
  });

  it('dials once and lets LiveKit retry until a socket has proved healthy; then the same input goes on', async () => {
    const { stream, story, errors } = await room.listen({
      upgrade: (attempt) => (attempt < 3 ? { status: 503 } : undefined),
    });
    stream.pushFrame(frame(0, 100));
    const ear = await room.server.socket(0);
    stream.pushFrame(frame(1_600, 100));
    await until(() => ear.audio.length === 3_200);
    expect(ear.audio).toEqual(Array.from({ length: 3_200 }, (_, n) => n));
    ear.send({ type: 'text', id: 'a', text: 'here' });
    await until(() => story().includes('here.'));
    expect([room.server.upgrades, errors]).toEqual([3, []]);
  });

  it('fails at once, typed and once, on a refusal that no retry mends', async () => {
    const { errors, ended } = await room.listen({
      upgrade: () => ({ status: 401, body: '{"error":{"message":"no"}}' }),
    });
    await ended;
    expect(room.server.upgrades).toBe(1);
    expect(errors).toMatchObject([{ recoverable: false, error: { name: 'APIStatusError', statusCode: 401 } }]);
  });

  it('gives the dial connOptions.timeoutMs and no more', async () => {
    const { errors, ended } = await room.listen({ upgrade: () => 'hang' }, { ...quick, maxRetry: 0, timeoutMs: 1_234 });
    await until(() => room.server.upgrades === 1);
    await room.clock.advance(1_233);
    expect(errors).toEqual([]);
    await room.clock.advance(1);
    await ended;
    expect(errors).toMatchObject([{ error: { name: 'APITimeoutError' } }]);
  });

  it('treats a transcript that is owed and does not come as a dead socket', async () => {
    const { connection } = await room.listen();
    const ear = await room.server.socket(0);
    ear.send({ type: 'voice', id: 'a' }, { type: 'silence', id: 'a' });
    await until(() => room.clock.pending > 0);
    // Pings are answered all the while: they only prove the first hop.
    for (let second = 0; second < 10; second++) await room.clock.advance(1_000);
    await until(() =>
      connection.some((event) => event.type === 'reconnecting' && event.error.code === 'inactivity-timeout'),
    );
  });

  it('does not wait longer for a transcript because it asks for another', async () => {
    const { stream, connection } = await room.listen({
      onMessage: ({ type }, socket) => void (type === 'are you there' && socket.send({ type: 'here' })),
    });
    const ear = await room.server.socket(0);
    for (let second = 1; second <= 12; second++) {
      stream.pushFrame(frame(0, 100));
      stream.flush();
      await until(() => ear.messages.filter(({ type }) => type === 'flush').length >= Math.min(second, 10));
      await room.clock.advance(1_000);
    }
    await until(() =>
      connection.some((event) => event.type === 'reconnecting' && event.error.code === 'inactivity-timeout'),
    );
  });

  it.each([
    [true, 'reconnects'],
    [false, 'ends'],
  ])('an error event that is retryable: %s, %s', async (retry) => {
    const { errors, connection } = await room.listen();
    const ear = await room.server.socket(0);
    ear.send({ type: 'fault', text: 'the ears are full', retry });
    if (retry) {
      await until(() => connection.some(({ type }) => type === 'reconnecting'));
      await room.clock.advance(1_000);
      await room.server.socket(1);
      expect(errors).toEqual([]);
    } else {
      await until(() => errors.length === 1);
      expect(errors[0]).toMatchObject({
        recoverable: false,
        error: { message: 'the ears are full', retryable: false },
      });
    }
  });

  it('replaces the socket before the service ends it, in a quiet moment, without losing audio', async () => {
    const { stream, story, connection } = await room.listen({}, quick, {
      endpoint: { traits: { sessionMs: 3_600_000 } },
    });
    const first = await room.server.socket(0);
    first.send({ type: 'voice', id: 'a' });
    await until(() => story().includes('START'));
    await room.clock.advance(3_400_000);
    expect(room.server.upgrades).toBe(1);
    first.send({ type: 'silence', id: 'a' }, { type: 'text', id: 'a', text: 'bye' });
    await until(() => story().includes('END'));
    await room.clock.advance(1_000);
    const second = await room.server.socket(1);
    await room.clock.advance(1_000);
    await until(() => connection.some(({ type }) => type === 'rotated'));
    stream.pushFrame(frame(0, 50));
    await until(() => second.audio.length >= 800);
    expect(second.audio.slice(-800)).toEqual(Array.from({ length: 800 }, (_, n) => n));
    expect(connection.some(({ type }) => type === 'reconnecting')).toBe(false);
  });

  it.each([
    ['for two seconds silence', () => new AudioFrame(new Int16Array(800), 16_000, 1, 800), 3_000],
    ['for fifteen seconds what is said', (at: number) => frame(at * 16, 50), 16_000],
  ])('keeps %s while there is no socket, and counts what it had to give up', async (_what, sound, stallMs) => {
    const { stream, connection } = await room.listen({
      upgrade: (attempt) => (attempt === 2 ? { status: 503 } : undefined),
    });
    const first = await room.server.socket(0);
    stream.pushFrame(frame(0, 50));
    await until(() => first.audio.length === 800);
    first.socket.terminate();
    await until(() => connection.some(({ type }) => type === 'reconnecting'));
    // Nothing comes back while the room.clock stands still, so five seconds are said in no time, and then in five.
    for (let at = 0; at < 5_000; at += 50) stream.pushFrame(sound(at));
    await turns();
    room.clock.stall(stallMs - 1_000);
    stream.pushFrame(sound(0));
    await turns();
    expect(connection.filter(({ type }) => type === 'audio-dropped')).toEqual([]);
    room.clock.stall(1_000);
    stream.pushFrame(sound(0));
    await turns();
    await room.clock.advance(10_000);
    // With the first fifty, which the first socket may not have heard either.
    await until(() => connection.some((event) => event.type === 'audio-dropped' && event.totalMs === 5_050));
    const second = await room.server.socket(1);
    await until(() => second.audio.length === 1_600);
  });

  it('closes even after an attempt that could not be begun', async () => {
    const { model, ended, errors } = await room.listen(
      {},
      { ...quick, maxRetry: 0 },
      { describe: { proxy: 'nonsense' } },
    );
    await ended;
    expect(errors).toMatchObject([{ recoverable: false, error: { message: /proxy must be a URL/ } }]);
    await model.close();
  });

  it('waits for as long as it takes where there is to be no timeout', async () => {
    const { story, connection } = await room.listen({}, { ...quick, timeoutMs: Infinity });
    const ear = await room.server.socket(0);
    await until(() => connection.some(({ type }) => type === 'open'));
    // Longer than any deadline by default, and short of the first ping.
    await room.clock.advance(14_000);
    ear.send({ type: 'text', id: 'a', text: 'at last' });
    await until(() => story().includes('at last.'));
    expect(room.server.upgrades).toBe(1);
  });

  it.each([0, -1, Number.NaN, '9'])('refuses at once a timeout of %s, and names it', async (timeoutMs) => {
    const { model } = await room.listen();
    const connOptions = { ...quick, timeoutMs: timeoutMs as number };
    expect(() => model.stream({ connOptions })).toThrow(/^connOptions\.timeoutMs must be /);
  });

  it('waits as long as Retry-After says before LiveKit’s next attempt dials', async () => {
    const { errors } = await room.listen({
      upgrade: (attempt) => (attempt === 1 ? { status: 429, headers: { 'retry-after': '4' } } : undefined),
    });
    await until(() => room.server.upgrades === 1 && room.clock.pending === 0);
    await until(() => room.clock.pending === 1);
    await room.clock.advance(3_999);
    expect(room.server.upgrades).toBe(1);
    await room.clock.advance(1);
    await room.server.socket(0);
    expect(errors).toEqual([]);
  });

  it('gives up on a provider that never answers the end of an input without speech, and says so to nobody', async () => {
    const { stream, ended, errors, connection } = await room.listen();
    stream.pushFrame(frame());
    stream.endInput();
    const first = await room.server.socket(0);
    await first.message('bye');
    for (let second = 0; second < 10; second++) await room.clock.advance(1_000);
    await ended;
    expect(connection.filter(({ type }) => type === 'reconnecting')).toEqual([]);
    expect([room.server.upgrades, errors]).toEqual([1, []]);
  });

  it.each([
    [
      'is lost when it never answers',
      undefined,
      [{ type: 'audio-dropped', droppedMs: 500, totalMs: 500, reason: 'closed' }],
    ],
    ['was heard when it answers by closing', 1000, []],
  ])('what was on its way to the last socket of all %s', async (_what, code, dropped) => {
    const { stream, ended, connection } = await room.listen();
    stream.pushFrame(new AudioFrame(new Int16Array(8_000).fill(1), 16_000, 1, 8_000));
    stream.endInput();
    const first = await room.server.socket(0);
    await first.message('bye');
    if (code !== undefined) first.socket.close(code);
    for (let second = 0; second < 10; second++) await room.clock.advance(1_000);
    await ended;
    expect(connection.filter(({ type }) => type === 'audio-dropped')).toEqual(dropped);
  });
});
