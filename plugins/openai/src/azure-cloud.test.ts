import { inspect } from 'node:util';
import { initializeLogger, type metrics } from '@livekit/agents';
import { combineAudioFrames } from '@livekit/rtc-node';
import { plainEar, startLoopback, systemClock, type Loopback, type LoopbackOptions } from '@patchbay/loopback';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { LLM, realtime, responses, STT, TTS, type AzureOptions } from './index.ts';
import { textsOf } from './realtime/__fixtures__/realtime-test.ts';
import { Conversation, connOptions, failuresOf, noticedLoss } from './responses/__fixtures__/conversation.ts';
import { expectRotation, hear, until } from './stt/__fixtures__/hearing.ts';
import { speechFrames } from './stt/__fixtures__/speaking.ts';

initializeLogger({ pretty: false, level: 'silent' });

/** What was deployed: no name of a model is one of a deployment, so a model that travelled would be refused. */
const models = {
  'my-chat': 'gpt-5-mini',
  'my-tts': 'gpt-4o-mini-tts',
  'my-stt': 'gpt-4o-mini-transcribe',
  'my-realtime': 'gpt-realtime',
};
const hour = 3_600_000;

let cloud: Loopback;
let wall: number;
let issued: string[];
let tokens: Record<string, number>;
const open: { close(): Promise<void> }[] = [];

beforeEach(() => {
  for (const name of ['OPENAI_API_VERSION', 'AZURE_OPENAI_API_KEY', 'AZURE_API_KEY', 'AZURE_OPENAI_AD_TOKEN']) {
    vi.stubEnv(name, '');
  }
  vi.stubEnv('OPENAI_API_KEY', 'sk-openai');
  [wall, issued, tokens] = [0, [], {}];
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
  vi.unstubAllEnvs();
});

/** Microsoft Entra: a token that lives an hour of the cloud's wall clock. */
const provider = (): Promise<string> => {
  const token = `token-${issued.length + 1}-secret`;
  issued.push(token);
  tokens[token] = wall + hour;
  return Promise.resolve(token);
};

async function start(name: string, options: LoopbackOptions = {}): Promise<void> {
  cloud = await startLoopback({
    gateway: { name, models, tokens },
    keys: ['key-of-the-resource'],
    voice: 'plain',
    pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 },
    clock: { ...systemClock, wallClock: () => wall },
    ...options,
  });
  open.push(cloud);
}

function keep<Model extends { close(): Promise<void> }>(model: Model): Model {
  open.push(model);
  return model;
}

/** A class at work: does its work once more on every call, and says with what it was heard or read. */
interface Worker {
  /** What it is called in metrics. */
  model: string;
  work(): Promise<string>;
  /** Resolves when the loss of its socket was noticed; for classes that have none, at once. */
  lost(): Promise<void>;
  errors: readonly unknown[];
  shown: unknown;
}

type Make = (access: AzureOptions) => Worker;

const makeSTT: Make = (access) => {
  const model = keep(STT.withAzure({ model: 'gpt-4o-mini-transcribe', azureDeployment: 'my-stt', ...access }));
  const hearing = hear(model);
  let count = 0;
  return {
    model: model.model,
    async work() {
      for (const frame of await speechFrames('One for sorrow.')) hearing.stream.pushFrame(frame);
      return (await hearing.finals(++count)).at(-1) ?? '';
    },
    lost: () => until(() => hearing.connection.some(({ type }) => type === 'reconnecting')),
    errors: hearing.errors,
    shown: [model, hearing.stream, hearing.errors, hearing.connection],
  };
};

const makeRecognizer: Make = (access) => {
  const named = { model: 'gpt-4o-mini-transcribe', azureDeployment: 'my-stt', useRealtime: false };
  const model = keep(STT.withAzure({ ...named, ...access }));
  return {
    model: model.model,
    async work() {
      const audio = combineAudioFrames(await speechFrames('One for sorrow.'));
      return (await model.recognize(audio)).alternatives?.[0].text ?? '';
    },
    lost: async () => {},
    errors: [],
    shown: model,
  };
};

