import { describe, expect, it } from 'vitest';
import { soloist } from './__fixtures__/chatter-tts.ts';
import { hears, note, recite, told, useReciting } from './__fixtures__/reciting.ts';
import { turns, until } from './__fixtures__/until.ts';

const room = useReciting();
const once = { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 10_000 };

describe('a failure', () => {
  it('before the first sound is told, and the next attempt says all of it, with what was written meanwhile', async () => {
    const stage = await room.open();
    const recital = recite(stage, ['one ']);
    const mouth = await room.server.socket(0);
    await hears(mouth, 'one ');
    mouth.socket.terminate();
    await until(() => stage.errors.length === 1);
    recital.stream.pushText('two');
    recital.stream.endInput();
    const other = await room.server.socket(1);
    await hears(other, 'one ', 'two', '<amen>');
    other.socket.send(note(1));
    other.send({ type: 'said' });
    await recital.over;
    expect(recital.notes()).toEqual([1]);
    expect(stage.errors).toMatchObject([{ recoverable: true, error: { name: 'APIConnectionError' } }]);
  });

  it('behind it is final: nothing is said twice', async () => {
    const stage = await room.open();
    const recital = recite(stage, 'one');
    const mouth = await room.server.socket(0);
    await hears(mouth, 'one', '<amen>');
    mouth.socket.send(note(1));
    await until(() => recital.frames.length > 0);
    mouth.socket.close(1011, 'oh');
    await recital.over;
    expect(room.server.upgrades).toBe(1);
    expect(stage.errors).toMatchObject([{ recoverable: false, error: { retryable: false } }]);
  });

  it('of a segment repeats that one alone, if nothing of it was heard', async () => {
    const stage = await room.open();
    const recital = recite(stage, ['one']);
    recital.stream.flush();
    recital.stream.pushText('two');
    recital.stream.endInput();
    const mouth = await room.server.socket(0);
    await hears(mouth, 'one', '<amen>');
    mouth.socket.send(note(1));
    mouth.send({ type: 'said' });
    await hears(mouth, 'one', '<amen>', 'two', '<amen>');
    mouth.socket.terminate();
    const other = await room.server.socket(1);
    await hears(other, 'two', '<amen>');
    other.socket.send(note(2));
    other.send({ type: 'said' });
    await recital.over;
    expect([recital.notes(), recital.ends, stage.errors]).toEqual([[1, 2], 1, []]);
  });

  it('to connect is typed, and asked for once if asking again is of no use', async () => {
    const stage = await room.open({}, { upgrade: () => ({ status: 401, body: '{"why":"no such key"}' }) });
    await recite(stage, 'hello').over;
    expect(room.server.upgrades).toBe(1);
    expect(stage.errors).toMatchObject([{ recoverable: false, error: { name: 'APIStatusError', statusCode: 401 } }]);
  });

  it('to connect is retried as long as the other end asks, if that is not too long', async () => {
    const stage = await room.open(
      {},
      { upgrade: (attempt) => (attempt === 1 ? { status: 503, headers: { 'retry-after': '3' } } : undefined) },
    );
    const recital = recite(stage, 'hello');
    await until(() => stage.errors.length === 1);
    await until(() => room.clock.pending > 0);
    await room.clock.advance(2_999);
    expect(room.server.upgrades).toBe(1);
    await room.clock.advance(1);
    await hears(await room.server.socket(0), 'hello', '<amen>');
    recital.stream.close();
  });

  it.each([true, false])('that is a message costs no socket; retryable: %s', async (retry) => {
    const stage = await room.open();
    const recital = recite(stage, 'one');
    const mouth = await room.server.socket(0);
    await hears(mouth, 'one', '<amen>');
    mouth.send({ type: 'failed', text: 'too busy', retry }, { type: 'gone' });
    if (retry) {
      await hears(mouth, 'one', '<amen>', 'one', '<amen>');
      mouth.socket.send(note(1));
      mouth.send({ type: 'said' });
    }
    await recital.over;
    expect(room.server.upgrades).toBe(1);
    expect(stage.errors).toMatchObject([
      { recoverable: retry, error: { message: expect.stringContaining('too busy') } },
    ]);
  });

  it('of the whole connection costs it', async () => {
    const stage = await room.open();
    const recital = recite(stage, 'one', once);
    const mouth = await room.server.socket(0);
    await hears(mouth, 'one', '<amen>');
    mouth.send({ type: 'fault', text: 'all is lost' });
    await recital.over;
    await until(() => mouth.closeCode !== undefined);
    expect(stage.errors).toMatchObject([
      { recoverable: false, error: { message: expect.stringContaining('all is lost') } },
    ]);
  });

  it('in a few messages is passed over, in many it is one', async () => {
    const stage = await room.open();
    const recital = recite(stage, 'one', once);
    const mouth = await room.server.socket(0);
    await hears(mouth, 'one', '<amen>');
    for (const odd of ['{', 'null', '42', '[]', '"said"', '{}', '{"type":7}']) mouth.send(odd);
    mouth.socket.send(note(1));
    await until(() => recital.frames.length > 0);
    for (let count = 0; count < 8; count++) mouth.send('null');
    await recital.over;
    expect(stage.errors).toMatchObject([{ error: { message: expect.stringContaining('nobody can read') } }]);
  });

  it.each([
    ['an end before the text was complete', { type: 'gone' }, ['one']],
    ['no audio at all', { type: 'said' }, 'one'],
  ])('is %s', async (_what, message, text) => {
    const stage = await room.open();
    const recital = recite(stage, text, once);
    const mouth = await room.server.socket(0);
    await until(() => told(mouth).length > 0 && (Array.isArray(text) || told(mouth).length === 2));
    mouth.send(message);
    await recital.over;
    expect(stage.errors).toMatchObject([{ recoverable: false, error: { retryable: true } }]);
  });

  it('of a socket that had spoken before, and dies before it answers, is noticed by nobody', async () => {
    let spoken = 0;
    const stage = await room.open(
      {},
      {
        onMessage: ({ type }, mouth) => {
          const { sockets } = room.server;
          if (type !== 'amen') return;
          if (sockets.length === 1 && spoken++ > 0) return mouth.socket.terminate();
          mouth.socket.send(note(sockets.length));
          mouth.send({ type: 'said' });
        },
      },
    );
    const first = recite(stage, 'one');
    await first.over;
    const second = recite(stage, 'two');
    await second.over;
    expect([first.notes(), second.notes(), stage.errors]).toEqual([[1], [2], []]);
  });

  it('of a socket that died between two turns is noticed by nobody', async () => {
    const stage = await room.open(
      {},
      {
        onMessage: ({ type }, mouth) => {
          if (type !== 'amen') return;
          mouth.socket.send(note(room.server.sockets.length));
          mouth.send({ type: 'said' });
        },
      },
    );
    const first = recite(stage, 'one');
    await first.over;
    room.server.sockets[0]!.socket.terminate();
    const second = recite(stage, 'two');
    await second.over;
    expect([first.notes(), second.notes(), stage.errors]).toEqual([[1], [2], []]);
  });
});

