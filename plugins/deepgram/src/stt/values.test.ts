import { expectRefusal, listenToScript } from '@patchbay/conformance/testing';
import { describe, expect, it } from 'vitest';
import { STT, STTv2, TTS, TTSv2 } from '../index.ts';

const apiKey = 'k';

it('a language and a redaction that are empty are not set', async () => {
  const unset = { apiKey, language: '', redact: '' as never };
  for (const { sockets } of [
    await listenToScript((baseUrl) => new STT({ ...unset, baseUrl })),
    await listenToScript((endpointUrl) => new STTv2({ ...unset, endpointUrl })),
  ]) {
    const { searchParams } = new URL(sockets[0]!.url, 'ws://host');
    expect(searchParams.get('redact')).toBeNull();
    expect(searchParams.get('language') ?? 'en-US').toBe('en-US');
  }
});

it.each<[string, unknown]>([
  ['replace', { a: 5 }],
  ['replace', { a: null }],
  ['replace', new Map([['a', 'b']])],
])('%s that is not words for words is refused', (option, value) => {
  expectRefusal(option, () => new STT({ apiKey, [option]: value }));
});

it.each(['eagerEotThreshold', 'eotThreshold', 'eotTimeoutMs'])('%s is a number, and 0 or null is none', (option) => {
  for (const value of [NaN, '', false, '1']) expectRefusal(option, () => new STTv2({ apiKey, [option]: value }));
  for (const value of [0, null, undefined]) new STTv2({ apiKey, [option]: value });
});

it('languageHint names languages', () => {
  expectRefusal('languageHint', () => new STTv2({ apiKey, model: 'flux-general-multi', languageHint: [''] }));
});

it.each([
  ['TTS', TTS, [8_000, 16_000, 24_000, 32_000, 48_000], [22_050, 44_100, 8_001]],
  ['TTSv2', TTSv2, [8_000, 44_100, 48_000], [22_050, 8_001]],
] as const)('%s speaks at the rates that the service has', (_name, Voice, good, bad) => {
  for (const sampleRate of good) new Voice({ apiKey, sampleRate });
  for (const sampleRate of bad) expectRefusal('sampleRate', () => new Voice({ apiKey, sampleRate }));
  const voice = new Voice({ apiKey });
  expect(() => voice.updateOptions({ sampleRate: 22_050 })).toThrow(/^sampleRate must be one of 8000/);
});

it('what cuts no text is no tokenizer, and null is the default', () => {
  for (const value of [5, {}]) {
    expectRefusal('sentenceTokenizer', () => new TTS({ apiKey, sentenceTokenizer: value as never }));
    expectRefusal('wordTokenizer', () => new TTSv2({ apiKey, wordTokenizer: value as never }));
  }
  new TTS({ apiKey, sentenceTokenizer: null as never });
  new TTSv2({ apiKey, wordTokenizer: null as never });
});

describe('an address', () => {
  it.each([null, '', '  ', undefined])('that is %j is not set', (address) => {
    const model = new STTv2({ apiKey, endpointUrl: address as never, baseURL: 'wss://b.example.com' });
    expect(model.label).toBe('deepgram.STTv2');
    new STT({ apiKey, baseUrl: address as never, baseURL: 'wss://b.example.com' });
    new STT({ apiKey, baseUrl: 'wss://b.example.com', baseURL: address as never });
  });

  it.each([0, 5, false])('that is %j is refused', (address) => {
    expectRefusal('endpointUrl', () => new STTv2({ apiKey, endpointUrl: address as never }));
    expectRefusal('baseUrl', () => new STT({ apiKey, baseUrl: address as never }));
    expectRefusal('baseURL', () => new STT({ apiKey, baseURL: address as never }));
  });

  it.each(['encoding=opus', 'sample_rate=8000'])(
    'whose query contradicts the audio that is sent is refused: %s',
    (query) => {
      const url = `wss://b.example.com/listen?${query}`;
      const [name] = query.split('=') as [string];
      expectRefusal(name, () => new STTv2({ apiKey, endpointUrl: url }));
      expectRefusal(name, () => new STT({ apiKey, baseUrl: url }));
      expectRefusal(name, () => new TTS({ apiKey, query: Object.fromEntries(new URLSearchParams(query)) }));
      new STTv2({ apiKey, endpointUrl: 'wss://b.example.com/listen?sample_rate=8000', sampleRate: 8_000 });
    },
  );
});

it('a model has no other place than the URL', () => {
  expectRefusal('modelIn', () => new STT({ apiKey, modelIn: 'body' } as object));
});
