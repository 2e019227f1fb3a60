import { initializeLogger, llm, voice } from '@livekit/agents';
import type { Loopback, LoopbackOptions } from '@patchbay/loopback';
import { gateways } from '@patchbay/ws-url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { weather } from '../__fixtures__/weather.ts';
import { repeatingCloud, weatherIn } from '../responses/__fixtures__/cloud.ts';
import { Conversation, failuresOf, firstWords } from '../responses/__fixtures__/conversation.ts';
import { LLM } from './llm.ts';
import type { LLMOptions } from './options.ts';

initializeLogger({ pretty: false, level: 'silent' });

/** The cloud, and what its mind was asked. */
const start = (options: LoopbackOptions = {}): ReturnType<typeof repeatingCloud> =>
  repeatingCloud([{ type: 'text', text: 'One moment. ' }, weatherIn('Ghent'), weatherIn('Ypres')], options);

function keep(model: LLM): LLM {
  onTestFinished(() => model.aclose());
  return model;
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

describe.each(ways)('the cloud%s', (_, options, where) => {
  it('hears an agent of LiveKit, its tools and their results', async () => {
    const { cloud, thoughts } = await start(options);
    const model = keep(new LLM(where(cloud)));
    const failures = failuresOf(model);
    const session = new voice.AgentSession({ llm: model });
    await session.start({ agent: new voice.Agent({ instructions: 'Be brief.', tools: [weather] }), record: false });
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
      expect.stringContaining('rain in Ghent'),
      expect.stringContaining('rain in Ypres'),
      expect.stringMatching(/^assistant: re: /),
      'user: bye',
    ]);
  });

  it('pain 9: stops thinking when it is interrupted', async () => {
    const { cloud, thoughts } = await start(options);
    const model = keep(new LLM(where(cloud)));
    const failures = failuresOf(model);
    const conversation = new Conversation(model);
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
    const model = keep(new LLM(where(cloud)));
    const failures = failuresOf(model);
    expect((await new Conversation(model).turn('break')).text).toBe('so ');
    expect(failures).toMatchObject([{ recoverable: false }]);
    expect(thoughts).toHaveLength(1);
  });

  it('counts tokens', async () => {
    const { cloud } = await start(options);
    const model = keep(new LLM(where(cloud)));
    const { usage } = await new Conversation(model).turn('hello');
    expect(usage).toMatchObject([{ serviceTier: 'default', promptCachedTokens: 0 }]);
    expect(usage[0]!.totalTokens).toBe(usage[0]!.promptTokens + usage[0]!.completionTokens);
    expect(usage[0]!.completionTokens).toBeGreaterThan(0);
  });
});

describe('an agent that is interrupted', () => {
  it('pain 9: ends the generation at the server', async () => {
    const { cloud, thoughts } = await start();
    const model = keep(new LLM({ apiKey: 'sk-test', baseURL: cloud.url }));
    const session = new voice.AgentSession({ llm: model });
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
    const model = keep(new LLM(where(cloud.url)));
    const failures = failuresOf(model);
    await new Conversation(model).turn('hello');
    expect(failures).toMatchObject([{ recoverable: false, error: { name: 'APIStatusError', statusCode } }]);
  });
});

it("LiveKit's FallbackAdapter goes on to the next model", async () => {
  const { cloud } = await start({ keys: ['sk-test'] });
  const broken = new LLM({ apiKey: 'wrong', baseURL: cloud.url });
  const model = keep(new LLM({ apiKey: 'sk-test', baseURL: cloud.url }));
  const adapter = new llm.FallbackAdapter({ llms: [broken, model] });
  adapter.on('error', () => {});
  expect((await new Conversation(adapter).turn('hello')).text).toBe('re: hello');
  await broken.aclose();
});
