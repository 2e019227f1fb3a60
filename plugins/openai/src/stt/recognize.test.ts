import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initializeLogger, stt as livekit, type APIConnectOptions } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { startLoopback, type Loopback, type LoopbackOptions } from '@patchbay/loopback';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import { gateways } from '@patchbay/ws-url';
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { until } from './__fixtures__/hearing.ts';
import { speechFrames } from './__fixtures__/speaking.ts';
import type { STTOptions } from './options.ts';
import { STT } from './stt.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
beforeEach(() => {
  for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'GROQ_API_KEY']) vi.stubEnv(name, '');
});
afterEach(() => void vi.unstubAllEnvs());

const silence = new AudioFrame(new Int16Array(2_400), 24_000, 1, 2_400);
const quick: APIConnectOptions = { maxRetry: 3, retryIntervalMs: 1, timeoutMs: 10_000 };

/** A model that makes requests to loopback. */
async function open(
  options: Partial<STTOptions>,
  more: LoopbackOptions = {},
): Promise<{ model: STT; cloud: Loopback }> {
  const cloud = await startLoopback({ voice: 'plain', ...more });
  const model = new STT({ apiKey: 'sk-test-key-1', baseURL: cloud.url, useRealtime: false, ...options });
  onTestFinished(async () => {
    await model.close();
    await cloud.close();
  });
  return { model, cloud };
}

interface Asked {
  model: STT;
  /** The fields of each form; the file is left out. */
  forms: [string, string][][];
  connections(): number;
}

/** A model that makes requests to a service that answers by hand. */
async function answered(
  answer: (response: ServerResponse, requests: number) => void,
  options: Partial<STTOptions> = {},
): Promise<Asked> {
  const forms: Asked['forms'] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    void fieldsOf(request).then((fields) => answer(response, forms.push(fields)));
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const model = new STT({ apiKey: 'k', baseURL, useRealtime: false, connOptions: quick, ...options });
  onTestFinished(async () => {
    await model.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { model, forms, connections: () => connections };
}

async function fieldsOf(request: IncomingMessage): Promise<[string, string][]> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  const form = await new Response(Buffer.concat(pieces), { headers }).formData();
  return [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []));
}

const json = (response: ServerResponse, body: object): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'req_7' }).end(JSON.stringify(body));
};

describe('a server that refuses what nobody asked for', () => {
  const refuse = (response: ServerResponse, status = 400, message = 'Unknown parameter.'): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }));
  const extras = (form: [string, string][]): string[] =>
    form.filter(([name]) => /response_format|include/.test(name)).map(([, value]) => value);

  it.each([
    ['whisper-1', 400, ['verbose_json']],
    ['gpt-4o-transcribe', 422, ['json', 'logprobs']],
  ])('is asked without it, and from then on, at once and without an error: %s', async (name, status, first) => {
    const { model, forms } = await answered(
      (response, requests) => (requests === 1 ? refuse(response, status) : json(response, { text: 'Hello.' })),
      { model: name, connOptions: { maxRetry: 0 } },
    );
    const errors: unknown[] = [];
    model.on('error', (error) => errors.push(error));
    for (let times = 0; times < 2; times++) {
      expect((await model.recognize(silence)).alternatives?.[0].text).toBe('Hello.');
    }
    expect(forms.map(extras)).toEqual([first, ['json'], ['json']]);
    expect(errors).toEqual([]);
  });

  it('and refuses the rest as well gets to say why, and is asked for it again', async () => {
    const { model, forms } = await answered(
      (response, requests) =>
        refuse(response, 400, requests % 2 === 1 ? 'Unknown parameter.' : 'The audio is too short.'),
      { model: 'whisper-1' },
    );
    for (let times = 0; times < 2; times++) {
      await expect(model.recognize(silence)).rejects.toThrow('The audio is too short.');
    }
    expect(forms.map(extras)).toEqual([['verbose_json'], ['json'], ['verbose_json'], ['json']]);
  });

  it('keeps its reasons to itself about what the user asked for', async () => {
    const { model, forms } = await answered((response) => refuse(response), {
      model: 'whisper-1',
      timestampGranularities: ['word'],
    });
    await expect(model.recognize(silence)).rejects.toThrow('Unknown parameter.');
    expect(forms.map(extras)).toEqual([['verbose_json']]);
  });

  it.each<[string, Partial<STTOptions>]>([
    ['timestampGranularities: []', { model: 'whisper-1', timestampGranularities: [] }],
    ['logprobs: false', { model: 'gpt-4o-transcribe', logprobs: false }],
  ])('is not asked for it with %s', async (_what, options) => {
    const { model, forms } = await answered((response) => json(response, { text: 'Hello.' }), options);
    await model.recognize(silence);
    expect(forms.map(extras)).toEqual([['json']]);
  });
});

