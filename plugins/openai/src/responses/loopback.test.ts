import { initializeLogger, llm } from '@livekit/agents';
import { startLoopback, type Loopback, type LoopbackOptions, type Mind, type MindRequest } from '@patchbay/loopback';
import { gateways } from '@patchbay/ws-url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Conversation, failuresOf, noticedLoss } from './__fixtures__/conversation.ts';
import { LLM, type LLMOptions } from './index.ts';

initializeLogger({ pretty: false, level: 'silent' });

const open: { cloud?: Loopback; model?: LLM } = {};

afterEach(async () => {
  await open.model?.aclose();
  await open.cloud?.close();
});

/** What the mind of the cloud was asked: the conversation as the server has it. */
interface Judge {
  cloud: Loopback;
  thoughts: MindRequest[];
}

async function start(options: LoopbackOptions = {}): Promise<Judge> {
  const thoughts: MindRequest[] = [];
  const mind: Mind = {
    async *reply(request) {
      thoughts.push(request);
      const last = request.turns.at(-1);
      if (last?.text === 'weather?') {
        yield { type: 'call', name: 'weather', arguments: '{"city":"Ghent"}' };
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

function connect(cloud: Loopback, options: Partial<LLMOptions>): LLM {
  return (open.model = new LLM({ apiKey: 'sk-test', baseURL: cloud.url, ...options }));
}

const weather = llm.tool({
  name: 'weather',
  description: 'The weather',
  parameters: z.object({ city: z.string() }),
  execute: async () => 'sunny',
});

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
    const model = connect(cloud, options);
    const failures = failuresOf(model);
    const conversation = new Conversation(model);
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
    open.model = new LLM({ gateway, ...options });
    const failures = failuresOf(open.model);
    const conversation = new Conversation(open.model);
    for (const text of ['one', 'two']) expect((await conversation.turn(text)).text).toBe(`re: ${text}`);
    expect(thoughts.at(-1)?.turns.map(({ text }) => text)).toEqual(['one', 're: one', 'two']);
    expect(failures).toEqual([]);
  });
});

describe('a cloud that loses every socket between turns', () => {
  it('is not noticed', async () => {
    const { cloud, thoughts } = await start();
    const model = connect(cloud, {});
    const failures = failuresOf(model);
    const conversation = new Conversation(model);
    await conversation.turn('one');
    const noticed = noticedLoss(model);
    cloud.dropSockets();
    await noticed;
    expect((await conversation.turn('two')).text).toBe('re: two');
    expect(thoughts.at(-1)?.turns).toHaveLength(3);
    expect(failures).toEqual([]);
  });
});
