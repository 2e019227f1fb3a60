import { describe, expect, it } from 'vitest';
import { soloist } from './__fixtures__/chatter-tts.ts';
import type { EarSocket } from './__fixtures__/ear-server.ts';
import { hears, note, recite, told, useReciting, type Recital, type Stage } from './__fixtures__/reciting.ts';
import { turns, until } from './__fixtures__/until.ts';

const room = useReciting();

/** Somebody is being heard. */
async function speaking(stage: Stage, text: string | string[] = 'hello'): Promise<[Recital, EarSocket]> {
  const recital = recite(stage, text);
  const mouth = await room.server.socket(0);
  await until(() => told(mouth).length > 0);
  mouth.socket.send(note(1));
  await until(() => recital.frames.length > 0);
  return [recital, mouth];
}

async function says(mouth: EarSocket, recital: Recital, sample: number): Promise<void> {
  mouth.socket.send(note(sample));
  mouth.send({ type: 'said' });
  await recital.over;
  expect(recital.notes()).toEqual([sample]);
}

describe('an interruption', () => {
  it('is told at once, and what still comes is heard by nobody, least of all in the next turn', async () => {
    const stage = await room.open();
    const [recital, mouth] = await speaking(stage);
    recital.stream.close();
    await recital.over;
    await hears(mouth, 'hello', '<amen>', '<hush>');
    mouth.socket.send(note(9));
    mouth.send({ type: 'gone' });
    await turns();
    const next = recite(stage, 'again');
    await hears(mouth, 'hello', '<amen>', '<hush>', 'again', '<amen>');
    await says(mouth, next, 2);
    expect([recital.notes(), room.server.upgrades, stage.errors]).toEqual([[1], 1, []]);
  });

  it('does not keep the next turn waiting: until it is confirmed, another socket serves', async () => {
    const stage = await room.open();
    const [recital, mouth] = await speaking(stage);
    recital.stream.close();
    const next = recite(stage, 'again');
    const other = await room.server.socket(1);
    await hears(other, 'again', '<amen>');
    mouth.socket.send(note(9));
    mouth.send({ type: 'gone' });
    await says(other, next, 2);
    expect(stage.errors).toEqual([]);
  });

  it('that crosses the end of the turn is over when it is confirmed, not when the turn is', async () => {
    const stage = await room.open();
    const [recital, mouth] = await speaking(stage);
    mouth.send({ type: 'said' });
    recital.stream.close();
    await hears(mouth, 'hello', '<amen>', '<hush>');
    const next = recite(stage, 'again');
    const other = await room.server.socket(1);
    await hears(other, 'again', '<amen>');
    mouth.send({ type: 'gone' });
    await says(other, next, 2);
    expect([mouth.closeCode, stage.errors]).toEqual([undefined, []]);
  });

  it('while the text is still being written leaves nothing of it to the next turn', async () => {
    const stage = await room.open();
    const [recital, mouth] = await speaking(stage, ['half of a sen']);
    recital.stream.close();
    recital.stream.pushText('tence');
    await hears(mouth, 'half of a sen', '<hush>');
    mouth.send({ type: 'gone' });
    await turns();
    const next = recite(stage, 'whole');
    await hears(mouth, 'half of a sen', '<hush>', 'whole', '<amen>');
    // What answers a turn before this one is not taken for the end of this one.
    await says(mouth, next, 2);
  });

  it('that nobody confirms costs the socket after two seconds, and nothing else', async () => {
    const stage = await room.open();
    const [recital, mouth] = await speaking(stage);
    recital.stream.close();
    await hears(mouth, 'hello', '<amen>', '<hush>');
    await room.clock.advance(1_999);
    expect(mouth.closeCode).toBeUndefined();
    await room.clock.advance(1);
    await until(() => mouth.closeCode !== undefined);
    expect(stage.errors).toEqual([]);
    const next = recite(stage, 'again');
    const other = await room.server.socket(1);
    await hears(other, 'again', '<amen>');
    await says(other, next, 2);
  });

  it('of a protocol that has no word for it drops the socket, and opens another for the next turn', async () => {
    const { cancel: _, ...wire } = soloist;
    const stage = await room.open({ wire });
    const [recital, mouth] = await speaking(stage);
    recital.stream.close();
    await until(() => mouth.closeCode !== undefined);
    await room.server.socket(1);
    expect([room.server.upgrades, stage.errors]).toEqual([2, []]);
  });

  it('before there is a socket says nothing on it, and leaves it to the next turn', async () => {
    const stage = await room.open();
    const recital = recite(stage, 'hello');
    await until(() => room.server.upgrades === 1);
    recital.stream.close();
    await recital.over;
    const mouth = await room.server.socket(0);
    const next = recite(stage, 'again');
    await until(() => told(mouth).length > 0);
    expect(told(mouth)[0]).toBe('again');
    await says(mouth, next, 2);
    expect(room.server.upgrades).toBe(1);
  });

  it('of a text by itself works the same way', async () => {
    const stage = await room.open();
    const abort = new AbortController();
    const stream = stage.model.synthesize('hello', undefined, abort.signal);
    const mouth = await room.server.socket(0);
    await hears(mouth, 'hello', '<amen>');
    mouth.socket.send(note(1));
    await stream.next();
    abort.abort();
    await stream.settled;
    await hears(mouth, 'hello', '<amen>', '<hush>');
    expect(stage.errors).toEqual([]);
  });
});
