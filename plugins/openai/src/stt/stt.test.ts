import { inspect } from 'node:util';
import { ReadableStream } from 'node:stream/web';
import { inference, initializeLogger, stt as livekit } from '@livekit/agents';
import { startLoopback, type Loopback, type LoopbackOptions } from '@patchbay/loopback';
import { gateways } from '@patchbay/ws-url';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import { OpenAI } from 'openai';
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { routeTo } from '../endpoint.ts';
import { EnergyVad } from './__fixtures__/energy-vad.ts';
import { expectRotation, hear, tell, until } from './__fixtures__/hearing.ts';
import { speechFrames } from './__fixtures__/speaking.ts';
import type { STTOptions } from './options.ts';
import { STT } from './stt.ts';

let cloud: Loopback;
let models: STT[] = [];

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
beforeEach(() => {
  for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_ORG_ID', 'OPENAI_PROJECT_ID']) vi.stubEnv(name, '');
});
afterEach(async () => {
  await Promise.all(models.map((model) => model.close()));
  models = [];
  await cloud.close();
  vi.unstubAllEnvs();
});

async function open(options: Partial<STTOptions> = {}, more: LoopbackOptions = {}): Promise<STT> {
  cloud = await startLoopback({ voice: 'plain', pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 }, ...more });
  return make({ model: 'gpt-4o-mini-transcribe', apiKey: 'sk-test-key-1', baseURL: cloud.url, ...options });
}

function make(options: Partial<STTOptions>): STT {
  const model = new STT(options);
  models.push(model);
  return model;
}

const upgrade = () => cloud.requests.find(({ kind }) => kind === 'upgrade');

