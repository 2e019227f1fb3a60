import { tokenize } from '@livekit/agents';
import { expectRefusal, openDoor, speak, until, useVoices } from '@patchbay/conformance/testing';
import { gateways } from '@patchbay/ws-url';
import { describe, expect, it } from 'vitest';
import { open } from '../__fixtures__/voice.ts';
import type { TTSOptions } from './options.ts';
import { speak as wire } from './speak.ts';
import { TTS } from './tts.ts';

useVoices();

const tale = 'Once upon a time a keeper kept a garden of radios. Every evening he tuned them to the sea.';
const slow = { pace: { firstTokenMs: 50, tokenMs: 0, audioMs: 100 } };

type Words = { audio: readonly { timedTranscripts?: { text: string; startTime?: number; endTime?: number }[] }[] };
const wordsOf = ({ audio }: Words) => audio.flatMap(({ timedTranscripts = [] }) => timedTranscripts);

describe('options', () => {
  it('are said when a turn begins, and change for what is said next, on the same socket', async () => {
    const { model, cloud, errors } = await open({ sampleRate: 16_000, speed: 1.2, language: 'en-GB' });
    for (const options of [{}, { speed: 0.8, sampleRate: 24_000, model: 'tts-rt-v2', voice: 'Adrian' }]) {
      model.updateOptions(options);
      const speaking = speak(model, 'A word or two.');
      await speaking.over;
      expect(await speaking.words()).toBe('A word or two.');
      expect(speaking.audio[0]!.frame.sampleRate).toBe(model.sampleRate);
    }
    expect([model.model, model.sampleRate]).toEqual(['tts-rt-v2', 24_000]);
    expect([cloud.requests.length, errors]).toEqual([1, []]);
  });

  it.each<[keyof TTSOptions, unknown]>([
    ['model', ''],
    ['voice', 'x'.repeat(51)],
    ['language', 5],
    ['sampleRate', 22_050],
    ['speed', 1.4],
    ['audioFormat', 'mp3'],
    ['reduceSilence', 'yes'],
    ['returnTimestamps', 1],
    ['clientReferenceId', 'x'.repeat(257)],
  ])('that cannot work are refused by name: %s', (option, value) => {
    expectRefusal(option, () => new TTS({ apiKey: 'k', [option]: value }));
  });

  it('change nothing when they are refused', async () => {
    const { model } = await open();
    expect(() => model.updateOptions({ voice: 'Adrian', speed: 9, model: 'tts-rt-v2' })).toThrow(/speed/);
    expect(model.model).toBe('tts-rt-v1-preview');
  });

  it('websocketUrl is dialled as it stands, by its own path and query', async () => {
    const { cloud } = await open();
    const door = await openDoor(cloud.origin, '/tts-websocket');
    const model = new TTS({ apiKey: 'k', websocketUrl: `${door.origin}/voices/eu?tenant=7` });
    const speaking = speak(model, 'There.');
    await speaking.over;
    expect([await speaking.words(), door.asked]).toEqual(['There.', ['/voices/eu?tenant=7']]);
    await model.close();
  });

  it.each<[string, Partial<TTSOptions>, RegExp]>([
    ['baseURL', { baseURL: 'wss://b.example.com' }, /^`websocketUrl` and `baseURL` .* the path is added to `baseURL`/],
    ['gateway', { gateway: gateways.litellm({ baseURL: 'https://b.example.com' }) }, /give the gateway its own/],
  ])('websocketUrl goes with no %s', (_name, options, advice) => {
    const websocketUrl = 'wss://tts-rt.soniox.com/tts-websocket';
    expect(() => new TTS({ apiKey: 'k', websocketUrl, ...options })).toThrow(advice);
    new TTS({ apiKey: 'k', websocketUrl });
    new TTS({ apiKey: 'k', websocketUrl: '', baseURL: 'wss://b.example.com' });
  });

  it('tokenizer cuts what is sent: words, and no word is joined with the next', async () => {
    const { model, errors } = await open({ tokenizer: new tokenize.basic.WordTokenizer(false) });
    const speaking = speak(model, 'Five words in a row.');
    await speaking.over;
    expect([await speaking.words(), errors]).toEqual(['Five words in a row.', []]);
  });
});

