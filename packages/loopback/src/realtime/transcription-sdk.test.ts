import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createCertificate } from '../__fixtures__/certificate.ts';
import type { TestCertificate } from '../__fixtures__/certificate.ts';
import { connectSdk } from '../__fixtures__/sdk-realtime.ts';
import type { SdkConversation } from '../__fixtures__/sdk-realtime.ts';
import { microphone } from '../__fixtures__/speech.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';

let certificate: TestCertificate;
let cloud: Loopback;
let sdk: SdkConversation;

beforeAll(async () => {
  certificate = await createCertificate();
  cloud = await startLoopback({ voice: 'plain', tls: certificate.tls, pace: { tokenMs: 0 } });
});
afterAll(() => cloud.close());
afterEach(() => sdk.close());

type Input = NonNullable<
  Extract<Parameters<SdkConversation['send']>[0], { type: 'session.update' }>['session']['audio']
>['input'];

async function open(input?: Input, include?: ['item.input_audio_transcription.logprobs']): Promise<void> {
  sdk = connectSdk({ url: cloud.url, ca: certificate.ca }, { intent: 'transcription' });
  await sdk.next('session.created');
  if (!input) return;
  sdk.send({ type: 'session.update', session: { type: 'transcription', audio: { input }, include } });
  await sdk.next('session.updated');
}

async function speak(text: string): Promise<void> {
  for (const audio of await microphone(text)) sdk.send({ type: 'input_audio_buffer.append', audio });
}

test('a session starts as the live service shows it', async () => {
  await open();
  expect(sdk.all('session.created')[0]!.session).toMatchObject({
    type: 'transcription',
    object: 'realtime.transcription_session',
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24_000 },
        transcription: null,
        noise_reduction: null,
        turn_detection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 200 },
      },
    },
    include: null,
  });
  const upgrade = cloud.requests.at(-1);
  expect(upgrade).toMatchObject({ kind: 'upgrade', path: '/v1/realtime', query: '?intent=transcription' });
});

test('turns are told apart by turn detection and told word by word after each', async () => {
  await open({
    transcription: { model: 'gpt-4o-mini-transcribe', language: 'en' },
    turn_detection: { type: 'server_vad' },
  });
  await speak('One for sorrow.');
  await speak('Two for joy.');
  const first = await sdk.next('conversation.item.input_audio_transcription.completed');
  const second = await sdk.next('conversation.item.input_audio_transcription.completed');
  expect([first.transcript, second.transcript]).toEqual(['One for sorrow.', 'Two for joy.']);
  const committed = sdk.all('input_audio_buffer.committed');
  expect(committed.map(({ item_id, previous_item_id }) => [item_id, previous_item_id])).toEqual([
    [first.item_id, null],
    [second.item_id, first.item_id],
  ]);
  const types = sdk.events.map(({ type }) => type);
  expect(types.slice(2, 10)).toEqual([
    'input_audio_buffer.speech_started',
    'input_audio_buffer.speech_stopped',
    'input_audio_buffer.committed',
    'conversation.item.added',
    'conversation.item.done',
    'conversation.item.input_audio_transcription.delta',
    'conversation.item.input_audio_transcription.delta',
    'conversation.item.input_audio_transcription.delta',
  ]);
  expect(first.usage).toMatchObject({ type: 'tokens' });
  expect(types.filter((type) => type.startsWith('response.'))).toEqual([]);
});

test('whisper tells everything at once and bills by the second', async () => {
  await open({ transcription: { model: 'whisper-1' }, turn_detection: null });
  await speak('Three for a girl.');
  sdk.send({ type: 'input_audio_buffer.commit' });
  const { transcript, usage } = await sdk.next('conversation.item.input_audio_transcription.completed');
  expect(transcript).toBe('Three for a girl.');
  expect(usage).toEqual({ type: 'duration', seconds: 2 });
  expect(sdk.all('conversation.item.input_audio_transcription.delta')).toHaveLength(1);
});

