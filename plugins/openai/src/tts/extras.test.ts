import type { ServerResponse } from 'node:http';
import { initializeLogger } from '@livekit/agents';
import { plainEar } from '@patchbay/loopback';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { refuse, startChoosyGateway, type ChoosyGateway } from '../__fixtures__/choosy-gateway.ts';
import type { TTSOptions } from './options.ts';
import { TTS } from './tts.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

const quick = { maxRetry: 3, retryIntervalMs: 1, timeoutMs: 10_000 };
const formatIn = (body: string): unknown => (JSON.parse(body) as { stream_format?: string }).stream_format ?? 'audio';
const wantsEvents = (body: string): boolean => formatIn(body) === 'sse';

function open(
  { baseURL }: ChoosyGateway,
  options: Partial<TTSOptions> = {},
): { tts: TTS; errors: { recoverable: boolean; error: Error }[] } {
  const tts = new TTS({ apiKey: 'k', baseURL, model: 'gpt-4o-mini-tts', ...options });
  const errors: { recoverable: boolean; error: Error }[] = [];
  tts.on('error', (error) => errors.push(error));
  onTestFinished(() => tts.close());
  return { tts, errors };
}

async function said(tts: TTS, connOptions = quick): Promise<string> {
  const listener = await plainEar.listen({ sampleRate: 24_000 });
  const words: string[] = [];
  for await (const { frame } of tts.synthesize('Say it all the same.', connOptions)) {
    words.push(...listener.push(frame.data));
  }
  words.push(...(await listener.finish()));
  listener.close();
  return words.join('').trim();
}

const whole = 'Say it all the same.';

function answer(response: ServerResponse, type: string, body: string): true {
  response.writeHead(200, { 'content-type': type }).end(body);
  return true;
}

describe('a server that refuses the events that nobody asked for', () => {
  it.each<[string, (response: ServerResponse) => true]>([
    ...[400, 403, 404, 405, 406, 415, 422].map((status): [string, (response: ServerResponse) => true] => [
      `HTTP ${status}`,
      (response) => refuse(response, status),
    ]),
    ['an error as JSON', (response) => answer(response, 'application/json', '{"error":"stream_format?"}')],
    ['an error as text', (response) => answer(response, 'text/plain', 'stream_format?')],
  ])('is asked for bytes, at once, and from then on: %s', async (_how, refuses) => {
    const gateway = await startChoosyGateway((response, body) => wantsEvents(body) && refuses(response));
    const { tts, errors } = open(gateway);
    for (let times = 0; times < 2; times++) expect(await said(tts, { ...quick, maxRetry: 0 })).toBe(whole);
    expect(gateway.bodies.map(formatIn)).toEqual(['sse', 'audio', 'audio']);
    expect(errors).toEqual([]);
  });

  it.each<[string, (response: ServerResponse) => true]>([
    ...[500, 501, 503].map((status): [string, (response: ServerResponse) => true] => [
      `HTTP ${status}`,
      (response) => refuse(response, status),
    ]),
    ['an error event', (response) => answer(response, 'text/event-stream', 'data: {"error":{"message":"no"}}\n\n')],
    ['no sound', (response) => answer(response, 'text/event-stream', 'data: [DONE]\n\n')],
  ])('is asked for bytes by the last retry, and from then on: %s', async (_how, refuses) => {
    const gateway = await startChoosyGateway((response, body) => wantsEvents(body) && refuses(response));
    const { tts, errors } = open(gateway);
    for (let times = 0; times < 2; times++) expect(await said(tts)).toBe(whole);
    expect(gateway.bodies.map(formatIn)).toEqual(['sse', 'sse', 'sse', 'audio', 'audio']);
    expect(errors.map(({ recoverable }) => recoverable)).toEqual([true, true, true]);
  });

  it.each(['pcm', 'wav', 'flac'] as const)('loses nothing of the sound: %s', async (responseFormat) => {
    const gateway = await startChoosyGateway((response, body) => wantsEvents(body) && refuse(response, 422));
    const { tts } = open(gateway, { responseFormat });
    expect(await said(tts)).toBe(whole);
  });

  it('and bytes as well gets to say why', async () => {
    const gateway = await startChoosyGateway((response, body) =>
      refuse(response, 400, { message: wantsEvents(body) ? 'stream_format?' : 'No such voice.' }),
    );
    const { tts, errors } = open(gateway);
    for (let times = 0; times < 2; times++) await said(tts);
    expect(gateway.bodies.map(formatIn)).toEqual(['sse', 'audio', 'sse', 'audio']);
    const told = { recoverable: false, error: { message: expect.stringContaining('No such voice.') } };
    expect(errors).toMatchObject([told, told]);
  });

  it.each([
    [401, 'invalid_api_key'],
    [404, 'model_not_found'],
  ])('is not asked for bytes where the refusal is of something else: HTTP %d', async (status, code) => {
    const gateway = await startChoosyGateway((response) => refuse(response, status, { message: 'No.', code }));
    const { tts, errors } = open(gateway);
    await said(tts);
    expect(gateway.bodies.map(formatIn)).toEqual(['sse']);
    expect(errors).toMatchObject([{ recoverable: false, error: { statusCode: status } }]);
  });

  it.each<[string, Partial<TTSOptions>]>([
    ['streamFormat', { streamFormat: 'sse' }],
    ['extraBody', { extraBody: { stream_format: 'sse' } }],
  ])('gets to say so where the user asked for them: by %s', async (_how, options) => {
    const gateway = await startChoosyGateway((response, body) => wantsEvents(body) && refuse(response, 400));
    const { tts, errors } = open(gateway, options);
    await said(tts);
    expect([gateway.bodies.length, errors.length]).toEqual([1, 1]);
  });
});

it('a server that ignores the wish for events, and answers with bytes, is heard', async () => {
  const sound = Buffer.alloc(4_800, 1);
  const gateway = await startChoosyGateway((response) => {
    response.writeHead(200, { 'content-type': 'audio/pcm' }).end(sound);
    return true;
  });
  const { tts, errors } = open(gateway);
  let samples = 0;
  for (let times = 0; times < 2; times++) {
    for await (const { frame } of tts.synthesize('Hello.', quick)) samples += frame.samplesPerChannel;
  }
  expect([samples, gateway.bodies.map(formatIn), errors]).toEqual([4_800, ['sse', 'sse'], []]);
});
