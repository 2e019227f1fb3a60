import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { initializeLogger } from '@livekit/agents';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { hear, until, type Hearing } from './__fixtures__/hearing.ts';
import { STT } from './stt.ts';

interface Service {
  hearing: Hearing;
  sockets: WebSocket[];
  say(...events: object[]): void;
}

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

/** A stream whose configuration has arrived at a service that says what the test says. */
async function configured(): Promise<Service> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const sockets: WebSocket[] = [];
  let updates = 0;
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', () => updates++);
  });
  const { port } = server.address() as AddressInfo;
  const baseURL = `http://127.0.0.1:${port}/v1`;
  const model = new STT({ model: 'gpt-4o-mini-transcribe', apiKey: 'sk-test-key-1', baseURL });
  onTestFinished(async () => {
    await model.close();
    await new Promise((resolve) => server.close(resolve));
  });
  const hearing = hear(model);
  await until(() => updates > 0);
  return { hearing, sockets, say: (...events) => events.forEach((event) => sockets[0]?.send(JSON.stringify(event))) };
}

const refused = (error: object) => ({ type: 'error', error: { type: 'invalid_request_error', ...error } });
const heard = (id: string) => ({
  type: 'conversation.item.input_audio_transcription.completed',
  item_id: id,
  transcript: `${id}.`,
});

describe('a refused configuration', () => {
  it.each([
    ['names its event', { event_id: 'patchbay_session_update', code: 'invalid_value' }],
    ['names the field', { code: 'invalid_value', param: 'session.audio.input.transcription.language' }],
    ['names nothing, before the service has taken it', { code: 'invalid_value' }],
  ])('ends the stream, typed and once, if the error %s', async (_name, error) => {
    const { hearing, sockets, say } = await configured();
    say({ type: 'session.created', session: {} }, refused({ ...error, message: 'bad language' }));
    await hearing.ended;
    expect(sockets.length).toBe(1);
    expect(hearing.errors).toMatchObject([
      { recoverable: false, error: { message: 'bad language', retryable: false, cause: { code: 'provider-error' } } },
    ]);
  });

  it('ends the stream too when it is a later update', async () => {
    const { hearing, say } = await configured();
    say({ type: 'session.updated' }, refused({ param: 'session.audio.input.turn_detection', message: 'no' }));
    await hearing.ended;
    expect(hearing.errors).toMatchObject([{ recoverable: false, error: { message: 'no' } }]);
  });
});

describe('a refused event', () => {
  it.each([
    ['was taken', [{ type: 'session.updated' }]],
    ['proves itself by a transcript, as behind gateways that confirm nothing', [heard('One')]],
  ])('is survived once the configuration %s', async (_name, proof) => {
    const { hearing, sockets, say } = await configured();
    say(...proof, refused({ code: 'unknown_parameter', message: 'no' }), heard('Two'));
    await until(() => hearing.story().includes('Two.'));
    expect([sockets.length, hearing.errors]).toEqual([1, []]);
  });

  it.each([
    ['another event', { event_id: 'event_7', code: 'invalid_value' }],
    ['the audio', { code: 'input_audio_buffer_append_invalid' }],
    ['a field of the audio', { code: 'invalid_value', param: 'audio' }],
  ])('is survived before that if it is about %s', async (_name, error) => {
    const { hearing, sockets, say } = await configured();
    say(refused({ ...error, message: 'no' }), heard('One'));
    await until(() => hearing.story().includes('One.'));
    expect([sockets.length, hearing.errors]).toEqual([1, []]);
  });
});