describe('STT over a realtime transcription session', () => {
  it('writes down what is said, turn by turn, in the order that AgentSession counts on', async () => {
    const hearing = hear(await open());
    for (const text of ['One for sorrow.', 'Two for joy.']) {
      for (const frame of await speechFrames(text)) hearing.stream.pushFrame(frame);
    }
    expect(await hearing.finals(2)).toEqual(['One for sorrow.', 'Two for joy.']);
    await until(() => hearing.story().endsWith('>'));
    expect(hearing.story()).toMatch(/^<One for sorrow\.>?<?Two for joy\.>$/);
    const interims = hearing.events.filter(({ type }) => type === livekit.SpeechEventType.INTERIM_TRANSCRIPT);
    expect(interims[0]?.alternatives?.[0].text).toBe('One ');
    expect(interims.map((event) => event.alternatives?.[0].text)).toContain('One for sorrow.');
    expect(hearing.errors).toEqual([]);
  });

  it('is fed by a stream of frames, as sttNode feeds it, and ends when its input does', async () => {
    const model = await open();
    const hearing = hear(model);
    const frames = await speechFrames('Good evening, operator.', { silenceMs: 0 });
    hearing.stream.updateInputStream(ReadableStream.from(frames));
    await until(() => cloud.requests.length > 0);
    hearing.stream.endInput();
    await hearing.ended;
    expect(hearing.story()).toBe('<Good evening, operator.>');
    await until(() => cloud.sockets === 0);
  });

  it('tells what it cost and which model listened', async () => {
    const model = await open();
    const metrics: unknown[] = [];
    model.on('metrics_collected', (collected) => metrics.push(collected));
    const hearing = hear(model);
    for (const frame of await speechFrames('Three for a girl.')) hearing.stream.pushFrame(frame);
    await hearing.finals(1);
    await until(() => metrics.length === 1);
    expect(metrics).toMatchObject([
      { streamed: true, metadata: { modelName: 'gpt-4o-mini-transcribe', modelProvider: `127.0.0.1:${cloud.port}` } },
    ]);
    expect((metrics[0] as { inputTokens: number }).inputTokens).toBeGreaterThan(0);
    expect((metrics[0] as { audioDurationMs: number }).audioDurationMs).toBeGreaterThan(500);
  });

  describe('pain 3: never deaf', () => {
    it.each([
      ['expiry', 1001],
      ['a restart', 1012],
      ['a server error', 1011],
      ['a clean close', 1000],
      ['a reset', undefined],
    ])('goes on after %s inside the same stream', async (_what, code) => {
      const hearing = hear(await open());
      for (const frame of await speechFrames('One.')) hearing.stream.pushFrame(frame);
      await hearing.finals(1);
      cloud.dropSockets(code, 'maximum duration of 60 minutes');
      await until(() => hearing.connection.some(({ type }) => type === 'reconnecting'));
      for (const frame of await speechFrames('Two.')) hearing.stream.pushFrame(frame);
      expect(await hearing.finals(2)).toEqual(['One.', 'Two.']);
      expect(hearing.errors).toEqual([]);
    });

    it('loses no word of a sentence in whose middle the socket died', async () => {
      const hearing = hear(await open());
      const frames = await speechFrames('Nobody will ever miss a word of this.');
      const half = Math.floor(frames.length / 2);
      for (const frame of frames.slice(0, half)) hearing.stream.pushFrame(frame);
      await until(() => hearing.story() === '<');
      cloud.dropSockets();
      await until(() => hearing.connection.some(({ type }) => type === 'reconnecting'));
      for (const frame of frames.slice(half)) hearing.stream.pushFrame(frame);
      expect(await hearing.finals(1)).toEqual(['Nobody will ever miss a word of this.']);
      await until(() => hearing.story().endsWith('>'));
      expect(hearing.story()).toBe('<><Nobody will ever miss a word of this.>');
    });

    it('goes on before the session expires, in a quiet moment', async () => {
      const runtime = createTestRuntime();
      onTestFinished(installRuntime(runtime));
      const hearing = hear(await open({}, { clock: runtime.clock }));
      await expectRotation(hearing, cloud, runtime.clock, 3_400_000);
    });
  });

  describe('pain 14: where the model is named', () => {
    it('names it in the session and not on the URL', async () => {
      const hearing = hear(await open());
      await until(() => hearing.connection.some(({ type }) => type === 'open'));
      expect(upgrade()).toMatchObject({ path: '/v1/realtime', query: '?intent=transcription' });
    });

    it.each(['us.api.openai.com', 'eu.api.openai.com'])('takes %s for OpenAI itself', (host) => {
      const { connection } = routeTo('transcription', { apiKey: 'sk-k', baseURL: `https://${host}/v1` }, 'm');
      expect(connection).toMatchObject({ modelIn: 'body', row: { name: 'openai' } });
    });

    it('says what to set when the URL names it against the table, and does not try again', async () => {
      const hearing = hear(await open({ modelIn: 'url' }));
      await hearing.ended;
      expect(hearing.errors).toMatchObject([{ recoverable: false, error: { retryable: false } }]);
      expect(hearing.errors[0]?.error.message).toMatch(/modelIn: 'body'/);
      expect(cloud.requests.length).toBe(1);
    });

    it('speaks through LiteLLM', async () => {
      cloud = await startLoopback({
        voice: 'plain',
        pace: { tokenMs: 0 },
        gateway: { name: 'litellm', models: { 'gpt-realtime-whisper': 'gpt-4o-transcribe' } },
      });
      const gateway = gateways.litellm({ baseURL: cloud.origin, apiKey: 'sk-litellm-1' });
      const hearing = hear(make({ model: 'gpt-4o-mini-transcribe', gateway }));
      for (const frame of await speechFrames('Through the gateway.')) hearing.stream.pushFrame(frame);
      expect(await hearing.finals(1)).toEqual(['Through the gateway.']);
    });
  });

  it('pain 13: keeps the query of a base URL, and appends the path once', async () => {
    const model = await open();
    for (const base of [`${cloud.url}?tenant=a`, `${cloud.url}/?tenant=a`, `${cloud.url}/realtime?tenant=a`]) {
      const hearing = hear(make({ model: 'gpt-4o-transcribe', apiKey: 'sk-k', baseURL: base }));
      await until(() => hearing.connection.some(({ type }) => type === 'open'));
      hearing.stream.close();
    }
    expect(model.provider).toBe(`127.0.0.1:${cloud.port}`);
    const seen = cloud.requests.map(({ path, query }) => `${path}${query}`);
    expect(seen).toEqual(Array.from({ length: 3 }, () => '/v1/realtime?tenant=a&intent=transcription'));
  });

  it('pain 15: honours OPENAI_BASE_URL and OPENAI_API_KEY of the moment, and everything of a client', async () => {
    await open();
    vi.stubEnv('OPENAI_API_KEY', 'sk-env');
    vi.stubEnv('OPENAI_BASE_URL', cloud.url);
    vi.stubEnv('OPENAI_ORG_ID', 'org-env');
    hear(make({ model: 'gpt-4o-transcribe' }));
    await until(() => cloud.requests.length === 1);
    vi.unstubAllEnvs();
    const client = new OpenAI({
      apiKey: 'sk-client',
      baseURL: cloud.url,
      project: 'proj-1',
      organization: null,
      defaultHeaders: { 'X-Team': 'a' },
    });
    hear(make({ model: 'gpt-4o-transcribe', client }));
    await until(() => cloud.requests.length === 2);
    expect(cloud.requests.map(({ headers }) => headers)).toMatchObject([
      { authorization: 'Bearer sk-env', 'openai-organization': 'org-env' },
      { authorization: 'Bearer sk-client', 'openai-project': 'proj-1', 'x-team': 'a' },
    ]);
    expect(cloud.requests[0]?.headers['openai-beta']).toBeUndefined();
  });

  it('pain 16: asks for the key on every attempt, and sends the headers of the user', async () => {
    let minted = 0;
    const hearing = hear(
      await open({ apiKey: () => Promise.resolve(`sk-minted-${++minted}`), headers: { 'X-Trace': 't1' } }),
    );
    await until(() => cloud.sockets === 1 && hearing.connection.some(({ type }) => type === 'open'));
    for (const frame of await speechFrames('One.')) hearing.stream.pushFrame(frame);
    await hearing.finals(1);
    cloud.dropSockets(1012);
    await until(() => cloud.requests.length === 2);
    expect(cloud.requests.map(({ headers }) => headers)).toMatchObject([
      { authorization: 'Bearer sk-minted-1', 'x-trace': 't1' },
      { authorization: 'Bearer sk-minted-2', 'x-trace': 't1' },
    ]);
  });

  it('pain 20: a refused key is one typed error, at once', async () => {
    const hearing = hear(await open({}, { keys: ['another'] }));
    await hearing.ended;
    expect(hearing.errors).toMatchObject([
      { recoverable: false, error: { name: 'APIStatusError', body: { code: 'invalid_api_key' }, retryable: false } },
    ]);
    expect(cloud.arrivals.length).toBe(1);
  });

  it('pain 19: a stream that fails while nobody listens for errors just ends', async () => {
    const model = await open({}, { keys: ['another'] });
    const stream = model.stream();
    const events: unknown[] = [];
    for await (const event of stream) events.push(event);
    expect(events).toEqual([]);
  });

  it('pain 25: frames that are views of a larger buffer say no more and no less than themselves', async () => {
    const hearing = hear(await open());
    for (const frame of await speechFrames('Only this window.', { views: true })) hearing.stream.pushFrame(frame);
    expect(await hearing.finals(1)).toEqual(['Only this window.']);
  });

  it('pain 27: shows the key to nobody, and refuses one that is broken without quoting it', async () => {
    const model = await open({}, { keys: ['another'] });
    const hearing = hear(model);
    await hearing.ended;
    const shown = inspect([model, hearing.stream, hearing.errors, hearing.connection], { depth: 12, showHidden: true });
    expect(shown + JSON.stringify(hearing.errors)).not.toContain('sk-test-key-1');
    const proxied = make({ apiKey: 'k', baseURL: cloud.url, proxy: 'http://user:pass-word@127.0.0.1:9' });
    expect(inspect(proxied, { depth: 12, showHidden: true })).not.toContain('pass-word');
    expect(() => make({ apiKey: 'sk-bro\rken-key', baseURL: cloud.url })).toThrow(/apiKey/);
    expect(() => make({ apiKey: 'sk-bro\rken-key', baseURL: cloud.url })).not.toThrow(/ken-key/);
  });
});

