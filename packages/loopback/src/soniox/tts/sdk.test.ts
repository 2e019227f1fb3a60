import { QuotaError, StateError } from '@soniox/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SdkSpeech, sonioxClient } from '../../__fixtures__/sdk-soniox.ts';
import { understand } from '../../__fixtures__/speech-of.ts';
import type { Loopback } from '../../cloud.ts';
import { startLoopback } from '../../server.ts';

const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };

let cloud: Loopback;
beforeAll(async () => {
  cloud = await startLoopback({ voice: 'plain', pace });
});
afterAll(() => cloud.close());

const voice = {
  model: 'tts-rt-v2',
  language: 'en',
  voice: 'Adrian',
  audio_format: 'pcm_s16le',
  sample_rate: 24_000,
} as const;
type Input = Parameters<Connection['stream']>[0];
type Connection = Awaited<ReturnType<ReturnType<typeof sonioxClient>['realtime']['tts']['multiStream']>>;

const connect = (): Promise<Connection> => sonioxClient(cloud.origin).realtime.tts.multiStream();
const stream = async (connection: Connection, input: Input = {}): Promise<SdkSpeech> =>
  new SdkSpeech(await connection.stream({ ...voice, ...input }));

describe('a stream', () => {
  test('is whole: text as it is written, audio sentence by sentence, the last audio, the end', async () => {
    const sdk = new SdkSpeech(await sonioxClient(cloud.origin).realtime.tts(voice));
    sdk.stream.sendText('Hello ');
    sdk.stream.sendText('there. How are');
    await expect.poll(() => understand(sdk.audio)).toBe('Hello there.');
    expect(sdk.order).toEqual(['audio']);
    sdk.stream.sendText(' you?', { end: true });
    await sdk.terminated;
    expect(sdk.order).toEqual(['audio', 'audioEnd', 'terminated']);
    expect(await understand(sdk.audio)).toBe('Hello there. How are you?');
    expect(sdk.stream.state).toBe('ended');
    sdk.stream.close();
    await expect.poll(() => cloud.sockets).toBe(0);
  });

  test('takes the pieces of a language model and is read as it speaks', async () => {
    const speech = await sonioxClient(cloud.origin).realtime.tts(voice);
    async function* words(): AsyncGenerator<string> {
      for (const word of ['Where ', 'is ', 'the ', 'station', '?']) yield await Promise.resolve(word);
    }
    const sending = speech.sendStream(words());
    const chunks: Uint8Array[] = [];
    for await (const chunk of speech) chunks.push(chunk);
    await sending;
    expect(await understand(Buffer.concat(chunks))).toBe('Where is the station?');
    speech.close();
  });

  test('of nothing ends too', async () => {
    const connection = await connect();
    const sdk = await stream(connection);
    sdk.stream.finish();
    await sdk.terminated;
    expect(sdk.order).toEqual(['audio', 'audioEnd', 'terminated']);
    expect(sdk.audio).toHaveLength(0);
    connection.close();
  });

  test.each([
    ['pcm_s16le', 'linear16', 8_000],
    ['pcm_s16le', 'linear16', 48_000],
    ['pcm_f32le', 'linear32', 16_000],
    ['pcm_mulaw', 'mulaw', 8_000],
    ['pcm_alaw', 'alaw', 8_000],
  ] as const)('speaks %s (%s) at %d Hz', async (audio_format, encoding, sampleRate) => {
    const connection = await connect();
    const sdk = await stream(connection, { audio_format, sample_rate: sampleRate });
    sdk.stream.sendText('good morning', { end: true });
    await sdk.terminated;
    expect(await understand(sdk.audio, { encoding, sampleRate })).toBe('good morning');
    connection.close();
  });

  test('is a WAV with one head, if that is asked for', async () => {
    const connection = await connect();
    const sdk = await stream(connection, { audio_format: 'wav' });
    sdk.stream.sendText('One. Two.', { end: true });
    await sdk.terminated;
    expect(sdk.audio.toString('latin1', 0, 4)).toBe('RIFF');
    expect(sdk.audio.readUInt32LE(24)).toBe(24_000);
    expect(sdk.audio.indexOf('RIFF', 4, 'latin1')).toBe(-1);
    expect(await understand(sdk.audio.subarray(44))).toBe('One. Two.');
    connection.close();
  });

  test('tells when each character is heard, if that is asked for', async () => {
    const connection = await connect();
    const sdk = await stream(connection, { return_timestamps: true });
    sdk.stream.sendText('Hello there. How are you?', { end: true });
    await sdk.terminated;
    const characters = sdk.timestamps.flatMap((each) => each.characters);
    const starts = sdk.timestamps.flatMap((each) => each.character_start_times_seconds);
    const ends = sdk.timestamps.flatMap((each) => each.character_end_times_seconds);
    expect(characters.join('')).toBe('Hello there. How are you?');
    expect([starts.length, ends.length]).toEqual([characters.length, characters.length]);
    expect(starts[0]).toBe(0);
    expect(starts).toEqual([...starts].sort((left, right) => left - right));
    expect(ends.at(-1)).toBeCloseTo(sdk.audio.length / 48_000, 2);
    expect(sdk.timestamps.length).toBe(sdk.chunks.length);
    connection.close();
  });
});

