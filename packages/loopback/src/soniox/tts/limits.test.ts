import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../__fixtures__/manual-clock.ts';
import { SonioxSocket } from '../../__fixtures__/soniox-socket.ts';
import type { SonioxMessage } from '../../__fixtures__/soniox-socket.ts';
import type { Loopback, LoopbackOptions } from '../../cloud.ts';
import { startLoopback } from '../../server.ts';

let clock: ManualClock;
let cloud: Loopback;
const sockets: SonioxSocket[] = [];

const start = async (options: LoopbackOptions = {}): Promise<void> => {
  clock = new ManualClock();
  const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };
  cloud = await startLoopback({ voice: 'plain', keys: ['good-key'], pace, clock, ...options });
};
beforeEach(() => start());
afterEach(async () => {
  for (const { socket } of sockets.splice(0)) socket.terminate();
  await cloud.close();
});

function dial(protocols?: string[], headers?: Record<string, string>): Promise<SonioxSocket> {
  const socket = new SonioxSocket(`${cloud.origin}/tts-websocket`, protocols, { headers });
  sockets.push(socket);
  return socket.opened();
}

const config = {
  api_key: 'good-key',
  model: 'tts-rt-v2',
  language: 'en',
  voice: 'Adrian',
  audio_format: 'pcm_s16le',
  stream_id: 'one',
};
const textOf = (text: string, text_end = false, stream_id = 'one'): object => ({ stream_id, text, text_end });

const of = (client: SonioxSocket, id: string): SonioxMessage[] =>
  client.messages.filter(({ stream_id }) => stream_id === id);

/** What a stream was told of its end. */
function failureOf(client: SonioxSocket, id = 'one'): [code?: number, type?: string, message?: string] {
  const [error, end, ...more] = of(client, id).filter(({ audio }) => audio === undefined);
  expect(end).toEqual({ stream_id: id, terminated: true });
  expect(more).toEqual([]);
  expect(error!.more_info).toContain(error!.error_type!.replaceAll('_', '-'));
  return [error!.error_code, error!.error_type, error!.error_message];
}

/** The stream can still say something. */
async function speaks(client: SonioxSocket, id = 'other'): Promise<void> {
  await client.sent({ ...config, stream_id: id }, textOf('Still here.', true, id));
  await expect.poll(() => of(client, id).at(-1)).toEqual({ stream_id: id, terminated: true });
  expect(of(client, id).some(({ audio }) => audio)).toBe(true);
  expect(of(client, id).every(({ error_code }) => error_code === undefined)).toBe(true);
}

describe('time', () => {
  test('without text is 5.2 seconds, which keepalives of the connection do not extend', async () => {
    const client = await dial();
    await client.sent(config, textOf('A first sentence. '));
    await clock.advance(4_000);
    await client.sent({ keep_alive: true });
    await clock.advance(1_199);
    await client.sent({ keep_alive: true });
    expect(client.errors).toEqual([]);
    await clock.advance(1);
    await expect.poll(() => client.errors.length).toBe(1);
    expect(failureOf(client)).toEqual([408, 'request_timeout', 'Request timeout']);
    await client.sent(textOf('More.'));
    expect(client.errors.at(-1)).toMatchObject({
      stream_id: 'one',
      error_code: 400,
      error_type: 'invalid_stream_state',
      error_message: 'Stream one not found. Send a start message first.',
    });
    await speaks(client);
  });

  test('begins anew with every text, and is endless behind the last', async () => {
    const client = await dial();
    await client.sent(config, textOf('A first sentence. '));
    for (let round = 0; round < 3; round += 1) {
      await clock.advance(4_000);
      await client.sent(textOf('And another. '));
    }
    expect(client.errors).toEqual([]);
    await client.sent(textOf('', true));
    await expect.poll(() => of(client, 'one').at(-1)).toEqual({ stream_id: 'one', terminated: true });
    expect(client.errors).toEqual([]);
    // Only the connection's own time is left.
    expect(clock.pending).toBe(1);
  });

  test('without audio is 10 seconds', async () => {
    const client = await dial();
    await client.sent(config);
    for (let round = 0; round < 2; round += 1) {
      await client.sent(textOf('half a sentence '));
      await clock.advance(4_000);
    }
    await client.sent(textOf('and more of it '));
    await clock.advance(2_000);
    await expect.poll(() => client.errors.length).toBe(1);
    expect(failureOf(client)).toEqual([408, 'request_timeout', 'Stream killed: no audio output within timeout']);
  });

  test('of a stream is 2 minutes, of the connection more', async () => {
    const client = await dial();
    await client.sent(config, textOf('Hello. '));
    for (let second = 0; second < 120; second += 4) {
      await client.sent(textOf('And on. '));
      await clock.advance(4_000);
    }
    await expect.poll(() => client.errors.length).toBe(1);
    expect(failureOf(client).slice(0, 2)).toEqual([413, 'max_duration_reached']);
    await speaks(client);
  });

  test('without a message ends the connection after 35 seconds; keepalives keep it', async () => {
    const client = await dial();
    for (let round = 0; round < 3; round += 1) {
      await clock.advance(30_000);
      await client.sent({ keep_alive: true });
    }
    await clock.advance(34_999);
    client.socket.ping();
    await once(client.socket, 'pong');
    expect(client.messages).toEqual([]);
    await clock.advance(1);
    expect(await client.closed).toBe(1001);
    expect(client.messages).toEqual([expect.objectContaining({ error_code: 408, error_type: 'request_timeout' })]);
    expect(clock.pending).toBe(0);
  });
});

