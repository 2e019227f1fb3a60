import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectListen1 } from '../../__fixtures__/sdk-deepgram.ts';
import { inPieces, speechOf } from '../../__fixtures__/speech-of.ts';
import type { Utterance } from '../../__fixtures__/speech-of.ts';
import type { Loopback } from '../../cloud.ts';
import { startLoopback } from '../../server.ts';
import { wavHead } from '../../speech/wav.ts';

let cloud: Loopback;
beforeAll(async () => {
  cloud = await startLoopback({ voice: 'plain' });
});
afterAll(() => cloud.close());

type Sdk = Awaited<ReturnType<typeof connectListen1>>;
type Query = Parameters<typeof connectListen1>[1];

const raw = { model: 'nova-3', encoding: 'linear16', sample_rate: 16_000 } as const;
const connect = (query: Partial<Query> = {}): Promise<Sdk> => connectListen1(cloud.origin, { ...raw, ...query });

function play(sdk: Sdk, audio: Buffer): void {
  for (const piece of inPieces(audio)) sdk.socket.sendMedia(piece);
}

const say = async (sdk: Sdk, text: string, utterance?: Utterance): Promise<void> =>
  play(sdk, await speechOf(text, utterance));

async function drain(sdk: Sdk): Promise<void> {
  sdk.socket.sendCloseStream({ type: 'CloseStream' });
  expect(await sdk.closed).toEqual({ code: 1000, reason: '' });
}

const transcriptOf = (result: Sdk['events'][number]): string =>
  'channel' in result && 'alternatives' in result.channel ? result.channel.alternatives[0]!.transcript : '';

describe('a stream', () => {
  test('is a whole session: speech that starts, words that change, an endpoint, the end of an utterance, a summary', async () => {
    const sdk = await connect({
      interim_results: 'true',
      vad_events: 'true',
      punctuate: 'true',
      endpointing: 300,
      utterance_end_ms: 1_000,
      keyterm: ['Zyphorra', 'customer service'] as unknown as string,
    });
    await say(sdk, 'Where is the station? Tell me.', { leadMs: 500, tailMs: 1_200 });
    sdk.socket.sendKeepAlive({ type: 'KeepAlive' });
    await drain(sdk);

    expect(cloud.requests.at(-1)!.query).toContain('&keyterm=Zyphorra&keyterm=customer%20service');
    expect(sdk.all('SpeechStarted')).toEqual([{ type: 'SpeechStarted', channel: [0, 1], timestamp: 0.5 }]);
    const [interim, final] = sdk.all('Results');
    expect(interim).toMatchObject({ is_final: false, speech_final: false, start: 0, duration: 1 });
    expect(final).toMatchObject({
      is_final: true,
      speech_final: true,
      from_finalize: false,
      channel_index: [0, 1],
      start: 0,
      duration: 2,
      metadata: { model_info: { name: 'general-nova-3', arch: 'nova-3' } },
    });
    const [alternative] = final!.channel.alternatives;
    expect(alternative!.transcript).toBe('Where is the station? Tell me.');
    expect(alternative!.words[3]).toMatchObject({ word: 'station', punctuated_word: 'station?', confidence: 0.99 });
    expect(alternative!.words[0]!.start).toBe(0.5);
    expect(alternative!.words.at(-1)!.end).toBeCloseTo(1.7, 1);
    expect(sdk.all('UtteranceEnd')).toEqual([
      { type: 'UtteranceEnd', channel: [0, 1], last_word_end: expect.closeTo(1.7, 1) },
    ]);
    expect(sdk.events.at(-1)).toMatchObject({
      type: 'Metadata',
      transaction_key: 'deprecated',
      request_id: final!.metadata.request_id,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      duration: 2.9,
      channels: 1,
    });
  });

  test('that did not ask for more has final results only, in lower case and without punctuation', async () => {
    const sdk = await connect();
    await say(sdk, "It's five o'clock, Tom.");
    await drain(sdk);
    const results = sdk.all('Results').filter((result) => transcriptOf(result));
    expect(results.map(transcriptOf)).toEqual(["it's five o'clock tom"]);
    expect(results[0]!.channel.alternatives[0]!.words[3]).not.toHaveProperty('punctuated_word');
    expect(sdk.events.map(({ type }) => type)).not.toContain('SpeechStarted');
    expect(sdk.all('Results').every(({ is_final }) => is_final)).toBe(true);
  });

  test.each<[string, Utterance & { encoding: 'linear16' | 'linear32' | 'mulaw' | 'alaw' }]>([
    ['linear16 at 8 kHz', { encoding: 'linear16', sampleRate: 8_000 }],
    ['linear16 at 48 kHz', { encoding: 'linear16', sampleRate: 48_000 }],
    ['linear32', { encoding: 'linear32', sampleRate: 16_000 }],
    ['mulaw', { encoding: 'mulaw', sampleRate: 8_000 }],
    ['alaw', { encoding: 'alaw', sampleRate: 8_000 }],
  ])('takes %s', async (_name, utterance) => {
    const sdk = await connect({ encoding: utterance.encoding, sample_rate: utterance.sampleRate });
    await say(sdk, 'good morning', utterance);
    await drain(sdk);
    expect(sdk.all('Results').map(transcriptOf).join('')).toBe('good morning');
  });

  test('takes a WAV as it is, whose head may come in pieces', async () => {
    const sdk = await connectListen1(cloud.origin, { model: 'nova-3' });
    const audio = await speechOf('good morning', { sampleRate: 24_000 });
    const head = wavHead('linear16', 24_000, 2, 0);
    play(sdk, head.subarray(0, 13));
    play(sdk, head.subarray(13));
    play(sdk, audio);
    await drain(sdk);
    expect(sdk.all('Results').map(transcriptOf).join('')).toBe('good morning');
  });

  test('hears each channel for itself with multichannel', async () => {
    const sdk = await connect({ channels: 2, multichannel: 'true' });
    const [left, right] = await Promise.all([speechOf('good morning'), speechOf('who is there')]);
    const both = Buffer.alloc(right.length * 2);
    for (let at = 0; at < right.length; at += 2) {
      if (at < left.length) left.copy(both, at * 2, at, at + 2);
      right.copy(both, at * 2 + 2, at, at + 2);
    }
    play(sdk, both);
    await drain(sdk);
    const said = sdk.all('Results').filter((result) => transcriptOf(result));
    expect(said.map((result) => [result.channel_index, transcriptOf(result)])).toEqual([
      [[0, 2], 'good morning'],
      [[1, 2], 'who is there'],
    ]);
    expect(sdk.all('Metadata')[0]).toMatchObject({ channels: 2 });
  });

  test('deals sentences out to two speakers with diarize', async () => {
    const sdk = await connect({ diarize: 'true', smart_format: 'true', language: 'multi' });
    await say(sdk, 'Hello there. Hi.');
    await say(sdk, 'Well?');
    await drain(sdk);
    const results = sdk.all('Results').filter((result) => transcriptOf(result));
    const words = results.flatMap(({ channel }) => channel.alternatives[0]!.words);
    expect(words.map(({ speaker }) => speaker)).toEqual([0, 0, 1, 0]);
    expect(results[0]!.metadata).toHaveProperty('diarize_info.arch', 'v1');
    expect(results[0]!.channel.alternatives[0]!.languages).toEqual(['en']);
  });

  test('without endpointing nothing is an endpoint, and what is said without a pause becomes final in parts', async () => {
    const sdk = await connect({ endpointing: 'false' });
    await say(sdk, 'word '.repeat(40), { tailMs: 5_000 });
    await drain(sdk);
    const results = sdk.all('Results');
    expect(results.filter(({ speech_final }) => speech_final)).toHaveLength(1);
    expect(results.slice(0, 2).map(({ duration, is_final }) => [is_final, Math.round(duration)])).toEqual([
      [true, 5],
      [true, 5],
    ]);
    expect(results.map(transcriptOf).join(' ').trim()).toBe('word '.repeat(40).trim());
  });
});

