import { describe, expect, it } from 'vitest';
import type { ChatterSTTOptions, Listening } from './__fixtures__/chatter-stt.ts';
import type { EarSocket, Message } from './__fixtures__/ear-server.ts';
import { frame, quick, useListening } from './__fixtures__/listening.ts';
import { turns, until } from './__fixtures__/until.ts';
import type { SpeechToTextWire } from './speech-to-text-wire.ts';

const room = useListening();

/** Chatter as a provider would speak it that is configured by its URL, takes bytes and closes idle lines. */
const wire: Partial<SpeechToTextWire<Listening>> = {
  open: () => [],
  audio: (bytes) => bytes,
  flushMayBeSilent: true,
  keepAlive: {
    everyMs: 5_000,
    frame: (isFirst) => (isFirst ? new Uint8Array(2) : '{"type":"still here"}'),
  },
  update: (before, { options }) => (before.language === options.language ? [] : 'reconnect'),
  proves: ({ type }) => type !== 'complaint',
};
const configuredByQuery: ChatterSTTOptions = {
  wire,
  describe: { greets: false, queryOf: ({ language }) => ({ language, hint: ['a b', 'c'], none: undefined }) },
};
const listen = (greet: (socket: EarSocket) => void = () => undefined) =>
  room.listen({ greet }, quick, configuredByQuery);

const queryOf = ({ request }: EarSocket): [string, string][] => [
  ...new URL(request.url!, 'http://x').searchParams.entries(),
];
const kept = ({ messages }: EarSocket): Message[] => messages.filter(({ type }) => type === 'still here');

describe('options in the query', () => {
  it('repeat their keys, leave out what is not set, and are read anew for every socket', async () => {
    const { model, errors, connection } = await listen();
    const first = await room.server.socket(0);
    await until(() => connection.some(({ type }) => type === 'open'));
    expect(queryOf(first)).toEqual([
      ['language', 'en'],
      ['hint', 'a b'],
      ['hint', 'c'],
    ]);
    model.change({ language: 'de' });
    await room.clock.advance(1);
    expect(queryOf(await room.server.socket(1))[0]).toEqual(['language', 'de']);
    expect(errors).toEqual([]);
  });

  it('that change while a socket is dialled make another one', async () => {
    const { model, errors } = await listen();
    await until(() => room.server.upgrades === 1);
    model.change({ language: 'de' });
    await until(() => room.clock.pending > 0);
    await room.clock.advance(1);
    expect(queryOf(await room.server.socket(1))[0]).toEqual(['language', 'de']);
    await room.clock.advance(60_000);
    expect([room.server.upgrades, errors]).toEqual([2, []]);
  });

  it('that change while a socket is dialled lose nothing that was said or asked for by then', async () => {
    const { model, stream } = await listen();
    stream.pushFrame(frame(3_000, 500));
    stream.flush();
    await until(() => room.server.upgrades === 1);
    model.change({ language: 'de' });
    await until(() => room.clock.pending > 0);
    await room.clock.advance(1);
    const second = await room.server.socket(1);
    await until(() => second.audio.length === 8_000 && second.messages.some(({ type }) => type === 'flush'));
    const first = await room.server.socket(0);
    expect([first.audio.length, first.messages]).toEqual([0, []]);
  });

  it('that say nothing new leave the socket alone', async () => {
    const { model } = await listen();
    await room.server.socket(0);
    model.change({ language: 'en' });
    await room.clock.advance(1_000);
    expect(room.server.upgrades).toBe(1);
  });

  it('that change in the middle of a sentence cost no sample of it', async () => {
    const { model, stream } = await listen();
    const first = await room.server.socket(0);
    stream.pushFrame(frame(3_000, 500));
    await until(() => first.audio.length === 8_000);
    model.change({ language: 'de' });
    await room.clock.advance(1);
    const second = await room.server.socket(1);
    stream.pushFrame(frame(11_000, 500));
    await until(() => second.audio.length === 16_000);
    expect([second.audio[0], second.audio[8_000]]).toEqual([3_000, 11_000]);
  });
});

