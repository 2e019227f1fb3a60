import { llm, voice } from '@livekit/agents';
import type { Loopback, Mind } from '@patchbay/loopback';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cloudOf } from './__fixtures__/cloud.ts';
import { Conversation, failuresOf } from './__fixtures__/conversation.ts';
import { completed, created, delta, functionCall, reply, say } from './__fixtures__/responses-server.ts';
import { setup } from './__fixtures__/setup.ts';
import type { LLM, LLMOptions } from './index.ts';

const at = setup();

const thought = (id: string, more: object = {}): object => ({
  type: 'response.output_item.done',
  item: { type: 'reasoning', id, status: 'completed', summary: [], encrypted_content: `sealed-${id}`, ...more },
});
const message = (phase?: string): object => ({
  type: 'response.output_item.done',
  item: { type: 'message', id: 'msg_1', phase, content: [] },
});
const hosted = {
  type: 'response.output_item.done',
  item: { type: 'web_search_call', id: 'ws_1', status: 'completed' },
};

/** What a request said: words, thoughts by their id, or the kinds of other items. */
const said = (index: number): unknown[] | undefined =>
  at.server.asked.at(index)?.body.input.map((item) => item.content ?? item.id ?? item.type);

/** Nothing can be continued any more, and everything is sent. */
function edit(conversation: Conversation): void {
  conversation.context.items.unshift(llm.ChatMessage.create({ role: 'system', content: 'edited', createdAt: 0 }));
}

