import { AuthError, SonioxHttpError } from '@soniox/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SdkSpeech, SdkTranscription, sonioxClient } from '../../__fixtures__/sdk-soniox.ts';
import { understand } from '../../__fixtures__/speech-of.ts';
import type { Loopback } from '../../cloud.ts';
import { startLoopback } from '../../server.ts';

const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };

let cloud: Loopback;
beforeAll(async () => {
  cloud = await startLoopback({ voice: 'plain', pace, keys: ['good-key'] });
});
afterAll(() => cloud.close());

const client = (key = 'good-key'): ReturnType<typeof sonioxClient> => sonioxClient(cloud.origin, key);

interface Refusal {
  status: number;
  body: { error_type?: string; error_message?: string; validation_errors?: { location: string }[] };
}

async function refusalOf(request: Promise<unknown>): Promise<Refusal> {
  const error = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SonioxHttpError);
  const { statusCode, bodyText } = error as SonioxHttpError;
  expect(bodyText).not.toMatch(/good-key|bad-key/);
  return { status: statusCode!, body: JSON.parse(bodyText!) as Refusal['body'] };
}

describe('speech', () => {
  test('comes whole, and as a WAV where nothing else is asked for', async () => {
    const audio = Buffer.from(await client().tts.generate({ text: 'Where is the station?', voice: 'Adrian' }));
    expect(audio.toString('latin1', 0, 4)).toBe('RIFF');
    expect(await understand(audio.subarray(44))).toBe('Where is the station?');
  });

  test.each([
    ['pcm_s16le', 'linear16', 16_000],
    ['pcm_f32le', 'linear32', 24_000],
    ['pcm_mulaw', 'mulaw', 8_000],
    ['pcm_alaw', 'alaw', 8_000],
  ] as const)('comes in pieces, as %s (%s) at %d Hz', async (audio_format, encoding, sampleRate) => {
    const pieces: Uint8Array[] = [];
    const options = { text: 'good morning', voice: 'Maya', audio_format, sample_rate: sampleRate };
    for await (const piece of client().tts.generateStream(options)) pieces.push(piece);
    expect(await understand(Buffer.concat(pieces), { encoding, sampleRate })).toBe('good morning');
  });

  test('comes with its bytes the other way round, if that is asked for', async () => {
    const options = { text: 'good morning', voice: 'Maya', audio_format: 'pcm_s16be', sample_rate: 16_000 };
    const audio = Buffer.from(await client().tts.generate(options));
    expect(await understand(audio.swap16(), { sampleRate: 16_000 })).toBe('good morning');
  });

  test.each<[string, object, number, string, string]>([
    ['without text', { text: '' }, 400, 'invalid_request', 'Missing required field: text'],
    ['of too much text', { text: 'x'.repeat(5_001) }, 400, 'invalid_request', 'Text is too long (max length 5000).'],
    ['by nobody', { voice: '' }, 400, 'invalid_request', 'Missing required field: voice'],
    ['by a model that is none', { model: 'tts-none' }, 400, 'model_not_available', 'Invalid model specified.'],
    ['that is too slow', { speed: 0.69 }, 400, 'invalid_request', 'Invalid speed: must be between 0.7 and 1.3.'],
  ])('%s is refused', async (_name, change, status, type, message) => {
    const refusal = await refusalOf(client().tts.generate({ text: 'Hello.', voice: 'Adrian', ...change }));
    expect([refusal.status, refusal.body.error_type, refusal.body.error_message]).toEqual([status, type, message]);
  });

  test('with a wrong key is 401', async () => {
    const refusal = await refusalOf(client('bad-key').tts.generate({ text: 'Hello.', voice: 'Adrian' }));
    expect([refusal.status, refusal.body.error_message]).toEqual([401, 'Invalid API key.']);
  });

  test.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a wrong type', '{"model":{},"language":"en","voice":"Adrian","audio_format":"wav","text":"Hello."}'],
  ])('for a body that is %s is 400', async (_name, body) => {
    const headers = { authorization: 'Bearer good-key', 'content-type': 'application/json' };
    const response = await fetch(`${cloud.origin}/tts`, { method: 'POST', headers, body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error_code: 400, error_type: 'invalid_request' });
  });
});

