import { initializeLogger, llm } from '@livekit/agents';
import type { Loopback, LoopbackOptions } from '@patchbay/loopback';
import { gateways } from '@patchbay/ws-url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { weather } from '../__fixtures__/weather.ts';
import { repeatingCloud, weatherIn } from './__fixtures__/cloud.ts';
import { Conversation, failuresOf, noticedLoss, talkWith } from './__fixtures__/conversation.ts';
import { LLM, type LLMOptions } from './index.ts';

initializeLogger({ pretty: false, level: 'silent' });

/** The cloud, and what its mind was asked. */
const start = (options: LoopbackOptions = {}): ReturnType<typeof repeatingCloud> =>
  repeatingCloud([weatherIn('Ghent')], options);

function open(options: Partial<LLMOptions>): LLM {
  const model = new LLM(options);
  onTestFinished(() => model.aclose());
  return model;
}

const connect = (cloud: Loopback, options: Partial<LLMOptions>): LLM =>
  open({ apiKey: 'sk-test', baseURL: cloud.url, ...options });

const ways: [string, Partial<LLMOptions>][] = [
  ['over a WebSocket', {}],
  ['over a WebSocket, unstored', { store: false }],
  ['over HTTP', { useWebSocket: false }],
];

describe.each(ways)('a conversation with the cloud %s', (_, options) => {
  it('reaches the mind once, in order, with its tools', async () => {
    const { cloud, thoughts } = await start();
    const model = connect(cloud, options);
    const failures = failuresOf(model);
    const conversation = new Conversation(model, { toolCtx: new llm.ToolContext([weather]) });
    conversation.context.addMessage({ role: 'system', content: 'Be brief.' });

    expect((await conversation.turn('hello')).text).toBe('re: hello');
    const { calls, usage } = await conversation.turn('weather?');
    expect(calls).toMatchObject([{ name: 'weather', args: '{"city":"Ghent"}' }]);
    expect(usage).toHaveLength(1);
    await conversation.result(calls[0]!.callId, 'sunny').turn();
    expect((await conversation.turn('bye')).text).toBe('re: bye');

    expect(thoughts.map(({ turns }) => turns.length)).toEqual([2, 4, 5, 7]);
    expect(thoughts.at(-1)?.turns.map(({ role, text }) => `${role}: ${text}`)).toEqual([
      'system: Be brief.',
      'user: hello',
      'assistant: re: hello',
      'user: weather?',
      'tool: sunny',
      'assistant: re: sunny',
      'user: bye',
    ]);
    expect(failures).toEqual([]);
  });

  it('stops thinking when it is interrupted', async () => {
    const { cloud, thoughts } = await start();
    const { conversation, failures } = talkWith(connect(cloud, options));
    const stream = conversation.user('a story').ask();
    await stream.next();
    expect((await stream.next()).done).not.toBe(true);
    stream.close();
    await vi.waitUntil(() => thoughts[0]?.signal.aborted);
    expect((await conversation.assistant('word0', true).turn('stop')).text).toBe('re: stop');
    expect(failures).toEqual([]);
  });
});

describe('the cloud behind LiteLLM', () => {
  it.each(ways)('%s hears the same conversation', async (_, options) => {
    const { cloud, thoughts } = await start({ gateway: 'litellm' });
    const gateway = gateways.litellm({ baseURL: cloud.url, apiKey: 'sk-test' });
    const { conversation, failures } = talkWith(open({ gateway, ...options }));
    for (const text of ['one', 'two']) expect((await conversation.turn(text)).text).toBe(`re: ${text}`);
    expect(thoughts.at(-1)?.turns.map(({ text }) => text)).toEqual(['one', 're: one', 'two']);
    expect(failures).toEqual([]);
  });
});

describe('a cloud that loses every socket between turns', () => {
  it('is not noticed', async () => {
    const { cloud, thoughts } = await start();
    const { model, conversation, failures } = talkWith(connect(cloud, {}));
    await conversation.turn('one');
    const noticed = noticedLoss(model);
    cloud.dropSockets();
    await noticed;
    expect((await conversation.turn('two')).text).toBe('re: two');
    expect(thoughts.at(-1)?.turns).toHaveLength(3);
    expect(failures).toEqual([]);
  });
});
