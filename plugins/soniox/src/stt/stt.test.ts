import { describeEars } from '@patchbay/conformance/hearing';
import { speechFrames, until } from '@patchbay/conformance/testing';
import type { LoopbackOptions } from '@patchbay/loopback';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { apiKey, listen, sampleRate } from '../__fixtures__/listening.ts';
import { resolveTranscribing, startMessage, type STTOptions } from './options.ts';
import { STT } from './stt.ts';

describeEars({ label: 'soniox.STT', provider: 'Soniox', language: 'en', listen, keepAliveMs: 20_000 });

it('writes down what was said when it is flushed, and that there was nothing when nothing was', async () => {
  const { hearing, say, clock } = await listen({ enableEndpointDetection: false });
  hearing.stream.flush();
  await say('Half a sentence', 0);
  hearing.stream.flush();
  expect(await hearing.finals(1)).toEqual(['Half a sentence']);
  hearing.stream.flush();
  await clock.advance(30_000);
  expect(hearing.story()).toBe('<Half a sentence>');
  expect(hearing.errors).toEqual([]);
});

describe('a lost connection', () => {
  it('in the middle of a long speech costs none of what was final: it is told, and only the rest is heard again', async () => {
    const { hearing, clock, cloud } = await listen();
    const text = Array.from({ length: 60 }, (_, n) => `word${n}`).join(' ');
    const frames = await speechFrames(`${text}.`, { silenceMs: 1_500, sampleRate });
    const most = Math.floor(frames.length * 0.8);
    for (const frame of frames.slice(0, most)) hearing.stream.pushFrame(frame);
    const { length: spoken } = frames.slice(0, most);
    await until(() => (hearing.events.at(-1)?.alternatives?.[0].endTime ?? 0) > spoken / 100 - 0.5);
    cloud.dropSockets();
    await until(() => hearing.connection.some(({ type }) => type === 'reconnecting'));
    const [told] = await hearing.finals(1);
    expect(text.startsWith(`${told} `)).toBe(true);
    await clock.advance(1_000);
    for (const frame of frames.slice(most)) hearing.stream.pushFrame(frame);
    expect((await hearing.finals(2)).join(' ')).toBe(`${text}.`);
  });

  it.each<[number, Partial<STTOptions>, LoopbackOptions['soniox'], RegExp]>([
    [401, { apiKey: 'wrong' }, {}, /check `apiKey`, or `SONIOX_API_KEY`/],
    [400, { model: 'stt-rt-v4' }, { models: ['stt-rt-v5'] }, /no such `model`/],
    [402, {}, { credits: false }, /add funds/],
  ])('that was refused with %i, in a message, is one typed error', async (statusCode, options, soniox, message) => {
    const { hearing, cloud } = await listen(options, { keys: [apiKey], soniox });
    await hearing.ended;
    expect(hearing.errors).toMatchObject([
      { recoverable: false, error: { name: 'APIStatusError', statusCode, message: expect.stringMatching(message) } },
    ]);
    expect(JSON.stringify(hearing.errors)).not.toContain(apiKey);
    expect(cloud.requests).toHaveLength(1);
  });

  it('that was refused for there are too many is tried again', async () => {
    const one = await listen();
    const { hearing } = await listen({}, { soniox: { transcribeConcurrent: 0 } });
    await hearing.ended;
    expect(hearing.errors.at(-1)).toMatchObject({ error: { name: 'APIStatusError', statusCode: 429 } });
    expect(hearing.connection.filter(({ type }) => type === 'connecting')).toHaveLength(4);
    expect(one.hearing.errors).toEqual([]);
  });
});

