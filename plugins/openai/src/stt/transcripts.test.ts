import { initializeLogger, stt as livekit } from '@livekit/agents';
import { startLoopback } from '@patchbay/loopback';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { hear, until, type Hearing } from './__fixtures__/hearing.ts';
import { startService } from './__fixtures__/service.ts';
import { speechFrames } from './__fixtures__/speaking.ts';
import type { STTOptions } from './options.ts';
import { STT } from './stt.ts';

const { SpeechEventType } = livekit;
const transcription = 'conversation.item.input_audio_transcription';
const logprobs = (...values: number[]) =>
  values.map((value) => ({ token: 'x', logprob: Math.log(value), bytes: null }));

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

/** A stream of a model of loopback that was told this. */
async function said(text: string, options: Partial<STTOptions>): Promise<Hearing> {
  const cloud = await startLoopback({ voice: 'plain', pace: { tokenMs: 0 } });
  const model = new STT({ apiKey: 'k', baseURL: cloud.url, ...options });
  onTestFinished(async () => {
    await model.close();
    await cloud.close();
  });
  const hearing = hear(model);
  for (const frame of await speechFrames(text)) hearing.stream.pushFrame(frame);
  await hearing.finals(1);
  return hearing;
}

function transcripts({ events }: Hearing, type: livekit.SpeechEventType): livekit.SpeechData[] {
  return events.flatMap((event) => (event.type === type ? (event.alternatives ?? []) : []));
}

function stoppedClock(): ManualClock {
  const runtime = createTestRuntime();
  onTestFinished(installRuntime(runtime));
  return runtime.clock;
}

describe('confidence', () => {
  it('is the mean probability of the tokens, of those so far while they come', async () => {
    const { hearing, told, say } = await startService({ interimIntervalMs: 0 });
    expect(told[0]?.session).toMatchObject({ include: ['item.input_audio_transcription.logprobs'] });
    say(
      { type: `${transcription}.delta`, item_id: 'a', delta: 'Hello ', logprobs: logprobs(0.9) },
      { type: `${transcription}.delta`, item_id: 'a', delta: 'you', logprobs: logprobs(0.4, 0.6) },
      { type: `${transcription}.completed`, item_id: 'a', transcript: 'Hello, you.', logprobs: logprobs(0.25, 1) },
      { type: `${transcription}.completed`, item_id: 'b', transcript: 'Sure.', logprobs: null },
    );
    await hearing.finals(2);
    const rounded = (type: livekit.SpeechEventType) =>
      transcripts(hearing, type).map(({ confidence }) => Number(confidence.toFixed(3)));
    expect(rounded(SpeechEventType.INTERIM_TRANSCRIPT)).toEqual([0.9, 0.6]);
    expect(rounded(SpeechEventType.FINAL_TRANSCRIPT)).toEqual([0.5, 1]);
  });

  it('comes from loopback, word for word', async () => {
    const hearing = await said('Quite sure.', { model: 'gpt-4o-transcribe' });
    const [final] = transcripts(hearing, SpeechEventType.FINAL_TRANSCRIPT);
    expect(final?.confidence).toBeCloseTo(Math.exp(-0.01), 6);
  });

  it.each([
    ['gpt-4o-transcribe-diarize', undefined, false],
    ['gpt-realtime-whisper', undefined, false],
    ['gpt-4o-transcribe', false, false],
    ['an-alias-of-a-gateway', true, true],
  ])('of %s, logprobs: %s, is asked for: %s', async (model, asked, expected) => {
    const { told } = await startService({ model, vad: null, ...(asked === undefined ? {} : { logprobs: asked }) });
    expect('include' in (told[0]?.session as object)).toBe(expected);
  });
});

describe('interim transcripts', () => {
  const delta = (text: string) => ({ type: `${transcription}.delta`, item_id: 'a', delta: text });

  it('come with every word by default', async () => {
    stoppedClock();
    const { hearing, say } = await startService();
    say(delta('one '), delta('two '), delta('three '));
    await until(() => transcripts(hearing, SpeechEventType.INTERIM_TRANSCRIPT).length === 3);
  });

  it('come at once, and then twice a second if that is asked for; the last one is not lost before the final one', async () => {
    const clock = stoppedClock();
    const { hearing, say } = await startService({ interimIntervalMs: 500 });
    const interims = () => transcripts(hearing, SpeechEventType.INTERIM_TRANSCRIPT).map(({ text }) => text);
    say(delta('one '), delta('two '), delta('three '));
    await until(() => interims().length === 1);
    await clock.advance(499);
    expect(interims()).toEqual(['one ']);
    await clock.advance(1);
    await until(() => interims().length === 2);
    say(delta('four'), { type: `${transcription}.completed`, item_id: 'a', transcript: 'One two three four.' });
    expect(await hearing.finals(1)).toEqual(['One two three four.']);
    expect(interims()).toEqual(['one ', 'one two three ', 'one two three four']);
  });

  it('come as often as interimIntervalMs says, from the moment in which it changes', async () => {
    const clock = stoppedClock();
    const { model, hearing, say } = await startService({ interimIntervalMs: 2_000 });
    const interims = () => transcripts(hearing, SpeechEventType.INTERIM_TRANSCRIPT).length;
    say(delta('one '), delta('two '));
    await until(() => interims() === 1);
    await clock.advance(1_999);
    expect(interims()).toBe(1);
    await clock.advance(1);
    await until(() => interims() === 2);
    model.updateOptions({ interimIntervalMs: 0 });
    await clock.advance(2_000);
    say(delta('three '), delta('four '), delta('five'));
    await until(() => interims() === 5);
  });
});

