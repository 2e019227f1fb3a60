import { once } from 'node:events';
import type { ClientEvent } from 'openai-7/resources/live/live';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createCertificate } from '../__fixtures__/certificate.ts';
import type { TestCertificate } from '../__fixtures__/certificate.ts';
import { ManualClock } from '../__fixtures__/manual-clock.ts';
import { SdkLive } from '../__fixtures__/sdk-live.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';

let certificate: TestCertificate;
let clock: ManualClock;
let cloud: Loopback;
let sdk: SdkLive;

beforeAll(async () => {
  certificate = await createCertificate();
});
beforeEach(async () => {
  clock = new ManualClock();
  cloud = await startLoopback({ voice: 'plain', tls: certificate.tls, clock, keys: ['good-key'] });
  sdk = new SdkLive({ url: cloud.url, ca: certificate.ca, apiKey: 'good-key' });
});
afterEach(() => cloud.close());

/** Sent as it is: the tests say what the types forbid. */
const send = (event: Record<string, unknown>): void => sdk.send(event as unknown as ClientEvent);
const start = (session: Record<string, unknown> = {}): void =>
  send({ type: 'session.start', event_id: 'start', session: { model: 'gpt-live-1', ...session } });
const message = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });

test('a session lives two hours, says so, and ends with session.closed and 1000', async () => {
  start();
  const { session } = await sdk.next('session.started');
  expect(session.expires_at).toBe((clock.wallClock() + 7_200_000) / 1_000);
  await clock.advance(7_199_999);
  expect(cloud.sockets).toBe(1);
  await clock.advance(1);
  expect(await sdk.next('session.closed')).toMatchObject({ reason: 'expired', usage: { seconds: 0 } });
  expect((await sdk.closed).code).toBe(1000);
});

test.each([
  ['a voice that it does not have', { audio: { output: { voice: 'onyx' } } }, 'forbidden'],
  ['another model', { model: 'gpt-realtime' }, 'invalid_model'],
  ['an unknown field', { tools: [] }, 'unknown_parameter'],
  ['a rate that PCM does not have', { audio: { format: { type: 'audio/pcm', rate: 8_000 } } }, 'invalid_value'],
  ['129 messages of history', { input: Array.from({ length: 129 }, () => message('Hi.')) }, 'array_above_max_length'],
  ['more than 8,192 tokens of history', { input: [message('x'.repeat(32_800))] }, 'string_above_max_length'],
  ['more than 16,384 tokens of instructions', { instructions: 'x'.repeat(65_600) }, 'string_above_max_length'],
  ['two parts in a message', { input: [{ role: 'user', content: [{ text: 'a' }, { text: 'b' }] }] }, 'invalid_value'],
  ['a backend without a model', { delegation: { type: 'responses', responses: {} } }, 'missing_required_parameter'],
])('a start is refused: %s', async (_name, session, code) => {
  start(session);
  expect((await sdk.next('error')).error).toMatchObject({
    type: 'invalid_request_error',
    code,
    client_event_id: 'start',
  });
  expect(await sdk.closed).toEqual({ code: 4000, reason: `invalid_request_error.${code}` });
});

test('128 messages and a custom voice are taken', async () => {
  start({ input: Array.from({ length: 128 }, () => message('Hi.')), audio: { output: { voice: { id: 'voice_1' } } } });
  expect((await sdk.next('session.started')).session.input).toHaveLength(128);
});

test('a wrong key is refused with HTTP 401', async () => {
  const socket = new WebSocket(`${cloud.url.replace('http', 'ws')}/live/sessions`, {
    ca: certificate.ca,
    headers: { authorization: 'Bearer wrong-key' },
  });
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(401);
  socket.on('error', () => {}).terminate();
});

test.each(['attach', 'fork'])('nobody can %s what does not run and was not stored', async (verb) => {
  start();
  const { session } = await sdk.next('session.started');
  const id = verb === 'fork' ? session.id : 'live_none';
  const socket = new WebSocket(`${cloud.url.replace('http', 'ws')}/live/sessions/${id}/${verb}`, {
    ca: certificate.ca,
    headers: { authorization: 'Bearer good-key' },
  });
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(404);
  socket.on('error', () => {}).terminate();
});

test('commands are refused by name, and the session goes on', async () => {
  const refused = async (event: Record<string, unknown>) => {
    send({ event_id: 'e', ...event });
    return (await sdk.next('error')).error;
  };
  expect(await refused({ type: 'session.input_audio.mute' })).toMatchObject({ code: 'session_not_started' });
  start({ delegation: { type: 'client' } });
  await sdk.next('session.started');
  expect(await refused({ type: 'session.start', session: { model: 'gpt-live-1' } })).toMatchObject({
    code: 'session_already_started',
  });
  // Word for word what the service said to MemberJunction/MJ#4397.
  expect((await refused({ type: 'conversation.item.create' })).message).toBe(
    "Invalid value: 'conversation.item.create'. Supported values are: 'session.start', 'session.update', " +
      "'session.input_audio.append', 'session.input_audio.mute', 'session.input_audio.unmute', " +
      "'session.instructions.append', 'session.thinking.append', 'session.commentary.append', " +
      "'response.item.create', 'response.create', and 'session.close'.",
  );
  const append = { type: 'session.thinking.append', delegation_id: null };
  expect(await refused({ ...append, content: 'x'.repeat(2_004) })).toMatchObject({ param: 'content' });
  expect(await refused({ type: append.type, content: 'x' })).toMatchObject({ param: 'delegation_id' });
  expect(await refused({ ...append, delegation_id: 'dlg_none', content: 'x' })).toMatchObject({
    param: 'delegation_id',
  });
  expect(await refused({ type: 'response.create' })).toMatchObject({
    message: expect.stringMatching('Responses') as string,
  });
  expect(
    await refused({ type: 'session.update', session: { delegation: { type: 'responses', responses: {} } } }),
  ).toMatchObject({ param: 'session.delegation.type' });
  expect(await refused({ type: 'session.update', session: { instructions: 'New.' } })).toMatchObject({
    code: 'unknown_parameter',
    client_event_id: 'e',
  });
  sdk.socket.sendRaw('no JSON');
  expect((await sdk.next('error')).error.code).toBe('invalid_json');
  sdk.socket.sendRaw(Buffer.from([1]));
  expect((await sdk.next('error')).error.code).toBe('invalid_event');
  send({ type: 'session.input_audio.mute' });
  await sdk.next('session.input_audio.muted');
});

test('an output for a call that is not open is refused', async () => {
  start({ delegation: { type: 'responses', responses: { model: 'gpt-5.6-luna' } } });
  await sdk.next('session.started');
  send({ type: 'response.item.create', item: { type: 'function_call_output', call_id: 'call_1', output: 'x' } });
  expect((await sdk.next('error')).error.message).toContain('call_1');
});