describe('a temporary key', () => {
  const stt = { model: 'stt-rt-v5' } as const;
  const voice = { model: 'tts-rt-v2', language: 'en', voice: 'Adrian', audio_format: 'pcm_s16le' } as const;

  /** How a transcription that is given no audio ends: with that complaint only if its key is good. */
  async function endOf(key: string): Promise<string> {
    const sdk = await SdkTranscription.open(client(key), stt);
    await sdk.session.finish().catch(() => {});
    await sdk.over;
    return sdk.errors[0]!.message;
  }

  test('opens streams of its kind only, for its time', async () => {
    const { api_key, expires_at } = await client().auth.createTemporaryKey({
      usage_type: 'transcribe_websocket',
      expires_in_seconds: 60,
      client_reference_id: 'call-1',
    });
    expect(Math.abs(Date.parse(expires_at) - Date.now() - 60_000)).toBeLessThan(10_000);
    expect(await endOf(api_key)).toBe('No audio received.');
    expect(await endOf(api_key)).toBe('No audio received.');
    const speech = new SdkSpeech(await client(api_key).realtime.tts(voice));
    expect(await speech.failed).toBeInstanceOf(AuthError);
    speech.stream.close();
    const { status } = await refusalOf(client(api_key).tts.generate({ text: 'Hello.', voice: 'Adrian' }));
    expect(status).toBe(401);
  });

  test('speaks, on a socket and over HTTP', async () => {
    const { api_key } = await client().auth.createTemporaryKey({ usage_type: 'tts_rt', expires_in_seconds: 60 });
    const speech = new SdkSpeech(await client(api_key).realtime.tts(voice));
    speech.stream.sendText('Hello.', { end: true });
    await speech.terminated;
    expect(await understand(speech.audio)).toBe('Hello.');
    speech.stream.close();
    expect(await client(api_key).tts.generate({ text: 'Hello.', voice: 'Adrian' })).not.toHaveLength(0);
    expect(await endOf(api_key)).toBe('Invalid/expired temporary API key.');
  });

  test('opens one stream, if it is for a single use', async () => {
    const { api_key } = await client().auth.createTemporaryKey({
      usage_type: 'transcribe_websocket',
      expires_in_seconds: 60,
      single_use: true,
    });
    expect(await endOf(api_key)).toBe('No audio received.');
    expect(await endOf(api_key)).toBe('Invalid/expired temporary API key.');
  });

  test('lends no other', async () => {
    const { api_key } = await client().auth.createTemporaryKey({ usage_type: 'tts_rt', expires_in_seconds: 60 });
    const request = client(api_key).auth.createTemporaryKey({ usage_type: 'tts_rt', expires_in_seconds: 60 });
    expect(await refusalOf(request)).toMatchObject({ status: 401, body: { error_type: 'unauthenticated' } });
  });

  test.each<[string, object, string]>([
    ['of a kind that there is not', { usage_type: 'everything' }, 'body.payload.usage_type'],
    ['without a time', { expires_in_seconds: null }, 'body.payload.expires_in_seconds'],
    ['for too long', { expires_in_seconds: 3_601 }, 'body.payload.expires_in_seconds'],
    ['with too long a reference', { client_reference_id: 'x'.repeat(257) }, 'body.payload.client_reference_id'],
    ['for perhaps one use', { single_use: 'perhaps' }, 'body.payload.single_use'],
    ['for too long a session', { max_session_duration_seconds: 18_001 }, 'body.payload.max_session_duration_seconds'],
  ])('%s is refused by the name of the field', async (_name, change, location) => {
    const body = JSON.stringify({ usage_type: 'tts_rt', expires_in_seconds: 60, ...change });
    const headers = { authorization: 'Bearer good-key', 'content-type': 'application/json' };
    const response = await fetch(`${cloud.origin}/v1/auth/temporary-api-key`, { method: 'POST', headers, body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      status_code: 400,
      error_type: 'invalid_request',
      validation_errors: [{ location }],
    });
  });
});

test('the models that speak are listed, and a wrong key is told so', async () => {
  const [model] = await client().tts.listModels();
  expect(model).toMatchObject({ id: 'tts-rt-v2', supports_timestamps: true, speed_max: 1.3 });
  expect(model!.voices.map(({ id }) => id)).toContain('Adrian');
  expect(await refusalOf(client('bad-key').tts.listModels())).toMatchObject({
    status: 401,
    body: { error_type: 'unauthenticated', validation_errors: [] },
  });
});

test('the streams that are open are counted, and their limits told', async () => {
  const small = await startLoopback({ voice: 'plain', pace, soniox: { transcribeConcurrent: 4 } });
  const sdk = await SdkTranscription.open(sonioxClient(small.origin), { model: 'stt-rt-v5' });
  const speech = await sonioxClient(small.origin).realtime.tts({
    model: 'tts-rt-v2',
    language: 'en',
    voice: 'Adrian',
    audio_format: 'wav',
  });
  const read = async (): Promise<unknown> => (await sonioxClient(small.origin).concurrencyLimits.get()).project;
  await expect.poll(read).toEqual({
    current: { transcribe_concurrent: 1, tts_concurrent: 1 },
    limits: { transcribe_concurrent: 4, tts_concurrent: null },
  });
  sdk.session.close();
  speech.close();
  await expect.poll(read).toMatchObject({ current: { transcribe_concurrent: 0, tts_concurrent: 0 } });
  await small.close();
});

test.each([
  ['GET', '/tts', 405],
  ['POST', '/v1/tts-models', 405],
  ['GET', '/transcribe-websocket', 405],
])('%s %s is not served', async (method, path, status) => {
  const response = await fetch(cloud.origin + path, { method, headers: { authorization: 'Bearer good-key' } });
  expect(response.status).toBe(status);
  await response.body?.cancel();
});
