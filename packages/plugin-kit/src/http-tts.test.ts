import type { ServerResponse } from 'node:http';
import { initializeLogger, tokenize, tts as livekit, type APIConnectOptions } from '@livekit/agents';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HttpChunkedStream } from './http-chunked-stream.ts';
import { HttpTTS, type HttpSpeechWire } from './http-tts.ts';
import { chatter } from './__fixtures__/chatter.ts';
import { startHttpServer, type Received, type TestServer } from './__fixtures__/http-server.ts';
import { turns, until } from './__fixtures__/until.ts';

interface Voice {
  voice: string;
}

const wire: HttpSpeechWire<Voice> = {
  request: (text, { voice }) => ({ body: JSON.stringify({ text, voice }) }),
  receive({ event, data }, speech) {
    if (event === 'sound') speech.audio(Buffer.from(data, 'base64'));
    if (event === 'price') speech.usage({ inputTokens: 3, outputTokens: Number(data) });
    return false;
  },
};

class ChatterTTS extends HttpTTS<Voice> {
  label = 'chatter.TTS';
  constructor(url: string, gateway: { buffersSpeech?: boolean } = {}) {
    const connection = chatter('speech', url, {}, { traits: gateway });
    super({ connection, wire, options: { voice: 'a' }, sampleRate: 24_000 });
  }
  update(options: Partial<Voice>): void {
    this.changeOptions(options);
  }
  protected override createStream(...[text, options, connOptions, signal]: Parameters<HttpTTS<Voice>['createStream']>) {
    return new ChatterStream(text, this, options, connOptions, signal);
  }
}

class ChatterStream extends HttpChunkedStream<Voice> {
  label = 'chatter.ChunkedStream';
}

const pcm = Buffer.from(Int16Array.from({ length: 2_400 }, (_, n) => n).buffer);
const quick: APIConnectOptions = { maxRetry: 3, retryIntervalMs: 1, timeoutMs: 10_000 };

type TTSError = Parameters<livekit.TTSCallbacks['error']>[0];

let server: TestServer | undefined;
let clock: ManualClock;
let restore: () => void;
const rejections: unknown[] = [];
const note = (reason: unknown): void => void rejections.push(reason);

beforeAll(() => {
  initializeLogger({ pretty: false, level: 'silent' });
  process.on('unhandledRejection', note);
});
afterAll(() => void process.off('unhandledRejection', note));
beforeEach(() => {
  const runtime = createTestRuntime();
  clock = runtime.clock;
  restore = installRuntime(runtime);
});
afterEach(async () => {
  restore();
  await server?.close();
  // A rejection is reported when the event loop has turned.
  await new Promise((resolve) => setImmediate(resolve));
  expect(rejections.splice(0)).toEqual([]);
  expect(clock.pending).toBe(0);
});

async function serve(answer: (request: Received, response: ServerResponse) => void): Promise<string> {
  server = await startHttpServer(answer);
  return server.url;
}

async function play(
  stream: livekit.ChunkedStream,
): Promise<{ samples: number[]; finals: boolean[]; ids: Set<string> }> {
  const samples: number[] = [];
  const finals: boolean[] = [];
  const ids = new Set<string>();
  for await (const { frame, final, requestId } of stream) {
    samples.push(...frame.data);
    finals.push(final);
    ids.add(requestId);
  }
  return { samples, finals, ids };
}

function errorsOf(model: ChatterTTS): TTSError[] {
  const errors: TTSError[] = [];
  model.on('error', (error) => errors.push(error));
  return errors;
}

