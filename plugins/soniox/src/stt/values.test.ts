import { expectRefusal, listenToScript, until } from '@patchbay/conformance/testing';
import { expect, it } from 'vitest';
import { TTS } from '../tts/tts.ts';
import { resolveTranscribing, startMessage, type STTOptions, type TranscribeOptions } from './options.ts';
import { STT, type SpeechStream } from './stt.ts';

const apiKey = 'k';
const told = (options: TranscribeOptions): Record<string, unknown> =>
  JSON.parse(startMessage(options, options.model)) as Record<string, unknown>;

it('Soniox knows no regions, in what is translated neither', () => {
  const translation = { type: 'one_way', targetLanguage: 'en-US' } as const;
  expect(told(resolveTranscribing({ translation })).translation).toEqual({ type: 'one_way', target_language: 'en' });
  const both = { type: 'two_way', languageA: 'en-GB', languageB: 'pt-BR' } as const;
  expect(told(resolveTranscribing({ translation: both })).translation).toEqual({
    ...{ type: 'two_way', language_a: 'en', language_b: 'pt' },
  });
});

it.each<[keyof STTOptions, unknown]>([
  ['languageHints', ['']],
  ['vad', {}],
  ['vad', 5],
  ['context', { general: 'x' }],
  ['context', { general: [{ key: 1, value: 'a' }] }],
  ['context', { text: 5 }],
  ['context', { translationTerms: [{ source: 'a' }] }],
  ['context', new Map()],
  ['context', 5],
  ['endpointSensitivity', NaN],
  ['modelIn' as never, 'url'],
])('what is no such thing is refused: %s', (option, value) => {
  expectRefusal(option, () => new STT({ apiKey, [option]: value }));
});

it('what cuts no text is no tokenizer, and null is the default', () => {
  for (const value of [5, {}]) expectRefusal('tokenizer', () => new TTS({ apiKey, tokenizer: value as never }));
  new TTS({ apiKey, tokenizer: null });
});

it('null takes a setting back, where nothing is the default', () => {
  const before = resolveTranscribing({
    ...{ context: 'x', endpointSensitivity: 0.5, endpointLatencyAdjustmentLevel: 1, clientReferenceId: 'c' },
    ...{ languageHints: ['en'], translation: { type: 'one_way', targetLanguage: 'es' }, vad: { stream() {} } as never },
  });
  const none = { context: null, endpointSensitivity: null, endpointLatencyAdjustmentLevel: null, languageHints: null };
  const after = resolveTranscribing({ ...none, clientReferenceId: null, translation: null, vad: null }, before);
  expect(after).toEqual(resolveTranscribing({}));
  expect(told(after)).toEqual(told(resolveTranscribing({})));
  new STT({ apiKey, ...none });
});

it('words of a stream and words of the session stand beside each other', async () => {
  let model!: STT;
  const { hearing, sockets, clock } = await listenToScript<SpeechStream>((baseUrl) => {
    return (model = new STT({ apiKey, baseUrl }));
  });
  const contextOn = async (socket: number): Promise<unknown> => {
    await clock.advance(1_000);
    await until(() => (sockets[socket]?.told.length ?? 0) > 0);
    return (sockets[socket]!.told[0] as { context?: unknown }).context;
  };
  hearing.stream.updateOptions({ context: { text: 'Ferries.', terms: ['mine'] } });
  expect(await contextOn(1)).toEqual({ text: 'Ferries.', terms: ['mine'] });
  model._updateSessionKeyterms(['session']);
  expect(await contextOn(2)).toEqual({ text: 'Ferries.', terms: ['mine', 'session'] });
  model._updateSessionKeyterms([]);
  expect(await contextOn(3)).toEqual({ text: 'Ferries.', terms: ['mine'] });
});

it.each([
  ['apiKey', /give apiKey a function/],
  ['websocketUrl', /decided at construction/],
  ['baseUrl', /decided at construction/],
  ['tokenizer', /decided at construction/],
])('%s is decided at construction', (option, message) => {
  for (const one of [new STT({ apiKey }), new TTS({ apiKey })])
    expect(() => one.updateOptions({ [option]: 'wss://x.example.com' })).toThrow(message);
});
