import { stt as livekit, type APIConnectOptions } from '@livekit/agents';
import { listenWith, speechFrames, until, type Listening } from '@patchbay/conformance/testing';
import type { LoopbackOptions } from '@patchbay/loopback';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { STTOptions } from './options.ts';
import { STT, type SpeechStream } from './stt.ts';

const { SpeechEventType } = livekit;
const sampleRate = 16_000;

const listen = (
  options: Partial<STTOptions> = {},
  more: LoopbackOptions = {},
  connOptions?: APIConnectOptions,
): Promise<Listening<SpeechStream, STT>> =>
  listenWith(({ origin }) => new STT({ apiKey: 'snx-test-key', baseUrl: origin, ...options }), more, connOptions);

describe('a stream', () => {
  it('is one START, transcripts, one END, for each thing that is said', async () => {
    const session = await listen();
    const { hearing, say } = session;
    await say('Where is the station?');
    await until(() => hearing.story().endsWith('>'));
    await say('Tell me.');
    await until(() => hearing.story().endsWith('Tell me.>'));
    expect(hearing.story()).toBe('<Where is the station?><Tell me.>');
    expect(hearing.errors).toEqual([]);
    const [first, second] = session.finals();
    expect(first).toMatchObject({ language: 'en', confidence: expect.closeTo(0.99, 2) });
    expect(first!.words).toMatchObject([{ text: 'Where' }, { text: 'is' }, { text: 'the' }, { text: 'station?' }]);
    expect(first!.startTime).toBeCloseTo(0.1, 1);
    expect(second!.startTime).toBeGreaterThan(first!.endTime + 0.5);
    expect([session.model.label, session.model.provider, session.model.model]).toEqual([
      'soniox.STT',
      'Soniox',
      'stt-rt-v4',
    ]);
  });

  it('tells words while they are spoken, and what it costs', async () => {
    const { hearing, say } = await listen();
    await say('Once upon a time a lighthouse keeper kept a garden of radios.');
    await until(() => hearing.story().endsWith('>'));
    const types = hearing.events.map(({ type }) => type);
    expect(types.filter((type) => type === SpeechEventType.INTERIM_TRANSCRIPT).length).toBeGreaterThan(1);
    const seconds = hearing.events.reduce(
      (sum, { recognitionUsage }) => sum + (recognitionUsage?.audioDuration ?? 0),
      0,
    );
    expect(seconds).toBeGreaterThan(2);
  });

  it('ends when all that was said has been written down', async () => {
    const { hearing, say, clock, cloud } = await listen();
    await say('Goodbye.', 0);
    hearing.stream.endInput();
    await hearing.ended;
    expect(hearing.story()).toBe('<Goodbye.>');
    await until(() => cloud.sockets === 0);
    expect([clock.pending, hearing.errors]).toEqual([0, []]);
  });

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
});
