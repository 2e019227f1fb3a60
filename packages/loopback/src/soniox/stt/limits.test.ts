import { NetworkError } from '@soniox/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../__fixtures__/manual-clock.ts';
import { SdkTranscription, sonioxClient } from '../../__fixtures__/sdk-soniox.ts';
import { SonioxSocket } from '../../__fixtures__/soniox-socket.ts';
import type { Loopback, LoopbackOptions } from '../../cloud.ts';
import { startLoopback } from '../../server.ts';

let clock: ManualClock;
let cloud: Loopback;
const sockets: SonioxSocket[] = [];

const start = async (options: LoopbackOptions = {}): Promise<void> => {
  clock = new ManualClock();
  cloud = await startLoopback({ voice: 'plain', keys: ['good-key'], clock, ...options });
};
beforeEach(() => start());
afterEach(async () => {
  for (const { socket } of sockets.splice(0)) socket.terminate();
  await cloud.close();
});

function dial(protocols?: string[], headers?: Record<string, string>): Promise<SonioxSocket> {
  const socket = new SonioxSocket(`${cloud.origin}/transcribe-websocket`, protocols, { headers });
  sockets.push(socket);
  return socket.opened();
}

const config = {
  api_key: 'good-key',
  model: 'stt-rt-v5',
  audio_format: 'pcm_s16le',
  sample_rate: 16_000,
  num_channels: 1,
} as const;
const audio = Buffer.alloc(3_200);

async function begun(more: object = {}): Promise<SonioxSocket> {
  const client = await dial();
  await client.sent({ ...config, ...more });
  return client;
}

/** The only error of a socket that it ended. */
async function failure(client: SonioxSocket): Promise<[code: number, type: string, message: string]> {
  expect(await client.closed).toBe(1000);
  expect(client.errors).toHaveLength(1);
  const [error] = client.errors;
  expect(error).toMatchObject({
    tokens: [],
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    more_info: `https://soniox.com/docs/api-reference/errors#${error!.error_type!.replaceAll('_', '-')}`,
  });
  expect(JSON.stringify(client.messages)).not.toMatch(/good-key|bad-key/);
  return [error!.error_code!, error!.error_type!, error!.error_message!];
}

describe('time', () => {
  test('without a first message is 20 seconds', async () => {
    const client = await dial();
    await clock.advance(19_999);
    await client.sent();
    expect(client.errors).toEqual([]);
    await clock.advance(1);
    expect(await failure(client)).toEqual([408, 'request_timeout', 'Start request timeout']);
    expect(clock.pending).toBe(0);
  });

  test('without a first piece of audio is 20 seconds', async () => {
    const client = await begun();
    await clock.advance(20_000);
    expect(await failure(client)).toEqual([
      408,
      'request_timeout',
      'Timed out while waiting for the first audio chunk',
    ]);
    expect(clock.pending).toBe(0);
  });

  test('without audio or keepalive is 20 seconds, and either begins it anew', async () => {
    const client = await begun();
    for (const frame of [audio, { type: 'keepalive' }, audio, { type: 'keepalive' }]) {
      await client.sent(frame);
      await clock.advance(15_000);
    }
    await client.sent();
    expect(client.errors).toEqual([]);
    await clock.advance(5_000);
    expect(await failure(client)).toEqual([408, 'request_timeout', 'Request timeout.']);
  });

  test('is not won by a finalize', async () => {
    const client = await begun();
    await client.sent(audio);
    await clock.advance(15_000);
    await client.sent({ type: 'finalize' });
    await clock.advance(5_000);
    expect((await failure(client))[0]).toBe(408);
  });

  test('ends after 300 minutes, whatever is sent', async () => {
    const client = await begun();
    const round = async (): Promise<void> => {
      await client.sent(audio);
      await clock.advance(15_000);
    };
    for (let rounds = 0; rounds < 1_199; rounds += 1) await round();
    expect(client.errors).toEqual([]);
    await round();
    expect((await failure(client)).slice(0, 2)).toEqual([413, 'max_duration_reached']);
    expect(clock.pending).toBe(0);
  });

  test('ends sooner where that is wanted', async () => {
    await cloud.close();
    await start({ sessionMs: 15_000 });
    const client = await begun();
    await clock.advance(15_000);
    expect((await failure(client))[1]).toBe('max_duration_reached');
  });

  test('is told to the SDK as an error that may be tried again', async () => {
    const sdk = await SdkTranscription.open(sonioxClient(cloud.origin, 'good-key'), config);
    await expect.poll(() => clock.pending).toBe(2);
    await clock.advance(20_000);
    await sdk.over;
    expect(sdk.errors[0]).toBeInstanceOf(NetworkError);
    expect(sdk.errors[0]!.statusCode).toBe(408);
  });
});