describe('recognize() without useRealtime', () => {
  it('sends a piece of speech in one request, with its views and its language', async () => {
    const { model, cloud } = await open({ model: 'gpt-4o-transcribe' });
    const event = await model.recognize(await speechFrames('Eight for a wish.', { views: true }));
    expect(event).toMatchObject({
      type: livekit.SpeechEventType.FINAL_TRANSCRIPT,
      alternatives: [{ text: 'Eight for a wish.', language: 'en' }],
      requestId: expect.stringMatching(/^req_/),
    });
    expect(cloud.requests).toMatchObject([{ kind: 'http', path: '/v1/audio/transcriptions' }]);
  });

  it('makes the confidence of log probabilities, where the model tells them', async () => {
    const { model } = await open({ model: 'gpt-4o-mini-transcribe' });
    const { alternatives, recognitionUsage } = await model.recognize(await speechFrames('Sure.'));
    expect(alternatives?.[0].confidence).toBeCloseTo(Math.exp(-0.01), 6);
    expect(recognitionUsage?.inputTokens).toBeGreaterThan(0);
    expect(recognitionUsage?.audioDuration).toBeGreaterThan(1);
  });

  it('asks whisper-1 for verbose_json: the language it heard, times and confidence', async () => {
    const { model } = await open({ model: 'whisper-1', language: 'de' });
    const { alternatives, recognitionUsage } = await model.recognize(await speechFrames('Ein Satz. Noch einer.'));
    const [data] = alternatives as [livekit.SpeechData];
    expect(data).toMatchObject({ text: 'Ein Satz. Noch einer.', language: 'de', startTime: 0 });
    expect(data.endTime).toBeGreaterThan(1);
    expect(data.confidence).toBeCloseTo(Math.exp(-0.01), 6);
    expect(data.metadata?.segments).toMatchObject([{ text: 'Ein Satz.' }, { text: 'Noch einer.' }]);
    expect(data.metadata?.duration).toBeGreaterThan(data.endTime - 0.1);
    expect(recognitionUsage).toMatchObject({ audioDuration: 2 });
  });

  it('takes the language that was heard over the one that was expected', async () => {
    const { model } = await answered((response) => json(response, { text: 'Hallo.', language: 'german' }));
    const { alternatives, requestId } = await model.recognize(silence);
    expect([alternatives?.[0].language, alternatives?.[0].confidence, requestId]).toEqual(['de', 0, 'req_7']);
  });

  it('tells the times of words to those who want them', async () => {
    const { model } = await open({ timestampGranularities: ['word', 'segment'] });
    expect(model.capabilities.alignedTranscript).toBe('word');
    const { alternatives } = await model.recognize(await speechFrames('Every word. Counts.'));
    const words = alternatives?.[0].words ?? [];
    expect(words.map(({ text }) => text)).toEqual(['Every', 'word.', 'Counts.']);
    expect(words.every(({ startTime = -1, endTime = -1 }) => startTime >= 0 && endTime > startTime)).toBe(true);
  });

  it('tells who spoke: the one who spoke most, and each in turn', async () => {
    const { model } = await open({ model: 'gpt-4o-transcribe-diarize', prompt: 'ignored' });
    expect(model.capabilities.diarization).toBe(true);
    const { alternatives } = await model.recognize(await speechFrames('Hm. I have been here for a while. Yes.'));
    expect(alternatives).toMatchObject([
      {
        text: 'Hm. I have been here for a while. Yes.',
        speakerId: 'B',
        metadata: { segments: [{ speakerId: 'A' }, { speakerId: 'B', text: 'I have been here for a while.' }, {}] },
      },
    ]);
  });

  it('knows speakers by name', async () => {
    const voice = 'data:audio/wav;base64,UklGRg==';
    const { model } = await open({ model: 'gpt-4o-transcribe-diarize', knownSpeakers: { ada: voice, grace: voice } });
    const { alternatives } = await model.recognize(await speechFrames('It is me.'));
    expect(alternatives?.[0].speakerId).toBe('ada');
  });

  it('sends hints of the user and of the session to the model that takes them', async () => {
    const { model, forms } = await answered((response) => json(response, { text: '' }), {
      model: 'gpt-transcribe',
      language: ['en', 'de'],
      keywords: ['Patchbay'],
      prompt: 'A call about cables.',
      temperature: 0,
    });
    model._updateSessionKeyterms(['LiveKit']);
    await model.recognize(silence);
    model.updateOptions({ model: 'gpt-4o-transcribe', language: 'fr', keywords: [], logprobs: false });
    await model.recognize(silence);
    const common = [
      ['prompt', 'A call about cables.'],
      ['temperature', '0'],
    ];
    expect(forms).toEqual([
      [
        ['response_format', 'json'],
        ['model', 'gpt-transcribe'],
        ...common,
        ['languages[]', 'en'],
        ['languages[]', 'de'],
        ['keywords[]', 'Patchbay'],
        ['keywords[]', 'LiveKit'],
      ],
      [['response_format', 'json'], ['model', 'gpt-4o-transcribe'], ...common, ['language', 'fr']],
    ]);
  });

  it('goes through LiteLLM, with everything that it asks for', async () => {
    const cloud = await startLoopback({ voice: 'plain', gateway: 'litellm' });
    const gateway = gateways.litellm({ baseURL: cloud.origin, apiKey: 'sk-litellm-1' });
    const model = new STT({ model: 'gpt-4o-transcribe', useRealtime: false, gateway });
    onTestFinished(async () => {
      await model.close();
      await cloud.close();
    });
    const { alternatives } = await model.recognize(await speechFrames('Through it.'));
    expect(alternatives?.[0].text).toBe('Through it.');
    expect(alternatives?.[0].confidence).toBeGreaterThan(0.9);
  });

  it('asks again what failed for the moment, over the connection that it has', async () => {
    const { model, forms, connections } = await answered((response, requests) => {
      if (requests < 3) response.writeHead(503).end('{"error":{"message":"overloaded"}}');
      else json(response, { text: 'At last.' });
    });
    const metrics: unknown[] = [];
    model.on('metrics_collected', (collected) => metrics.push(collected));
    expect((await model.recognize(silence)).alternatives?.[0].text).toBe('At last.');
    await model.recognize(silence);
    expect([forms.length, connections(), metrics.length]).toEqual([4, 1, 2]);
  });

  it('gives up when the retries of connOptions are spent', async () => {
    const { model, forms } = await answered((response) => void response.writeHead(500).end(), {
      connOptions: { ...quick, maxRetry: 1 },
    });
    await expect(model.recognize(silence)).rejects.toMatchObject({ name: 'APIStatusError', statusCode: 500 });
    expect(forms.length).toBe(2);
  });

  it('tells of every failure, because LiveKit only logs what it is thrown: a passing one is survived', async () => {
    const { model } = await answered((response, requests) => {
      response.writeHead(requests < 3 ? 503 : 401).end();
    });
    const errors: Parameters<livekit.STTCallbacks['error']>[0][] = [];
    model.on('error', (error) => errors.push(error));
    await expect(model.recognize(silence)).rejects.toMatchObject({ statusCode: 401 });
    expect(errors).toMatchObject([
      { type: 'stt_error', label: 'openai.STT', recoverable: true, error: { statusCode: 503 } },
      { recoverable: true, error: { statusCode: 503 } },
      { recoverable: false, error: { name: 'APIStatusError', statusCode: 401 } },
    ]);
  });

  it('ends with the model, asks no more, and tells nothing of it', async () => {
    const { model, forms } = await answered(() => undefined);
    const errors: unknown[] = [];
    model.on('error', (error) => errors.push(error));
    const ended = model.recognize(silence).catch(() => 'ended');
    await until(() => forms.length === 1);
    await model.close();
    expect(await ended).toBe('ended');
    expect([forms.length, errors]).toEqual([1, []]);
  });

  it('waits no longer for an answer than connOptions say', async () => {
    const runtime = createTestRuntime();
    onTestFinished(installRuntime(runtime));
    const { model, forms } = await answered(() => undefined, { connOptions: { maxRetry: 0, timeoutMs: 4_000 } });
    const late = expect(model.recognize(silence)).rejects.toMatchObject({ name: 'APITimeoutError' });
    await until(() => forms.length === 1);
    await runtime.clock.advance(4_000);
    await late;
  });

  it('pain 20: a refused key is one typed error, and is not asked for again', async () => {
    const { model, cloud } = await open({}, { keys: ['another'] });
    await expect(model.recognize(silence)).rejects.toMatchObject({ name: 'APIStatusError', statusCode: 401 });
    expect(cloud.arrivals.length).toBe(1);
  });

  it('stops when it is aborted', async () => {
    const controller = new AbortController();
    const { model, forms } = await answered(() => controller.abort());
    await expect(model.recognize(silence, controller.signal)).rejects.toMatchObject({ retryable: false });
    expect(forms.length).toBe(1);
  });
});