const makeTTS: Make = (access) => {
  const model = keep(TTS.withAzure({ model: 'gpt-4o-mini-tts', azureDeployment: 'my-tts', ...access }));
  return {
    model: model.model,
    async work() {
      const samples: number[] = [];
      for await (const { frame } of model.synthesize('One for sorrow.', connOptions)) samples.push(...frame.data);
      const listener = await plainEar.listen({ sampleRate: 24_000 });
      const pieces = [...listener.push(Int16Array.from(samples)), ...(await listener.finish())];
      listener.close();
      return pieces.join('').trim();
    },
    lost: async () => {},
    errors: [],
    shown: model,
  };
};

function chatting(model: LLM | responses.LLM, lost: Worker['lost'] = async () => {}): Worker {
  const failures = failuresOf(model);
  const conversation = new Conversation(model);
  return {
    model: model.model,
    work: async () => (await conversation.turn('One for sorrow.')).text.replace('You said: ', ''),
    lost,
    errors: failures,
    shown: [model, failures],
  };
}

const deployed = { model: 'gpt-5-mini', azureDeployment: 'my-chat' };

const makeChat: Make = (access) => chatting(keep(LLM.withAzure({ ...deployed, ...access })));

const makeLLM =
  (useWebSocket: boolean): Make =>
  (access) => {
    const model = keep(responses.LLM.withAzure({ ...deployed, useWebSocket, ...access }));
    return useWebSocket ? chatting(model, () => noticedLoss(model)) : chatting(model);
  };

const makeRealtime: Make = (access) => {
  const model = keep(
    realtime.RealtimeModel.withAzure({
      model: 'gpt-realtime',
      azureDeployment: 'my-realtime',
      modalities: ['text'],
      inputAudioTranscription: { model: 'my-stt' },
      connOptions: { retryIntervalMs: 1 },
      ...access,
    }),
  );
  const session = model.session();
  const errors: unknown[] = [];
  const connection: unknown[] = [];
  session.on('error', (error) => errors.push(error));
  let reconnecting = false;
  model.on('connection', (event) => {
    connection.push(event);
    if (event.type === 'reconnecting') reconnecting = true;
  });
  return {
    model: model.model,
    async work() {
      const chatCtx = session.chatCtx.copy();
      chatCtx.addMessage({ role: 'user', content: 'One for sorrow.' });
      await session.updateChatCtx(chatCtx);
      return (await textsOf(await session.generateReply())).join('').replace('You said: ', '');
    },
    lost: () => until(() => reconnecting),
    errors,
    shown: [model, session, errors, connection],
  };
};

const doors: { name: string; access(): AzureOptions; classes: Record<string, Make> }[] = [
  {
    name: 'azure',
    access: () => ({ azureEndpoint: cloud.origin }),
    classes: {
      STT: makeSTT,
      'STT over HTTP': makeRecognizer,
      TTS: makeTTS,
      LLM: makeChat,
      'responses.LLM': makeLLM(true),
      'responses.LLM over HTTP': makeLLM(false),
      'realtime.RealtimeModel': makeRealtime,
    },
  },
  {
    name: 'azure-legacy',
    access: () => ({ azureEndpoint: cloud.origin, apiVersion: '2025-04-01-preview' }),
    classes: {
      STT: makeSTT,
      'STT over HTTP': makeRecognizer,
      TTS: makeTTS,
      LLM: makeChat,
      'responses.LLM over HTTP': makeLLM(false),
      'realtime.RealtimeModel': makeRealtime,
    },
  },
];

const named: Record<string, string> = {
  STT: 'gpt-4o-mini-transcribe',
  'STT over HTTP': 'gpt-4o-mini-transcribe',
  TTS: 'gpt-4o-mini-tts',
  LLM: 'gpt-5-mini',
  'responses.LLM': 'gpt-5-mini',
  'responses.LLM over HTTP': 'gpt-5-mini',
  'realtime.RealtimeModel': 'gpt-realtime',
};

/** What went in by the front door, credential by credential. */
function credentials(): unknown[] {
  return cloud.arrivals.map(({ headers }) => headers['api-key'] ?? headers.authorization);
}