describe('the first message', () => {
  test.each<[string, object | string | Buffer, [number, string, string]]>([
    ['audio', audio, [400, 'invalid_request', 'Start request must be a text message.']],
    ['nothing', '', [400, 'invalid_request', 'Start request is malformed.']],
    ['no JSON', 'model=stt-rt-v5', [400, 'invalid_request', 'Start request is malformed.']],
    ['a list', '[]', [400, 'invalid_request', 'Start request is malformed.']],
    ['a wrong type', { ...config, api_key: 7 }, [400, 'invalid_request', 'Start request is malformed.']],
    ['no key', { ...config, api_key: undefined }, [401, 'unauthenticated', 'Missing API key.']],
    ['a key that is none', { ...config, api_key: 'bad-key' }, [401, 'unauthenticated', 'Invalid API key.']],
    [
      'a temporary key that nobody lent',
      { ...config, api_key: 'temp:bad-key' },
      [401, 'unauthenticated', 'Invalid/expired temporary API key.'],
    ],
    ['no model', { ...config, model: null }, [400, 'model_not_available', 'Invalid model specified.']],
    [
      'a model that does not listen live',
      { ...config, model: 'stt-async-v5' },
      [400, 'model_not_available', 'Invalid model specified.'],
    ],
    [
      'no format',
      { ...config, audio_format: undefined },
      [400, 'invalid_request', expect.stringMatching(/^Missing audio format/)],
    ],
    [
      'a format that is none',
      { ...config, audio_format: 'avi' },
      [400, 'invalid_request', 'Invalid audio data format: avi'],
    ],
    [
      'a format that is not ours',
      { ...config, audio_format: 'ogg' },
      [400, 'invalid_request', expect.stringContaining("does not understand 'ogg'")],
    ],
    [
      'raw audio without channels',
      { ...config, num_channels: undefined },
      [400, 'invalid_request', 'Audio data channels must be specified for PCM formats'],
    ],
    [
      'raw audio without a rate',
      { ...config, sample_rate: undefined },
      [400, 'invalid_request', 'Audio data sample rate must be specified for PCM formats'],
    ],
    [
      'a hint that is none',
      { ...config, language_hints: ['English'] },
      [400, 'invalid_request', 'Invalid language hint.'],
    ],
    [
      'a hint twice',
      { ...config, language_hints: ['en', 'en'] },
      [400, 'invalid_request', 'Language hints must be unique.'],
    ],
    [
      'too much context',
      { ...config, context: { text: 'x'.repeat(10_000) } },
      [400, 'invalid_request', 'Context is too long (max length 10000).'],
    ],
    [
      'too long a reference',
      { ...config, client_reference_id: 'x'.repeat(257) },
      [400, 'invalid_request', 'Client reference ID is too long (max length 256)'],
    ],
    [
      'a translation into nothing',
      { ...config, translation: { type: 'one_way' } },
      [400, 'invalid_request', 'Invalid translation target language.'],
    ],
    [
      'a translation of three',
      { ...config, translation: { type: 'three_way' } },
      [400, 'invalid_request', 'Start request is malformed.'],
    ],
    [
      'a delay that is too short',
      { ...config, max_endpoint_delay_ms: 499 },
      [400, 'invalid_request', 'Start request is malformed.'],
    ],
    [
      'a level that there is not',
      { ...config, endpoint_latency_adjustment_level: 4 },
      [400, 'invalid_request', 'Start request is malformed.'],
    ],
  ])('that is %s is told so, and is the last', async (_name, frame, expected) => {
    const client = await dial();
    client.send(frame);
    expect(await failure(client)).toEqual(expected);
  });

  test('may hold what nobody knows, and null', async () => {
    const client = await begun({ language_hints: null, context: null, translation: null, of_tomorrow: { a: 1 } });
    await client.sent(audio, '');
    await client.closed;
    expect(client.messages.at(-1)).toMatchObject({ tokens: [], finished: true });
  });
});

describe('a later message', () => {
  test.each<[string, object | string, string]>([
    ['no JSON', '{', 'Control request is malformed.'],
    ['another start', config, 'Control request invalid type.'],
    ['of a type that there is not', { type: 'flush' }, 'Control request invalid type.'],
    ['of a wrong type', { type: 'finalize', trailing_silence_ms: 'long' }, 'Control request is malformed.'],
  ])('that is %s ends the connection', async (_name, frame, message) => {
    const client = await begun();
    client.send(frame);
    expect(await failure(client)).toEqual([400, 'invalid_request', message]);
  });

  test('that is an empty text ends the stream; empty audio does not', async () => {
    const client = await begun();
    await client.sent(audio, Buffer.alloc(0));
    expect(client.messages.some(({ finished }) => finished)).toBe(false);
    client.send('');
    expect(await client.closed).toBe(1000);
    expect(client.messages.at(-1)).toEqual({
      tokens: [],
      final_audio_proc_ms: 100,
      total_audio_proc_ms: 100,
      finished: true,
    });
  });

  test('that ends a stream without audio is an error', async () => {
    const client = await begun();
    client.send('');
    expect(await failure(client)).toEqual([400, 'invalid_request', 'No audio received.']);
  });

  test.each([
    ['nothing that we know', Buffer.from('OggS and so on')],
    ['a head without an end', Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), Buffer.alloc(70_000, 'LIST')])],
  ])('of audio that is %s is an error', async (_name, bytes) => {
    const client = await begun({ audio_format: 'auto' });
    client.send(bytes);
    expect(await failure(client)).toEqual([400, 'invalid_request', 'Audio decode error']);
  });
});

