import { initializeLogger, log, stt, type VADStream } from '@livekit/agents';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AttentiveSTT, type Attending } from './__fixtures__/chatter-updatable.ts';
import { startEarServer, type EarServer } from './__fixtures__/ear-server.ts';
import { frames, LoudnessVad } from './__fixtures__/loudness-vad.ts';
import { turns, until } from './__fixtures__/until.ts';

let server: EarServer;
let clock: ManualClock;
let restore: () => void;
let model: AttentiveSTT;

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
beforeEach(async () => {
  const runtime = createTestRuntime();
  clock = runtime.clock;
  restore = installRuntime(runtime);
  server = await startEarServer({ greet: () => undefined });
});
afterEach(async () => {
  await model.close();
  restore();
  await server.close();
  vi.restoreAllMocks();
  expect(clock.pending).toBe(0);
});

const open = (options: Partial<Attending> = {}, describe: ConstructorParameters<typeof AttentiveSTT>[2] = {}) =>
  (model = new AttentiveSTT(server.url, options, describe));
const words = (count: number): string[] => Array.from({ length: count }, (_, n) => `w${n}`);
const termsOf = (request: { url?: string | undefined }): string[] =>
  new URL(request.url!, 'http://x').searchParams.getAll('term');

/** A VAD whose first `good` streams listen. */
class BrokenVad extends LoudnessVad {
  readonly #good: number;

  constructor(good: number) {
    super();
    this.#good = good;
  }

  override stream(): VADStream {
    if (this.streams.length >= this.#good) throw new Error('no model is loaded');
    return super.stream();
  }
}

describe('capabilities', () => {
  it('follow the options, at construction and later, and stay as they are when these are refused', () => {
    open({ loud: true });
    expect(model.capabilities).toMatchObject({ diarization: true, keyterms: true });
    model.updateOptions({ loud: false, model: 'ears-1' });
    expect(model.capabilities).toMatchObject({ diarization: false, keyterms: false });
    expect(() => model.updateOptions({ loud: true, terms: words(51) })).toThrow(/^terms must be/);
    expect(model.capabilities.diarization).toBe(false);
  });
});

describe('words of a session', () => {
  it('are left out where the model takes none, with one warning, and come back with one that does', async () => {
    const warn = vi.spyOn(log(), 'warn');
    open({ model: 'ears-1' });
    const streams = [model.stream(), model.stream()];
    model._updateSessionKeyterms(['Quill']);
    model._updateSessionKeyterms(['Quill', 'Zyphorra']);
    expect([model.now.terms, ...streams.map(({ now }) => now.terms)]).toEqual([[], [], []]);
    expect(warn).toHaveBeenCalledOnce();
    model.updateOptions({ model: 'ears-2' });
    expect(streams[0]!.now.terms).toEqual(['Quill', 'Zyphorra']);
  });

  it('are as many as fit behind the user’s own, with one warning, also where there are thousands', () => {
    const warn = vi.spyOn(log(), 'warn');
    const withTerms = vi.fn((terms: string[]) => ({ terms }));
    open({ terms: ['mine'] }, { withTerms });
    const stream = model.stream();
    model._updateSessionKeyterms(words(10_000));
    expect(model.now.terms).toEqual(['mine', ...words(49)]);
    expect(stream.now.terms).toEqual(model.now.terms);
    expect(warn).toHaveBeenCalledExactlyOnceWith({ count: 50 }, expect.stringContaining('so many words to prefer'));
    expect(withTerms.mock.calls.length).toBeLessThanOrEqual(2 * 15);
  });

  it('are no more than so many tokens', () => {
    open({ terms: ['mine'] }, { mostTokens: 10 });
    model._updateSessionKeyterms(words(50));
    expect(model.now.terms).toEqual(['mine', ...words(8)]);
  });

  it('make no URL too long', async () => {
    open();
    model._updateSessionKeyterms(Array.from({ length: 50 }, (_, n) => `${n} ${'é'.repeat(60)}`));
    const { length } = model.now.terms;
    expect(length).toBeGreaterThan(10);
    model.stream();
    const ear = await server.socket(0);
    expect(termsOf(ear.request)).toHaveLength(length);
    expect(ear.request.url!.length).toBeLessThan(6_100);
  });
});

describe('a VAD that cannot listen', () => {
  it('changes none of the streams, nor the model, and is told as an option', () => {
    const before = new LoudnessVad();
    open({ vad: before });
    const streams = [model.stream(), model.stream(), model.stream()];
    const broken = new BrokenVad(2);
    expect(() => model.updateOptions({ vad: broken, loud: true })).toThrow(
      expect.objectContaining({ code: 'invalid-option', message: expect.stringMatching(/^vad must be one that can/) }),
    );
    expect([model.now, ...streams.map(({ now }) => now)].map(({ vad, loud }) => [vad, loud])).toEqual(
      Array(4).fill([before, false]),
    );
    expect(model.capabilities.diarization).toBe(false);
    expect(broken.streams.every((stream) => (stream as unknown as { closed: boolean }).closed)).toBe(true);
    expect(before.streams.some((stream) => (stream as unknown as { closed: boolean }).closed)).toBe(false);
  });

  it('makes no stream, and dials nothing', async () => {
    open({ vad: new BrokenVad(0) });
    expect(() => model.stream()).toThrow(/^vad must be one that can listen/);
    await turns();
    expect(server.upgrades).toBe(0);
  });

  it('is not asked by a stream that is closed', async () => {
    open();
    const stream = model.stream();
    stream.close();
    await stream.settled;
    const vad = new LoudnessVad();
    stream.updateOptions({ vad });
    expect(vad.streams).toEqual([]);
  });
});

it('a VAD that is taken away while it hears somebody leaves no speech without an end', async () => {
  const vad = new LoudnessVad();
  open({ vad });
  const stream = model.stream();
  const told: number[] = [];
  void (async () => {
    for await (const { type } of stream) told.push(type);
  })();
  await server.socket(0);
  for (const frame of frames([1, 400])) stream.pushFrame(frame);
  await until(() => told.length === 1);
  stream.updateOptions({ vad: null });
  await until(() => told.length === 2);
  expect(told).toEqual([stt.SpeechEventType.START_OF_SPEECH, stt.SpeechEventType.END_OF_SPEECH]);
});

it('an address that fixes other audio is refused, at construction and by whoever changes it', () => {
  const at = (rate: number) => new AttentiveSTT(`${server.url}?rate=${rate}`);
  expect(() => at(8_000)).toThrow(/^`rate` in the query of the address must be 16000/);
  model = at(16_000);
});

it('a model that is closed makes no stream, and says so', async () => {
  open();
  await model.close();
  expect(() => model.stream()).toThrow(
    expect.objectContaining({ code: 'closed', message: 'chatter.AttentiveSTT is closed: make another one' }),
  );
  await turns();
  expect(server.upgrades).toBe(0);
});
