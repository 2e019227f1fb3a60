import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { initializeLogger, tokenize, tts as livekit } from '@livekit/agents';
import { plainEar, startLoopback, type Loopback, type LoopbackOptions } from '@patchbay/loopback';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import { gateways } from '@patchbay/ws-url';
import { OpenAI } from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { TTSOptions } from './options.ts';
import { ChunkedStream, TTS } from './tts.ts';

const quick = { maxRetry: 3, retryIntervalMs: 1, timeoutMs: 10_000 };

let cloud: Loopback | undefined;
let server: Server | undefined;
const rejections: unknown[] = [];
const note = (reason: unknown): void => void rejections.push(reason);

beforeAll(() => {
  initializeLogger({ pretty: false, level: 'silent' });
  process.on('unhandledRejection', note);
});
afterAll(() => void process.off('unhandledRejection', note));
beforeEach(() => {
  for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_ORG_ID', 'OPENAI_PROJECT_ID']) vi.stubEnv(name, '');
});
afterEach(async () => {
  await cloud?.close();
  server?.closeAllConnections();
  server?.close();
  [cloud, server] = [undefined, undefined];
  vi.unstubAllEnvs();
  await new Promise((resolve) => setImmediate(resolve));
  expect(rejections.splice(0)).toEqual([]);
});

async function open(options: Partial<TTSOptions> = {}, more: LoopbackOptions = {}): Promise<TTS> {
  cloud = await startLoopback({ voice: 'plain', pace: { audioMs: 0 }, ...more });
  return new TTS({ apiKey: 'sk-test-key-1', baseURL: cloud.url, ...options });
}