describe('many streams on one socket', () => {
  test('each say their own text, side by side', async () => {
    const connection = await connect();
    const texts = ['One.', 'Two, two.', 'Three, three, three.', 'Four.', 'Five.'];
    const all = await Promise.all(texts.map(() => stream(connection)));
    for (const [index, sdk] of all.entries()) sdk.stream.sendText(texts[index]!);
    for (const sdk of all) sdk.stream.finish();
    await Promise.all(all.map(({ terminated }) => terminated));
    expect(await Promise.all(all.map(({ audio }) => understand(audio)))).toEqual(texts);
    expect(cloud.sockets).toBe(1);
    connection.close();
  });

  test('live on when one is cancelled, which says no more', async () => {
    const slow = await startLoopback({ voice: 'plain', pace: { ...pace, audioMs: 20 } });
    const connection = await sonioxClient(slow.origin).realtime.tts.multiStream();
    const [one, other] = [await stream(connection), await stream(connection)];
    one.stream.sendText('This is a very long sentence that nobody will hear to its end.', { end: true });
    other.stream.sendText('But this one they will.', { end: true });
    await expect.poll(() => one.chunks.length).toBeGreaterThan(1);
    one.stream.cancel();
    await one.terminated;
    const heard = one.chunks.length;
    await other.terminated;
    expect(one.order).toEqual(['audio', 'terminated']);
    expect(one.chunks).toHaveLength(heard);
    expect(await understand(one.audio)).not.toContain('end');
    expect(await understand(other.audio)).toBe('But this one they will.');
    connection.close();
    await slow.close();
  });

  test('live on when one is refused', async () => {
    const connection = await connect();
    const good = await stream(connection);
    const bad = await stream(connection, { speed: 2 });
    expect(await bad.failed).toMatchObject({ statusCode: 400, message: expect.stringContaining('speed') });
    good.stream.sendText('All is well.', { end: true });
    await good.terminated;
    expect(await understand(good.audio)).toBe('All is well.');
    connection.close();
  });

  test('are five at most, and an id is free again behind its end', async () => {
    const connection = await connect();
    const all = await Promise.all([1, 2, 3, 4, 5].map((id) => stream(connection, { stream_id: `stream-${id}` })));
    await expect(stream(connection)).rejects.toThrow(StateError);
    all[0]!.stream.finish();
    await all[0]!.terminated;
    const again = await stream(connection, { stream_id: 'stream-1' });
    again.stream.sendText('Me again.', { end: true });
    await again.terminated;
    expect(await understand(again.audio)).toBe('Me again.');
    connection.close();
  });

  test('end with the connection, whoever ends it', async () => {
    const connection = await connect();
    const sdk = await stream(connection);
    const closed = new Promise<void>((resolve) => connection.on('close', () => resolve()));
    cloud.dropSockets(1012, 'Service restart');
    await closed;
    expect(sdk.stream.state).toBe('ended');
    await connection.connect();
    const again = await stream(connection);
    again.stream.sendText('Back again.', { end: true });
    await again.terminated;
    expect(await understand(again.audio)).toBe('Back again.');
    connection.close();
  });
});

test('a stream too many for the account is an error of its quota', async () => {
  const small = await startLoopback({ voice: 'plain', pace, soniox: { ttsConcurrent: 1 } });
  const connection = await sonioxClient(small.origin).realtime.tts.multiStream();
  const first = await stream(connection);
  const second = await stream(connection);
  expect(await second.failed).toBeInstanceOf(QuotaError);
  first.stream.cancel();
  await first.terminated;
  const third = await stream(connection);
  third.stream.finish();
  await third.terminated;
  connection.close();
  await small.close();
});
