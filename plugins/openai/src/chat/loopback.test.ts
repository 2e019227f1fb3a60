import { initializeLogger, llm, voice } from '@livekit/agents';
import { startLoopback, type Loopback, type LoopbackOptions, type Mind, type MindRequest } from '@patchbay/loopback';
import { gateways } from '@patchbay/ws-url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Conversation, failuresOf, firstWords } from '../responses/__fixtures__/conversation.ts';
import { LLM } from './llm.ts';
import type { LLMOptions } from './options.ts';

initializeLogger({ pretty: false, level: 'silent' });

const open: { cloud?: Loopback; model?: LLM } = {};

afterEach(async () => {
  await open.model?.aclose();
  await open.cloud?.close();
});

/** The cloud, and what its mind was asked. */
async function start(options: LoopbackOptions = {}): Promise<{ cloud: Loopback; thoughts: MindRequest[] }> {
  const thoughts: MindRequest[] = [];
  const mind: Mind = {
    async *reply(request) {
      thoughts.push(request);
      const last = request.turns.at(-1);
      if (last?.text === 'weather?') {
        yield { type: 'text', text: 'One moment. ' };
        yield { type: 'call', name: 'weather', arguments: '{"city":"Ghent"}' };
        yield { type: 'call', name: 'weather', arguments: '{"city":"Ypres"}' };
      } else if (last?.text === 'break') {
        yield { type: 'text', text: 'so ' };
        throw new Error('the mind is gone');
      } else if (last?.text === 'a story') {
        for (let word = 0; !request.signal.aborted; word++) {
          yield { type: 'text', text: `word${word} ` };
          await new Promise((resolve) => setImmediate(resolve));
        }
      } else {
        for (const text of ['re: ', last?.text ?? '']) yield { type: 'text', text };
      }
    },
  };
  const cloud = await startLoopback({
    voice: 'plain',
    mind,
    pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 },
    ...options,
  });
  open.cloud = cloud;
  return { cloud, thoughts };
}

const ways: [string, LoopbackOptions, (cloud: Loopback) => Partial<LLMOptions>][] = [
  ['', {}, (cloud) => ({ apiKey: 'sk-test', baseURL: cloud.url })],
  [
    ' behind LiteLLM',
    { gateway: 'litellm' },
    (cloud) => ({ gateway: gateways.litellm({ baseURL: cloud.url, apiKey: 'sk-test' }) }),
  ],
  [
    ' behind Portkey',
    { gateway: 'portkey' },
    (cloud) => ({
      gateway: gateways.portkey({ baseURL: cloud.url, provider: 'openai', providerKey: 'sk-test' }),
    }),
  ],
  [
    ' behind Vercel',
    { gateway: 'vercel' },
    (cloud) => ({ gateway: gateways.vercel({ baseURL: cloud.url, apiKey: 'sk-test' }), model: 'openai/gpt-4.1' }),
  ],
];

const tools = [
  llm.tool({
    name: 'weather',
    description: 'The weather',
    parameters: z.object({ city: z.string() }),
    execute: async ({ city }) => `sunny in ${city}`,
  }),
];

