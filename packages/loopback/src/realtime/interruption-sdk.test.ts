import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createCertificate } from '../__fixtures__/certificate.ts';
import type { TestCertificate } from '../__fixtures__/certificate.ts';
import { ManualClock } from '../__fixtures__/manual-clock.ts';
import { connectSdk } from '../__fixtures__/sdk-realtime.ts';
import type { SdkConversation } from '../__fixtures__/sdk-realtime.ts';
import { listenTo, microphone, millisecondsOf } from '../__fixtures__/speech.ts';
import type { Loopback, MindRequest } from '../cloud.ts';
import { scriptedMind } from '../mind/index.ts';
import { startLoopback } from '../server.ts';

let certificate: TestCertificate;
let clock: ManualClock;
let cloud: Loopback;
let sdk: SdkConversation;
/** What the mind was asked. */
let asked: MindRequest[];

beforeAll(async () => {
  certificate = await createCertificate();
});
beforeEach(async () => {
  clock = new ManualClock();
  asked = [];
  cloud = await startLoopback({
    voice: 'plain',
    tls: certificate.tls,
    clock,
    pace: { firstTokenMs: 50, tokenMs: 5, audioMs: 100 },
    mind: {
      reply(request) {
        asked.push(request);
        return scriptedMind.reply(request);
      },
    },
  });
  sdk = connectSdk({ url: cloud.url, ca: certificate.ca }, { model: 'gpt-realtime' });
  await sdk.next('session.created');
});
afterEach(async () => {
  await sdk.close();
  await cloud.close();
});

/** Lets time pass until the promise is settled. */
async function passing<T>(promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = (): void => void (settled = true);
  promise.then(done, done);
  while (!settled) await clock.advance(10);
  return promise;
}

/** A long reply of which some audio has been sent. */
async function beginStory(): Promise<string> {
  sdk.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Tell me a story.' }] },
  });
  sdk.send({ type: 'response.create' });
  for (let pieces = 0; pieces < 8; pieces += 1) await passing(sdk.next('response.output_audio.delta'));
  return sdk.all('response.output_item.added')[0]!.item.id!;
}

test('audio is paced by the clock, 100 ms at a time', async () => {
  await beginStory();
  const before = sdk.all('response.output_audio.delta').length;
  await clock.advance(1_000);
  for (let pieces = 0; pieces < 10; pieces += 1) await sdk.next('response.output_audio.delta');
  expect(sdk.all('response.output_audio.delta')).toHaveLength(before + 10);
});

test('the caller speaks: the reply is cancelled and ends in order', async () => {
  const itemId = await beginStory();
  for (const audio of await microphone('Stop it.', { leadMs: 0 }))
    sdk.send({ type: 'input_audio_buffer.append', audio });
  await passing(sdk.next('input_audio_buffer.speech_started'));
  const { response } = await passing(sdk.next('response.done'));
  expect(response).toMatchObject({
    status: 'cancelled',
    status_details: { type: 'cancelled', reason: 'turn_detected' },
    output: [{ id: itemId, status: 'incomplete' }],
  });
  const types = sdk.events.map(({ type }) => type);
  const ending = types.slice(
    types.indexOf('input_audio_buffer.speech_started') + 1,
    types.indexOf('response.done') + 1,
  );
  expect(ending.filter((type) => !type.startsWith('input_audio_buffer.'))).toEqual([
    'response.output_audio.done',
    'response.output_audio_transcript.done',
    'response.content_part.done',
    'conversation.item.done',
    'response.output_item.done',
    'response.done',
  ]);
  // The transcript is a word ahead of the audio at most: what was not begun was not said.
  const { transcript } = sdk.all('response.output_audio_transcript.done')[0]!;
  const heard = await listenTo(sdk.all('response.output_audio.delta'));
  expect(heard).toMatch(/^Once upon a time/);
  expect(transcript.startsWith(heard)).toBe(true);
  expect(transcript.slice(heard.length)).toMatch(/^\S*(?: \S*)?$/);
  // And the caller gets an answer.
  await passing(sdk.next('response.created'));
});

test('with interrupt_response off the reply goes on', async () => {
  const turn_detection = { type: 'server_vad', interrupt_response: false, create_response: false } as const;
  sdk.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } });
  await beginStory();
  for (const audio of await microphone('Hm.', { leadMs: 0 })) sdk.send({ type: 'input_audio_buffer.append', audio });
  await passing(sdk.next('input_audio_buffer.committed'));
  const { response } = await passing(sdk.next('response.done'));
  expect(response.status).toBe('completed');
});

test('truncation keeps what was heard and the mind forgets the rest', async () => {
  const itemId = await beginStory();
  sdk.send({ type: 'response.cancel' });
  await passing(sdk.next('response.done'));
  sdk.send({ type: 'conversation.item.truncate', item_id: itemId, content_index: 0, audio_end_ms: 500 });
  const truncated = await passing(sdk.next('conversation.item.truncated'));
  expect(truncated).toMatchObject({ item_id: itemId, content_index: 0, audio_end_ms: 500 });
  sdk.send({ type: 'conversation.item.retrieve', item_id: itemId });
  const { item } = await passing(sdk.next('conversation.item.retrieved'));
  const [part] = (item as { content: { audio?: string; transcript?: string }[] }).content;
  expect(part?.transcript).toBeUndefined();
  expect(millisecondsOf([{ delta: part!.audio! }])).toBe(500);

  sdk.send({ type: 'response.create', response: { output_modalities: ['text'] } });
  await passing(sdk.next('response.done'));
  // 500 ms are twelve and a half letters.
  expect(asked.at(-1)?.turns.at(-1)).toEqual({ role: 'assistant', text: 'Once upon a ' });
});

