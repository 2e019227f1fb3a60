import { listenToScript, until } from '@patchbay/conformance/testing';
import { expect, it } from 'vitest';
import { STTv2 } from '../stt-v2/stt-v2.ts';
import { STT } from './stt.ts';

const nova = (url: string): STT => new STT({ apiKey: 'k', baseUrl: url });
const results = (start: number, duration: number, transcript: string, more: object = {}): object => ({
  ...{ type: 'Results', start, duration, is_final: true },
  channel: { alternatives: [{ transcript, confidence: 1, words: [] }] },
  ...more,
});

it('an empty segment of no length hides nothing of the one that begins where it does', async () => {
  const { hearing, sockets } = await listenToScript(nova);
  sockets[0]!.say(results(0.5, 0, '', { from_finalize: true }), results(0.5, 1, 'hello world', { speech_final: true }));
  expect(await hearing.finals(1)).toEqual(['hello world']);
});

it('an end of an utterance that comes late ends nothing that has begun since', async () => {
  const { hearing, sockets } = await listenToScript(nova);
  sockets[0]!.say(
    results(0, 1, 'hello', { speech_final: true }),
    { type: 'SpeechStarted', timestamp: 2.1 },
    { type: 'UtteranceEnd', last_word_end: 1 },
    results(2.1, 1, 'and then', { is_final: false }),
    results(2.1, 1.5, 'and then some', { speech_final: true }),
  );
  await hearing.finals(2);
  expect(hearing.story()).toBe('<hello><and then some>');
});

it.each([
  ['STT', nova],
  ['STTv2', (url: string) => new STTv2({ apiKey: 'k', endpointUrl: url })],
])('the sample rate of %s is decided at construction', async (_name, create: (url: string) => STT | STTv2) => {
  const model = create('ws://127.0.0.1:1');
  expect(() => model.updateOptions({ sampleRate: 8_000 })).toThrow(/^sampleRate must be 16000, as it was/);
  model.updateOptions({ sampleRate: 16_000 });
  await model.close();
});

it('thresholds of turns change on the open socket, also those that are set for the first time', async () => {
  let model!: STTv2;
  const { sockets } = await listenToScript((url) => (model = new STTv2({ apiKey: 'k', endpointUrl: url })));
  model.updateOptions({ eotThreshold: 0.8 });
  await until(() => sockets[0]!.told.length === 1);
  expect(sockets[0]!.told).toMatchObject([{ type: 'Configure', thresholds: { eot_threshold: 0.8 } }]);
  expect(sockets).toHaveLength(1);
});

it('words that a session adds beyond what the service takes are left out, and the user’s stay', async () => {
  const own = Array.from({ length: 60 }, (_, n) => `own${n}`);
  const { sockets } = await listenToScript((url) => {
    const listening = new STTv2({ apiKey: 'k', endpointUrl: url, keyterms: own });
    listening._updateSessionKeyterms(Array.from({ length: 60 }, (_, n) => `added${n}`));
    return listening;
  });
  const told = new URL(sockets[0]!.url, 'ws://host').searchParams.getAll('keyterm');
  expect([told.length, told.slice(0, 60), told.at(-1)]).toEqual([100, own, 'added39']);
});
