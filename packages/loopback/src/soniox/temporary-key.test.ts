import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../__fixtures__/manual-clock.ts';
import { sonioxClient } from '../__fixtures__/sdk-soniox.ts';
import { SonioxSocket } from '../__fixtures__/soniox-socket.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';

let clock: ManualClock;
let cloud: Loopback;
beforeEach(async () => {
  clock = new ManualClock();
  cloud = await startLoopback({ voice: 'plain', clock });
});
afterEach(() => cloud.close());

type Request = Parameters<ReturnType<typeof sonioxClient>['auth']['createTemporaryKey']>[0];

async function lend(request: Partial<Request>): Promise<string> {
  const client = sonioxClient(cloud.origin);
  const { api_key, expires_at } = await client.auth.createTemporaryKey({
    usage_type: 'transcribe_websocket',
    expires_in_seconds: 60,
    ...request,
  });
  expect(Date.parse(expires_at)).toBe(clock.wallClock() + (request.expires_in_seconds ?? 60) * 1_000);
  return api_key;
}

const transcribe = { model: 'stt-rt-v5', audio_format: 'auto' };
const speak = {
  model: 'tts-rt-v2',
  language: 'en',
  voice: 'Adrian',
  audio_format: 'wav',
  stream_id: 'one',
};

async function begun(path: string, first: object): Promise<SonioxSocket> {
  const client = await new SonioxSocket(cloud.origin + path).opened();
  await client.sent(first);
  return client;
}

test('expires, for streams that begin and not for those that have', async () => {
  const api_key = await lend({ expires_in_seconds: 10 });
  const early = await begun('/transcribe-websocket', { ...transcribe, api_key });
  await clock.advance(10_000);
  const late = await begun('/transcribe-websocket', { ...transcribe, api_key });
  await late.closed;
  expect(late.errors).toMatchObject([{ error_code: 401, error_message: 'Invalid/expired temporary API key.' }]);
  await early.sent(Buffer.from('RIFF'));
  expect(early.errors).toEqual([]);
});

test('ends a transcription that lasts longer than it may: 403', async () => {
  const api_key = await lend({ max_session_duration_seconds: 15 });
  const client = await begun('/transcribe-websocket', { ...transcribe, api_key });
  await clock.advance(14_999);
  expect(client.errors).toEqual([]);
  await clock.advance(1);
  expect(await client.closed).toBe(1000);
  expect(client.errors).toMatchObject([{ error_code: 403, error_type: 'temp_api_key_session_expired' }]);
  expect(clock.pending).toBe(0);
});

test('ends a stream of speech likewise, and its connection does not end', async () => {
  const api_key = await lend({ usage_type: 'tts_rt', max_session_duration_seconds: 3 });
  const client = await begun('/tts-websocket', { ...speak, api_key });
  await clock.advance(3_000);
  await expect.poll(() => client.messages.at(-1)).toEqual({ stream_id: 'one', terminated: true });
  expect(client.errors).toMatchObject([{ stream_id: 'one', error_type: 'temp_api_key_session_expired' }]);
  await client.sent({ ...speak, api_key, stream_id: 'two' });
  expect(client.errors).toHaveLength(1);
});

test('works as a subprotocol', async () => {
  const api_key = await lend({});
  const client = await new SonioxSocket(`${cloud.origin}/transcribe-websocket`, ['soniox-api-key', api_key]).opened();
  await client.sent(transcribe, Buffer.from('RIFF'));
  expect(client.errors).toEqual([]);
});
