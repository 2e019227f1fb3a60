import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SonioxSocket } from '../__fixtures__/soniox-socket.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';

let cloud: Loopback;
const uncaught: unknown[] = [];
const note = (error: unknown): void => void uncaught.push(error);

beforeAll(async () => {
  process.on('uncaughtException', note).on('unhandledRejection', note);
  cloud = await startLoopback({ voice: 'plain', pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 } });
});
afterAll(async () => {
  await cloud.close();
  process.off('uncaughtException', note).off('unhandledRejection', note);
});
afterEach(() => {
  expect(uncaught.splice(0)).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect({}).not.toHaveProperty('polluted');
});

const open = (path: string): Promise<SonioxSocket> => new SonioxSocket(cloud.origin + path).opened();

const stt = { api_key: 'key', model: 'stt-rt-v5', audio_format: 'pcm_s16le', sample_rate: 16_000, num_channels: 1 };
const tts = { api_key: 'key', model: 'tts-rt-v2', language: 'en', voice: 'Adrian', audio_format: 'pcm_s16le' };

const odd = '{"toString":null,"valueOf":null}';
const deep = (begin: string, end: string): string => `${begin.repeat(20_000)}0${end.repeat(20_000)}`;
const polluted = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
const frames: [string, string][] = [
  ['null', 'null'],
  ['half an object', '{"model":"stt-rt-v5"'],
  ['a list without a bottom', deep('[', ']')],
  ['an object without a bottom', `{"stream_id":"x","context":${deep('{"a":', '}')}}`],
  ['keys of every object', `{"stream_id":"__proto__",${polluted}}`],
  ['a configuration of every object', JSON.stringify(stt).replace('{', `{${polluted},"stream_id":"constructor",`)],
  ['a model without toString', `{"stream_id":"x","model":${odd},"api_key":"key"}`],
  ['a key without toString', `{"stream_id":"x","model":"tts-rt-v2","api_key":${odd}}`],
  ['a type without toString', `{"type":${odd},"stream_id":${odd}}`],
  ['text without toString', `{"stream_id":"x","text":${odd},"text_end":${odd}}`],
  ['a format of every object', '{"api_key":"key","model":"stt-rt-v5","audio_format":"constructor"}'],
  ['hints of everything', `{"api_key":"key","model":"stt-rt-v5","audio_format":"auto","language_hints":[${odd},1]}`],
  ['a translation of nothing', `{"api_key":"key","model":"stt-rt-v5","audio_format":"auto","translation":${odd}}`],
];

/** Only mistakes of the client's. */
function mistakes(client: SonioxSocket): void {
  for (const { error_code, error_message } of client.errors) {
    expect(error_code).toBeGreaterThanOrEqual(400);
    expect(error_code).toBeLessThan(500);
    expect(error_message).toEqual(expect.any(String));
  }
}

describe.each(frames)('a client that sends %s', (_name, frame) => {
  test('first to a transcription is told what is wrong, and another is heard', async () => {
    const other = await open('/transcribe-websocket');
    await other.sent(stt);
    const client = await open('/transcribe-websocket');
    await client.sent(frame);
    mistakes(client);
    client.socket.terminate();
    await other.sent(Buffer.alloc(3_200), '');
    await other.closed;
    expect(other.messages.at(-1)).toMatchObject({ finished: true });
  });

  test('later to a transcription is told what is wrong', async () => {
    const client = await open('/transcribe-websocket');
    await client.sent(stt, Buffer.alloc(3_200), frame);
    await client.closed;
    expect(client.errors).toMatchObject([{ error_code: 400, error_type: 'invalid_request' }]);
  });

  test('to a connection of speech loses none of its streams', async () => {
    const client = await open('/tts-websocket');
    await client.sent({ ...tts, stream_id: 'good' }, frame);
    mistakes(client);
    expect(client.errors.length).toBeGreaterThan(0);
    await client.sent({ stream_id: 'good', text: 'Still here.', text_end: true });
    await expect.poll(() => client.messages.at(-1)).toEqual({ stream_id: 'good', terminated: true });
    expect(client.messages.some(({ stream_id, audio }) => stream_id === 'good' && audio)).toBe(true);
    client.socket.terminate();
  });

  test('to the HTTP side is told what is wrong', async () => {
    const headers = { authorization: 'Bearer key', 'content-type': 'application/json' };
    for (const path of ['/tts', '/v1/auth/temporary-api-key']) {
      const response = await fetch(cloud.origin + path, { method: 'POST', headers, body: frame });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error_type: expect.stringMatching(/invalid_request|model/) });
    }
  });
});

test.each(['__proto__', 'constructor', 'toString', '', ' ', '🙂', 'x'.repeat(10_000)])(
  'a stream may be called %j, or is told that it may not',
  async (stream_id) => {
    const client = await open('/tts-websocket');
    await client.sent({ ...tts, stream_id }, { stream_id, text: 'Hello.', text_end: true });
    if (stream_id === '') {
      expect(client.errors[0]).toMatchObject({ error_message: 'Missing required field: stream_id' });
    } else {
      await expect.poll(() => client.messages.at(-1)).toEqual({ stream_id, terminated: true });
      expect(client.errors).toEqual([]);
    }
    client.socket.terminate();
  },
);

test.each(['/transcribe-websocket', '/tts-websocket'])('a frame beyond the limit ends %s alone', async (path) => {
  const other = await open('/tts-websocket');
  await other.sent({ ...tts, stream_id: 'good' });
  const client = await open(path);
  client.send('x'.repeat(33 * 1024 * 1024));
  expect(await client.closed).toBe(1009);
  await other.sent({ stream_id: 'good', text: 'Still here.', text_end: true });
  await expect.poll(() => other.messages.at(-1)).toEqual({ stream_id: 'good', terminated: true });
  other.socket.terminate();
});

test('a client that leaves in the middle leaves nothing open', async () => {
  for (const [path, first] of [
    ['/transcribe-websocket', stt],
    ['/tts-websocket', { ...tts, stream_id: 'one' }],
  ] as const) {
    const client = await open(path);
    client.send(first, { stream_id: 'one', text: 'A long, long sentence. And another one. ' });
    client.socket.terminate();
  }
  await expect.poll(() => cloud.sockets).toBe(0);
});