describe('models without turn detection', () => {
  it('commits at the end of speech that a VAD hears, and ends with its input', async () => {
    const vad = new EnergyVad();
    const hearing = hear(await open({ model: 'gpt-realtime-whisper', vad }));
    await tell(hearing, ['Four for a boy.', 'Five for silver.']);
    expect(hearing.story()).toBe('<Four for a boy.><Five for silver.>');
    hearing.stream.endInput();
    await hearing.ended;
    await until(() => vad.closed === 1);
    expect([vad.opened, hearing.errors]).toEqual([1, []]);
  });

  it('commits again what a lost socket was asked for', async () => {
    const hearing = hear(await open({ model: 'gpt-realtime-whisper', vad: new EnergyVad() }));
    const frames = await speechFrames('Six for gold.', { silenceMs: 0 });
    for (const frame of frames) hearing.stream.pushFrame(frame);
    await until(() => hearing.events.some(({ type }) => type === livekit.SpeechEventType.INTERIM_TRANSCRIPT));
    cloud.dropSockets();
    await until(() => hearing.connection.some(({ type }) => type === 'reconnecting'));
    for (const frame of await speechFrames('', { silenceMs: 600 })) hearing.stream.pushFrame(frame);
    expect(await hearing.finals(1)).toEqual(['Six for gold.']);
  });

  it('brings a VAD of its own, which dies with the stream', async () => {
    const model = await open({ model: undefined as never });
    expect(model.model).toBe('gpt-realtime-whisper');
    expect(model.turnDetection).toBeNull();
    const hearing = hear(model);
    for (const frame of await speechFrames('')) hearing.stream.pushFrame(frame);
    await until(() => hearing.connection.some(({ type }) => type === 'open'));
    hearing.stream.close();
    await hearing.ended;
    expect(hearing.errors).toEqual([]);
  });

  it('commits on flush where the user wants no VAD at all', async () => {
    const hearing = hear(await open({ model: 'gpt-realtime-whisper', vad: null }));
    for (const frame of await speechFrames('Seven for a secret.')) hearing.stream.pushFrame(frame);
    hearing.stream.flush();
    expect(await hearing.finals(1)).toEqual(['Seven for a secret.']);
    hearing.stream.flush();
    for (const frame of await speechFrames('Never to be told.')) hearing.stream.pushFrame(frame);
    hearing.stream.flush();
    expect(await hearing.finals(2)).toEqual(['Seven for a secret.', 'Never to be told.']);
  });

  it('wants a VAD, or an explicit no, where turn detection is switched off', async () => {
    await open();
    const wrong = { model: 'gpt-4o-transcribe', apiKey: 'k', turnDetection: null } as const;
    expect(() => make(wrong)).toThrow(/vad/);
    expect(make({ ...wrong, vad: null }).turnDetection).toBeNull();
    expect(make({ ...wrong, vad: new inference.VAD() }).turnDetection).toBeNull();
  });
});