describe('a deadline', () => {
  it('for the first sound begins when all is written, however long that took', async () => {
    const stage = await room.open();
    const recital = recite(stage, ['one'], once);
    const mouth = await room.server.socket(0);
    await hears(mouth, 'one');
    await room.clock.advance(120_000);
    expect(stage.errors).toEqual([]);
    recital.stream.endInput();
    await hears(mouth, 'one', '<amen>');
    // Comments are no sign of life.
    await room.clock.advance(9_000);
    mouth.send({ type: 'hello', id: 'still here' });
    await room.clock.advance(1_000);
    await recital.over;
    expect(stage.errors).toMatchObject([{ recoverable: false, error: { name: 'APITimeoutError', retryable: true } }]);
    await until(() => mouth.closeCode !== undefined);
  });

  it('for the next one begins with each', async () => {
    const stage = await room.open();
    const recital = recite(stage, 'one');
    const mouth = await room.server.socket(0);
    await hears(mouth, 'one', '<amen>');
    for (let piece = 1; piece <= 3; piece++) {
      mouth.socket.send(note(piece));
      await until(() => recital.frames.length >= 2 * piece - 1);
      await room.clock.advance(9_000);
    }
    expect(stage.errors).toEqual([]);
    await room.clock.advance(1_000);
    await recital.over;
    expect(stage.errors).toMatchObject([{ error: { name: 'APITimeoutError', retryable: false } }]);
  });

  it('is longer behind a gateway that hands over speech in one piece', async () => {
    const stage = await room.open({ endpoint: { traits: { buffersSpeech: true } } });
    const recital = recite(stage, 'one', once);
    const mouth = await room.server.socket(0);
    await hears(mouth, 'one', '<amen>');
    await room.clock.advance(59_000);
    mouth.socket.send(note(1));
    mouth.send({ type: 'said' });
    await recital.over;
    expect([recital.notes(), stage.errors]).toEqual([[1], []]);
  });
});

