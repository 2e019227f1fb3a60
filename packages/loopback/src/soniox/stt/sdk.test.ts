import { AuthError, BadRequestError } from '@soniox/node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { SdkTranscription, sonioxClient } from '../../__fixtures__/sdk-soniox.ts';
import { inPieces, speechOf } from '../../__fixtures__/speech-of.ts';
import type { Utterance } from '../../__fixtures__/speech-of.ts';
import type { Loopback } from '../../cloud.ts';
import { startLoopback } from '../../server.ts';

let cloud: Loopback;
beforeAll(async () => {
  cloud = await startLoopback({ voice: 'plain' });
});
afterAll(() => cloud.close());

type Config = Parameters<typeof SdkTranscription.open>[1];

const raw = { model: 'stt-rt-v5', audio_format: 'pcm_s16le', sample_rate: 16_000, num_channels: 1 } as const;
const open = (config: Partial<Config> = {}): Promise<SdkTranscription> =>
  SdkTranscription.open(sonioxClient(cloud.origin), { ...raw, ...config });

async function say(sdk: SdkTranscription, text: string, utterance?: Utterance): Promise<void> {
  for (const piece of inPieces(await speechOf(text, utterance))) sdk.session.sendAudio(piece);
}

describe('a session', () => {
  test('is whole: tokens that are told again until they are final, an endpoint, the end', async () => {
    const sdk = await open({ enable_endpoint_detection: true, language_hints: ['en', 'de'] });
    await say(sdk, 'Where is the station?', { leadMs: 500, tailMs: 1_200 });
    sdk.session.keepAlive();
    await sdk.session.finish();
    expect(sdk.text).toBe('Where is the station?');
    expect(sdk.order).toEqual(['endpoint', 'finished']);
    const end = sdk.wire.find(({ tokens }) => tokens.some(({ text }) => text === '<end>'))!;
    expect(end.tokens.map(({ text }) => text)).toEqual(['Where', ' is', ' the', ' stati', 'on', '?', '<end>']);
    expect(end.tokens.every(({ is_final }) => is_final)).toBe(true);
    const early = sdk.results.findIndex(({ tokens }) => tokens.some(({ is_final }) => !is_final));
    expect(early).toBeGreaterThanOrEqual(0);
    expect(early).toBeLessThan(sdk.wire.indexOf(end));
    expect(sdk.results.at(-1)).toMatchObject({ tokens: [], finished: true });
    await expect.poll(() => cloud.sockets).toBe(0);
  });

  test('tells when each token was said', async () => {
    const sdk = await open();
    await say(sdk, 'Where is the station?', { leadMs: 500, tailMs: 1_200 });
    await sdk.session.finish();
    const tokens = sdk.results.flatMap((result) => result.tokens).filter(({ is_final }) => is_final);
    expect(tokens[0]).toMatchObject({ text: 'Where', start_ms: 500, confidence: 0.99 });
    expect(tokens.at(-1)!.start_ms).toBe(tokens.at(-1)!.end_ms);
    expect(Math.abs(tokens.at(-1)!.end_ms! - 1_340)).toBeLessThanOrEqual(40);
    for (const [index, token] of tokens.entries()) {
      expect(token.start_ms).toBeGreaterThanOrEqual(tokens[index - 1]?.end_ms ?? 0);
      expect(token.end_ms).toBeGreaterThanOrEqual(token.start_ms!);
    }
    const totals = sdk.results.map(({ total_audio_proc_ms }) => total_audio_proc_ms);
    expect(totals).toEqual([...totals].sort((left, right) => left - right));
    expect(sdk.results.at(-1)!.final_audio_proc_ms).toBe(sdk.results.at(-1)!.total_audio_proc_ms);
  });

  test('finalizes on demand, as often as is asked, and with nothing to say', async () => {
    const sdk = await open();
    await say(sdk, 'One two', { tailMs: 0 });
    sdk.session.finalize({ trailing_silence_ms: 300 });
    await expect.poll(() => sdk.order).toEqual(['finalized']);
    expect(sdk.text).toBe('One two');
    sdk.session.finalize();
    await expect.poll(() => sdk.order).toEqual(['finalized', 'finalized']);
    expect(sdk.wire.at(-1)!.tokens).toMatchObject([{ text: '<fin>', is_final: true }]);
    await say(sdk, 'three', { leadMs: 300 });
    await sdk.session.finish();
    expect(sdk.text).toBe('One two three');
  });

  test('that is paused finalizes, keeps itself alive and goes on', async () => {
    // The SDK reminds of the bill.
    vi.spyOn(console, 'warn').mockImplementationOnce(() => {});
    const sdk = await open();
    await say(sdk, 'One two');
    sdk.session.pause();
    await expect.poll(() => sdk.order).toEqual(['finalized']);
    sdk.session.resume();
    await say(sdk, 'three');
    await sdk.session.finish();
    expect(sdk.text).toBe('One two three');
  });

  test('is read as the SDK reads it: results, endpoint, finished', async () => {
    const sdk = await open({ enable_endpoint_detection: true });
    const kinds: string[] = [];
    const reading = (async () => {
      for await (const { kind } of sdk.session) if (kinds.at(-1) !== kind) kinds.push(kind);
    })();
    await say(sdk, 'Hello.', { tailMs: 1_000 });
    await sdk.session.finish();
    await reading;
    expect(kinds).toEqual(['result', 'endpoint', 'result', 'finished']);
  });

  test('makes words final without an endpoint too, once they are old enough', async () => {
    const sdk = await open();
    await say(sdk, 'Where is the station?', { tailMs: 4_000 });
    await expect.poll(() => sdk.text).toBe('Where is the station?');
    expect(sdk.order).toEqual([]);
    sdk.session.close();
    await sdk.over;
  });
});