describe('when words are heard', () => {
  it('is told with their audio: joined they are what was said', async () => {
    const { model } = await open({ returnTimestamps: true });
    expect(model.capabilities.alignedTranscript).toBe(true);
    const speaking = speak(model, tale);
    await speaking.over;
    const words = wordsOf(speaking);
    expect(
      words
        .map(({ text }) => text)
        .join('')
        .trim(),
    ).toBe(tale);
    const starts = words.map(({ startTime = -1 }) => startTime);
    expect(starts).toEqual([...starts].sort((one, other) => one - other));
    const seconds = speaking.audio.reduce((sum, { frame }) => sum + frame.samplesPerChannel, 0) / 24_000;
    expect(words.at(-1)!.endTime).toBeCloseTo(seconds, 0);
  });

  it('is not, unless it is wanted', async () => {
    const { model } = await open();
    const speaking = speak(model, tale);
    await speaking.over;
    expect([model.capabilities.alignedTranscript, wordsOf(speaking)]).toEqual([false, []]);
  });

  it.each([true, false])('is announced as it is wanted when that changes: %s', async (returnTimestamps) => {
    const { model } = await open({ returnTimestamps: !returnTimestamps });
    model.updateOptions({ returnTimestamps });
    expect(model.capabilities).toEqual({ streaming: true, alignedTranscript: returnTimestamps });
    const speaking = speak(model, tale);
    await speaking.over;
    expect(wordsOf(speaking).length > 0).toBe(returnTimestamps);
  });

  it('loses no text where a time is missing', () => {
    const told: { text: string }[] = [];
    const turn = { words: (words: { text: string }[]) => void told.push(...words) };
    const timestamps = { characters: ['O', 'h', ' ', 'n', null, 'o'], character_start_times_seconds: [0.1] };
    wire.receive({ stream_id: '1', timestamps }, turn as never, {} as never);
    expect(told.map(({ text }) => text)).toEqual(['Oh ', 'no']);
  });
});

describe('a turn', () => {
  it('that waits for a language model goes on in another stream, before Soniox ends it after 5.2 s', async () => {
    const { model, cloud, clock, errors } = await open({ returnTimestamps: true });
    const speaking = speak(model);
    for (const part of ['Let me think about that. ', 'Yes, I think so. ', 'It is possible. ']) {
      speaking.stream.pushText(`${part} And`);
      await until(() => clock.pending > 0);
      await clock.advance(8_000);
      await clock.advance(8_000);
      speaking.stream.pushText(' so it is. ');
    }
    speaking.stream.endInput();
    await speaking.over;
    const text = 'Let me think about that. And so it is. Yes, I think so. And so it is. It is possible. And so it is.';
    expect(await speaking.words()).toBe(text);
    expect(
      wordsOf(speaking)
        .map((word) => word.text)
        .join('')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    ).toBe(text);
    expect(speaking.audio.filter(({ final }) => final)).toHaveLength(1);
    expect([cloud.requests.length, errors]).toEqual([1, []]);
  });

  it('that is written for three minutes is several streams, none older than Soniox allows', async () => {
    const { model, cloud, clock, errors } = await open();
    const speaking = speak(model);
    const texts = Array.from({ length: 60 }, (_, n) => `This is the sentence with number ${n}.`);
    for (const text of texts) {
      speaking.stream.pushText(`${text} `);
      await clock.advance(3_000);
    }
    speaking.stream.endInput();
    await speaking.over;
    expect(await speaking.words()).toBe(texts.join(' '));
    expect([cloud.requests.length, errors]).toEqual([1, []]);
  });

  it('that fails leaves the others on its socket alone', async () => {
    const { model, cloud, clock, errors } = await open({}, { ...slow, soniox: { models: ['tts-rt-v2'] } });
    model.updateOptions({ model: 'tts-rt-v2' });
    const good = speak(model, tale);
    while (good.audio.length < 3) await clock.advance(50);
    model.updateOptions({ model: 'tts-rt-v1' });
    const bad = speak(model, 'Nobody says this.');
    await bad.over;
    while (good.ends === 0) await clock.advance(50);
    expect(await good.words()).toBe(tale);
    expect(errors).toMatchObject([
      { recoverable: false, error: { statusCode: 400, message: expect.stringMatching(/no such `model`/) } },
    ]);
    expect([bad.audio, cloud.requests.length]).toEqual([[], 1]);
  });

  it('beyond what the account may have at once is said when there is room again', async () => {
    const { model, clock, errors } = await open({}, { ...slow, soniox: { ttsConcurrent: 1 } });
    const one = speak(model, 'This is the one.');
    while (one.audio.length < 2) await clock.advance(50);
    const two = speak(model, 'This is the other.');
    await until(() => errors.length > 0);
    while (two.ends === 0) await clock.advance(50);
    expect([await one.words(), await two.words()]).toEqual(['This is the one.', 'This is the other.']);
    expect(errors[0]).toMatchObject({ recoverable: true, error: { statusCode: 429 } });
  });

  it('finds its socket after a minute and a half of silence: it is kept open meanwhile', async () => {
    const { model, cloud, clock, errors } = await open();
    await speak(model, 'The first turn.').over;
    for (let second = 0; second < 100; second += 10) await clock.advance(10_000);
    await speak(model, 'The second turn.').over;
    expect([cloud.requests.length, errors]).toEqual([1, []]);
  });
});

it('a balance that is used up is one typed error', async () => {
  const { model, errors } = await open({}, { soniox: { credits: false } });
  await speak(model, 'Hello?').over;
  expect(errors).toMatchObject([
    {
      recoverable: false,
      error: { name: 'APIStatusError', statusCode: 402, message: expect.stringMatching(/add funds/) },
    },
  ]);
});