describe('a stream that begins', () => {
  test.each<[string, object, [number, string, string]]>([
    ['without a key', { api_key: undefined }, [401, 'unauthenticated', 'Missing API key.']],
    ['with a wrong key', { api_key: 'bad-key' }, [401, 'unauthenticated', 'Invalid API key.']],
    [
      'with a long key',
      { api_key: 'k'.repeat(251) },
      [400, 'invalid_request', 'API key is too long (max length 250).'],
    ],
    ['without a model', { model: undefined }, [400, 'invalid_request', 'Missing required field: model']],
    ['without a language', { language: null }, [400, 'invalid_request', 'Missing required field: language']],
    ['without a voice', { voice: '' }, [400, 'invalid_request', 'Missing required field: voice']],
    ['without a format', { audio_format: undefined }, [400, 'invalid_request', 'Missing required field: audio_format']],
    ['with a long voice', { voice: 'v'.repeat(51) }, [400, 'invalid_request', 'Voice is too long (max length 50).']],
    [
      'with a model of the other kind',
      { model: 'stt-rt-v5' },
      [400, 'model_not_available', 'Invalid model specified.'],
    ],
    [
      'with a format that is none',
      { audio_format: 'midi' },
      [400, 'invalid_request', expect.stringContaining('Invalid audio_format')],
    ],
    [
      'with a format that is not ours',
      { audio_format: 'mp3' },
      [400, 'invalid_request', expect.stringContaining("does not speak 'mp3'")],
    ],
    [
      'with a rate of another format',
      { audio_format: 'pcm_mulaw', sample_rate: 24_000 },
      [400, 'invalid_request', 'Invalid sample_rate for pcm_mulaw: must be one of 8000.'],
    ],
    ['with a wrong type', { speed: 'fast' }, [400, 'invalid_request', 'Invalid message format: speed']],
    ['too fast', { speed: 1.31 }, [400, 'invalid_request', 'Invalid speed: must be between 0.7 and 1.3.']],
  ])('%s is told so and terminated; the next one speaks', async (_name, change, expected) => {
    const client = await dial();
    await client.sent({ ...config, ...change });
    expect(failureOf(client)).toEqual(expected);
    expect(JSON.stringify(client.messages)).not.toContain('bad-key');
    await speaks(client);
  });

  test('as the sixth of a connection is refused, and the five go on', async () => {
    const client = await dial();
    for (const id of ['1', '2', '3', '4', '5', 'one']) await client.sent({ ...config, stream_id: id });
    expect(failureOf(client).slice(0, 2)).toEqual([429, 'limit_exceeded']);
    for (const id of ['1', '2', '3', '4', '5']) await client.sent(textOf('Hello.', true, id));
    await expect.poll(() => client.messages.filter(({ terminated }) => terminated).length).toBe(6);
    expect(client.errors).toHaveLength(1);
  });

  test('with the id of another leaves that alone', async () => {
    const client = await dial();
    await client.sent(config, config, textOf('Still here.', true));
    await expect.poll(() => client.messages.at(-1)).toEqual({ stream_id: 'one', terminated: true });
    expect(client.errors).toMatchObject([{ stream_id: 'one', error_type: 'invalid_stream_state' }]);
    expect(client.messages.some(({ audio }) => audio)).toBe(true);
  });
});