describe('what a model thought', () => {
  it('is asked for where nothing is stored and the model reasons', async () => {
    const include = async (options: Partial<LLMOptions>): Promise<unknown> => {
      await new Conversation(at.open(options)).turn('why?');
      return at.server.asked.at(-1)?.body.include;
    };
    const encrypted = 'reasoning.encrypted_content';
    expect(await include({ model: 'gpt-5-mini', store: false })).toEqual([encrypted]);
    expect(await include({ model: 'gpt-5-mini', store: false, include: ['x', encrypted] })).toEqual(['x', encrypted]);
    expect(await include({ model: 'gpt-5-mini' })).toBeUndefined();
    expect(await include({ model: 'gpt-4.1', store: false })).toBeUndefined();
  });

  it('goes back before the words that it led to, with their phase', async () => {
    at.server.script = ({ socket }, turn) => {
      if (turn > 1) return reply(socket, `r${turn}`, 'yes');
      say(socket, created('r1'), thought('rs_1'), delta('so'), message('final_answer'), completed('r1'));
    };
    const conversation = new Conversation(at.open());
    const { extra } = await conversation.turn('why?');
    const item = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed-rs_1' };
    expect(extra).toEqual({ openai: { phase: 'final_answer', reasoning: [item] } });
    edit(conversation);
    await conversation.turn('really?');
    expect(at.server.asked[1]?.body.input).toEqual([
      { role: 'system', content: 'edited' },
      { role: 'user', content: 'why?' },
      item,
      { role: 'assistant', content: 'so', phase: 'final_answer' },
      { role: 'user', content: 'really?' },
    ]);
  });

  it('goes back before the call that it led to', async () => {
    at.server.script = ({ socket }, turn) => {
      if (turn > 1) return reply(socket, `r${turn}`, 'sunny');
      say(socket, created('r1'), thought('rs_1'), functionCall('c1', 'weather', ''), completed('r1'));
    };
    const conversation = new Conversation(at.open());
    const { calls } = await conversation.turn('weather?');
    expect(calls[0]?.extra).toMatchObject({ openai: { reasoning: [{ id: 'rs_1' }] } });
    conversation.result('c1', 'sun');
    edit(conversation);
    await conversation.turn();
    expect(said(1)).toEqual(['edited', 'weather?', 'rs_1', 'function_call', 'function_call_output']);
  });

  it.each([
    ['one by one', undefined],
    ['as a group', 'group-1'],
  ])('goes back before the first of the parallel calls that it led to: %s', async (_how, groupId) => {
    at.server.script = ({ socket }, turn) => {
      if (turn > 1) return reply(socket, `r${turn}`, 'sunny');
      const calls = [functionCall('c1', 'weather', ''), functionCall('c2', 'weather', '')];
      say(socket, created('r1'), thought('rs_1'), ...calls, thought('rs_2'), functionCall('c3', 'weather', ''));
      say(socket, completed('r1'));
    };
    const conversation = new Conversation(at.open());
    const { calls } = await conversation.turn('weather?');
    for (const call of calls) Object.assign(call, { groupId });
    for (const id of ['c1', 'c2', 'c3']) conversation.result(id, 'sun');
    edit(conversation);
    await conversation.turn();
    const sent = at.server.asked.at(1)?.body.input.filter(({ type }) => type !== 'function_call_output') ?? [];
    expect(sent.map((item) => item.content ?? item.id ?? item.call_id)).toEqual([
      'edited',
      'weather?',
      'rs_1',
      'c1',
      'c2',
      'rs_2',
      'c3',
    ]);
  });

  it('pain 8: is never sent twice, neither on top of a continuation nor of itself', async () => {
    at.server.script = ({ socket }, turn) => {
      say(socket, created(`r${turn}`), thought(`rs_${turn}`), delta(`a${turn}`), message(), completed(`r${turn}`));
    };
    const conversation = new Conversation(at.open());
    await conversation.turn('one');
    await conversation.turn('two');
    expect(said(1)).toEqual(['two']);
    const [, first] = conversation.context.items as llm.ChatMessage[];
    conversation.assistant('as I said', false, first?.extra);
    edit(conversation);
    await conversation.turn('three');
    expect(said(2)).toEqual(['edited', 'one', 'rs_1', 'a1', 'two', 'rs_2', 'a2', 'as I said', 'three']);
  });

  it('that led to a hosted tool, or came without its content, stays behind', async () => {
    at.server.script = ({ socket }, turn) => {
      const bare = thought('rs_3', { encrypted_content: null, summary: [{ type: 'summary_text', text: 'Hm.' }] });
      say(socket, created(`r${turn}`), thought('rs_1'), hosted, thought('rs_2'), bare, delta('so'), message());
      say(socket, completed(`r${turn}`));
    };
    const conversation = new Conversation(at.open());
    const { extra } = await conversation.turn('why?');
    // A summary is kept for whoever wants to show it.
    expect(extra.openai).toMatchObject({ reasoning: [{ id: 'rs_2' }, { id: 'rs_3', summary: [{ text: 'Hm.' }] }] });
    edit(conversation);
    await conversation.turn('and?');
    expect(said(1)).toEqual(['edited', 'why?', 'rs_2', 'so', 'and?']);
  });

  it.each([
    'nonsense',
    { reasoning: 'x' },
    { reasoning: [null, 5, { type: 'reasoning' }, { id: 'rs', encrypted_content: 5 }] },
  ])('that is damaged in the context does no harm: %o', async (openai) => {
    const conversation = new Conversation(at.open());
    await conversation.user('one').assistant('two', false, { openai }).turn('three');
    expect(said(0)).toEqual(['one', 'two', 'three']);
  });

  it('that the service refuses costs one more request, and is not sent again', async () => {
    at.server.script = ({ socket, body }, turn) => {
      if (!body.input.some(({ type }) => type === 'reasoning')) return reply(socket, `r${turn}`, 'well');
      const error = { code: 'invalid_encrypted_content', message: 'The encrypted content could not be verified.' };
      say(socket, { type: 'error', status: 400, error });
    };
    const model = at.open();
    const failures = failuresOf(model);
    const kept = {
      openai: { reasoning: [{ type: 'reasoning', id: 'rs_x', summary: [], encrypted_content: 'other' }] },
    };
    const conversation = new Conversation(model).user('one').assistant('two', false, kept);
    expect((await conversation.turn('three')).text).toBe('well');
    expect([said(0), said(1)]).toEqual([
      ['one', 'rs_x', 'two', 'three'],
      ['one', 'two', 'three'],
    ]);
    edit(conversation);
    await conversation.turn('four');
    expect(said(2)).not.toContain('rs_x');
    expect(failures).toEqual([]);
  });
});

