import { describe, expect, it } from 'vitest';
import { ears, type Listening } from './__fixtures__/chatter-stt.ts';
import { frame, quick, useListening } from './__fixtures__/listening.ts';
import { until } from './__fixtures__/until.ts';
import type { SpeechToTextWire } from './speech-to-text-wire.ts';

const room = useListening();

/** Chatter as a provider would speak it that tells what is final once, and remembers nothing of it. */
function tokens(): SpeechToTextWire<Listening> {
  let notes: string[] = [];
  return {
    ...ears,
    open() {
      notes = [];
      return [];
    },
    receive(message, speech) {
      if (typeof message.final === 'string') notes.push(message.final);
      if (typeof message.rest === 'string') speech.interim('1', [...notes, message.rest].join(' '));
      if (message.end === true) speech.final('1', notes.join(' '), translated);
    },
    lost(speech) {
      if (notes.length > 0) speech.final('1', notes.join(' '), { endMs: 50 });
    },
  };
}
const translated = {
  ...{ language: 'es', startMs: 10, endMs: 50, speakerId: null },
  sources: [
    { language: 'en', text: 'good morning' },
    { language: 'fr', text: 'salut' },
  ],
  targets: [{ language: 'es', text: 'buenos días, hola' }],
};
const listen = () => room.listen({ greet: () => undefined }, quick, { describe: { wire: tokens, greets: false } });

describe('a provider that tells what is final once', () => {
  it('is remembered by the codec for the life of a socket, and no longer', async () => {
    const { stream, story } = await listen();
    stream.pushFrame(frame());
    const first = await room.server.socket(0);
    first.send(
      { type: 'tokens', final: 'one' },
      { type: 'tokens', rest: 'two' },
      { type: 'tokens', final: 'two' },
      { type: 'tokens', end: true },
    );
    await until(() => story().includes('one two.'));
    first.socket.terminate();
    await room.clock.advance(1_000);
    const second = await room.server.socket(1);
    second.send({ type: 'tokens', rest: 'three' });
    await until(() => story().includes('three…'));
    expect(story().filter((told) => !/START|END/.test(told))).toEqual(['one two…', 'one two.', 'three…']);
  });

  it('has it told when the socket is lost, and only what lies behind it is heard again', async () => {
    const { stream, story } = await listen();
    for (let at = 0; at < 10; at++) stream.pushFrame(frame(at * 160));
    const first = await room.server.socket(0);
    await until(() => first.audio.length >= 1_600);
    first.send({ type: 'tokens', final: 'one' }, { type: 'tokens', rest: 'two' });
    await until(() => story().includes('one two…'));
    first.socket.terminate();
    await until(() => story().includes('one.'));
    expect(story().slice(-2)).toEqual(['one.', 'END']);
    await room.clock.advance(1_000);
    const second = await room.server.socket(1);
    await until(() => second.audio.length > 0);
    expect(second.audio[0]).toBe(800);
  });

  it('tells what was said beside its translation, run by run', async () => {
    const { events, stream } = await listen();
    stream.pushFrame(frame());
    const socket = await room.server.socket(0);
    socket.send({ type: 'tokens', final: 'buenos días, hola' }, { type: 'tokens', end: true });
    await until(() => events.some(({ alternatives }) => alternatives?.[0].targetTexts !== undefined));
    const [data] = events.find(({ alternatives }) => alternatives?.[0].targetTexts !== undefined)!.alternatives!;
    expect(data).toMatchObject({
      ...{ language: 'es', startTime: 0.01, endTime: 0.05, speakerId: null },
      ...{ sourceLanguages: ['en', 'fr'], sourceTexts: ['good morning', 'salut'] },
      ...{ targetLanguages: ['es'], targetTexts: ['buenos días, hola'] },
    });
  });
});