describe('HttpTTS', () => {
  it('plays the first audio while the rest is still being made, wherever the bytes are cut', async () => {
    let rest = (): void => undefined;
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/pcm', 'x-request-id': 'req_5' });
      response.write(pcm.subarray(0, 2_001));
      rest = () => void response.end(pcm.subarray(2_001));
    });
    const model = new ChatterTTS(url);
    const stream = model.synthesize('hello');
    const first = await stream.next();
    expect(first.value).toMatchObject({ requestId: 'req_5', final: false });
    rest();
    const { samples, finals } = await play(stream);
    expect([...(first.value as livekit.SynthesizedAudio).frame.data, ...samples]).toEqual([
      ...new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.length)),
    ]);
    expect(finals.filter(Boolean).length).toBe(1);
    expect(finals.at(-1)).toBe(true);
  });

  it('reads events where the answer says that it is made of them, and tells LiveKit the tokens', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      for (let at = 0; at < pcm.length; at += 1_001) {
        response.write(`event: sound\ndata: ${pcm.subarray(at, at + 1_001).toString('base64')}\n\n`);
      }
      response.end('event: price\ndata: 42\n\n');
    });
    const model = new ChatterTTS(url);
    const metrics: unknown[] = [];
    model.on('metrics_collected', (collected) => metrics.push(collected));
    const { samples } = await play(model.synthesize('hello'));
    expect(samples).toEqual([...new Int16Array(pcm.buffer, pcm.byteOffset, 2_400)]);
    expect(metrics).toMatchObject([
      { audioDurationMs: 100, inputTokens: 3, outputTokens: 42, metadata: { modelProvider: server?.url.slice(7) } },
    ]);
  });

  it('asks anew on every attempt, inside run: a refusal that passes costs a retry and is told, and no sentence', async () => {
    let requests = 0;
    const url = await serve((_request, response) => {
      if (++requests < 3) response.writeHead(503).end();
      else response.end(pcm);
    });
    const model = new ChatterTTS(url);
    const errors = errorsOf(model);
    const { samples } = await play(model.synthesize('hello', quick));
    expect([requests, samples.length]).toEqual([3, 2_400]);
    const told = { type: 'tts_error', label: 'chatter.TTS', recoverable: true, error: { statusCode: 503 } };
    expect(errors).toMatchObject([told, told]);
  });

  it('reports what is final once, typed, and leaves no unhandled rejection', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(401).end('{"error":{"message":"no such key","code":"bad_key"}}');
    });
    const model = new ChatterTTS(url);
    const errors = errorsOf(model);
    expect((await play(model.synthesize('hello', quick))).samples).toEqual([]);
    expect(server?.received.length).toBe(1);
    expect(errors).toMatchObject([
      { recoverable: false, error: { name: 'APIStatusError', statusCode: 401, retryable: false } },
    ]);
  });

  it.each([400, 503])('ends quietly even when nobody listens for errors, here %d', async (status) => {
    const url = await serve((_request, response) => void response.writeHead(status).end());
    expect((await play(new ChatterTTS(url).synthesize('hello', quick))).samples).toEqual([]);
    expect(server?.received.length).toBe(status === 503 ? 4 : 1);
  });

  it('never says a beginning twice: after the first frame nothing is retried', async () => {
    const url = await serve((_request, response) => {
      response.write(pcm.subarray(0, 2_000));
      setImmediate(() => response.destroy());
    });
    const model = new ChatterTTS(url);
    const errors = errorsOf(model);
    const { samples } = await play(model.synthesize('hello', quick));
    expect(server?.received.length).toBe(1);
    expect(samples.length).toBeGreaterThan(0);
    expect(samples.length).toBeLessThanOrEqual(1_000);
    expect(errors).toMatchObject([{ recoverable: false, error: { retryable: false } }]);
  });

  it('gives up on a first byte that does not come within timeoutMs', async () => {
    const url = await serve(() => undefined);
    const model = new ChatterTTS(url);
    const errors = errorsOf(model);
    const playing = play(model.synthesize('hello', { ...quick, maxRetry: 0, timeoutMs: 700 }));
    await until(() => server?.received.length === 1);
    await clock.advance(699);
    expect(errors).toEqual([]);
    await clock.advance(1);
    await playing;
    expect(errors).toMatchObject([{ error: { name: 'APITimeoutError' } }]);
    await until(async () => (await server?.connections()) === 0);
  });

  it.each([
    ['before the first audio', '', { recoverable: true }],
    ['in the middle', `event: sound\ndata: ${pcm.toString('base64')}\n\n`, { recoverable: false }],
  ])('is not kept waiting by a server that only sends comments %s', async (_when, start, expected) => {
    let written = 0;
    let ping = (): void => undefined;
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`: hello\n\n${start}`);
      ping = () => void response.write(': ping\n\n', () => written++);
    });
    const model = new ChatterTTS(url);
    const errors = errorsOf(model);
    let ended = false;
    const playing = play(model.synthesize('hello', { ...quick, maxRetry: 0, timeoutMs: 700 })).finally(() => {
      ended = true;
    });
    await until(() => server?.received.length === 1);
    for (let turn = 1; turn <= 10 && !ended; turn++) {
      ping();
      await until(() => written === turn || ended);
      await turns();
      await clock.advance(400);
    }
    expect(ended).toBe(true);
    await playing;
    expect(errors).toMatchObject([{ error: { name: 'APITimeoutError', retryable: expected.recoverable } }]);
  });

  it('gives up on silence in the middle, and does not begin again', async () => {
    const url = await serve((_request, response) => void response.write(pcm));
    const model = new ChatterTTS(url);
    const errors = errorsOf(model);
    const stream = model.synthesize('hello', { ...quick, timeoutMs: 700 });
    await stream.next();
    const rest = play(stream);
    await clock.advance(700);
    await rest;
    expect(errors).toMatchObject([{ recoverable: false, error: { name: 'APITimeoutError', retryable: false } }]);
    expect(server?.received.length).toBe(1);
  });

  it('waits longer for the first byte behind a gateway that hands speech over in one piece', async () => {
    let answer = (): void => undefined;
    const url = await serve((_request, response) => (answer = () => void response.end(pcm)));
    const model = new ChatterTTS(url, { buffersSpeech: true });
    const playing = play(model.synthesize('hello', { ...quick, maxRetry: 0 }));
    await until(() => server?.received.length === 1);
    await clock.advance(45_000);
    answer();
    expect((await playing).samples.length).toBe(2_400);
  });

  it('waits as long as Retry-After says before it asks again', async () => {
    const url = await serve((_request, response) => {
      if (server?.received.length === 1) response.writeHead(429, { 'retry-after': '4' }).end();
      else response.end(pcm);
    });
    const playing = play(new ChatterTTS(url).synthesize('hello', quick));
    await until(() => clock.pending === 0 && server?.received.length === 1);
    await until(() => clock.pending === 1);
    await clock.advance(3_999);
    expect(server?.received.length).toBe(1);
    await clock.advance(1);
    expect((await playing).samples.length).toBe(2_400);
  });

  it.each(['the stream', 'the signal', 'the model'])('stops the request when %s is closed', async (what) => {
    const url = await serve((_request, response) => void response.write(pcm));
    const model = new ChatterTTS(url);
    const errors = errorsOf(model);
    const controller = new AbortController();
    const stream = model.synthesize('hello', quick, controller.signal);
    await stream.next();
    if (what === 'the stream') stream.close();
    else if (what === 'the signal') controller.abort();
    else await model.close();
    await stream.settled;
    await until(async () => (await server?.connections()) === 0);
    expect(errors).toEqual([]);
  });

  it('says nothing any more once it is closed', async () => {
    const url = await serve((_request, response) => void response.end(pcm));
    const model = new ChatterTTS(url);
    await model.close();
    await model.close();
    expect((await play(model.synthesize('hello'))).samples).toEqual([]);
    expect(server?.received).toEqual([]);
  });

  it('asks for nothing when the signal was aborted before', async () => {
    const url = await serve((_request, response) => void response.end(pcm));
    const stream = new ChatterTTS(url).synthesize('hello', quick, AbortSignal.abort());
    await stream.settled;
    expect(server?.received).toEqual([]);
  });

  it('takes an answer without audio for a failure, unless there was nothing to say', async () => {
    const url = await serve((_request, response) => void response.end());
    const model = new ChatterTTS(url);
    const errors = errorsOf(model);
    await play(model.synthesize('…!', quick));
    expect(errors).toEqual([]);
    await play(model.synthesize('hello', { ...quick, maxRetry: 1 }));
    expect(errors.map(({ recoverable }) => recoverable)).toEqual([true, false]);
    expect(server?.received.length).toBe(3);
  });

  it('does not play a page of JSON', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"detail":"warming up"}');
    });
    const model = new ChatterTTS(url);
    const errors = errorsOf(model);
    expect((await play(model.synthesize('hello', quick))).samples).toEqual([]);
    expect(errors[0]?.error.message).toMatch(/application\/json instead of audio/);
  });

  it('holds changed options for the next text', async () => {
    const url = await serve((_request, response) => void response.end(pcm));
    const model = new ChatterTTS(url);
    await play(model.synthesize('one'));
    model.update({ voice: 'b' });
    await play(model.synthesize('two'));
    expect(server?.received.map(({ body }) => body)).toEqual([
      '{"text":"one","voice":"a"}',
      '{"text":"two","voice":"b"}',
    ]);
  });

  describe('prewarm', () => {
    it('opens the connection that the first sentence then takes', async () => {
      let dialled = 0;
      const url = await serve((request, response) => {
        if (request.method === 'GET') response.writeHead(405).end();
        else response.end(pcm);
      });
      server?.onConnection(() => dialled++);
      const model = new ChatterTTS(url);
      model.prewarm();
      model.prewarm();
      await until(() => server?.received.length === 1 && clock.pending === 0);
      for (let sentence = 0; sentence < 3; sentence++) await play(model.synthesize('hello'));
      expect(server?.received.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST', 'POST']);
      expect(dialled).toBe(1);
      // It was the model's own, and ends with it.
      await model.close();
      await play(new ChatterTTS(url).synthesize('hello'));
      expect(dialled).toBe(2);
    });

    it.each(['refuses', 'is silent', 'is not there'])('fails quietly where the server %s', async (how) => {
      const url = await serve((_request, response) => {
        if (how === 'refuses') response.writeHead(401).end();
      });
      if (how === 'is not there') await server?.close();
      const model = new ChatterTTS(url);
      const errors = errorsOf(model);
      model.prewarm();
      if (how === 'is silent') {
        await until(() => server?.received.length === 1);
        await clock.advance(10_000);
      }
      await until(() => clock.pending === 0);
      expect(errors).toEqual([]);
    });

    it('ends with the model', async () => {
      const url = await serve(() => undefined);
      const model = new ChatterTTS(url);
      model.prewarm();
      await until(() => server?.received.length === 1);
      await model.close();
      await until(async () => (await server?.connections()) === 0);
      model.prewarm();
      await turns();
      expect(server?.received.length).toBe(1);
    });
  });

  it('speaks sentence by sentence under the adapter that AgentSession puts around it', async () => {
    const url = await serve((request, response) => {
      const { text } = JSON.parse(request.body) as { text: string };
      response.end(Buffer.from(new Int16Array(480).fill(text.length).buffer));
    });
    const adapter = new livekit.StreamAdapter(new ChatterTTS(url), new tokenize.basic.SentenceTokenizer());
    const stream = adapter.stream();
    stream.pushText('This is the first sentence of three. Here is the second one, longer than that. And the third?');
    stream.endInput();
    const samples = new Set<number>();
    for await (const item of stream) {
      if (item === livekit.SynthesizeStream.END_OF_STREAM) break;
      for (const sample of item.frame.data) samples.add(sample);
    }
    const sizes = server?.received.map(({ body }) => (JSON.parse(body) as { text: string }).text.length);
    expect([...samples]).toEqual(sizes);
    stream.close();
    await adapter.close();
  });
});