const pondering: Mind = {
  async *reply({ turns }) {
    yield { type: 'thought', summary: 'Hm.' };
    if (turns.at(-1)?.text === 'weather?') yield { type: 'call', name: 'weather', arguments: '{}' };
    else yield { type: 'text', text: `re: ${turns.at(-1)?.text}` };
  },
};

/** The body of each request that reached the cloud over HTTP. */
const bodies = (cloud: Loopback): { input: { type?: string }[] }[] =>
  cloud.requests.filter(({ method }) => method === 'POST').map(({ body }) => body as never);

describe('in an AgentSession, unstored', () => {
  it('it is kept in the context, and the cloud takes it back: over HTTP, saved and restored', async () => {
    const cloud = await cloudOf(pondering);
    const options = { apiKey: 'sk-test', baseURL: cloud.url, model: 'gpt-5-mini', store: false, useWebSocket: false };
    const weather = llm.tool({
      name: 'weather',
      description: 'The weather',
      parameters: z.object({}),
      execute: async () => 'sunny',
    });
    const talk = async (model: LLM, chatCtx: llm.ChatContext, words: string[]): Promise<llm.ChatContext> => {
      const session = new voice.AgentSession({ llm: model });
      const agent = new voice.Agent({ instructions: 'Be brief.', tools: [weather], chatCtx });
      await session.start({ agent, record: false });
      for (const userInput of words) await session.run({ userInput }).wait();
      await session.close();
      return session.history;
    };
    const first = at.openAs(options);
    const failures = failuresOf(first);
    const history = await talk(first, llm.ChatContext.empty(), ['hello', 'weather?']);
    const kinds = bodies(cloud).map(({ input }) => input.map(({ type = 'message' }) => type));
    expect(kinds[1]).toEqual(['message', 'message', 'reasoning', 'message', 'message']);
    expect(kinds[2]?.slice(-3)).toEqual(['reasoning', 'function_call', 'function_call_output']);

    // As an application keeps it between calls.
    const saved = JSON.parse(JSON.stringify(history.toJSON({ excludeFunctionCall: false }))) as { items: never[] };
    const restored = new llm.ChatContext(
      saved.items
        .filter(({ type, role }) => type !== 'message' || role !== 'system')
        .filter(({ type }) => ['message', 'function_call', 'function_call_output'].includes(type))
        .map((item: { type: string }) =>
          item.type === 'message'
            ? llm.ChatMessage.create(item as never)
            : item.type === 'function_call'
              ? llm.FunctionCall.create(item as never)
              : llm.FunctionCallOutput.create(item as never),
        ),
    );
    const second = at.openAs(options);
    failuresOf(second);
    await talk(second, restored, ['bye']);
    expect(
      bodies(cloud)
        .at(-1)
        ?.input.filter(({ type }) => type === 'reasoning'),
    ).toHaveLength(3);
    expect(failures).toEqual([]);
  });

  it.each([{}, { useWebSocket: false }])('thoughts of another organisation do no harm %o', async (options) => {
    const unstored = { apiKey: 'sk-test', model: 'gpt-5-mini', store: false, ...options };
    const [here, there] = [await cloudOf(pondering), await cloudOf(pondering)];
    const conversation = new Conversation(at.openAs({ ...unstored, baseURL: here.url }));
    await conversation.turn('hello');
    const elsewhere = at.openAs({ ...unstored, baseURL: there.url });
    const failures = failuresOf(elsewhere);
    const chatCtx = conversation.user('and here?').context;
    expect((await elsewhere.chat({ chatCtx }).collect()).text).toBe('re: and here?');
    expect(failures).toEqual([]);
  });
});