describe('options', () => {
  it('has the defaults of upstream', async () => {
    const model = await open();
    expect(model.label).toBe('openai.STT');
    expect(model.turnDetection).toEqual({
      type: 'server_vad',
      threshold: 0.5,
      prefix_padding_ms: 600,
      silence_duration_ms: 350,
    });
    expect(model.capabilities).toMatchObject({ streaming: true, interimResults: true, keyterms: false });
  });

  it('refuses hints that the model does not take', async () => {
    await open();
    expect(() => make({ model: 'gpt-4o-transcribe', apiKey: 'k', keywords: ['Patchbay'] })).toThrow(/keywords/);
    expect(() => make({ model: 'gpt-4o-transcribe', apiKey: 'k', language: ['en', 'de'] })).toThrow(/one language/);
    expect(() => make({ model: 'gpt-realtime-whisper', apiKey: 'k', useRealtime: false })).toThrow(/realtime API only/);
  });

  it('tells open streams what has changed, on the socket they have where that can be', async () => {
    const model = await open({ model: 'gpt-transcribe', keywords: ['Patchbay'] });
    const hearing = hear(model);
    await until(() => hearing.connection.some(({ type }) => type === 'open'));
    model.updateOptions({ language: 'de', keywords: ['LiveKit'] });
    model._updateSessionKeyterms(['Silero']);
    expect(hearing.stream.languages).toEqual(['de']);
    for (const frame of await speechFrames('Eins.')) hearing.stream.pushFrame(frame);
    await hearing.finals(1);
    expect(hearing.events.find(({ alternatives }) => alternatives)?.alternatives?.[0].language).toBe('de');
    expect(cloud.requests.length).toBe(1);
    model.updateOptions({ model: 'gpt-4o-transcribe', keywords: [] });
    await until(() => cloud.requests.length === 2);
    expect(model.capabilities.keyterms).toBe(false);
  });

  it('changes nothing when an update is refused', async () => {
    const model = await open();
    expect(() => model.updateOptions({ language: ['en', 'de'] })).toThrow();
    expect(() => model.updateOptions({ useRealtime: false })).toThrow(/construction/);
    expect(model.stream().languages).toEqual(['en']);
  });

  it('has the presets of upstream', async () => {
    await open();
    vi.stubEnv('GROQ_API_KEY', 'gsk_1234');
    const groq = STT.withGroq();
    expect([groq.model, groq.provider, groq.capabilities.streaming]).toEqual([
      'whisper-large-v3-turbo',
      'api.groq.com',
      true,
    ]);
    expect(() => STT.withOVHcloud()).toThrow(/OVHCLOUD_API_KEY/);
  });
});
