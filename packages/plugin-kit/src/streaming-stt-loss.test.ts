import { AudioFrame } from '@livekit/rtc-node';
import { describe, expect, it } from 'vitest';
import { frame, quick, useListening } from './__fixtures__/listening.ts';
import { turns, until } from './__fixtures__/until.ts';

const room = useListening();

describe('StreamingSTT, of what is lost with a connection', () => {
  it('tells of what a socket that died may not have heard, but for what the next one hears again', async () => {
    const { stream, connection } = await room.listen();
    const first = await room.server.socket(0);
    await until(() => connection.some(({ type }) => type === 'open'));
    // Nobody seems to speak: a second is kept, in case a voice was about to begin.
    for (let at = 0; at < 1_500; at += 50)
      stream.pushFrame(new AudioFrame(new Int16Array(800).fill(at / 50), 16_000, 1, 800));
    await until(() => first.audio.length === 1_500 * 16);
    first.socket.terminate();
    await until(() => connection.some(({ type }) => type === 'reconnecting'));
    expect(connection.filter(({ type }) => type === 'audio-dropped')).toEqual([
      { type: 'audio-dropped', droppedMs: 500, totalMs: 500, reason: 'in-flight' },
    ]);
    await room.clock.advance(1_000);
    const second = await room.server.socket(1);
    await until(() => second.audio.length === 1_000 * 16);
    expect(second.audio[0]).toBe(500 / 50);
  });

  it('tells of what a socket that died may not have heard, if the next one comes too late to hear it again', async () => {
    const { stream, connection } = await room.listen({
      upgrade: (attempt) => (attempt === 2 ? { status: 503 } : undefined),
    });
    const first = await room.server.socket(0);
    await until(() => connection.some(({ type }) => type === 'open'));
    stream.pushFrame(frame(0, 500));
    await until(() => first.audio.length === 500 * 16);
    first.socket.terminate();
    await until(() => connection.some(({ type }) => type === 'reconnecting'));
    expect(connection.filter(({ type }) => type === 'audio-dropped')).toEqual([]);
    room.clock.stall(20_000);
    stream.pushFrame(frame(0, 50));
    await turns();
    await room.clock.advance(10_000);
    await until(() => connection.some(({ type }) => type === 'audio-dropped'));
    expect(connection.filter(({ type }) => type === 'audio-dropped')).toEqual([
      { type: 'audio-dropped', droppedMs: 500, totalMs: 500, reason: 'reconnect' },
    ]);
    const second = await room.server.socket(1);
    await until(() => second.audio.length === 50 * 16);
  });

  it('tells of a phrase that a lost socket had heard and not written down, if the next one comes too late for it', async () => {
    const { stream, connection, story } = await room.listen({
      upgrade: (attempt) => (attempt === 2 ? { status: 503 } : undefined),
    });
    const first = await room.server.socket(0);
    await until(() => connection.some(({ type }) => type === 'open'));
    const loud = (): AudioFrame => new AudioFrame(new Int16Array(1_600).fill(9_000), 16_000, 1, 1_600);
    const speak = async (milliseconds: number): Promise<void> => {
      for (let at = 0; at < milliseconds; at += 100) {
        stream.pushFrame(loud());
        await room.clock.advance(100);
      }
    };
    await speak(3_000);
    first.send({ type: 'voice', id: 'a', at: 1_000 });
    await until(() => story().length === 1 && first.audio.length === 3_000 * 16);
    // Whatever is on its way is known to have arrived.
    await room.clock.advance(15_000);
    await turns();
    first.socket.terminate();
    await until(() => connection.some(({ type }) => type === 'reconnecting'));
    room.clock.stall(16_000);
    await speak(1_000);
    await room.clock.advance(10_000);
    const second = await room.server.socket(1);
    await until(() => second.audio.length === 1_000 * 16);
    const told = connection.filter(({ type }) => type === 'audio-dropped');
    expect(told).toMatchObject([{ droppedMs: 2_000, reason: 'reconnect' }]);
  });

  it('tells of what was said again to a socket that died too', async () => {
    const { stream, connection } = await room.listen();
    const first = await room.server.socket(0);
    await until(() => connection.some(({ type }) => type === 'open'));
    const quiet = new AudioFrame(new Int16Array(16_000).fill(1), 16_000, 1, 16_000);
    stream.pushFrame(quiet);
    await until(() => first.audio.length === 16_000);
    first.socket.terminate();
    await room.clock.advance(1_000);
    const second = await room.server.socket(1);
    await until(() => second.audio.length === 16_000);
    expect(connection.filter(({ type }) => type === 'audio-dropped')).toEqual([]);
    // What is new is kept for the third one, and what is older is not any more.
    stream.pushFrame(quiet);
    await until(() => second.audio.length === 32_000);
    second.socket.terminate();
    await until(() => connection.some(({ type }) => type === 'audio-dropped'));
    expect(connection.filter(({ type }) => type === 'audio-dropped')).toEqual([
      { type: 'audio-dropped', droppedMs: 1_000, totalMs: 1_000, reason: 'in-flight' },
    ]);
  });

  it('reports a transcript that is owed when the end of the input kills every socket', async () => {
    const { stream, ended, errors } = await room.listen(
      { onMessage: ({ type }, ear) => void (type === 'bye' && ear.socket.close(1011, 'internal error')) },
      { ...quick, maxRetry: 0 },
    );
    stream.pushFrame(frame(0, 1_000));
    stream.endInput();
    const first = await room.server.socket(0);
    await first.message('bye');
    await until(() => room.clock.pending > 0);
    await room.clock.advance(1_000);
    await ended;
    expect(room.server.upgrades).toBe(2);
    expect(errors).toMatchObject([
      { recoverable: false, error: { name: 'APIConnectionError', retryable: true, cause: { closeCode: 1011 } } },
    ]);
  });

  it('reports a transcript that was promised although the provider closes cleanly', async () => {
    const { stream, ended, errors } = await room.listen(
      {
        onMessage: ({ type }, ear) => {
          if (type !== 'bye') return;
          ear.send({ type: 'taken', id: 'a' });
          ear.socket.close(1000);
        },
      },
      { ...quick, maxRetry: 0 },
    );
    stream.pushFrame(frame());
    stream.endInput();
    await (await room.server.socket(0)).message('bye');
    await until(() => room.clock.pending > 0);
    await room.clock.advance(1_000);
    await ended;
    expect(errors).toMatchObject([{ error: { cause: { closeCode: 1000 } } }]);
  });

  it('reports speech that a wholly silent provider never answered, after a bounded wait', async () => {
    const { stream, ended, errors } = await room.listen({}, { ...quick, maxRetry: 0 });
    stream.pushFrame(frame(0, 1_000));
    stream.endInput();
    for (const index of [0, 1]) {
      await (await room.server.socket(index)).message('bye');
      for (let second = 0; second < 11; second++) await room.clock.advance(1_000);
    }
    await ended;
    expect(errors).toMatchObject([{ recoverable: false, error: { name: 'APITimeoutError' } }]);
  });
});
