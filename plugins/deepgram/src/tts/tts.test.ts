import type { tts as livekit } from '@livekit/agents';
import { initializeLogger, type APIConnectOptions } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { until } from '@patchbay/conformance/testing';
import { plainEar, startLoopback, type Loopback, type LoopbackOptions } from '@patchbay/loopback';
import type { ConnectionEvent } from '@patchbay/plugin-kit';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { TTSOptions } from './options.ts';
import { TTS, type SynthesizeStream } from './tts.ts';

const quick: APIConnectOptions = { maxRetry: 3, retryIntervalMs: 1, timeoutMs: 10_000 };

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

type SpeechError = Parameters<livekit.TTSCallbacks['error']>[0];

interface Speaking {
  cloud: Loopback;
  clock: ManualClock;
  model: TTS;
  errors: SpeechError[];
  connection: ConnectionEvent[];
  metrics: unknown[];
}

async function speak(options: Partial<TTSOptions> = {}, more: LoopbackOptions = {}): Promise<Speaking> {
  const runtime = createTestRuntime();
  const restore = installRuntime(runtime);
  const { clock } = runtime;
  const cloud = await startLoopback({ voice: 'plain', clock, pace: { firstTokenMs: 0, audioMs: 0 }, ...more });
  const model = new TTS({ apiKey: 'dg-test-key', baseUrl: cloud.origin, ...options });
  onTestFinished(async () => {
    await model.close();
    await cloud.close();
    restore();
  });
  const [errors, connection, metrics]: [SpeechError[], ConnectionEvent[], unknown[]] = [[], [], []];
  model.on('error', (error) => errors.push(error));
  model.on('connection', (event) => connection.push(event));
  model.on('metrics_collected', (collected) => metrics.push(collected));
  return { cloud, clock, model, errors, connection, metrics };
}

interface Heard {
  stream: SynthesizeStream;
  frames: AudioFrame[];
  finals: number;
  ends: number;
  over: Promise<void>;
}

function listen(model: TTS, connOptions: APIConnectOptions = quick): Heard {
  const stream = model.stream({ connOptions });
  const heard: Heard = { stream, frames: [], finals: 0, ends: 0, over: Promise.resolve() };
  heard.over = (async () => {
    for await (const item of stream) {
      if (typeof item === 'symbol') heard.ends++;
      else {
        heard.frames.push(item.frame);
        if (item.final) heard.finals++;
      }
    }
  })();
  return heard;
}

async function wordsIn(frames: readonly AudioFrame[], sampleRate = 24_000): Promise<string> {
  const listener = await plainEar.listen({ sampleRate });
  const pieces = frames.flatMap(({ data }) => listener.push(data));
  return [...pieces, ...(await listener.finish())].join('').replaceAll(/\s+/g, ' ').trim();
}

describe('a stream', () => {
  it('says what is written into it, while it is being written, as one segment', async () => {
    const { model, errors, cloud, metrics } = await speak();
    const heard = listen(model);
    heard.stream.pushText('Once upon a time a keeper kept a garden of radios. Every evening he');
    await until(() => heard.frames.length > 0);
    heard.stream.pushText(' tuned them to the sea.');
    heard.stream.endInput();
    await heard.over;
    expect(await wordsIn(heard.frames)).toBe(
      'Once upon a time a keeper kept a garden of radios. Every evening he tuned them to the sea.',
    );
    expect([heard.finals, heard.ends, errors]).toEqual([1, 1, []]);
    expect(metrics).toMatchObject([{ streamed: true, label: 'deepgram.TTS' }]);
    await heard.stream.settled;
    await until(() => cloud.sockets === 0);
  });

  it('opens no socket for silence', async () => {
    const { model, cloud, errors } = await speak();
    const heard = listen(model);
    heard.stream.endInput();
    await heard.over;
    expect([cloud.requests.length, heard.frames.length, errors]).toEqual([0, 0, []]);
  });

  it('is interrupted at once, and leaves no socket', async () => {
    const { model, cloud, errors } = await speak();
    const heard = listen(model);
    heard.stream.pushText('Once upon a time a keeper kept a garden of radios. Every evening he tuned them to the sea.');
    await until(() => heard.frames.length > 0);
    heard.stream.close();
    await heard.over;
    await heard.stream.settled;
    await until(() => cloud.sockets === 0);
    expect(errors).toEqual([]);
  });

  it('waits for a language model as long as that takes', async () => {
    const { model, clock, errors } = await speak();
    const heard = listen(model);
    heard.stream.pushText('Let me think about that for a moment. Yes, I think');
    await until(() => heard.frames.length > 0);
    await clock.advance(60_000);
    heard.stream.pushText(' that is possible.');
    heard.stream.endInput();
    await heard.over;
    expect(await wordsIn(heard.frames)).toBe('Let me think about that for a moment. Yes, I think that is possible.');
    expect(errors).toEqual([]);
  });
});