describe('a limit', () => {
  const obliging = (
    type: string,
    mouth: { socket: { send(data: Buffer): void }; send(message: { type: string }): void },
  ) => {
    if (type !== 'amen') return;
    mouth.socket.send(note(1));
    mouth.send({ type: 'said' });
  };
  const onMessage = ({ type }: { type: string }, mouth: Parameters<typeof obliging>[1]): void => obliging(type, mouth);

  it('of turns in a while sends the next one elsewhere, until the while is over', async () => {
    const stage = await room.open(
      { wire: { ...soloist, limits: { turns: { most: 2, perMs: 60_000 } } } },
      { onMessage },
    );
    for (let turn = 0; turn < 3; turn++) await recite(stage, 'word').over;
    expect(room.server.sockets.map((mouth) => told(mouth).length)).toEqual([4, 2]);
    await room.clock.advance(60_000);
    for (let turn = 0; turn < 3; turn++) await recite(stage, 'word').over;
    expect(room.server.upgrades).toBe(2);
    expect(stage.errors).toEqual([]);
  });

  it('of characters in a while goes on elsewhere, within one segment', async () => {
    const stage = await room.open(
      { wire: { ...soloist, limits: { characters: { most: 8, perMs: 60_000 } } } },
      { onMessage },
    );
    const recital = recite(stage, ['four ', 'two', ' more']);
    recital.stream.endInput();
    await recital.over;
    expect(room.server.sockets.map(told)).toEqual([
      ['four ', 'two', '<amen>'],
      [' more', '<amen>'],
    ]);
    expect(new Set(recital.frames.map(({ segmentId }) => segmentId)).size).toBe(1);
    expect(recital.frames.filter(({ final }) => final)).toHaveLength(1);
  });

  it('of a frame cuts between words, and never in the middle of a character', async () => {
    const stage = await room.open({ wire: { ...soloist, limits: { textLength: 6 } } }, { onMessage });
    await recite(stage, 'one two threefour 🎉🎉🎉🎉').over;
    const texts = told(await room.server.socket(0)).slice(0, -1);
    expect(texts.join('')).toBe('one two threefour 🎉🎉🎉🎉');
    expect(texts).toEqual(['one ', 'two ', 'threef', 'our ', '🎉🎉🎉', '🎉']);
  });

  it('of a turn’s length begins another one', async () => {
    const stage = await room.open({ wire: { ...soloist, limits: { turnMs: 90_000 } } }, { onMessage });
    const recital = recite(stage, ['one ']);
    const mouth = await room.server.socket(0);
    await hears(mouth, 'one ');
    await room.clock.advance(90_000);
    recital.stream.pushText('two');
    recital.stream.endInput();
    await recital.over;
    await turns();
    expect(told(mouth)).toEqual(['one ', '<amen>', 'two', '<amen>']);
  });
});
