import type { DeepgramClient } from '@deepgram/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deepgramClient } from '../../__fixtures__/sdk-deepgram.ts';
import { speechOf, understand } from '../../__fixtures__/speech-of.ts';
import type { Loopback } from '../../cloud.ts';
import { startLoopback } from '../../server.ts';
import { wavHead } from '../../speech/wav.ts';

let cloud: Loopback;
let sdk: DeepgramClient;
beforeAll(async () => {
  const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };
  cloud = await startLoopback({ voice: 'plain', keys: ['key-of-the-test'], pace });
  sdk = deepgramClient(cloud.origin);
});
afterAll(() => cloud.close());

async function wavOf(text: string): Promise<Buffer> {
  const audio = await speechOf(text);
  return Buffer.concat([wavHead('linear16', 16_000, 2, audio.length), audio]);
}

const post = (target: string, body: string | Uint8Array<ArrayBuffer>, contentType: string): Promise<Response> =>
  fetch(cloud.origin + target, {
    method: 'POST',
    headers: { authorization: 'Token key-of-the-test', 'content-type': contentType },
    body,
  });

async function refused(answer: Promise<Response>): Promise<[number, string, string]> {
  const response = await answer;
  const body = (await response.json()) as Record<string, string>;
  expect(body.request_id).toBe(response.headers.get('dg-request-id'));
  return [response.status, body.err_code!, body.err_msg!];
}

describe('POST /v1/listen', () => {
  test('transcribes a WAV, with everything that can be asked for', async () => {
    const answer = await sdk.listen.v1.media.transcribeFile(await wavOf('Where is it? Over there.'), {
      model: 'nova-3',
      smart_format: true,
      diarize: true,
      utterances: true,
      detect_language: true,
      tag: ['one', 'two'],
    });
    if (!('results' in answer)) throw new Error('no results');
    expect(answer.metadata).toMatchObject({ duration: 1.66, channels: 1, tags: ['one', 'two'] });
    expect(answer.metadata.sha256).toMatch(/^[0-9a-f]{64}$/);
    const [channel] = answer.results.channels;
    expect(channel).toMatchObject({ detected_language: 'en' });
    const [alternative] = channel!.alternatives!;
    expect(alternative!.transcript).toBe('Where is it? Over there.');
    expect(alternative!.words![2]).toMatchObject({ word: 'it', punctuated_word: 'it?', speaker: 0 });
    expect(alternative!.words![3]).toMatchObject({ word: 'over', speaker: 1 });
    expect(alternative!.paragraphs!.paragraphs![0]!.sentences!.map(({ text }) => text)).toEqual([
      'Where is it?',
      'Over there.',
    ]);
    expect(answer.results.utterances).toMatchObject([
      { transcript: 'Where is it? Over there.', channel: 0, start: 0.1 },
    ]);
  });

  test('takes raw audio as the query says', async () => {
    const audio = await speechOf('good morning', { encoding: 'mulaw', sampleRate: 8_000 });
    const query = '/v1/listen?model=nova-2&encoding=mulaw&sample_rate=8000';
    const answer = (await (await post(query, new Uint8Array(audio), 'application/octet-stream')).json()) as {
      results: { channels: { alternatives: { transcript: string }[] }[] };
    };
    expect(answer.results.channels[0]!.alternatives[0]!.transcript).toBe('good morning');
  });

  test.each([
    ['what is no audio', 'hello', 'audio/wav', 'Bad Request', 'corrupt or unsupported data'],
    ['nothing', '', 'audio/wav', 'Bad Request', 'corrupt or unsupported data'],
    [
      'an address',
      '{"url":"https://example.com/a.wav"}',
      'application/json',
      'REMOTE_CONTENT_ERROR',
      'fetches nothing',
    ],
  ])('refuses %s', async (_name, body, contentType, code, message) => {
    const answer = await refused(post('/v1/listen?model=nova-3', body, contentType));
    expect(answer).toEqual([400, code, expect.stringContaining(message)]);
  });
});

describe('POST /v1/speak', () => {
  test.each([
    ['linear16', 'none', 24_000, 'audio/l16;rate=24000'],
    ['mulaw', 'none', 8_000, 'audio/mulaw;rate=8000'],
    ['alaw', 'wav', 8_000, 'audio/wav'],
    ['linear16', 'wav', 24_000, 'audio/wav'],
  ] as const)('speaks %s in %s', async (encoding, container, sampleRate, contentType) => {
    const request = { text: 'good morning', model: 'aura-2-thalia-en', encoding, container } as const;
    const { data, rawResponse } = await sdk.speak.v1.audio.generate(request).withRawResponse();
    expect(rawResponse.headers.get('content-type')).toBe(contentType);
    expect(rawResponse.headers.get('dg-char-count')).toBe('12');
    expect(rawResponse.headers.get('dg-model-name')).toBe('aura-2-thalia-en');
    const audio = Buffer.from(await data.arrayBuffer()).subarray(container === 'wav' ? 44 : 0);
    expect(await understand(audio, { encoding, sampleRate })).toBe('good morning');
  });

  test('/v2/speak does with its own voices', async () => {
    const request = { text: 'good morning', model: 'flux-haley-en', encoding: 'linear16', container: 'none' } as const;
    const audio = await sdk.speak.v2.audio.generate(request);
    expect(await understand(Buffer.from(await audio.arrayBuffer()))).toBe('good morning');
  });

  const json = 'application/json';
  test.each([
    ['the default, MP3', '', '{"text":"x"}', json, 400, 'Bad Request', 'no compressed audio'],
    ['a rate that is none', '&sample_rate=44100', '{"text":"x"}', json, 400, 'INVALID_QUERY_PARAMETER', 'must be 8000'],
    [
      'a container that is none',
      '&container=ogg',
      '{"text":"x"}',
      json,
      400,
      'INVALID_QUERY_PARAMETER',
      '`container=ogg`',
    ],
    ['no text', '&container=none', '{"text":""}', json, 400, 'Bad Request', 'Input text contains no characters.'],
    ['no JSON', '&container=none', '{', json, 400, 'PAYLOAD_ERROR', 'exactly one of `text` or `url`'],
    ['another body', '&container=none', 'x', 'image/png', 415, 'UNSUPPORTED_MEDIA_TYPE', '`Content-Type`'],
    ['2,401 letters', '&container=none', 'x'.repeat(2_401), 'text/plain', 413, 'Payload Too Large', '2400'],
  ])('refuses %s', async (_name, query, body, contentType, status, code, message) => {
    const target = `/v1/speak?model=aura-2-thalia-en${query === '' ? '' : `&encoding=linear16${query}`}`;
    const answer = await refused(post(target, body, contentType));
    expect(answer).toEqual([status, code, expect.stringContaining(message)]);
  });
});

test('a wrong key is 401, for the SDK too', async () => {
  const stranger = deepgramClient(cloud.origin, 'bad-key');
  await expect(stranger.speak.v1.audio.generate({ text: 'x' })).rejects.toMatchObject({
    statusCode: 401,
    body: { err_code: 'INVALID_AUTH' },
  });
});

test('a GET without an upgrade is refused', async () => {
  const headers = { authorization: 'Token key-of-the-test' };
  expect((await fetch(`${cloud.origin}/v1/listen`, { headers })).status).toBe(405);
});