/** A service that answers by hand. */
async function serve(answer: (response: ServerResponse, requests: number) => void): Promise<TTS> {
  let requests = 0;
  server = createServer((request, response) => {
    request.resume();
    answer(response, ++requests);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return new TTS({ apiKey: 'k', baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` });
}

/** A tenth of a second. */
const tone = Buffer.from(Int16Array.from({ length: 2_400 }, (_, n) => n).buffer).toString('base64');

async function understand(samples: readonly number[]): Promise<string> {
  const listener = await plainEar.listen({ sampleRate: 24_000 });
  const pieces = [...listener.push(Int16Array.from(samples)), ...(await listener.finish())];
  listener.close();
  return pieces.join('').trim();
}

async function heard(stream: livekit.ChunkedStream): Promise<string> {
  const samples: number[] = [];
  for await (const { frame } of stream) samples.push(...frame.data);
  return understand(samples);
}

describe('TTS', () => {
  it.each(['tts-1', 'gpt-4o-mini-tts'])('says with %s what it is given, word for word', async (model) => {
    const tts = await open({ model });
    expect(await heard(tts.synthesize('The quick brown fox.'))).toBe('The quick brown fox.');
    expect(cloud?.requests).toMatchObject([
      {
        path: '/v1/audio/speech',
        body: { input: 'The quick brown fox.', model, voice: 'alloy', speed: 1, response_format: 'pcm' },
      },
    ]);
  });

  it('asks for events where the model has them, for the tokens that LiveKit counts', async () => {
    const tts = await open({ model: 'gpt-4o-mini-tts' });
    const metrics: unknown[] = [];
    tts.on('metrics_collected', (collected) => metrics.push(collected));
    await heard(tts.synthesize('How much is this?'));
    expect(cloud?.requests[0]?.body).toMatchObject({ stream_format: 'sse' });
    const [{ inputTokens, outputTokens, metadata }] = metrics as [
      { inputTokens: number; outputTokens: number; metadata: object },
    ];
    expect([inputTokens > 0, outputTokens > 0]).toEqual([true, true]);
    expect(metadata).toMatchObject({ modelName: 'gpt-4o-mini-tts', modelProvider: `127.0.0.1:${cloud?.port}` });
  });

  const sound = Buffer.alloc(4_800, 1).toString('base64');
  const piece = `data: ${JSON.stringify({ type: 'speech.audio.delta', audio: sound })}\n\n`;

  it.each(['{"type":"speech.audio.de', 'null', '42', '[]', '{}'])(
    'an event that nobody can read is passed over: %s',
    async (junk) => {
      const tts = await serve((response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(`${piece}data: ${junk}\n\n${piece}data: {"type":"speech.audio.done"}\n\n`);
      });
      const errors = vi.fn();
      tts.on('error', errors);
      let samples = 0;
      for await (const { frame } of tts.synthesize('Hello.', quick)) samples += frame.samplesPerChannel;
      expect(samples).toBe(4_800);
      expect(errors).not.toHaveBeenCalled();
    },
  );

  it('sound is cut out of its event, and not parsed', async () => {
    const tts = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`${piece}data: {"type":"speech.audio.done"}\n\n`);
    });
    const parse = vi.spyOn(JSON, 'parse');
    onTestFinished(() => parse.mockRestore());
    for await (const { frame } of tts.synthesize('Hello.', quick)) expect(frame.data).toContain(0x0101);
    const parsed = parse.mock.calls.map(([text]) => text);
    expect(parsed.filter((text) => text.includes('speech.audio.delta'))).toHaveLength(1);
    expect(parsed.filter((text) => text.includes(sound))).toEqual([]);
  });

  it('a connection that breaks after the last sound is nobody’s concern', async () => {
    const tts = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`${piece}data: {"type":"speech.audio.done"}\n\n`, () => response.destroy());
    });
    const errors = vi.fn();
    tts.on('error', errors);
    let samples = 0;
    for await (const { frame } of tts.synthesize('Hello.', quick)) samples += frame.samplesPerChannel;
    expect(samples).toBe(2_400);
    expect(errors).not.toHaveBeenCalled();
  });

  it('speaks sentence by sentence as AgentSession lets it', async () => {
    const adapter = new livekit.StreamAdapter(await open(), new tokenize.basic.SentenceTokenizer());
    const stream = adapter.stream();
    stream.pushText('Here is the first sentence, which is rather long. And here is the second, which is not short.');
    stream.endInput();
    const samples: number[] = [];
    for await (const item of stream) {
      if (item === livekit.SynthesizeStream.END_OF_STREAM) break;
      samples.push(...item.frame.data);
    }
    expect(await understand(samples)).toBe(
      'Here is the first sentence, which is rather long. And here is the second, which is not short.',
    );
    stream.close();
    await adapter.close();
  });

  it('has the options of upstream, and changes them for the next text', async () => {
    const tts = await open({ voice: 'ash', speed: 1.5, instructions: 'Softly.', model: 'gpt-4o-mini-tts' });
    expect([tts.label, tts.model, tts.sampleRate, tts.numChannels]).toEqual([
      'openai.TTS',
      'gpt-4o-mini-tts',
      24_000,
      1,
    ]);
    const stream = tts.synthesize('one');
    expect(stream).toBeInstanceOf(ChunkedStream);
    await heard(stream);
    tts.updateOptions({ voice: 'coral', model: 'tts-1' });
    await heard(tts.synthesize('two'));
    expect(cloud?.requests.map(({ body }) => body)).toMatchObject([
      { voice: 'ash', speed: 1.5, instructions: 'Softly.', model: 'gpt-4o-mini-tts' },
      { voice: 'coral', speed: 1.5, model: 'tts-1' },
    ]);
    expect(() => tts.updateOptions({ speed: 5 })).toThrow(/speed must be between 0.25 and 4/);
    expect(() => tts.stream()).toThrow(/StreamAdapter/);
  });

  it('changes everything but where it connects, and nothing when it is refused', async () => {
    const tts = await open();
    tts.updateOptions({
      model: 'gpt-4o-mini-tts',
      voice: { id: 'voice_1234' },
      speed: 1.2,
      instructions: 'Whisper.',
      responseFormat: 'wav',
      streamFormat: 'audio',
      extraBody: { seed: 7, speed: 0.9 },
    });
    expect(() => tts.updateOptions({ voice: 'ash', speed: 9 })).toThrow(/speed/);
    await heard(tts.synthesize('Changed.'));
    expect(cloud?.requests.at(-1)?.body).toEqual({
      input: 'Changed.',
      model: 'gpt-4o-mini-tts',
      voice: { id: 'voice_1234' },
      speed: 0.9,
      instructions: 'Whisper.',
      response_format: 'wav',
      seed: 7,
    });
  });

  describe('response formats', () => {
    it.each([
      ['wav', 'tts-1'],
      ['wav', 'gpt-4o-mini-tts'],
      ['flac', 'tts-1'],
      ['flac', 'gpt-4o-mini-tts'],
    ] as const)('plays %s of %s, exactly', async (responseFormat, model) => {
      const tts = await open({ responseFormat, model });
      const metrics: { outputTokens?: number }[] = [];
      tts.on('metrics_collected', (collected) => metrics.push(collected));
      expect(await heard(tts.synthesize('Whatever it came in.'))).toBe('Whatever it came in.');
      expect(cloud?.requests[0]?.body).toMatchObject({ response_format: responseFormat });
      expect((metrics[0]?.outputTokens ?? 0) > 0).toBe(model !== 'tts-1');
    });

    it('says which ones work', () => {
      const wrong = { apiKey: 'k', responseFormat: 'aac' as never };
      expect(() => new TTS(wrong)).toThrow("responseFormat must be 'pcm' or 'wav' or 'mp3' or 'opus' or 'flac'");
    });

    it('takes what cannot be decoded for one typed error', async () => {
      const tts = await serve((response) => void response.end(Buffer.alloc(4_800, 'no audio')));
      tts.updateOptions({ responseFormat: 'mp3' });
      const errors: unknown[] = [];
      tts.on('error', (error) => errors.push(error));
      await heard(tts.synthesize('hello', quick));
      expect(errors).toMatchObject([{ recoverable: false, error: { name: 'APIConnectionError', retryable: false } }]);
    });
  });

  it('prewarm opens the connection that the first sentence takes, and later ones', async () => {
    const runtime = createTestRuntime();
    onTestFinished(installRuntime(runtime));
    const tts = await serve((response) => void response.end(Buffer.alloc(4_800)));
    let dialled = 0;
    let asked = 0;
    server
      ?.on('connection', () => dialled++)
      .on('request', (_request, response) => response.on('close', () => asked++));
    tts.prewarm();
    // The deadline of the answer is gone when the connection is free.
    while (asked < 1 || runtime.clock.pending > 0) await new Promise((resolve) => setImmediate(resolve));
    for (let sentence = 0; sentence < 3; sentence++) await heard(tts.synthesize('hello'));
    expect([dialled, asked]).toEqual([1, 4]);
    await tts.close();
  });

  describe('pain 10: heard while it is made, and retried like everything else', () => {
    it('plays before the service has finished', async () => {
      let finish = (): void => undefined;
      const tts = await serve((response) => {
        response.writeHead(200, { 'content-type': 'audio/pcm' });
        response.write(Buffer.alloc(9_601));
        finish = () => void response.end(Buffer.alloc(1));
      });
      const stream = tts.synthesize('hello');
      expect((await stream.next()).done).toBe(false);
      finish();
      for await (const { final } of stream) if (final) break;
    });

    it('a 503 costs a retry and not the sentence; the request is made anew', async () => {
      const tts = await serve((response, requests) => {
        if (requests === 1) response.writeHead(503).end('{"error":{"message":"overloaded"}}');
        else response.end(Buffer.alloc(4_800));
      });
      const told: boolean[] = [];
      tts.on('error', ({ recoverable }) => told.push(recoverable));
      let samples = 0;
      for await (const { frame } of tts.synthesize('hello', quick)) samples += frame.samplesPerChannel;
      expect([samples, told]).toEqual([2_400, [true]]);
    });

    it('a spent quota is not asked for again, although it comes as a 429', async () => {
      let asked = 0;
      const tts = await serve((response, requests) => {
        asked = requests;
        response
          .writeHead(429)
          .end('{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}');
      });
      const errors: unknown[] = [];
      tts.on('error', (error) => errors.push(error));
      await heard(tts.synthesize('hello', quick));
      expect(asked).toBe(1);
      expect(errors).toMatchObject([
        { error: { statusCode: 429, retryable: false, body: { code: 'insufficient_quota' } } },
      ]);
    });

    it('pain 26: nothing is said twice once it began', async () => {
      let asked = 0;
      const tts = await serve((response, requests) => {
        asked = requests;
        response.write(Buffer.alloc(9_600));
        setImmediate(() => response.destroy());
      });
      const errors: unknown[] = [];
      tts.on('error', (error) => errors.push(error));
      await heard(tts.synthesize('hello', quick));
      expect(asked).toBe(1);
      expect(errors).toMatchObject([{ recoverable: false }]);
    });

    it.each(['data: {"type":"speech.audio.done","usage":null}\n\n', 'data: [DONE]\n\n'])(
      'is over when the events say so, although the stream stays open: %s',
      async (end) => {
        const tts = await serve((response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write(`data: ${JSON.stringify({ type: 'speech.audio.delta', audio: tone })}\n\n${end}`);
        });
        const errors: unknown[] = [];
        tts.on('error', (error) => errors.push(error));
        const frames: livekit.SynthesizedAudio[] = [];
        for await (const audio of tts.synthesize('hello', quick)) frames.push(audio);
        expect(frames.reduce((sum, { frame }) => sum + frame.samplesPerChannel, 0)).toBe(2_400);
        expect(frames.at(-1)?.final).toBe(true);
        expect(errors).toEqual([]);
        await tts.close();
      },
    );

    it('passes over events that are none', async () => {
      const tts = await serve((response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const odd of ['null', '{', '[]', '{"type":null}', '{"type":"speech.audio.delta","audio":null}']) {
          response.write(`data: ${odd}\n\n`);
        }
        response.end(`data: ${JSON.stringify({ type: 'speech.audio.delta', audio: tone })}\n\n`);
      });
      let samples = 0;
      for await (const { frame } of tts.synthesize('hello', quick)) samples += frame.samplesPerChannel;
      expect(samples).toBe(2_400);
    });

    it('an error inside the events is an error, not silence', async () => {
      const tts = await serve((response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end('data: {"type":"error","error":{"message":"the voice is gone","code":"server_error"}}\n\n');
      });
      const errors: { error: Error }[] = [];
      tts.on('error', (error) => errors.push(error));
      await heard(tts.synthesize('hello', { ...quick, maxRetry: 0 }));
      expect(errors[0]?.error.message).toBe('the voice is gone');
    });
  });

  it('pain 13 and 14: the query of the base stays, the model is where the gateway wants it', async () => {
    await open();
    await heard(new TTS({ apiKey: 'k', baseURL: `${cloud?.url}/?tenant=a` }).synthesize('x'));
    expect(cloud?.requests.at(-1)).toMatchObject({ path: '/v1/audio/speech', query: '?tenant=a' });
  });

  it('pain 15 and 16: environment, client and headers, the same as on the sockets', async () => {
    await open();
    vi.stubEnv('OPENAI_API_KEY', 'sk-env');
    vi.stubEnv('OPENAI_BASE_URL', cloud?.url ?? '');
    await heard(new TTS({ headers: { 'X-Trace': 't1' } }).synthesize('x'));
    const client = new OpenAI({ apiKey: 'sk-client', baseURL: cloud?.url ?? '', organization: 'org-1' });
    vi.unstubAllEnvs();
    await heard(new TTS({ client }).synthesize('x'));
    expect(cloud?.requests.map(({ headers }) => headers)).toMatchObject([
      { authorization: 'Bearer sk-env', 'x-trace': 't1' },
      { authorization: 'Bearer sk-client', 'openai-organization': 'org-1' },
    ]);
  });

  it('pain 20: a wrong key is one typed error with what the service said', async () => {
    const tts = await open({}, { keys: ['another'] });
    const errors: unknown[] = [];
    tts.on('error', (error) => errors.push(error));
    await heard(tts.synthesize('x', quick));
    expect(errors).toMatchObject([{ recoverable: false, error: { name: 'APIStatusError', statusCode: 401 } }]);
    expect(cloud?.arrivals.length).toBe(1);
    expect(inspect([tts, errors], { depth: 12, showHidden: true })).not.toContain('sk-test-key-1');
  });

  it('speaks through LiteLLM, which hands the audio over in one piece', async () => {
    cloud = await startLoopback({ voice: 'plain', pace: { audioMs: 0 }, gateway: 'litellm' });
    const tts = new TTS({ gateway: gateways.litellm({ baseURL: cloud.origin, apiKey: 'sk-litellm-1' }) });
    expect(await heard(tts.synthesize('Through the gateway.'))).toBe('Through the gateway.');
  });
});