describe('options that change while somebody speaks', () => {
  const talk = async () => {
    const heard = await listen();
    const first = await room.server.socket(0);
    heard.stream.pushFrame(frame(3_000, 500));
    first.send({ type: 'voice', id: 'a', at: 0 }, { type: 'partial', id: 'a', text: 'two' });
    await until(() => heard.story().includes('two…'));
    return { ...heard, first };
  };
  const alone = async (): Promise<void> => {
    await turns();
    await room.clock.advance(1_000);
    expect(room.server.upgrades).toBe(1);
  };

  it('wait for the end of the turn, which stays one, and lose nothing behind it', async () => {
    const { model, stream, story, first } = await talk();
    model.change({ language: 'de' });
    await alone();
    first.send({ type: 'silence', id: 'a', at: 300 });
    await alone();
    first.send({ type: 'text', id: 'a', text: 'two words' });
    await until(() => story().includes('END'));
    await room.clock.advance(1);
    const second = await room.server.socket(1);
    stream.pushFrame(frame(11_000, 500));
    await until(() => second.audio.length === 3_200 + 8_000);
    expect([queryOf(second)[0], second.audio[0]]).toEqual([['language', 'de'], 3_000 + 300 * 16]);
    expect(story()).toEqual(['START', 'two…', 'two words.', 'END']);
  });

  it('wait for ten seconds at most, and what was said is heard again', async () => {
    const { model } = await talk();
    model.change({ language: 'de' });
    await room.clock.advance(9_000);
    model.change({ language: 'fr' });
    expect(room.server.upgrades).toBe(1);
    await room.clock.advance(1_000);
    const second = await room.server.socket(1);
    expect(queryOf(second)[0]).toEqual(['language', 'fr']);
    await until(() => second.audio.length === 8_000);
    await room.clock.advance(10_000);
    expect(room.server.upgrades).toBe(2);
  });

  it('and change back need no other socket', async () => {
    const { model, story, first } = await talk();
    model.change({ language: 'de' });
    model.change({ language: 'en' });
    first.send({ type: 'silence', id: 'a' }, { type: 'text', id: 'a', text: 'two words' });
    await until(() => story().includes('END'));
    await room.clock.advance(10_000);
    expect(room.server.upgrades).toBe(1);
  });

  it('are known to the socket that takes over when the present one is lost', async () => {
    const { model, connection, first } = await talk();
    model.change({ language: 'de' });
    first.socket.terminate();
    await until(() => connection.some(({ type }) => type === 'reconnecting'));
    await room.clock.advance(1_000);
    expect(queryOf(await room.server.socket(1))[0]).toEqual(['language', 'de']);
    await room.clock.advance(10_000);
    expect(room.server.upgrades).toBe(2);
  });
});

describe('a line without audio', () => {
  it('is kept open from the first socket on, first by audio, and by a word from then on', async () => {
    await listen();
    const ear = await room.server.socket(0);
    await room.clock.advance(4_999);
    expect([ear.audio.length, kept(ear).length]).toEqual([0, 0]);
    for (let passed = 0; passed < 4; passed++) await room.clock.advance(5_000);
    await until(() => kept(ear).length === 3);
    expect(ear.audio).toEqual([0]);
  });

  it('is left alone as long as audio flows', async () => {
    const { stream } = await listen();
    const ear = await room.server.socket(0);
    const silence = frame(0, 1_000);
    silence.data.fill(0);
    for (let second = 0; second < 20; second++) {
      stream.pushFrame(silence);
      await turns();
      await room.clock.advance(1_000);
    }
    expect(kept(ear)).toEqual([]);
    await room.clock.advance(5_000);
    await until(() => kept(ear).length === 1);
  });

  it('is kept open on the next socket too', async () => {
    const { connection } = await listen((ear) => ear.send({ type: 'ready' }));
    const first = await room.server.socket(0);
    await room.clock.advance(1);
    first.socket.terminate();
    await until(() => connection.some(({ type }) => type === 'reconnecting'));
    await room.clock.advance(1_000);
    const second = await room.server.socket(1);
    await until(() => connection.filter(({ type }) => type === 'open').length === 2);
    await room.clock.advance(5_000);
    await until(() => second.audio.length === 1);
    expect(first.audio).toEqual([]);
  });
});

it('a provider that does not greet is not waited for', async () => {
  const { errors, connection } = await listen();
  await room.server.socket(0);
  for (let passed = 0; passed < 12; passed++) await room.clock.advance(5_000);
  expect(connection.map(({ type }) => type)).toEqual(['connecting', 'open']);
  expect(errors).toEqual([]);
});

it('a flush that may be answered by silence owes nothing', async () => {
  const { stream, errors, connection } = await listen();
  const ear = await room.server.socket(0);
  stream.pushFrame(frame(0, 100));
  stream.flush();
  await ear.message('flush');
  await room.clock.advance(30_000);
  expect(connection.map(({ type }) => type)).toEqual(['connecting', 'open']);
  expect(errors).toEqual([]);
});

it('a message that proves nothing leaves a failure to LiveKit, which dials four times and not twenty', async () => {
  const { ended, errors } = await listen((ear) => {
    ear.send({ type: 'complaint' });
    ear.socket.close(1011);
  });
  await ended;
  expect(errors.map(({ recoverable }) => recoverable)).toEqual([true, true, true, false].slice(-errors.length));
  expect(room.server.upgrades).toBe(4);
});
