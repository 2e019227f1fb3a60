import { QuotaError } from '@soniox/node';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SdkSpeech, SdkTranscription, sonioxClient } from '../__fixtures__/sdk-soniox.ts';
import { SonioxSocket } from '../__fixtures__/soniox-socket.ts';
import { observe, until } from '../__fixtures__/observe.ts';
import { inPieces, speechOf, understand } from '../__fixtures__/speech-of.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function start(...faults: string[]): Promise<Loopback> {
  const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };
  const cloud = await startLoopback({ voice: 'plain', pace, faults });
  open.push(cloud);
  return cloud;
}

/** Has a few words transcribed, and tells what came of it. */
async function transcribe(cloud: Loopback): Promise<SonioxSocket> {
  const client = await new SonioxSocket(`${cloud.origin}/transcribe-websocket`).opened();
  open.push({ close: () => client.socket.terminate() });
  const config = {
    api_key: 'key',
    model: 'stt-rt-v5',
    audio_format: 'pcm_s16le',
    sample_rate: 16_000,
    num_channels: 1,
  };
  client.send({ ...config, enable_endpoint_detection: true }, await speechOf('Hello.', { tailMs: 1_000 }), '');
  return client;
}

/** Has two streams say something, one after the other. */
async function speak(cloud: Loopback): Promise<SonioxSocket> {
  const client = await new SonioxSocket(`${cloud.origin}/tts-websocket`).opened();
  open.push({ close: () => client.socket.terminate() });
  const config = { api_key: 'key', model: 'tts-rt-v2', language: 'en', voice: 'Adrian', audio_format: 'pcm_s16le' };
  for (const stream_id of ['one', 'two']) {
    client.send({ ...config, stream_id }, { stream_id, text: 'Hello.', text_end: true });
  }
  return client;
}

const told = (client: SonioxSocket): string[] =>
  client.messages.map((message) => {
    if (message.error_code !== undefined) return `${message.stream_id ?? ''}!${message.error_code}`;
    if (message.tokens) return message.finished ? 'finished' : (message.tokens.at(-1)?.text ?? 'nothing');
    if (message.terminated) return `${message.stream_id} ends`;
    return `${message.stream_id}${message.audio_end ? ' last' : ''}`;
  });

test.each([
  ['error-after-open:1008', ['!503'], 1008],
  ['error-after-open:1000,kind=fatal', ['!402'], 1000],
  ['error-event:finished,kind=rate-limit,instead=true', ['!429'], 1000],
  ['expire:1', ['!413'], 1000],
  ['close-before-first-event:4001', [], 4001],
  ['drop-at:<end>', ['.'], 1006],
  ['close-after:<end>,code=1012', ['<end>'], 1012],
  ['lose-first-event', ['finished'], 1000],
  ['orphan:finished', ['finished', '<fin>'], 1000],
  ['duplicate:finished', ['finished', 'finished'], 1000],
])('on a transcription, %s is what a client sees', async (fault, ends, code) => {
  const client = await transcribe(await start(fault));
  expect(await client.closed).toBe(code);
  const words = told(client);
  expect(ends.length === 0 ? words : words.slice(-ends.length)).toEqual(ends);
});

test.each([
  ['error-after-open:1011', ['!503'], 1011],
  ['expire:terminated', ['!408'], 1001],
  ['drop-after:terminated', ['one ends'], 1006],
  ['close-after:audio_end#2,code=1012', ['two last'], 1012],
])('on speech, %s is what a client sees', async (fault, ends, code) => {
  const client = await speak(await start(fault));
  expect(await client.closed).toBe(code);
  const words = told(client);
  expect(words.slice(-ends.length)).toEqual(ends);
});

test('what the client says has a name too, whatever it says', async () => {
  const client = await new SonioxSocket(`${(await start('drop-after:finalize')).origin}/transcribe-websocket`).opened();
  const config = { api_key: 'key', model: 'stt-rt-v5', audio_format: 'auto', tokens: [null, 7] };
  await client.sent(config, { type: 'keepalive' });
  expect(client.messages).toEqual([]);
  client.send({ type: 'finalize' });
  expect(await client.closed).toBe(1006);
});

test('an error of a stream is that of the stream beside whose message it comes, and the other speaks', async () => {
  const client = await speak(await start('error-event:audio,kind=server'));
  await until(() => told(client).includes('two ends'));
  const [failed] = client.errors;
  expect(client.errors).toMatchObject([{ error_code: 503, error_type: 'service_unavailable' }]);
  expect(failed!.stream_id).toBe('one');
});

test('a stream that nobody began, a message twice, and one that is lost are all there is', async () => {
  const client = await speak(await start('orphan:terminated', 'duplicate:terminated#2'));
  await until(() => told(client).filter((each) => each.endsWith('ends')).length === 3);
  expect(client.messages.some(({ stream_id }) => stream_id === 'nobody-knows')).toBe(true);
  expect(told(client).filter((each) => each.endsWith('ends'))).toEqual(['one ends', 'two ends', 'two ends']);
});

test('a refusal before the 101, and of speech over HTTP, is in the words of Soniox', async () => {
  const cloud = await start('refuse:429,times=2');
  const seen = observe(new WebSocket(`${cloud.origin.replace('http', 'ws')}/tts-websocket`));
  await until(() => seen.answer !== undefined);
  expect(JSON.parse(seen.answer!.body)).toMatchObject({ error_code: 429, error_type: 'limit_exceeded' });
  const request = sonioxClient(cloud.origin).tts.generate({ text: 'Hello.', voice: 'Adrian' });
  await expect(request).rejects.toMatchObject({ statusCode: 429, bodyText: expect.stringContaining('limit_exceeded') });
});

test('the SDK makes of them what it makes of the real ones', async () => {
  const cloud = await start('error-event:tokens,kind=fatal', 'error-event:audio,kind=rate-limit');
  const client = sonioxClient(cloud.origin);
  const sdk = await SdkTranscription.open(client, {
    model: 'stt-rt-v5',
    audio_format: 'pcm_s16le',
    sample_rate: 16_000,
    num_channels: 1,
  });
  for (const piece of inPieces(await speechOf('Hello.'))) sdk.session.sendAudio(piece);
  await sdk.over;
  expect(sdk.errors[0]).toBeInstanceOf(QuotaError);

  const connection = await client.realtime.tts.multiStream();
  open.push(connection);
  const voice = { model: 'tts-rt-v2', language: 'en', voice: 'Adrian', audio_format: 'pcm_s16le' } as const;
  const failing = new SdkSpeech(await connection.stream(voice));
  failing.stream.sendText('Hello.', { end: true });
  expect(await failing.failed).toBeInstanceOf(QuotaError);
  const living = new SdkSpeech(await connection.stream(voice));
  living.stream.sendText('Still here.', { end: true });
  await living.terminated;
  expect(await understand(living.audio)).toBe('Still here.');
});