describe.each(ways)('the cloud%s', (_, options, where) => {
  it('hears an agent of LiveKit, its tools and their results', async () => {
    const { cloud, thoughts } = await start(options);
    open.model = new LLM(where(cloud));
    const failures = failuresOf(open.model);
    const session = new voice.AgentSession({ llm: open.model });
    await session.start({ agent: new voice.Agent({ instructions: 'Be brief.', tools }), record: false });
    for (const userInput of ['hello', 'weather?', 'bye']) await session.run({ userInput }).wait();
    await session.close();

    expect(failures).toEqual([]);
    expect(thoughts.at(-1)?.model).toBe('gpt-4.1');
    expect(thoughts.map(({ turns }) => turns.length)).toEqual([2, 4, 7, 9]);
    expect(thoughts.at(-1)?.turns.map(({ role, text }) => `${role}: ${text}`)).toEqual([
      'system: Be brief.',
      'user: hello',
      'assistant: re: hello',
      'user: weather?',
      expect.stringMatching(/^assistant: One moment\. $/),
      expect.stringContaining('sunny in Ghent'),
      expect.stringContaining('sunny in Ypres'),
      expect.stringMatching(/^assistant: re: /),
      'user: bye',
    ]);
  });

  it('pain 9: stops thinking when it is interrupted', async () => {
    const { cloud, thoughts } = await start(options);
    open.model = new LLM(where(cloud));
    const failures = failuresOf(open.model);
    const conversation = new Conversation(open.model);
    const stream = conversation.user('a story').ask();
    await firstWords(stream);
    expect(thoughts[0]?.signal.aborted).toBe(false);
    stream.close();
    await vi.waitUntil(() => thoughts[0]?.signal.aborted);
    expect((await conversation.assistant('word0', true).turn('stop')).text).toBe('re: stop');
    expect(failures).toEqual([]);
  });

  it('that breaks off in the middle of an answer is one error, and no second answer', async () => {
    const { cloud, thoughts } = await start(options);
    open.model = new LLM(where(cloud));
    const failures = failuresOf(open.model);
    expect((await new Conversation(open.model).turn('break')).text).toBe('so ');
    expect(failures).toMatchObject([{ recoverable: false }]);
    expect(thoughts).toHaveLength(1);
  });

  it('counts tokens', async () => {
    const { cloud } = await start(options);
    open.model = new LLM(where(cloud));
    const { usage } = await new Conversation(open.model).turn('hello');
    expect(usage).toMatchObject([{ serviceTier: 'default', promptCachedTokens: 0 }]);
    expect(usage[0]!.totalTokens).toBe(usage[0]!.promptTokens + usage[0]!.completionTokens);
    expect(usage[0]!.completionTokens).toBeGreaterThan(0);
  });
});

describe('an agent that is interrupted', () => {
  it('pain 9: ends the generation at the server', async () => {
    const { cloud, thoughts } = await start();
    open.model = new LLM({ apiKey: 'sk-test', baseURL: cloud.url });
    const session = new voice.AgentSession({ llm: open.model });
    await session.start({ agent: new voice.Agent({ instructions: 'Be brief.' }), record: false });
    const speech = session.generateReply({ userInput: 'a story' });
    await vi.waitUntil(() => thoughts.length === 1);
    speech.interrupt();
    await vi.waitUntil(() => thoughts[0]?.signal.aborted);
    await session.close();
  });
});

describe('a wrong key', () => {
  it.each<[string, LoopbackOptions, (url: string) => Partial<LLMOptions>, number]>([
    ['', {}, (baseURL) => ({ apiKey: 'wrong', baseURL }), 401],
    [
      ' behind LiteLLM',
      { gateway: 'litellm' },
      (baseURL) => ({ gateway: gateways.litellm({ baseURL, apiKey: 'wrong' }) }),
      400,
    ],
  ])('at the cloud%s is one typed error', async (_, options, where, statusCode) => {
    const { cloud } = await start({ keys: ['sk-test'], ...options });
    open.model = new LLM(where(cloud.url));
    const failures = failuresOf(open.model);
    await new Conversation(open.model).turn('hello');
    expect(failures).toMatchObject([{ recoverable: false, error: { name: 'APIStatusError', statusCode } }]);
  });
});

it("LiveKit's FallbackAdapter goes on to the next model", async () => {
  const { cloud } = await start({ keys: ['sk-test'] });
  const broken = new LLM({ apiKey: 'wrong', baseURL: cloud.url });
  open.model = new LLM({ apiKey: 'sk-test', baseURL: cloud.url });
  const adapter = new llm.FallbackAdapter({ llms: [broken, open.model] });
  adapter.on('error', () => {});
  expect((await new Conversation(adapter).turn('hello')).text).toBe('re: hello');
  await broken.aclose();
});
