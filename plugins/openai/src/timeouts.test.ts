import type { ServerResponse } from 'node:http';
import { initializeLogger, type APIConnectOptions, type llm } from '@livekit/agents';
import { startLoopback, type Loopback, type Mind } from '@patchbay/loopback';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { PatchbayError } from '@patchbay/ws-url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startChoosyGateway } from './__fixtures__/choosy-gateway.ts';
import { LLM, responses, STT, TTS } from './index.ts';
import { Conversation, failuresOf } from './responses/__fixtures__/conversation.ts';
import { EnergyVad } from './stt/__fixtures__/energy-vad.ts';
import { hear } from './stt/__fixtures__/hearing.ts';
import { speechFrames } from './stt/__fixtures__/speaking.ts';

initializeLogger({ pretty: false, level: 'silent' });

let cloud: Loopback;
beforeEach(async () => {
  cloud = await startLoopback({ voice: 'plain', pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 } });
});
afterEach(() => cloud.close());

/** What was told of a request with these options, and how much came of it. */
interface Outcome {
  errors: { recoverable: boolean; error: Error }[];
  came: number;
}

type Where = { apiKey: string; baseURL: string };

async function asked(model: LLM | responses.LLM, connOptions: APIConnectOptions): Promise<Outcome> {
  const outcome: Outcome = { errors: failuresOf(model), came: 0 };
  onTestFinished(() => model.aclose());
  const { context } = new Conversation(model as responses.LLM).user('Hello.');
  const stream: llm.LLMStream = model.chat({ chatCtx: context, connOptions });
  for await (const _ of stream) outcome.came++;
  return outcome;
}

const classes: Record<string, (where: Where, connOptions: APIConnectOptions) => Promise<Outcome>> = {
  LLM: (where, connOptions) => asked(new LLM(where), connOptions),
  'responses.LLM': (where, connOptions) => asked(new responses.LLM(where), connOptions),
  'responses.LLM over HTTP': (where, connOptions) =>
    asked(new responses.LLM({ ...where, useWebSocket: false }), connOptions),
  TTS: async (where, connOptions) => {
    const tts = new TTS(where);
    const outcome: Outcome = { errors: [], came: 0 };
    tts.on('error', (error) => outcome.errors.push(error));
    onTestFinished(() => tts.close());
    for await (const _ of tts.synthesize('Hello.', connOptions)) outcome.came++;
    return outcome;
  },
};

describe.each(Object.entries(classes))('connOptions.timeoutMs of %s', (_name, ask) => {
  const where = (): Where => ({ apiKey: 'k', baseURL: cloud.url });

  it.each([0, -1, Number.NaN, -Infinity, '5'])('%s is one typed error that names it', async (timeoutMs) => {
    const connOptions = { maxRetry: 2, retryIntervalMs: 1, timeoutMs: timeoutMs as number };
    const { errors, came } = await ask(where(), connOptions);
    expect(errors).toMatchObject([
      { recoverable: false, error: { retryable: false, cause: { code: 'invalid-option' } } },
    ]);
    expect(errors[0]?.error.message).toMatch(/^connOptions\.timeoutMs must be .*at least 1/);
    expect(PatchbayError.is(errors[0]?.error.cause)).toBe(true);
    expect([came, cloud.arrivals.length]).toEqual([0, 0]);
  });

  it('Infinity is no deadline', async () => {
    const { errors, came } = await ask(where(), { maxRetry: 0, retryIntervalMs: 1, timeoutMs: Infinity });
    expect(errors).toEqual([]);
    expect(came).toBeGreaterThan(0);
  });
});

function promised<T>(): [Promise<T>, (value: T) => void] {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return [promise, resolve];
}

describe('an answer that takes a day', () => {
  let clock: ManualClock;
  beforeEach(() => {
    const runtime = createTestRuntime();
    clock = runtime.clock;
    onTestFinished(installRuntime(runtime));
  });

  const endless = { maxRetry: 0, retryIntervalMs: 1, timeoutMs: Infinity };

  it.each(['LLM', 'responses.LLM', 'responses.LLM over HTTP'])('is waited for by %s, without a limit', async (name) => {
    const [asked, ask] = promised<void>();
    const [mayAnswer, letAnswer] = promised<void>();
    const mind: Mind = {
      async *reply() {
        ask();
        await mayAnswer;
        yield { type: 'text', text: 'At last.' };
      },
    };
    const slow = await startLoopback({ voice: 'plain', mind, pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 } });
    onTestFinished(() => slow.close());
    const answer = classes[name]?.({ apiKey: 'k', baseURL: slow.url }, endless);
    await asked;
    await clock.advance(86_400_000);
    letAnswer();
    const { errors, came } = (await answer) as Outcome;
    expect(errors).toEqual([]);
    expect(came).toBeGreaterThan(0);
  });

  it('is waited for by TTS, without a limit', async () => {
    const [asked, ask] = promised<ServerResponse>();
    const { baseURL } = await startChoosyGateway((response) => {
      ask(response);
      return true;
    });
    const answer = classes.TTS?.({ apiKey: 'k', baseURL }, endless);
    const response = await asked;
    await clock.advance(86_400_000);
    response.writeHead(200, { 'content-type': 'audio/pcm' }).end(Buffer.alloc(4_800));
    expect(await answer).toMatchObject({ errors: [], came: 5 });
  });
});

describe('connOptions.timeoutMs of a stream of STT without useRealtime', () => {
  it.each([0, -1, Number.NaN])('%s is one typed error that names it', async (timeoutMs) => {
    const model = new STT({ apiKey: 'k', baseURL: cloud.url, useRealtime: false, vad: new EnergyVad() });
    onTestFinished(() => model.close());
    const hearing = hear(model, { connOptions: { maxRetry: 2, retryIntervalMs: 1, timeoutMs } });
    for (const frame of await speechFrames('Hello?')) hearing.stream.pushFrame(frame);
    await hearing.ended;
    expect(hearing.errors).toMatchObject([
      { recoverable: false, error: { message: expect.stringMatching(/^connOptions\.timeoutMs must be/) } },
    ]);
    expect(cloud.arrivals).toEqual([]);
  });

  it('Infinity is no deadline', async () => {
    const model = new STT({ apiKey: 'k', baseURL: cloud.url, useRealtime: false, vad: new EnergyVad() });
    onTestFinished(() => model.close());
    const hearing = hear(model, { connOptions: { maxRetry: 0, retryIntervalMs: 1, timeoutMs: Infinity } });
    for (const frame of await speechFrames('Hello?')) hearing.stream.pushFrame(frame);
    expect(await hearing.finals(1)).toEqual(['Hello?']);
  });
});