describe('languages', () => {
  it('of one stream are told, the most spoken one first', async () => {
    const hearing = await said('Guten Tag, my friend.', { model: 'gpt-transcribe', language: ['de', 'en'] });
    const [final] = transcripts(hearing, SpeechEventType.FINAL_TRANSCRIPT);
    expect(final).toMatchObject({ language: 'de', sourceLanguages: ['de', 'en'] });
  });

  it('that were named come back when detection is switched off', async () => {
    const { model, hearing, told, sockets } = await startService({ language: 'fr', detectLanguage: true });
    const languageTold = () =>
      (told.at(-1) as { session: { audio: { input: { transcription: { language?: string } } } } }).session.audio.input
        .transcription.language;
    expect([hearing.stream.languages, languageTold()]).toEqual([[], undefined]);
    model.updateOptions({ detectLanguage: false });
    await until(() => told.length === 2);
    expect([hearing.stream.languages, languageTold()]).toEqual([['fr'], 'fr']);
    model.updateOptions({ language: 'it', detectLanguage: true });
    await until(() => told.length === 3);
    expect([languageTold(), sockets.length]).toEqual(['it', 1]);
    // A session cannot be told to forget a language.
    model.updateOptions({ detectLanguage: true });
    await until(() => told.length === 4);
    expect([languageTold(), sockets.length]).toEqual([undefined, 2]);
  });
});

describe('a prompt and noise reduction', () => {
  const told = { prompt: 'Birds.', noiseReductionType: 'far_field' } as const;
  const inputOf = (update: unknown): object =>
    (update as { session: { audio: { input: { transcription: object } } } }).session.audio.input;

  it.each<[string, Partial<STTOptions>]>([
    ['prompt', { prompt: undefined }],
    ['noiseReductionType', { noiseReductionType: undefined }],
  ])('%s: undefined is forgotten, as with upstream, by a socket that never knew it', async (name, options) => {
    const { model, told: updates, sockets } = await startService({ model: 'gpt-4o-transcribe', ...told });
    model.updateOptions({ language: 'de' });
    await until(() => updates.length === 2);
    expect(inputOf(updates.at(-1))).toMatchObject({
      transcription: { prompt: 'Birds.' },
      noise_reduction: { type: 'far_field' },
    });
    model.updateOptions(options);
    await until(() => updates.length === 3);
    const input = JSON.stringify(inputOf(updates.at(-1)));
    expect([input.includes('Birds.'), input.includes('far_field')]).toEqual([
      name !== 'prompt',
      name !== 'noiseReductionType',
    ]);
    expect(sockets.length).toBe(2);
  });

  it("noiseReductionType: '' is none", async () => {
    const { told: updates } = await startService({ noiseReductionType: '' as 'far_field' });
    expect(inputOf(updates[0])).not.toHaveProperty('noise_reduction');
  });
});

describe('what models take', () => {
  const transcriptionOf = (told: Record<string, unknown>[]) =>
    (told[0] as { session: { audio: { input: { transcription: object } } } }).session.audio.input.transcription;

  it.each(['gpt-realtime-whisper', 'gpt-4o-transcribe-diarize'])(
    '%s is told no prompt, as it takes none',
    async (model) => {
      const { told } = await startService({ model, vad: null, prompt: 'Birds.' });
      expect(transcriptionOf(told)).toEqual({ model, language: 'en' });
    },
  );

  it('gpt-realtime-whisper is told how long to wait', async () => {
    const { told } = await startService({ model: 'gpt-realtime-whisper', vad: null, delay: 'minimal' });
    expect(transcriptionOf(told)).toMatchObject({ delay: 'minimal' });
  });

  it('others are told a prompt, noise reduction and semantic turn detection', async () => {
    const turnDetection = { type: 'semantic_vad', eagerness: 'high' } as const;
    const options = { prompt: 'Birds.', noiseReductionType: 'far_field', turnDetection } as const;
    const { told } = await startService(options);
    expect(told[0]).toMatchObject({
      session: {
        audio: {
          input: {
            transcription: { prompt: 'Birds.' },
            noise_reduction: { type: 'far_field' },
            turn_detection: turnDetection,
          },
        },
      },
    });
  });
});

it('tells who spoke, with the model that can', async () => {
  const hearing = await said('I have been waiting here for hours. Me too.', { model: 'gpt-4o-transcribe-diarize' });
  expect(transcripts(hearing, SpeechEventType.FINAL_TRANSCRIPT)[0]).toMatchObject({ speakerId: 'A' });
});