describe('an endpoint', () => {
  /** Milliseconds from the end of speech to the endpoint. */
  async function delayOf(text: string, config: Partial<Config>): Promise<number> {
    const sdk = await open({ enable_endpoint_detection: true, ...config });
    await say(sdk, text, { leadMs: 0, tailMs: 4_000 });
    await sdk.session.finish();
    const tokens = sdk.wire.flatMap((result) => result.tokens) as { text: string; end_ms: number; is_final: boolean }[];
    const end = tokens.findIndex((token) => token.text === '<end>');
    const spoken = tokens.slice(0, end).filter((token) => token.is_final);
    return Math.round((tokens[end]!.end_ms - spoken.at(-1)!.end_ms) / 100) * 100;
  }

  test.each([
    ['comes soon after a sentence', 'I am done.', {}, 500],
    ['waits for who is in the middle of one', 'I think', {}, 2_000],
    ['waits no longer than it may', 'I think', { max_endpoint_delay_ms: 800 }, 800],
    ['comes sooner where that is asked', 'I think', { endpoint_latency_adjustment_level: 2 }, 1_000],
    ['and the likelier it is to be', 'I think', { endpoint_sensitivity: 0.5 }, 1_500],
    ['but not beyond the maximum', 'I think', { endpoint_sensitivity: -1 }, 2_000],
  ])('%s', async (_name, text, config, expected) => {
    expect(Math.abs((await delayOf(text, config)) - expected)).toBeLessThanOrEqual(100);
  });

  test('is one for each utterance', async () => {
    const sdk = await open({ enable_endpoint_detection: true });
    await say(sdk, 'One.', { tailMs: 1_000 });
    await say(sdk, 'Two.', { tailMs: 1_000 });
    await sdk.session.finish();
    expect(sdk.order).toEqual(['endpoint', 'endpoint', 'finished']);
    expect(sdk.text).toBe('One. Two.');
  });
});