for (const { name, access, classes } of doors) {
  describe.each(Object.entries(classes))(`pain 17: %s through ${name}`, (title, make) => {
    it('works with a key, by a deployment, under the name of its model', async () => {
      await start(name);
      const worker = make({ ...access(), apiKey: 'key-of-the-resource' });
      expect(await worker.work()).toBe('One for sorrow.');
      expect(worker.model).toBe(named[title]);
      expect(worker.errors).toEqual([]);
      // The socket of the Responses API takes keys as bearers.
      const key = title === 'responses.LLM' ? 'Bearer key-of-the-resource' : 'key-of-the-resource';
      expect(new Set(credentials())).toEqual(new Set([key]));
    });

    it('works with a token', async () => {
      await start(name);
      const worker = make({ ...access(), azureAdToken: await provider() });
      expect(await worker.work()).toBe('One for sorrow.');
      expect(new Set(credentials())).toEqual(new Set([`Bearer ${issued[0]}`]));
    });

    it('works on after its token has expired, with the next one of its provider', async () => {
      await start(name);
      const worker = make({ ...access(), azureAdTokenProvider: provider });
      expect(await worker.work()).toBe('One for sorrow.');
      const before = issued.at(-1)!;
      wall += hour;
      const lost = worker.lost();
      cloud.dropSockets();
      await lost;
      expect(await worker.work()).toBe('One for sorrow.');
      const last = credentials().at(-1);
      expect(last).toBe(`Bearer ${issued.at(-1)}`);
      expect(last).not.toBe(`Bearer ${before}`);
      for (const token of issued) {
        expect(inspect(worker.shown, { depth: 10, showHidden: true, getters: true })).not.toContain(token);
      }
    });
  });
}

describe('pain 17: an expired token that nobody renews', () => {
  it('is one refusal that says so in the words of Azure, with a hint, and without the token', async () => {
    await start('azure');
    const token = await provider();
    wall += hour;
    const model = keep(responses.LLM.withAzure({ azureEndpoint: cloud.origin, azureAdToken: token, model: 'my-chat' }));
    const failures = failuresOf(model);
    await new Conversation(model).turn('hello');
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({
      recoverable: false,
      error: { name: 'APIStatusError', statusCode: 401 },
    });
    expect(failures[0]?.error.message).toMatch(/Access token is missing, invalid.*or have expired.*entraToken/s);
    expect(inspect([failures, model], { depth: 12, showHidden: true })).not.toContain(token);
    expect(cloud.arrivals).toHaveLength(1);
  });
});

describe('another model, named later', () => {
  it('is the name of a deployment itself', async () => {
    await start('azure', { gateway: { name: 'azure', models: { ...models, 'my-hd': 'tts-1-hd' } } });
    const access = { azureEndpoint: cloud.origin, apiKey: 'key-of-the-resource', azureDeployment: 'my-tts' };
    const model = keep(TTS.withAzure(access));
    model.updateOptions({ model: 'my-hd' });
    for await (const _frame of model.synthesize('Hello.', connOptions)) void _frame;
    expect(cloud.requests.map(({ body }) => (body as { model: string }).model)).toEqual(['tts-1-hd']);
    expect(model.model).toBe('my-hd');
  });
});

describe('metrics of a deployment', () => {
  it('name the model', async () => {
    await start('azure');
    const access = { azureEndpoint: cloud.origin, apiKey: 'key-of-the-resource' };
    const model = keep(responses.LLM.withAzure({ ...access, model: 'gpt-5-mini', azureDeployment: 'my-chat' }));
    const collected: metrics.AgentMetrics[] = [];
    model.on('metrics_collected', (one) => collected.push(one));
    await new Conversation(model).turn('hello');
    expect(collected).toMatchObject([{ metadata: { modelName: 'gpt-5-mini' } }]);
  });
});

describe('a session of half an hour', () => {
  it('is replaced before Azure ends it, in a quiet moment', async () => {
    const runtime = createTestRuntime();
    onTestFinished(installRuntime(runtime));
    await start('azure', { clock: runtime.clock, gateway: { name: 'azure', models } });
    const access = { azureEndpoint: cloud.origin, apiKey: 'key-of-the-resource', azureDeployment: 'my-stt' };
    const hearing = hear(keep(STT.withAzure(access)));
    await expectRotation(hearing, cloud, runtime.clock, 1_700_000);
  });
});
