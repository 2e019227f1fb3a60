import { PatchbayError } from '@patchbay/ws-url';
import { describe, expect, it } from 'vitest';
import { choir, type ChatterTTSOptions } from './__fixtures__/chatter-tts.ts';
import type { EarSocket } from './__fixtures__/ear-server.ts';
import { hears, recite, sound, told, useReciting, type Recital, type Stage } from './__fixtures__/reciting.ts';
import { turns, until } from './__fixtures__/until.ts';

const room = useReciting();
const open = (options: ChatterTTSOptions = {}): Promise<Stage> =>
  room.open({ wire: choir, ...options }, { greet() {} });

/** So many turns at once, by one word each; resolves when the first socket was told of as many as it takes. */
async function together(stage: Stage, ...words: string[]): Promise<[EarSocket, ...Recital[]]> {
  stage.model.prewarm();
  const mouth = await room.server.socket(0);
  await until(() => stage.connection.some(({ type }) => type === 'open'));
  const recitals = words.map((word) => recite(stage, word));
  await until(() => told(mouth).length >= 3 * Math.min(2, words.length));
  return [mouth, ...recitals];
}

function says(mouth: EarSocket, turn: string, sample: number): void {
  mouth.send({ type: 'sound', turn, pcm: sound(sample) }, { type: 'said', turn });
}