describe('options', () => {
  it('are said in the first message, which holds no key', () => {
    const options = resolveTranscribing({
      apiKey,
      languageHints: ['en-US', 'es', 'en'],
      languageHintsStrict: true,
      context: { general: [{ key: 'domain', value: 'ferries' }], terms: ['Zyphorra'], translationTerms: [] },
      enableSpeakerDiarization: true,
      endpointLatencyAdjustmentLevel: 2,
      endpointSensitivity: -0.5,
      clientReferenceId: 'call-7',
      translation: { type: 'two_way', languageA: 'en', languageB: 'es' },
    });
    expect(JSON.parse(startMessage(options, 'stt-rt-v5'))).toEqual({
      model: 'stt-rt-v5',
      audio_format: 'pcm_s16le',
      sample_rate: 16_000,
      num_channels: 1,
      language_hints: ['en', 'es'],
      language_hints_strict: true,
      context: { general: [{ key: 'domain', value: 'ferries' }], terms: ['Zyphorra'], translation_terms: [] },
      enable_speaker_diarization: true,
      enable_language_identification: true,
      enable_endpoint_detection: true,
      max_endpoint_delay_ms: 500,
      endpoint_latency_adjustment_level: 2,
      endpoint_sensitivity: -0.5,
      client_reference_id: 'call-7',
      translation: { type: 'two_way', language_a: 'en', language_b: 'es' },
    });
  });

  it('that change open a new socket, without losing what was said; those that do not, none', async () => {
    const { hearing, model, say, clock, cloud } = await listen();
    await say('One.');
    await hearing.finals(1);
    model.updateOptions({ languageHintsStrict: false });
    model.updateOptions({ languageHints: ['en'] });
    await say('Two.');
    await clock.advance(1_000);
    expect(await hearing.finals(2)).toEqual(['One.', 'Two.']);
    expect(cloud.requests).toHaveLength(2);
    model._updateSessionKeyterms(['Zyphorra']);
    await clock.advance(1_000);
    await until(() => cloud.requests.length === 3);
    model.updateOptions({ context: { text: 'Ferries.' } });
    await clock.advance(1_000);
    await until(() => cloud.requests.length === 4);
    expect(hearing.errors).toEqual([]);
    expect(() => model.updateOptions({ context: { terms: 'word' as never } })).toThrow(/context.terms/);
  });

  it.each<[keyof STTOptions, unknown]>([
    ['model', ''],
    ['sampleRate', 4_000],
    ['numChannels', 2],
    ['languageHints', 'en'],
    ['languageHintsStrict', 'yes'],
    ['context', { text: 'x'.repeat(10_000) }],
    ['context', { terms: [5] }],
    ['maxEndpointDelayMs', 400],
    ['endpointLatencyAdjustmentLevel', 4],
    ['endpointSensitivity', 2],
    ['clientReferenceId', 'x'.repeat(257)],
    ['translation', { type: 'three_way' }],
    ['translation', { type: 'one_way' }],
    ['translation', { type: 'two_way', languageA: 'en' }],
    ['baseUrl', 'not a URL'],
  ])('that cannot work are refused by name: %s', (option, value) => {
    expect(() => new STT({ apiKey: 'k', [option]: value })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(new RegExp(option, 'i')) }),
    );
  });

  it('name the key that is missing, and take one from the environment', async () => {
    vi.stubEnv('SONIOX_API_KEY', '');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(() => new STT()).toThrow(expect.objectContaining({ code: 'missing-credential' }));
    vi.stubEnv('SONIOX_API_KEY', apiKey);
    const { hearing, say } = await listen({ apiKey: undefined as never }, { keys: [apiKey] });
    await say('Hello.');
    expect(await hearing.finals(1)).toEqual(['Hello.']);
  });

  it('apiKey may be a function, which is asked on every attempt: for temporary keys', async () => {
    let asked = 0;
    const key = (): string => (asked++, apiKey);
    const { hearing, say } = await listen({ apiKey: key }, { keys: [apiKey], faults: ['refuse:503,times=1'] });
    await say('Hello.');
    expect(await hearing.finals(1)).toEqual(['Hello.']);
    expect(asked).toBe(2);
  });
});
