import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sdks } from '../__fixtures__/sdks.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';

let cloud: Loopback;
beforeAll(async () => {
  cloud = await startLoopback({ voice: 'plain', pace: { audioMs: 0 } });
});
afterAll(() => cloud.close());

describe.each(sdks)('$name with audio', ({ OpenAI }) => {
  const sdk = (): InstanceType<typeof OpenAI> => new OpenAI({ apiKey: 'k', baseURL: cloud.url, maxRetries: 0 });

  async function recording(input: string): Promise<File> {
    const speech = await sdk().audio.speech.create({ model: 'tts-1', voice: 'alloy', input, response_format: 'wav' });
    return new File([Buffer.from(await speech.arrayBuffer())], 'audio.wav', { type: 'audio/wav' });
  }

  it('is told how sure the model is of each token, where the model tells that', async () => {
    const { transcriptions } = sdk().audio;
    const file = await recording('Sure of it.');
    const include = ['logprobs'] as const;
    const answer = await transcriptions.create({ model: 'gpt-4o-transcribe', file, include: [...include] });
    expect(answer.logprobs?.map(({ token }) => token).join('')).toBe('Sure of it.');
    expect(answer.logprobs?.[0]?.logprob).toBeLessThan(0);
    const stream = await transcriptions.create({
      model: 'gpt-4o-mini-transcribe',
      file,
      include: [...include],
      stream: true,
    });
    for await (const event of stream) expect(event).toHaveProperty('logprobs');
    for (const model of ['whisper-1', 'gpt-4o-transcribe-diarize', 'gpt-transcribe']) {
      const asked = transcriptions.create({ model, file, include: [...include] });
      await expect(asked).rejects.toMatchObject({ status: 400, param: 'include' });
    }
  });

  it('gets the times of words and of sentences from whisper', async () => {
    const { transcriptions } = sdk().audio;
    const file = await recording('One word. And more.');
    const both = await transcriptions.create({
      model: 'whisper-1',
      file,
      response_format: 'verbose_json',
      timestamp_granularities: ['word', 'segment'],
    });
    expect(both.words?.map(({ word }) => word)).toEqual(['One', 'word.', 'And', 'more.']);
    expect(both.segments?.map(({ text }) => text.trim())).toEqual(['One word.', 'And more.']);
    const [first, second] = both.segments!;
    expect(first).toMatchObject({ start: 0, end: second!.start, avg_logprob: -0.01 });
    expect(second!.end).toBeLessThanOrEqual(both.duration);
    const segments = await transcriptions.create({ model: 'whisper-1', file, response_format: 'verbose_json' });
    expect([segments.segments?.length, segments.words]).toEqual([2, undefined]);
    const wrong = transcriptions.create({ model: 'whisper-1', file, timestamp_granularities: ['word'] });
    await expect(wrong).rejects.toMatchObject({ status: 400, param: 'timestamp_granularities' });
  });

  it('is told who speaks, by label or by the names it gave', async () => {
    const { transcriptions } = sdk().audio;
    const file = await recording('Hello there. Who is it? Me again.');
    const model = 'gpt-4o-transcribe-diarize';
    const asked = { model, file, response_format: 'diarized_json', chunking_strategy: 'auto' } as const;
    const answer = (await transcriptions.create(asked)) as unknown as {
      text: string;
      segments: { speaker: string; text: string; start: number; end: number }[];
    };
    expect(answer.text).toBe('Hello there. Who is it? Me again.');
    expect(answer.segments.map(({ speaker, text }) => [speaker, text.trim()])).toEqual([
      ['A', 'Hello there.'],
      ['B', 'Who is it?'],
      ['A', 'Me again.'],
    ]);
    const reference = 'data:audio/wav;base64,UklGRg==';
    const named = await transcriptions.create({
      ...asked,
      known_speaker_names: ['ada', 'grace'],
      known_speaker_references: [reference, reference],
      stream: true,
    });
    const speakers: string[] = [];
    for await (const event of named) if (event.type === 'transcript.text.segment') speakers.push(event.speaker);
    expect(speakers).toEqual(['ada', 'grace', 'ada']);
    const prompted = transcriptions.create({ model, file, prompt: 'Sailors.' });
    await expect(prompted).rejects.toMatchObject({ status: 400, param: 'prompt' });
    const unproven = transcriptions.create({ ...asked, known_speaker_names: ['ada'] });
    await expect(unproven).rejects.toMatchObject({ status: 400, param: 'known_speaker_names' });
  });

  it('gives hints to the model that takes them, and hears which languages were spoken', async () => {
    const { transcriptions } = sdk().audio;
    const file = await recording('Ein Patchbay.');
    const hints = { languages: ['de', 'en'], keywords: ['Patchbay'] };
    const answer = await transcriptions.create({ model: 'gpt-transcribe', file, ...hints });
    expect(answer).toMatchObject({ text: 'Ein Patchbay.', languages: [{ code: 'de' }, { code: 'en' }] });
    const refused = transcriptions.create({ model: 'gpt-4o-transcribe', file, keywords: ['Patchbay'] });
    await expect(refused).rejects.toMatchObject({ status: 400, param: 'keywords' });
    const live = transcriptions.create({ model: 'gpt-realtime-whisper', file });
    await expect(live).rejects.toMatchObject({ status: 400, param: 'model' });
  });

  it('gets speech as FLAC, sample by sample what it is as PCM', async () => {
    const { speech } = sdk().audio;
    const asked = { model: 'gpt-4o-mini-tts', voice: { id: 'voice_1' }, input: 'In FLAC.' } as const;
    const answer = await speech.create({ ...asked, response_format: 'flac' });
    expect(answer.headers.get('content-type')).toBe('audio/flac');
    const flac = Buffer.from(await answer.arrayBuffer());
    const pcm = Buffer.from(await (await speech.create({ ...asked, response_format: 'pcm' })).arrayBuffer());
    expect(flac.toString('latin1', 0, 4)).toBe('fLaC');
    expect(flac.readUInt32BE(18) >>> 12).toBe(24_000);
    // Head of the stream, head of the frame, and then the samples as they are, the other way round.
    const samples = flac.subarray(42 + 9, 42 + 9 + 4_800);
    expect(Buffer.from(samples).swap16()).toEqual(pcm.subarray(0, 4_800));
  });

  it('is refused what the service does not make', async () => {
    const { speech } = sdk().audio;
    const asked = { voice: 'alloy', input: 'Hi.' } as const;
    const events = speech.create({ ...asked, model: 'tts-1', response_format: 'pcm', stream_format: 'sse' });
    await expect(events).rejects.toMatchObject({ status: 400, param: 'stream_format' });
    const aac = speech.create({ ...asked, model: 'tts-1', response_format: 'aac' });
    await expect(aac).rejects.toMatchObject({ status: 400, param: 'response_format' });
  });
});