test('a streaming model tells words while they are said and has no turn detection', async () => {
  await open({ transcription: { model: 'gpt-realtime-whisper' } });
  expect(sdk.all('session.updated')[0]!.session.audio?.input?.turn_detection).toBeNull();
  await speak('Four for a boy.');
  const delta = await sdk.next('conversation.item.input_audio_transcription.delta');
  expect(delta.delta).toBe('Four ');
  expect(sdk.all('input_audio_buffer.committed')).toEqual([]);
  sdk.send({ type: 'input_audio_buffer.commit' });
  const { item_id } = await sdk.next('input_audio_buffer.committed');
  expect(item_id).toBe(delta.item_id);
  const { transcript } = await sdk.next('conversation.item.input_audio_transcription.completed');
  expect(transcript).toBe('Four for a boy.');
  expect(sdk.all('input_audio_buffer.speech_started')).toEqual([]);
});

test('turn detection on a streaming model is refused', async () => {
  await open();
  sdk.send({
    type: 'session.update',
    session: {
      type: 'transcription',
      audio: { input: { transcription: { model: 'gpt-realtime-whisper' }, turn_detection: { type: 'server_vad' } } },
    },
  });
  expect((await sdk.next('error')).error).toMatchObject({ param: 'session.audio.input.turn_detection' });
});

test('a prompt for a model that takes none is refused', async () => {
  await open();
  const transcription = { model: 'gpt-realtime-whisper', prompt: 'Birds.' };
  sdk.send({ type: 'session.update', session: { type: 'transcription', audio: { input: { transcription } } } });
  expect((await sdk.next('error')).error).toMatchObject({ param: 'session.audio.input.transcription.prompt' });
});

test('the newest models tell which languages they heard', async () => {
  await open({ transcription: { model: 'gpt-transcribe', languages: ['de', 'en'] } });
  await speak('Eins, two.');
  const { languages } = await sdk.next('conversation.item.input_audio_transcription.completed');
  expect(languages).toEqual([{ code: 'de' }, { code: 'en' }]);
});

test('who speaks is told before the transcript', async () => {
  await open({ transcription: { model: 'gpt-4o-transcribe-diarize' } });
  await speak('Who is it? Me.');
  const { item_id } = await sdk.next('conversation.item.input_audio_transcription.completed');
  const segments = sdk.all('conversation.item.input_audio_transcription.segment');
  expect(segments).toMatchObject([
    { item_id, speaker: 'A', text: 'Who is it? ', start: 0 },
    { item_id, speaker: 'B', text: 'Me.', start: segments[0]!.end },
  ]);
});

test('log probabilities come when they are asked for', async () => {
  await open({ transcription: { model: 'gpt-4o-transcribe' } }, ['item.input_audio_transcription.logprobs']);
  await speak('Five for silver.');
  const { logprobs } = await sdk.next('conversation.item.input_audio_transcription.completed');
  expect(logprobs?.map(({ token }) => token).join('')).toBe('Five for silver.');
});

test('without a transcription model audio is taken and nothing is told', async () => {
  await open();
  await speak('Six for gold.');
  await sdk.next('input_audio_buffer.committed');
  sdk.send({ type: 'input_audio_buffer.clear' });
  await sdk.next('input_audio_buffer.cleared');
  expect(sdk.all('conversation.item.input_audio_transcription.completed')).toEqual([]);
});

test('an ear that fails is told for the item it failed on', async () => {
  const deaf = await startLoopback({
    voice: 'plain',
    tls: certificate.tls,
    ear: { listen: () => Promise.reject(new Error('deaf')), close: () => Promise.resolve() },
  });
  sdk = connectSdk({ url: deaf.url, ca: certificate.ca }, { intent: 'transcription' });
  sdk.socket.socket.once('open', () => {
    const input = { transcription: { model: 'whisper-1' }, turn_detection: null } as const;
    sdk.send({ type: 'session.update', session: { type: 'transcription', audio: { input } } });
  });
  await sdk.next('session.updated');
  await speak('Seven for a secret.');
  sdk.send({ type: 'input_audio_buffer.commit' });
  const { item_id } = await sdk.next('input_audio_buffer.committed');
  const failed = await sdk.next('conversation.item.input_audio_transcription.failed');
  expect(failed).toMatchObject({ item_id, content_index: 0 });
  await deaf.close();
});

test('responses belong to conversations', async () => {
  await open();
  sdk.send({ type: 'response.create' });
  expect((await sdk.next('error')).error).toMatchObject({ type: 'invalid_request_error', param: 'type' });
  sdk.send({ type: 'session.update', session: { type: 'realtime' } });
  expect((await sdk.next('error')).error.message).toBe(
    'Passing a realtime session update event to a transcription session is not allowed.',
  );
});