describe('control', () => {
  test('Finalize gives everything that came as final, and says so', async () => {
    const sdk = await connect({ interim_results: 'true' });
    await say(sdk, 'four two', { tailMs: 0 });
    sdk.socket.sendFinalize({ type: 'Finalize' });
    const final = await sdk.next('Results');
    expect([transcriptOf(final), final.is_final, final.from_finalize]).toEqual(['four two', true, true]);
    await say(sdk, 'one', { leadMs: 0 });
    await drain(sdk);
    expect(sdk.all('Results').map(transcriptOf)).toContain('one');
  });

  test('Finalize without audio is not answered', async () => {
    const sdk = await connect();
    sdk.socket.sendFinalize({ type: 'Finalize' });
    await drain(sdk);
    expect(sdk.events.map(({ type }) => type)).toEqual(['Metadata']);
    expect(sdk.all('Metadata')[0]).toMatchObject({ duration: 0, channels: 0 });
  });

  test('an empty binary frame closes, as it used to', async () => {
    const sdk = await connect();
    await say(sdk, 'good morning');
    sdk.socket.sendMedia(new Uint8Array(0));
    expect(await sdk.closed).toEqual({ code: 1000, reason: '' });
    expect(sdk.events.at(-1)).toMatchObject({ type: 'Metadata' });
  });

  test.each([
    ['no JSON', 'hello', { variant: 'SchemaError' }],
    ['a message of another protocol', { type: 'ForceEndTurn' }, { variant: 'SchemaError' }],
    ['a field that Configure does not have', { type: 'Configure', keyterm: ['x'] }, { variant: 'SchemaError' }],
    [
      'keyterms beyond 500 words',
      { type: 'Configure', keyterms: ['word '.repeat(501)] },
      { variant: 'InvalidConfigureMessage' },
    ],
  ])('complains of %s, and goes on', async (_name, message, complaint) => {
    const sdk = await connect();
    sdk.socket.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    await expect.poll(() => sdk.order).toEqual(['Error']);
    expect(sdk.events[0]).toMatchObject(complaint);
    await drain(sdk);
  });

  test('Configure is not answered', async () => {
    const sdk = await connect();
    sdk.socket.socket.send(JSON.stringify({ type: 'Configure', keyterms: ['x'], features: { numerals: true } }));
    await drain(sdk);
    expect(sdk.order).toEqual(['Metadata']);
  });
});