describe('what else is known of tokens', () => {
  const finalsOf = (sdk: SdkTranscription): SdkTranscription['results'][number]['tokens'] =>
    sdk.results.flatMap(({ tokens }) => tokens).filter(({ is_final }) => is_final);

  test('is nothing unless it is asked for', async () => {
    const sdk = await open();
    await say(sdk, 'Hello.');
    await sdk.session.finish();
    expect(Object.keys(sdk.wire.find(({ tokens }) => tokens.length > 0)!.tokens[0]!).sort()).toEqual([
      'confidence',
      'end_ms',
      'is_final',
      'start_ms',
      'text',
    ]);
  });

  test('who speaks: sentence by sentence one of two', async () => {
    const sdk = await open({ enable_speaker_diarization: true });
    await say(sdk, 'How are you? Fine.');
    await sdk.session.finish();
    expect(finalsOf(sdk).map(({ text, speaker }) => `${speaker}:${text}`)).toEqual([
      '1:How',
      '1: are',
      '1: you',
      '1:?',
      '2: Fine',
      '2:.',
    ]);
  });

  test('the language: the first that is hinted at', async () => {
    const sdk = await open({ enable_language_identification: true, language_hints: ['de', 'en'] });
    await say(sdk, 'Guten Morgen');
    await sdk.session.finish();
    expect(new Set(finalsOf(sdk).map(({ language }) => language))).toEqual(new Set(['de']));
  });

  test('a translation into one language, without times', async () => {
    const sdk = await open({ translation: { type: 'one_way', target_language: 'es' } });
    await say(sdk, 'good morning');
    await sdk.session.finish();
    const tokens = finalsOf(sdk);
    const of = (status: string): string =>
      tokens
        .filter((token) => token.translation_status === status)
        .map(({ text }) => text)
        .join('');
    expect([of('original'), of('translation')]).toEqual(['good morning', '[es] good morning']);
    const [first] = tokens.filter((token) => token.translation_status === 'translation');
    expect(first).toMatchObject({ language: 'es', source_language: 'en' });
    expect([first!.start_ms, first!.end_ms]).toEqual([undefined, undefined]);
  });

  test('no translation of what is in that language already', async () => {
    const sdk = await open({ translation: { type: 'one_way', target_language: 'en' } });
    await say(sdk, 'good morning');
    await sdk.session.finish();
    expect(new Set(finalsOf(sdk).map((token) => token.translation_status))).toEqual(new Set(['none']));
  });

  test('a translation of two languages into each other', async () => {
    const sdk = await open({ translation: { type: 'two_way', language_a: 'en', language_b: 'es' } });
    await say(sdk, 'good morning');
    await say(sdk, '[es] buenos dias');
    await say(sdk, 'good night');
    await sdk.session.finish();
    const translated = finalsOf(sdk).filter((token) => token.translation_status === 'translation');
    expect(translated.map(({ text }) => text).join('')).toBe('[es] good morning [en] [es] buenos dias [es] good night');
    expect(new Set(translated.map(({ language, source_language }) => `${source_language}>${language}`))).toEqual(
      new Set(['en>es', 'es>en']),
    );
  });
});

describe('audio', () => {
  test.each([
    ['pcm_s16le', 'linear16', 24_000],
    ['pcm_f32le', 'linear32', 16_000],
    ['mulaw', 'mulaw', 8_000],
    ['alaw', 'alaw', 8_000],
  ] as const)('is understood as %s', async (audio_format, encoding, sampleRate) => {
    const sdk = await open({ audio_format, sample_rate: sampleRate });
    await say(sdk, 'good morning', { encoding, sampleRate });
    await sdk.session.finish();
    expect(sdk.text).toBe('good morning');
  });

  test('says by itself what it is, in a WAV', async () => {
    const client = sonioxClient(cloud.origin);
    const sdk = await SdkTranscription.open(client, { model: 'stt-rt-v5' });
    const audio = await client.tts.generate({ text: 'good morning', voice: 'Adrian', sample_rate: 16_000 });
    for (const piece of inPieces(Buffer.from(audio), 1_000)) sdk.session.sendAudio(piece);
    await sdk.session.finish();
    expect(sdk.text).toBe('good morning');
  });
});

describe('the SDK makes of an error', () => {
  test('of the start: the class that it has for it', async () => {
    const sdk = await open({ model: 'stt-rt-none' });
    await sdk.over;
    expect(sdk.errors[0]).toBeInstanceOf(BadRequestError);
    expect(sdk.errors[0]).toMatchObject({
      message: 'Invalid model specified.',
      statusCode: 400,
      raw: { tokens: [], error_type: 'model_not_available', request_id: expect.any(String) },
    });
  });

  test('of a key', async () => {
    const other = await startLoopback({ voice: 'plain', keys: ['good-key'] });
    const sdk = await SdkTranscription.open(sonioxClient(other.origin, 'bad-key'), raw);
    await sdk.over;
    expect(sdk.errors[0]).toBeInstanceOf(AuthError);
    expect(sdk.errors[0]!.message).toBe('Invalid API key.');
    await other.close();
  });

  test('of audio: `finish` is rejected', async () => {
    const sdk = await open();
    await expect(sdk.session.finish()).rejects.toThrow('No audio received.');
  });

  test('of a line that breaks: one that may be tried again', async () => {
    const sdk = await open();
    await say(sdk, 'One');
    cloud.dropSockets(1012, 'Service restart');
    await sdk.over;
    expect(sdk.order).toEqual(['disconnected', 'ConnectionError']);
    const again = await open();
    await say(again, 'two');
    await again.session.finish();
    expect(again.text).toBe('two');
  });
});
