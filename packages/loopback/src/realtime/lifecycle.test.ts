import { once } from 'node:events';
import type { RealtimeClientEvent, RealtimeServerEvent } from 'openai-7/resources/realtime/realtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Inbox } from '../__fixtures__/inbox.ts';
import { ManualClock } from '../__fixtures__/manual-clock.ts';
import { microphone, silence } from '../__fixtures__/speech.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';

let clock: ManualClock;
let cloud: Loopback;

beforeEach(async () => {
  clock = new ManualClock();
  cloud = await startLoopback({
    voice: 'plain',
    clock,
    keys: ['good-key'],
    pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 },
  });
});
afterEach(() => cloud.close());

interface DialOptions {
  /** Empty: none. */
  key?: string;
  protocols?: string[];
  headers?: Record<string, string>;
}

/** A socket of no library's making. */
class Caller extends Inbox {
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(query: string, { key = 'good-key', protocols = [], headers = {} }: DialOptions) {
    super();
    const all: Record<string, string> = key ? { authorization: `Bearer ${key}`, ...headers } : headers;
    this.socket = new WebSocket(`${cloud.url.replace('http', 'ws')}/realtime${query}`, protocols, { headers: all });
    this.socket.on('message', (data: Buffer) => this.add(JSON.parse(data.toString()) as RealtimeServerEvent));
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => {
        this.end(String(code));
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  send(event: RealtimeClientEvent): void {
    this.socket.send(JSON.stringify(event));
  }
}

function dial(query: string, options: DialOptions = {}): Caller {
  return new Caller(query, options);
}

/** When the cloud tells the next event of that name. */
function told(name: string): Promise<void> {
  return new Promise((resolve) => {
    cloud.on('event', function listen(event) {
      if (event.name !== name) return;
      cloud.off('event', listen);
      resolve();
    });
  });
}

test('a session says when it ends, ends then with an error and 1001, and leaves no timer', async () => {
  const caller = dial('?model=gpt-realtime');
  const { session } = await caller.next('session.created');
  expect(session).toMatchObject({ expires_at: (clock.wallClock() + 3_600_000) / 1_000 });
  await clock.advance(3_599_999);
  expect(caller.socket.readyState).toBe(WebSocket.OPEN);
  await clock.advance(1);
  expect((await caller.next('error')).error).toMatchObject({
    code: 'session_expired',
    message: 'Your session hit the maximum duration of 60 minutes.',
  });
  const gone = told('socket-closed');
  expect((await caller.closed).code).toBe(1001);
  await gone;
  expect(cloud.sockets).toBe(0);
  expect(clock.pending).toBe(0);
});

test('a shorter life is possible', async () => {
  await cloud.close();
  cloud = await startLoopback({ voice: 'plain', clock, sessionMs: 120_000 });
  const caller = dial('?intent=transcription');
  await caller.next('session.created');
  await clock.advance(120_000);
  expect((await caller.next('error')).error.message).toBe('Your session hit the maximum duration of 2 minutes.');
});

test('a wrong key is told after the upgrade, with close 3000, and never repeated', async () => {
  const caller = dial('?model=gpt-realtime', { key: 'wrong-key' });
  const { error } = await caller.next('error');
  expect(error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_api_key' });
  expect(await caller.closed).toEqual({ code: 3000, reason: 'invalid_request_error.invalid_api_key' });
  expect(JSON.stringify(caller.events)).not.toContain('wrong-key');
  const missing = dial('?model=gpt-realtime', { key: '' });
  expect((await missing.closed).code).toBe(3000);
});

test('a key may travel as a subprotocol, which is never the one that is chosen', async () => {
  const caller = dial('?model=gpt-realtime', { key: '', protocols: ['realtime', 'openai-insecure-api-key.good-key'] });
  await caller.next('session.created');
  expect(caller.socket.protocol).toBe('realtime');
  expect(cloud.requests[0]!.protocols).toEqual(['realtime', 'openai-insecure-api-key.good-key']);
});

test.each([
  ['the beta header', { headers: { 'OpenAI-Beta': 'realtime=v1' } }],
  ['the beta subprotocol', { protocols: ['realtime', 'openai-beta.realtime-v1'] }],
])('%s is refused with close 4000', async (_name, options) => {
  const caller = dial('?model=gpt-realtime', options);
  expect((await caller.next('error')).error.code).toBe('beta_api_shape_disabled');
  expect(await caller.closed).toEqual({ code: 4000, reason: 'invalid_request_error.beta_api_shape_disabled' });
  expect(caller.events.map(({ type }) => type)).toEqual(['error']);
});

test('a conversation without a model is refused with close 4000', async () => {
  const caller = dial('');
  expect((await caller.next('error')).error.code).toBe('missing_model');
  expect(await caller.closed).toEqual({ code: 4000, reason: 'invalid_request_error.missing_model' });
});

test('a conversation with a transcription model is refused with close 4000', async () => {
  const caller = dial('?model=gpt-4o-transcribe');
  expect((await caller.next('error')).error.message).toContain('audio.input.transcription.model');
  expect(await caller.closed).toEqual({ code: 4000, reason: 'invalid_request_error.invalid_model' });
});

test('a transcription whose URL names a model learns it from its first update: invalid_model, then close 4000', async () => {
  const caller = dial('?intent=transcription&model=gpt-4o-mini-transcribe');
  expect((await caller.next('session.created')).session.type).toBe('realtime');
  caller.send({
    type: 'session.update',
    session: { type: 'transcription', audio: { input: { transcription: { model: 'gpt-4o-mini-transcribe' } } } },
  });
  expect((await caller.next('error')).error).toMatchObject({
    type: 'invalid_request_error',
    code: 'invalid_model',
    message: 'Model "gpt-4o-mini-transcribe" is not supported in transcription mode.',
  });
  expect(await caller.closed).toEqual({ code: 4000, reason: 'invalid_request_error.invalid_model' });
});

test('events that are sent with the first packet are not lost', async () => {
  const caller = dial('?intent=transcription');
  caller.socket.once('open', () => {
    caller.send({
      type: 'session.update',
      session: { type: 'transcription', audio: { input: { transcription: { model: 'gpt-realtime-whisper' } } } },
    });
    void microphone('From the very first moment.').then((pieces) => {
      for (const audio of pieces) caller.send({ type: 'input_audio_buffer.append', audio });
      caller.send({ type: 'input_audio_buffer.commit' });
    });
  });
  const { transcript } = await caller.next('conversation.item.input_audio_transcription.completed');
  expect(transcript).toBe('From the very first moment.');
});

test('the service pings every twenty seconds', async () => {
  const caller = dial('?model=gpt-realtime');
  await caller.next('session.created');
  const ping = once(caller.socket, 'ping');
  await clock.advance(20_000);
  await ping;
});

test('a silence after a reply was played makes the model speak up', async () => {
  const caller = dial('?model=gpt-realtime');
  await caller.next('session.created');
  const turn_detection = { type: 'server_vad', idle_timeout_ms: 6_000 } as const;
  caller.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } });
  caller.send({ type: 'response.create', response: { instructions: 'Say "Hello."' } });
  await caller.next('response.done');
  await caller.next('rate_limits.updated');
  caller.send({ type: 'input_audio_buffer.append', audio: silence(500) });
  caller.send({ type: 'conversation.item.retrieve', item_id: 'none' });
  await caller.next('error');
  // Six letters of 40 ms are still playing when the reply is done.
  await clock.advance(6_239);
  expect(caller.events.some(({ type }) => type === 'input_audio_buffer.timeout_triggered')).toBe(false);
  await clock.advance(1);
  expect(await caller.next('input_audio_buffer.timeout_triggered')).toMatchObject({
    audio_start_ms: 0,
    audio_end_ms: 500,
  });
  await caller.next('input_audio_buffer.committed');
  await caller.next('response.created');
});

test('an event beyond what a frame may carry ends the socket with 1009', async () => {
  const caller = dial('?model=gpt-realtime');
  await caller.next('session.created');
  caller.socket.send('x'.repeat(32 * 1024 * 1024 + 1));
  expect((await caller.closed).code).toBe(1009);
});