describe('recognize() beside a socket', () => {
  it('makes a request too, as upstream does', async () => {
    const { model, cloud } = await open({ model: 'gpt-4o-transcribe', useRealtime: true });
    expect((await model.recognize(await speechFrames('Whole.'))).alternatives?.[0].text).toBe('Whole.');
    expect(cloud.requests).toMatchObject([{ kind: 'http', path: '/v1/audio/transcriptions' }]);
  });

  it('is a typed error for a model that is served on sockets alone', async () => {
    const { model, cloud } = await open({ model: 'gpt-realtime-whisper', useRealtime: true });
    await expect(model.recognize(silence)).rejects.toMatchObject({
      name: 'APIError',
      message: expect.stringMatching(/gpt-realtime-whisper is served over the realtime API only/),
      retryable: false,
    });
    expect(cloud.requests).toEqual([]);
  });
});

describe('presets', () => {
  it.each([
    ['withGroq', 'GROQ_API_KEY'],
    ['withOVHcloud', 'OVHCLOUD_API_KEY'],
  ] as const)('%s asks for json as upstream does, and for times where they are wanted', async (preset, variable) => {
    vi.stubEnv(variable, 'key-of-the-environment');
    const { cloud } = await open({});
    const model = STT[preset]({ baseURL: cloud.url, prompt: 'Birds.' });
    expect([model.model, model.capabilities.streaming]).toEqual(['whisper-large-v3-turbo', true]);
    const plain = await model.recognize(await speechFrames('A bird.'));
    expect(plain.alternatives).toMatchObject([{ text: 'A bird.', confidence: 0, endTime: 0 }]);
    expect(cloud.requests[0]?.headers.authorization).toBe('Bearer key-of-the-environment');
    model.updateOptions({ timestampGranularities: ['segment'] });
    const timed = await model.recognize(await speechFrames('A bird.'));
    expect(timed.alternatives?.[0].endTime).toBeGreaterThan(0);
    await model.close();
  });
});