describe('a message', () => {
  test.each<[string, object | string | Buffer, SonioxMessage]>([
    ['no JSON', '{', { error_type: 'invalid_request', error_message: 'Invalid message format' }],
    ['a list', '[]', { error_type: 'invalid_request', error_message: 'Invalid message format' }],
    ['nothing', '', { error_type: 'invalid_request', error_message: 'Invalid message format' }],
    ['binary', Buffer.from('{}'), { error_type: 'invalid_request', error_message: 'Invalid message format' }],
    ['for no stream', { text: 'Hello.' }, { error_message: 'Missing required field: stream_id' }],
    [
      'for a stream of a wrong type',
      { ...config, stream_id: 7 },
      { error_message: 'Missing required field: stream_id' },
    ],
    [
      'text for a stream that there is not',
      textOf('Hello.', false, 'two'),
      { stream_id: 'two', error_type: 'invalid_stream_state' },
    ],
    [
      'the end of a stream that there is not',
      { stream_id: 'two', cancel: true },
      { stream_id: 'two', error_message: 'Stream two not found. Send a start message first.' },
    ],
    ['more text than fits', textOf('x'.repeat(5_001)), { error_message: 'Text is too long (max length 5000).' }],
    ['text that is none', { stream_id: 'one', text: 7 }, { error_message: 'Invalid message format: text' }],
  ])('that is %s is told so, and the others go on', async (_name, frame, expected) => {
    const client = await dial();
    await client.sent({ ...config, stream_id: 'other' }, config, frame);
    expect(client.errors).toMatchObject([{ error_code: 400, ...expected }]);
    await client.sent(textOf('Still here.', true, 'other'));
    await expect.poll(() => of(client, 'other').at(-1)).toEqual({ stream_id: 'other', terminated: true });
    expect(of(client, 'other').some(({ audio }) => audio)).toBe(true);
  });

  test('behind the last text of a stream changes nothing', async () => {
    await cloud.close();
    await start({ pace: { firstTokenMs: 100, tokenMs: 0, audioMs: 0 } });
    const client = await dial();
    await client.sent(config, textOf('Hello.', true), textOf('And more.', true));
    expect(client.errors).toMatchObject([{ stream_id: 'one', error_type: 'invalid_stream_state' }]);
    await clock.advance(100);
    await expect.poll(() => client.messages.at(-1)).toEqual({ stream_id: 'one', terminated: true });
  });

  test('that cancels a stream ends it without an end of its audio, and frees the id', async () => {
    const client = await dial();
    await client.sent(config, { stream_id: 'one', cancel: true });
    expect(client.messages).toEqual([{ stream_id: 'one', terminated: true }]);
    await client.sent({ stream_id: 'one', cancel: true });
    expect(client.errors).toMatchObject([{ error_code: 400, error_type: 'invalid_stream_state' }]);
    await speaks(client, 'one-more');
    expect(clock.pending).toBe(1);
  });

  test('that cancels a stream is the last of it: no audio comes any more', async () => {
    await cloud.close();
    await start({ pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 20 } });
    const client = await dial();
    await client.sent(config, textOf('A long sentence that is not heard to its end.', true));
    await clock.advance(100);
    await expect.poll(() => client.messages.length).toBeGreaterThan(3);
    await client.sent({ stream_id: 'one', cancel: true });
    const heard = client.messages.length;
    expect(client.messages.at(-1)).toEqual({ stream_id: 'one', terminated: true });
    await clock.advance(4_000);
    await client.sent({ keep_alive: true });
    expect(client.messages).toHaveLength(heard);
  });

  test('the last audio says that it is', async () => {
    const client = await dial();
    await client.sent(config, textOf('Hello there. How are you?', true));
    await expect.poll(() => client.messages.at(-1)).toEqual({ stream_id: 'one', terminated: true });
    const audio = client.messages.filter((message) => message.audio !== undefined);
    expect(audio.length).toBeGreaterThan(3);
    expect(audio.map(({ audio_end }) => audio_end ?? false)).toEqual(
      audio.map((_one, index) => index === audio.length - 1),
    );
    expect(audio.at(-1)!.audio).not.toBe('');
  });
});

describe('a key that comes with the connection', () => {
  const { api_key: _, ...keyless } = config;

  test.each<[string, string[], Record<string, string>]>([
    ['in the header', [], { authorization: 'Bearer good-key' }],
    ['as a subprotocol', ['soniox-api-key', 'good-key'], {}],
  ])('%s is good for every stream', async (_name, protocols, headers) => {
    const client = await dial(protocols, headers);
    for (const id of ['one', 'two']) await client.sent({ ...keyless, stream_id: id }, textOf('Hello.', true, id));
    await expect.poll(() => client.messages.filter(({ terminated }) => terminated).length).toBe(2);
    expect(client.errors).toEqual([]);
  });

  test('that is none is refused on the open socket', async () => {
    const client = await dial([], { authorization: 'Bearer bad-key' });
    expect(await client.closed).toBe(1000);
    expect(client.messages).toMatchObject([{ error_code: 401, error_message: 'Invalid API key.' }]);
    expect(client.messages[0]).not.toHaveProperty('stream_id');
    expect(clock.pending).toBe(0);
  });
});

test('an account without credits is 402 of the stream', async () => {
  await cloud.close();
  await start({ soniox: { credits: false } });
  const client = await dial();
  await client.sent(config);
  expect(failureOf(client).slice(0, 2)).toEqual([402, 'organization_balance_exhausted']);
  expect(client.socket.readyState).toBe(client.socket.OPEN);
});

test('a connection that ends leaves nothing behind', async () => {
  await cloud.close();
  await start({ soniox: { ttsConcurrent: 2 } });
  const client = await dial();
  await client.sent(config, textOf('Hello. '), { ...config, stream_id: 'two' });
  client.socket.terminate();
  await expect.poll(() => cloud.sockets).toBe(0);
  expect(clock.pending).toBe(0);
  await speaks(await dial());
});
