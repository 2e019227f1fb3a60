import { initializeLogger, stt as livekit } from '@livekit/agents';
import { hear, speechFrames, until, type Hearing } from '@patchbay/conformance/testing';
import { startLoopback, type Loopback, type LoopbackOptions } from '@patchbay/loopback';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { STTv2Options } from './options.ts';
import { STTv2, type SpeechStreamV2 } from './stt-v2.ts';

const { SpeechEventType } = livekit;
const sampleRate = 16_000;

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

interface Listening {
  cloud: Loopback;
  model: STTv2;
  hearing: Hearing<SpeechStreamV2>;
  clock: ManualClock;
  say(text: string, silenceMs?: number): Promise<void>;
}

async function listen(options: Partial<STTv2Options> = {}, more: LoopbackOptions = {}): Promise<Listening> {
  const runtime = createTestRuntime();
  const restore = installRuntime(runtime);
  const { clock } = runtime;
  const cloud = await startLoopback({ voice: 'plain', pace: { tokenMs: 0 }, clock, ...more });
  const model = new STTv2({ apiKey: 'dg-test-key', endpointUrl: `${cloud.origin}/v2/listen`, ...options });
  onTestFinished(async () => {
    await model.close();
    await cloud.close();
    restore();
  });
  const hearing = hear(model);
  const say = async (text: string, silenceMs = 1_500): Promise<void> => {
    for (const frame of await speechFrames(text, { silenceMs, sampleRate })) hearing.stream.pushFrame(frame);
  };
  return { cloud, model, hearing, clock, say };
}

const ofType = ({ hearing }: Listening, type: livekit.SpeechEventType): livekit.SpeechEvent[] =>
  hearing.events.filter((event) => event.type === type);

describe('a stream of turns', () => {
  it('is one START, words as they come, one transcript and one END per turn', async () => {
    const session = await listen();
    const { hearing, say } = session;
    await say('Where is the station?');
    await until(() => hearing.story().endsWith('>'));
    await say('Tell me.');
    await until(() => hearing.story().endsWith('Tell me.>'));
    expect(hearing.story()).toBe('<Where is the station?><Tell me.>');
    expect(ofType(session, SpeechEventType.INTERIM_TRANSCRIPT).length).toBeGreaterThan(1);
    const [first] = ofType(session, SpeechEventType.FINAL_TRANSCRIPT);
    expect(first).toMatchObject({ requestId: expect.stringMatching(/-/), alternatives: [{ language: 'en' }] });
    expect(first!.alternatives![0].words).toHaveLength(4);
    expect(first!.alternatives![0].confidence).toBeGreaterThan(0.5);
    expect(hearing.errors).toEqual([]);
  });

  it('tells what may be the end of a turn, for an answer that is begun early', async () => {
    const session = await listen({ eagerEotThreshold: 0.4 });
    await session.say('Where is the station?');
    await until(() => session.hearing.story().endsWith('>'));
    const [preflight] = ofType(session, SpeechEventType.PREFLIGHT_TRANSCRIPT);
    expect(preflight!.alternatives![0].text).toBe('Where is the station?');
  });

  it('ends when all that was said has been written down, on one socket', async () => {
    const { hearing, say, cloud } = await listen();
    await say('Goodbye.', 0);
    hearing.stream.endInput();
    await hearing.ended;
    expect(hearing.story()).toBe('<Goodbye.>');
    await until(() => cloud.sockets === 0);
    expect([cloud.requests.length, hearing.errors]).toEqual([1, []]);
  });

  it('ends a turn when it is flushed, and owes nothing when there is none', async () => {
    const { hearing, say, clock } = await listen();
    hearing.stream.flush();
    await say('Half a sentence', 0);
    await until(() => hearing.events.length > 1);
    hearing.stream.flush();
    expect(await hearing.finals(1)).toEqual(['Half a sentence']);
    await clock.advance(30_000);
    expect(hearing.errors).toEqual([]);
  });

  it('survives a line that is silent for a quarter of an hour', async () => {
    const { hearing, say, clock, cloud } = await listen();
    await until(() => cloud.sockets === 1);
    for (let round = 0; round < 90; round++) await clock.advance(10_000);
    await say('Still here?');
    expect(await hearing.finals(1)).toEqual(['Still here?']);
    expect(hearing.connection.map(({ type }) => type)).toEqual(['connecting', 'open']);
  });
});

describe('options', () => {
  it('are said in the query, beside the query and the prefix of the address', async () => {
    const { cloud } = await listen({
      model: 'flux-general-multi',
      keyterms: ['Zyphorra', 'customer service'],
      languageHint: ['en', 'es'],
      eotThreshold: 0.8,
      eotTimeoutMs: 3_000,
      numerals: true,
      redact: 'numbers',
      tags: ['a'],
    });
    await until(() => cloud.requests.length > 0);
    const query = new URLSearchParams(cloud.requests[0]!.query);
    expect(query.getAll('keyterm')).toEqual(['Zyphorra', 'customer service']);
    expect(query.getAll('language_hint')).toEqual(['en', 'es']);
    expect(Object.fromEntries(query)).toMatchObject({
      model: 'flux-general-multi',
      encoding: 'linear16',
      sample_rate: '16000',
      mip_opt_out: 'false',
      eot_threshold: '0.8',
      eot_timeout_ms: '3000',
      numerals: 'true',
      redact: 'numbers',
      tag: 'a',
    });
  });

  it('change on the open socket where a message can say so, and on a new one where it cannot', async () => {
    const { hearing, model, say, clock, cloud } = await listen({ eotThreshold: 0.8 });
    await say('One.');
    await hearing.finals(1);
    model.updateOptions({ eotThreshold: 0.7, keyterms: ['Zyphorra'] });
    model._updateSessionKeyterms(['Quill']);
    await say('Two.');
    await hearing.finals(2);
    expect(cloud.requests).toHaveLength(1);
    model.updateOptions({ numerals: true });
    await say('Three.');
    await clock.advance(1_000);
    expect(await hearing.finals(3)).toEqual(['One.', 'Two.', 'Three.']);
    expect(new URLSearchParams(cloud.requests[1]!.query).getAll('keyterm')).toEqual(['Zyphorra', 'Quill']);
    expect(hearing.errors).toEqual([]);
  });

  it.each<[keyof STTv2Options, unknown]>([
    ['model', ''],
    ['sampleRate', 4_000],
    ['keyterms', 'word'],
    ['eagerEotThreshold', 0.1],
    ['eotThreshold', 2],
    ['eotTimeoutMs', 5],
    ['redact', 'pci'],
    ['tags', ['x'.repeat(129)]],
    ['languageHint', 'en'],
  ])('that cannot work are refused by name: %s', (option, value) => {
    expect(() => new STTv2({ apiKey: 'k', [option]: value })).toThrow(
      expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(option) }),
    );
  });
});
