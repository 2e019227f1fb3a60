import { tokenize, type tts as livekit } from '@livekit/agents';
import { describe, expect, it } from 'vitest';
import { soloist } from './__fixtures__/chatter-tts.ts';
import { hears, note, notesOf, recite, told, useReciting } from './__fixtures__/reciting.ts';
import { turns, until } from './__fixtures__/until.ts';

const room = useReciting();

describe('StreamingTTS', () => {
  it('sends text as it is written, and plays before all of it is there', async () => {
    const stage = await room.open();
    const recital = recite(stage, ['Good ', 'mor']);
    const mouth = await room.server.socket(0);
    await hears(mouth, 'Good ', 'mor');
    mouth.socket.send(note(1, 60));
    await until(() => recital.frames.length === 2);
    recital.stream.pushText('ning.');
    recital.stream.endInput();
    await hears(mouth, 'Good ', 'mor', 'ning.', '<amen>');
    mouth.socket.send(note(2));
    mouth.send({ type: 'said' });
    await recital.over;
    expect(recital.notes()).toEqual([1, 2]);
    expect(recital.frames.map(({ final }) => final)).toEqual([false, false, false, false, true]);
    expect(new Set(recital.frames.map(({ segmentId }) => segmentId)).size).toBe(1);
    expect(recital.ends).toBe(1);
    expect(stage.metrics).toMatchObject([
      { label: 'chatter.TTS', streamed: true, charactersCount: 13, audioDurationMs: 100, requestId: 'req_1' },
    ]);
    expect(stage.errors).toEqual([]);
  });

  it('sends whole sentences where a tokenizer cuts them, with the space between them', async () => {
    const tokenizer = new tokenize.basic.SentenceTokenizer({ minSentenceLength: 4 });
    const stage = await room.open({ tokenizer });
    const recital = recite(stage, ['It is no', 'on. The bell ri', 'ngs. Then']);
    const mouth = await room.server.socket(0);
    await hears(mouth, 'It is noon. ', 'The bell rings. ');
    recital.stream.pushText(' it stops.');
    recital.stream.endInput();
    await hears(mouth, 'It is noon. ', 'The bell rings. ', 'Then it stops. ', '<amen>');
    recital.stream.close();
  });

  it('ends a segment where somebody flushes: one turn, one final frame, one report each', async () => {
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
    mouth.socket.send(note(2));
    mouth.send({ type: 'said' });
    await recital.over;
    const finals = recital.frames.filter(({ final }) => final);
    expect(finals.map(({ frame }) => frame.data[0])).toEqual([1, 2]);
    expect(new Set(finals.map(({ segmentId }) => segmentId)).size).toBe(2);
    expect(recital.ends).toBe(1);
    await until(() => stage.metrics.length === 2);
    expect(stage.metrics).toMatchObject([
      { charactersCount: 3, audioDurationMs: 40 },
      { charactersCount: 3, audioDurationMs: 40 },
    ]);
  });

  it.each(['', ' ', '\n \t'])('takes no socket for %j', async (nothing) => {
    const stage = await room.open();
    const recital = recite(stage, nothing);
    await recital.over;
    expect([room.server.upgrades, recital.frames.length, recital.ends, stage.errors]).toEqual([0, 0, 0, []]);
  });

  it('says nothing of what is only punctuation, and that is no failure', async () => {
    const stage = await room.open(
      {},
      { onMessage: ({ type }, mouth) => type === 'amen' && mouth.send({ type: 'said' }) },
    );
    await recite(stage, '…').over;
    expect(stage.errors).toEqual([]);
  });

  it('leaves its socket to the next stream, and loses no text between the two', async () => {
    const stage = await room.open();
    const first = recite(stage, 'one');
    const second = recite(stage, 'two');
    const [mouth, other] = [await room.server.socket(0), await room.server.socket(1)];
    await until(() => told(mouth).length === 2 && told(other).length === 2);
    for (const socket of [mouth, other]) {
      socket.socket.send(note(told(socket)[0] === 'one' ? 1 : 2));
      socket.send({ type: 'said' });
    }
    await Promise.all([first.over, second.over]);
    expect([first.notes(), second.notes()]).toEqual([[1], [2]]);
    const third = recite(stage, 'three');
    await until(() => told(mouth).length + told(other).length === 6);
    const again = told(mouth).length === 4 ? mouth : other;
    again.socket.send(note(3));
    again.send({ type: 'said' });
    await third.over;
    expect(third.notes()).toEqual([3]);
    expect(room.server.upgrades).toBe(2);
  });

  it('plays PCM wherever it is cut, out of whatever memory it lies in', async () => {
    const stage = await room.open();
    const recital = recite(stage, 'count');
    const mouth = await room.server.socket(0);
    await hears(mouth, 'count', '<amen>');
    const pcm = Buffer.from(Int16Array.from({ length: 1_000 }, (_, n) => n).buffer);
    // One TCP segment: `ws` hands over views of it.
    mouth.socket.send(pcm.subarray(0, 7));
    mouth.socket.send(pcm.subarray(7, 1_001));
    mouth.socket.send(pcm.subarray(1_001));
    mouth.send({ type: 'said' });
    await recital.over;
    expect(recital.notes()).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
  });

  it('tells when words are heard, in seconds of their segment', async () => {
    const stage = await room.open({ wire: { ...soloist, limits: { characters: { most: 4, perMs: 60_000 } } } });
    expect(stage.model.capabilities).toMatchObject({ streaming: true, alignedTranscript: true });
    const recital = recite(stage, ['one ', 'two ']);
    recital.stream.endInput();
    const first = await room.server.socket(0);
    await hears(first, 'one ', '<amen>');
    first.send({ type: 'word', text: 'one', at: 10, until: 90 });
    first.socket.send(note(1, 100));
    first.send({ type: 'said' });
    const second = await room.server.socket(1);
    await hears(second, 'two ', '<amen>');
    second.socket.send(note(2, 60));
    second.send({ type: 'word', text: 'two', at: 5, until: 50 }, { type: 'said' });
    await recital.over;
    const words = recital.frames.flatMap(({ timedTranscripts = [] }) => timedTranscripts);
    expect(words).toMatchObject([
      { text: 'one', startTime: 0.01, endTime: 0.09 },
      // The space that neither turn tells of.
      { text: ' two', startTime: 0.105, endTime: 0.15 },
    ]);
  });

  it('synthesize() says one text over the same sockets', async () => {
    const stage = await room.open({ tokenizer: new tokenize.basic.SentenceTokenizer({ minSentenceLength: 4 }) });
    const said = async (text: string): Promise<livekit.SynthesizedAudio[]> => {
      const frames: livekit.SynthesizedAudio[] = [];
      for await (const audio of stage.model.synthesize(text)) frames.push(audio);
      return frames;
    };
    const reading = said('It is noon. The bell rings.');
    const mouth = await room.server.socket(0);
    await hears(mouth, 'It is noon. ', 'The bell rings. ', '<amen>');
    mouth.send({ type: 'price', tokens: 7 });
    mouth.socket.send(note(1));
    mouth.send({ type: 'said' });
    const frames = await reading;
    expect(notesOf(frames)).toEqual([1]);
    expect(frames.at(-1)).toMatchObject({ final: true, requestId: 'req_1' });
    await until(() => stage.metrics.length === 1);
    expect(stage.metrics).toMatchObject([{ streamed: false, inputTokens: 1, outputTokens: 7 }]);
    const next = said('Once more.');
    await until(() => told(mouth).length === 5);
    mouth.socket.send(note(2));
    mouth.send({ type: 'said' });
    expect(notesOf(await next)).toEqual([2]);
    expect(room.server.upgrades).toBe(1);
  });

  it('prewarm opens the socket that the first stream takes, and tells nobody that it cannot', async () => {
    const stage = await room.open({}, { upgrade: (attempt) => (attempt === 1 ? { status: 503 } : undefined) });
    stage.model.prewarm();
    await until(() => stage.connection.some(({ type }) => type === 'closed'));
    stage.model.prewarm();
    await until(() => stage.connection.some(({ type }) => type === 'open'));
    const recital = recite(stage, ['hello']);
    await hears(await room.server.socket(0), 'hello');
    expect([room.server.upgrades, stage.errors]).toEqual([2, []]);
    recital.stream.close();
  });

  it('closes a socket that nobody uses, and keeps one in use', async () => {
    const stage = await room.open({ idleMs: 30_000 });
    const recital = recite(stage, ['hello']);
    const mouth = await room.server.socket(0);
    await hears(mouth, 'hello');
    await room.clock.advance(60_000);
    expect(mouth.closeCode).toBeUndefined();
    recital.stream.endInput();
    await hears(mouth, 'hello', '<amen>');
    mouth.socket.send(note(1));
    mouth.send({ type: 'said' });
    await recital.over;
    await turns();
    await room.clock.advance(29_000);
    expect(mouth.closeCode).toBeUndefined();
    await room.clock.advance(1_000);
    await until(() => mouth.closeCode === 1000);
    expect(told(mouth).at(-1)).toBe('<bye>');
  });

  it('replaces a socket that the service closed between two turns, and speaks on the new one', async () => {
    const stage = await room.open({ idleMs: 30_000 });
    const opened = (): number => stage.connection.filter(({ type }) => type === 'open').length;
    stage.model.prewarm();
    (await room.server.socket(0)).socket.close(1001);
    await until(() => stage.connection.at(-1)?.type === 'closed');
    await room.clock.advance(250);
    await until(() => opened() === 2);
    const recital = recite(stage, ['hello']);
    await hears(await room.server.socket(1), 'hello');
    expect([room.server.upgrades, stage.errors]).toEqual([2, []]);
    recital.stream.close();
  });

  it('a socket serves the options that it was dialled with, and others take another one', async () => {
    const stage = await room.open();
    stage.model.prewarm();
    const before = await room.server.socket(0);
    stage.model.change({ voice: 'b' });
    const recital = recite(stage, ['hello']);
    const after = await room.server.socket(1);
    await hears(after, 'hello');
    expect([before, after].map(({ request }) => request.url)).toEqual(['/recite?voice=a', '/recite?voice=b']);
    recital.stream.close();
  });

  it('says nothing once it is closed, and close() is bounded and idempotent', async () => {
    const stage = await room.open();
    const recital = recite(stage, ['hello']);
    const mouth = await room.server.socket(0);
    await hears(mouth, 'hello');
    await Promise.all([stage.model.close(), stage.model.close()]);
    await recital.over;
    const closed = { code: 'closed', message: 'chatter.TTS is closed: make another one' };
    expect(() => stage.model.stream()).toThrow(expect.objectContaining(closed));
    expect(() => stage.model.synthesize('and more')).toThrow(expect.objectContaining(closed));
    stage.model.prewarm();
    await turns();
    expect([room.server.upgrades, stage.errors]).toEqual([1, []]);
  });
});