describe('a key that comes with the connection', () => {
  const { api_key: _, ...keyless } = config;

  test('is good in the header, and needs none in the message', async () => {
    const client = await dial([], { authorization: 'Bearer good-key' });
    await client.sent(keyless, audio, '');
    await client.closed;
    expect(client.messages.at(-1)).toMatchObject({ finished: true });
  });

  test('is good as a subprotocol, which is never repeated', async () => {
    const client = await dial(['soniox-api-key', 'good-key']);
    expect(client.socket.protocol).toBe('soniox-api-key');
    await client.sent({ ...keyless, api_key: 'good-key' }, audio, '');
    await client.closed;
    expect(client.messages.at(-1)).toMatchObject({ finished: true });
  });

  test('that is none is refused on the open socket', async () => {
    const client = await dial([], { authorization: 'Bearer bad-key' });
    expect(await failure(client)).toEqual([401, 'unauthenticated', 'Invalid API key.']);
    expect(clock.pending).toBe(0);
  });

  test('must not come twice', async () => {
    const client = await dial(['soniox-api-key', 'good-key'], { authorization: 'Bearer good-key' });
    expect((await failure(client)).slice(0, 2)).toEqual([400, 'invalid_request']);
  });

  test('must not be another than that of the message', async () => {
    const client = await dial([], { authorization: 'Bearer good-key' });
    client.send({ ...config, api_key: 'bad-key' });
    expect((await failure(client)).slice(0, 2)).toEqual([400, 'invalid_request']);
  });

  test('lets the connection wait, as long as it says so', async () => {
    const client = await dial([], { authorization: 'Bearer good-key' });
    for (let round = 0; round < 3; round += 1) {
      await clock.advance(15_000);
      await client.sent({ type: 'keepalive' });
    }
    await client.sent(keyless, audio, '');
    await client.closed;
    expect(client.messages.at(-1)).toMatchObject({ finished: true });
  });

  test('is what lets it wait: another may not say that it does', async () => {
    const client = await dial();
    client.send({ type: 'keepalive' });
    expect((await failure(client)).slice(0, 2)).toEqual([400, 'model_not_available']);
  });

  test('is the only one from 15 January 2027 on', async () => {
    await cloud.close();
    await start({ soniox: { keysInMessages: false } });
    const late = await begun();
    expect((await failure(late)).slice(0, 2)).toEqual([401, 'unauthenticated']);
    const client = await dial([], { authorization: 'Bearer good-key' });
    await client.sent(keyless, audio, '');
    await client.closed;
    expect(client.errors).toEqual([]);
  });
});

describe('an account', () => {
  test('without credits is 402', async () => {
    await cloud.close();
    await start({ soniox: { credits: false } });
    expect((await failure(await begun())).slice(0, 2)).toEqual([402, 'organization_balance_exhausted']);
  });

  test('without access to a model is 400', async () => {
    await cloud.close();
    await start({ soniox: { models: ['stt-rt-v4'] } });
    expect((await failure(await begun())).slice(0, 2)).toEqual([400, 'model_not_available']);
    expect((await begun({ model: 'stt-rt-v4' })).errors).toEqual([]);
  });

  test('with one transcription too many is 429, until another ends', async () => {
    await cloud.close();
    await start({ soniox: { transcribeConcurrent: 1 } });
    const first = await begun();
    expect(await failure(await begun())).toEqual([
      429,
      'limit_exceeded',
      'Your project has exceeded max number of concurrent requests.',
    ]);
    first.socket.close();
    await expect.poll(() => cloud.sockets).toBe(0);
    expect((await begun()).errors).toEqual([]);
  });

  test('with too many requests in a minute is 429, until they are longer ago', async () => {
    await cloud.close();
    await start({ soniox: { requestsPerMinute: 2 } });
    await begun();
    await begun();
    expect((await failure(await begun()))[2]).toBe('Rate limit for your project has been exceeded.');
    await clock.advance(60_000);
    expect((await begun()).errors).toEqual([]);
  });
});