describe('turns that share a socket', () => {
  it('are heard apart, and begin with the key and the options', async () => {
    const stage = await open({ endpoint: { auth: { firstFrame: true } } });
    const [mouth, one, two] = await together(stage, 'one', 'two');
    expect(told(mouth)).toEqual(['1 <enter>', '1 one', '1 <amen>', '2 <enter>', '2 two', '2 <amen>']);
    expect(mouth.messages[0]).toEqual({ type: 'enter', turn: '1', key: 'chatter-key-1', voice: 'a', model: 'lips-1' });
    for (const [turn, sample] of [
      ['2', 2],
      ['1', 1],
    ] as const)
      mouth.send({ type: 'sound', turn, pcm: sound(sample) });
    for (const [turn, sample] of [
      ['1', 3],
      ['2', 4],
    ] as const)
      says(mouth, turn, sample);
    await Promise.all([one!.over, two!.over]);
    expect([one!.notes(), two!.notes(), room.server.upgrades]).toEqual([[1, 3], [2, 4], 1]);
  });

  it('are no more than it takes: cap reached, the next one takes another socket', async () => {
    const stage = await open();
    const [mouth, one, two, three] = await together(stage, 'one', 'two', 'three');
    const other = await room.server.socket(1);
    await hears(other, '1 <enter>', '1 three', '1 <amen>');
    says(other, '1', 3);
    says(mouth, '1', 1);
    says(mouth, '2', 2);
    await Promise.all([one!.over, two!.over, three!.over]);
    expect([one!.notes(), two!.notes(), three!.notes(), stage.errors]).toEqual([[1], [2], [3], []]);
  });

  it('fail alone: the others live, and the socket too', async () => {
    const stage = await open();
    const [mouth, one, two] = await together(stage, 'one', 'two');
    mouth.send({ type: 'failed', turn: '1', text: 'no such voice' });
    await one!.over;
    mouth.send({ type: 'gone', turn: '1' });
    says(mouth, '2', 2);
    await two!.over;
    const three = recite(stage, 'three');
    await until(() => told(mouth).includes('3 <amen>'));
    says(mouth, '3', 3);
    await three.over;
    expect([two!.notes(), three.notes(), room.server.upgrades]).toEqual([[2], [3], 1]);
    expect(stage.errors).toMatchObject([
      { recoverable: false, error: { message: expect.stringContaining('no such voice') } },
    ]);
  });

  it('are called off alone, and their ghosts are never heard: a name is used once', async () => {
    const stage = await open();
    const [mouth, one, two] = await together(stage, 'one', 'two');
    mouth.send({ type: 'sound', turn: '1', pcm: sound(1) });
    await until(() => one!.frames.length > 0);
    one!.stream.close();
    await until(() => told(mouth).includes('1 <hush>'));
    mouth.send({ type: 'sound', turn: '1', pcm: sound(9) }, { type: 'gone', turn: '1' });
    await turns();
    const three = recite(stage, 'three');
    await until(() => told(mouth).includes('3 <amen>'));
    // It goes on although it said that it would not.
    mouth.send({ type: 'sound', turn: '1', pcm: sound(9) }, { type: 'said', turn: '1' });
    says(mouth, '3', 3);
    says(mouth, '2', 2);
    await Promise.all([two!.over, three.over]);
    expect([one!.notes(), two!.notes(), three.notes(), stage.errors]).toEqual([[1], [2], [3], []]);
  });

  it('that crosses the end of another keeps its place until that is known to be over', async () => {
    const stage = await open();
    const [mouth, one, two] = await together(stage, 'one', 'two');
    mouth.send({ type: 'sound', turn: '1', pcm: sound(1) }, { type: 'said', turn: '1' });
    one!.stream.close();
    await until(() => told(mouth).includes('1 <hush>'));
    const three = recite(stage, 'three');
    const other = await room.server.socket(1);
    await until(() => told(other).includes('1 <amen>'));
    mouth.send({ type: 'gone', turn: '1' });
    says(other, '1', 3);
    says(mouth, '2', 2);
    await Promise.all([two!.over, three.over]);
    expect([two!.notes(), three.notes(), stage.errors]).toEqual([[2], [3], []]);
  });

  it('that one does not stop lets its neighbours finish, and takes nothing new', async () => {
    const stage = await open();
    const [mouth, one, two] = await together(stage, 'one', 'two');
    one!.stream.close();
    await until(() => told(mouth).includes('1 <hush>'));
    await room.clock.advance(2_000);
    const three = recite(stage, 'three');
    const other = await room.server.socket(1);
    await until(() => told(other).includes('1 <amen>'));
    says(mouth, '2', 2);
    await two!.over;
    await until(() => mouth.closeCode !== undefined);
    says(other, '1', 3);
    await three.over;
    expect([two!.notes(), three.notes(), stage.errors]).toEqual([[2], [3], []]);
  });

  it('are lost with it: who was heard fails, who was not is said again', async () => {
    const stage = await open();
    const [mouth, one, two] = await together(stage, 'one', 'two');
    mouth.send({ type: 'sound', turn: '1', pcm: sound(1) });
    await until(() => one!.frames.length > 0);
    mouth.socket.terminate();
    await one!.over;
    const other = await room.server.socket(1);
    await hears(other, '1 <enter>', '1 two', '1 <amen>');
    says(other, '1', 2);
    await two!.over;
    expect([one!.notes(), two!.notes()]).toEqual([[1], [2]]);
    expect(stage.errors.map(({ recoverable }) => recoverable).sort()).toEqual([false, true]);
  });

  it('all hear what names none of them', async () => {
    const stage = await open();
    const [mouth, one, two] = await together(stage, 'one', 'two');
    mouth.send({ type: 'fault', text: 'the house is on fire' });
    await Promise.all([one!.over, two!.over]);
    expect(stage.errors).toHaveLength(2);
    await until(() => mouth.closeCode !== undefined);
  });

  it('between them, it is kept by a word now and then', async () => {
    const stage = await open();
    const [mouth, one] = await together(stage, 'one');
    says(mouth, '1', 1);
    await one!.over;
    await turns();
    const before = told(mouth).length;
    await room.clock.advance(45_000);
    await until(() => told(mouth).length === before + 2);
    expect(told(mouth).slice(before)).toEqual(['<still here>', '<still here>']);
  });

  it('refused before there is one, it says why, and not only that it was closed', async () => {
    const refusal = ({ type, text }: Record<string, unknown>) =>
      type === 'fault' ? new PatchbayError('provider-error', String(text)) : undefined;
    const stage = await room.open(
      { wire: { ...choir, refusal } },
      {
        greet(mouth) {
          mouth.send({ type: 'fault', text: 'no such key' });
          mouth.socket.close(1000);
        },
      },
    );
    await recite(stage, 'one').over;
    expect(stage.errors).toMatchObject([{ recoverable: false, error: { message: 'no such key' } }]);
    expect(room.server.upgrades).toBe(1);
  });

  it('finish when their text pauses, and what is written then is another turn of the same segment', async () => {
    const stage = await open({ wire: { ...choir, limits: { pauseMs: 4_000 } } });
    const recital = recite(stage, ['one ']);
    const mouth = await room.server.socket(0);
    await hears(mouth, '1 <enter>', '1 one ');
    await room.clock.advance(3_000);
    recital.stream.pushText('more ');
    await until(() => told(mouth).includes('1 more '));
    await room.clock.advance(3_900);
    expect(told(mouth)).not.toContain('1 <amen>');
    await room.clock.advance(100);
    await until(() => told(mouth).includes('1 <amen>'));
    says(mouth, '1', 1);
    await room.clock.advance(60_000);
    recital.stream.pushText('two ');
    recital.stream.endInput();
    await until(() => told(mouth).includes('2 <amen>'));
    says(mouth, '2', 2);
    await recital.over;
    expect([recital.notes(), recital.frames.filter(({ final }) => final).length]).toEqual([[1, 2], 1]);
    expect([room.server.upgrades, stage.errors]).toEqual([1, []]);
  });
});
