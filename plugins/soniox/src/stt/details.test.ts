import { stt as livekit } from '@livekit/agents';
import { until } from '@patchbay/conformance/testing';
import { describe, expect, it } from 'vitest';
import { LoudnessVad } from '../../../../packages/plugin-kit/src/__fixtures__/loudness-vad.ts';
import { listen } from '../__fixtures__/listening.ts';
import { STT } from './stt.ts';

const { SpeechEventType } = livekit;

describe('what is told of a transcript', () => {
  it('who spoke, with `enableSpeakerDiarization`', async () => {
    const session = await listen({ enableSpeakerDiarization: true });
    expect(session.model.capabilities.diarization).toBe(true);
    for (const text of ['Who is there?', 'It is me.']) {
      await session.say(text);
      await until(() => session.hearing.story().endsWith(`${text}>`));
    }
    expect(session.finals().map(({ speakerId }) => speakerId)).toEqual(['1', '2']);
  });

  it('the languages that were heard, run by run, and the one that most of it is in', async () => {
    const session = await listen({ languageHints: ['en', 'es'] });
    await session.say('Yes. [es] buenas tardes, ¿a qué hora sale el tren?');
    await session.hearing.finals(1);
    const [final] = session.finals();
    expect(final).toMatchObject({ language: 'es', sourceLanguages: ['en', 'es'] });
    expect(final!.sourceTexts).toEqual(['Yes.', '[es] buenas tardes, ¿a qué hora sale el tren?']);
    expect(final!.speakerId).toBeUndefined();
  });

  it('neither, without', async () => {
    const session = await listen({ enableLanguageIdentification: false });
    await session.say('Who is there?');
    await session.hearing.finals(1);
    expect(session.finals()[0]).toMatchObject({ text: 'Who is there?', language: '' });
    expect(session.finals()[0]).not.toHaveProperty('sourceLanguages');
  });

  it('the same words as long as nothing changes: once', async () => {
    const session = await listen({ enableEndpointDetection: false });
    await session.say('This is all.', 6_000);
    await until(() => session.hearing.events.some(({ type }) => type === SpeechEventType.PREFLIGHT_TRANSCRIPT));
    const told = session.ofType(SpeechEventType.INTERIM_TRANSCRIPT).map(({ alternatives }) => alternatives![0].text);
    expect(new Set(told).size).toBe(told.length);
    const preflights = session.ofType(SpeechEventType.PREFLIGHT_TRANSCRIPT);
    expect(preflights.map(({ alternatives }) => alternatives![0].text)).toEqual(['This is all.']);
  });
});

it('capabilities follow the options', () => {
  const model = new STT({ apiKey: 'k', translation: { type: 'one_way', targetLanguage: 'es' } });
  const told = { streaming: true, interimResults: true, keyterms: true };
  expect(model.capabilities).toEqual({ ...told, diarization: false, alignedTranscript: false });
  model.updateOptions({ translation: null, enableSpeakerDiarization: true });
  expect(model.capabilities).toEqual({ ...told, diarization: true, alignedTranscript: 'word' });
});

describe('a translation', () => {
  it('is the transcript, with what was said beside it, and its times', async () => {
    const session = await listen({ translation: { type: 'one_way', targetLanguage: 'es' } });
    await session.say('Where is the station?');
    await session.hearing.finals(1);
    const [final] = session.finals();
    expect(final).toMatchObject({
      ...{ text: '[es] Where is the station?', language: 'es' },
      ...{ sourceLanguages: ['en'], sourceTexts: ['Where is the station?'] },
      ...{ targetLanguages: ['es'], targetTexts: ['[es] Where is the station?'] },
      startTime: expect.closeTo(0.1, 1),
    });
    expect(final!.endTime).toBeGreaterThan(0.3);
    expect(session.hearing.story()).toBe('<[es] Where is the station?>');
  });

  it('leaves out nothing that needs none', async () => {
    const session = await listen({ translation: { type: 'one_way', targetLanguage: 'en' }, languageHints: ['en'] });
    await session.say('Where is the station?');
    await session.hearing.finals(1);
    expect(session.finals()[0]).toMatchObject({ text: 'Where is the station?', language: 'en' });
  });

  it('goes both ways', async () => {
    const session = await listen({ translation: { type: 'two_way', languageA: 'en', languageB: 'es' } });
    await session.say('Good morning. [es] buenos días.');
    await session.hearing.finals(1);
    expect(session.finals()[0]!.targetLanguages).toEqual(['es', 'en']);
    expect(session.finals()[0]!.sourceLanguages).toEqual(['en', 'es']);
  });
});

it('`vad` has what was said written down as soon as somebody falls silent', async () => {
  const session = await listen({ vad: new LoudnessVad(), maxEndpointDelayMs: 3_000 });
  await session.say('Half of a sentence', 400);
  await until(() => session.hearing.story().endsWith('>'));
  expect(session.hearing.story()).toBe('<Half of a sentence>');
  expect(session.hearing.errors).toEqual([]);
});