test('truncation beyond the audio that was sent is refused with both lengths', async () => {
  const itemId = await beginStory();
  sdk.send({ type: 'response.cancel' });
  await passing(sdk.next('response.done'));
  const sentMs = millisecondsOf(sdk.all('response.output_audio.delta'));
  sdk.send({ type: 'conversation.item.truncate', item_id: itemId, content_index: 0, audio_end_ms: sentMs + 1 });
  const { error } = await passing(sdk.next('error'));
  expect(error).toMatchObject({
    type: 'invalid_request_error',
    code: 'invalid_value',
    message: `Audio content of ${sentMs}ms is already shorter than ${sentMs + 1}ms`,
  });
  sdk.send({ type: 'conversation.item.truncate', item_id: itemId, content_index: 0, audio_end_ms: sentMs });
  await passing(sdk.next('conversation.item.truncated'));
});

test('response.cancel ends the response that runs, by id or the one in the conversation', async () => {
  await beginStory();
  const { response } = sdk.all('response.created')[0]!;
  sdk.send({ type: 'response.cancel', response_id: response.id });
  const done = await passing(sdk.next('response.done'));
  expect(done.response).toMatchObject({
    id: response.id,
    status: 'cancelled',
    status_details: { reason: 'client_cancelled' },
  });
  sdk.send({ type: 'response.cancel', event_id: 'too_late' });
  const { error } = await passing(sdk.next('error'));
  expect(error).toMatchObject({ code: 'response_cancel_not_active', event_id: 'too_late' });
});

test('a second response while one runs is refused by name and changes nothing', async () => {
  await beginStory();
  const { response } = sdk.all('response.created')[0]!;
  sdk.send({ type: 'response.create', event_id: 'again' });
  const { error } = await passing(sdk.next('error'));
  expect(error).toMatchObject({ code: 'conversation_already_has_active_response', event_id: 'again' });
  expect(error.message).toContain(response.id);
  expect((await passing(sdk.next('response.done'))).response.status).toBe('completed');
});

test('a message that is still being spoken can be truncated before or after the cancel has taken effect', async () => {
  const itemId = await beginStory();
  sdk.send({ type: 'response.cancel' });
  sdk.send({ type: 'conversation.item.truncate', item_id: itemId, content_index: 0, audio_end_ms: 300 });
  await passing(sdk.next('conversation.item.truncated'));
  await passing(sdk.next('response.done'));
  sdk.send({ type: 'conversation.item.retrieve', item_id: itemId });
  const { item } = await passing(sdk.next('conversation.item.retrieved'));
  const [part] = (item as { content: { audio?: string; transcript?: string }[] }).content;
  expect(part?.transcript).toBeUndefined();
  expect(millisecondsOf([{ delta: part!.audio! }])).toBe(300);
  expect(sdk.all('error')).toEqual([]);
});

test('a response created before the cancelled one is done is refused', async () => {
  await beginStory();
  sdk.send({ type: 'response.cancel' });
  sdk.send({ type: 'response.create' });
  // Time stands still, so the cancelled response cannot be done.
  const { error } = await sdk.next('error');
  expect(error.code).toBe('conversation_already_has_active_response');
  await passing(sdk.next('response.done'));
  sdk.send({ type: 'response.create' });
  await passing(sdk.next('response.created'));
  await passing(sdk.next('response.created'));
});

test('a mind that never answers does not keep a cancelled response open', async () => {
  await cloud.close();
  const silent = await startLoopback({
    voice: 'plain',
    tls: certificate.tls,
    mind: {
      reply: async function* () {
        await new Promise(() => {});
      },
    },
    pace: { firstTokenMs: 0 },
  });
  const caller = connectSdk({ url: silent.url, ca: certificate.ca }, { model: 'gpt-realtime' });
  await caller.next('session.created');
  caller.send({ type: 'response.create' });
  await caller.next('response.created');
  caller.send({ type: 'response.cancel' });
  const { response } = await caller.next('response.done');
  expect(response).toMatchObject({ status: 'cancelled', output: [] });
  await caller.close();
  await silent.close();
});

test('a mind that fails fails its response and not the session', async () => {
  await cloud.close();
  const broken = await startLoopback({
    voice: 'plain',
    tls: certificate.tls,
    mind: {
      reply: () => {
        throw new Error('out of words');
      },
    },
    pace: { firstTokenMs: 0 },
  });
  const caller = connectSdk({ url: broken.url, ca: certificate.ca }, { model: 'gpt-realtime' });
  await caller.next('session.created');
  caller.send({ type: 'response.create' });
  const { response } = await caller.next('response.done');
  expect(response).toMatchObject({
    status: 'failed',
    status_details: { type: 'failed', error: { type: 'server_error', code: 'server_error' } },
  });
  caller.send({ type: 'input_audio_buffer.clear' });
  await caller.next('input_audio_buffer.cleared');
  await caller.close();
  await broken.close();
});