describe('a failure', () => {
  it('before the first sound is told, and the text is said by the next attempt, whole', async () => {
    const { model, errors } = await speak({}, { faults: ['refuse:503,times=1,path=/v1/speak'] });
    const heard = listen(model);
    heard.stream.pushText('Nothing of this is lost.');
    heard.stream.endInput();
    await heard.over;
    expect(await wordsIn(heard.frames)).toBe('Nothing of this is lost.');
    expect(errors).toMatchObject([{ recoverable: true, error: { statusCode: 503 } }]);
  });

  it('after it is not repeated: one error, and nothing is said twice', async () => {
    const { model, cloud, errors } = await speak();
    const heard = listen(model);
    heard.stream.pushText('Once upon a time a keeper kept a garden of radios. Every evening he');
    await until(() => heard.frames.length > 0);
    cloud.dropSockets();
    heard.stream.pushText(' tuned them to the sea.');
    heard.stream.endInput();
    await heard.over;
    expect(errors).toMatchObject([{ recoverable: false, error: { name: 'APIConnectionError', retryable: false } }]);
    expect(cloud.requests).toHaveLength(1);
  });

  it('of a key is one typed error, and shows it to nobody', async () => {
    const { model, errors } = await speak({ apiKey: 'dg-wrong-key' }, { keys: ['dg-test-key'] });
    const heard = listen(model);
    heard.stream.pushText('Hello?');
    heard.stream.endInput();
    await heard.over;
    expect(errors).toMatchObject([{ recoverable: false, error: { name: 'APIStatusError', statusCode: 401 } }]);
    expect(JSON.stringify(errors)).not.toContain('dg-wrong-key');
  });

  it('that is silence is found out once all is written', async () => {
    const { model, clock, errors } = await speak({}, { faults: ['mute-after:1,path=/v1/speak'] });
    const heard = listen(model, { ...quick, maxRetry: 0 });
    heard.stream.pushText('Is anybody there?');
    heard.stream.endInput();
    await until(() => clock.pending > 0);
    for (let second = 0; second < 12; second++) await clock.advance(1_000);
    await heard.over;
    expect(errors).toMatchObject([{ recoverable: false, error: { name: 'APITimeoutError' } }]);
  });
});

describe('options', () => {
  it('are said in the query, and change for what is said next', async () => {
    const { model, cloud } = await speak({ speed: 1.2, sampleRate: 16_000, mipOptOut: true });
    for (const options of [{}, { speed: 0.8, sampleRate: 24_000 }]) {
      model.updateOptions(options);
      const heard = listen(model);
      heard.stream.pushText('A word or two.');
      heard.stream.endInput();
      await heard.over;
      expect(await wordsIn(heard.frames, model.sampleRate)).toBe('A word or two.');
    }
    const queries = cloud.requests.map(({ query }) => Object.fromEntries(new URLSearchParams(query)));
    const common = { model: 'aura-2-andromeda-en', encoding: 'linear16', mip_opt_out: 'true' };
    expect(queries).toEqual([
      { ...common, speed: '1.2', sample_rate: '16000' },
      { ...common, speed: '0.8', sample_rate: '24000' },
    ]);
  });

  it.each<[keyof TTSOptions, unknown]>([
    ['model', ''],
    ['sampleRate', 5],
    ['speed', 3],
    ['encoding', 'mp3'],
    ['encoding', 'pcm'],
    ['mipOptOut', 'yes'],
  ])('that cannot work are refused by name: %s', (option, value) => {
    expect(() => new TTS({ apiKey: 'k', [option]: value })).toThrow(
      expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(option) }),
    );
  });
});

it('synthesize() says one text over HTTP', async () => {
  const { model, metrics } = await speak();
  const frames: AudioFrame[] = [];
  for await (const { frame } of model.synthesize('A sentence by itself.', quick)) frames.push(frame);
  expect(await wordsIn(frames)).toBe('A sentence by itself.');
  await until(() => metrics.length === 1);
  expect(metrics).toMatchObject([{ streamed: false, label: 'deepgram.TTS' }]);
});
