import { llm } from '@livekit/agents';
import { describe, expect, it, vi } from 'vitest';
import { OpenAI } from 'openai';
import { OpenAI as OpenAI7 } from 'openai-7';
import { z } from 'zod';
import { weather } from '../__fixtures__/weather.ts';
import { Conversation, failuresOf } from '../responses/__fixtures__/conversation.ts';
import { setup } from './__fixtures__/chat-server.ts';
import { LLM } from './llm.ts';
import type { LLMOptions } from './options.ts';

const at = setup();

const tools = new llm.ToolContext([weather]);

type Call = Partial<Parameters<LLM['chat']>[0]>;

/** What is sent beside the conversation. */
async function sent(options: Partial<LLMOptions> = {}, call: Call = {}): Promise<Record<string, unknown>> {
  await new Conversation(at.open(options), call).turn('hello');
  const { messages: _messages, stream: _stream, stream_options: _options, ...rest } = at.asked.at(-1)!.body;
  return rest;
}

describe('a request', () => {
  it('is the whole conversation, streamed, with token counts', async () => {
    const model = at.open();
    const conversation = new Conversation(model);
    conversation.context.addMessage({ role: 'system', content: 'Be brief.' });
    const heard = await conversation.turn('one');
    expect(heard).toMatchObject({ text: 'answer1', ids: new Set(['chatcmpl-1']) });
    expect(heard.usage).toEqual([
      { promptTokens: 5, completionTokens: 2, promptCachedTokens: 3, totalTokens: 7, serviceTier: 'default' },
    ]);
    await conversation.turn('two');
    expect(at.asked.map(({ request }) => `${request.method} ${request.url}`)).toEqual(
      Array(2).fill('POST /v1/chat/completions'),
    );
    expect(at.asked[1]!.body).toEqual({
      model: 'gpt-4.1',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'answer1' },
        { role: 'user', content: 'two' },
      ],
      stream: true,
      stream_options: { include_usage: true },
    });
    expect([model.label(), model.model, model.provider]).toEqual(['openai.LLM', 'gpt-4.1', new URL(at.url).host]);
  });

  it('carries every option, temperature 0 too', async () => {
    const options: Partial<LLMOptions> = {
      model: 'gpt-4o',
      temperature: 0,
      topP: 0,
      maxCompletionTokens: 50,
      reasoningEffort: 'low',
      verbosity: 'low',
      serviceTier: 'flex',
      store: false,
      metadata: { call: '1' },
      user: 'u',
      safetyIdentifier: 's',
      promptCacheKey: 'k',
      promptCacheRetention: '24h',
      responseFormat: { type: 'json_object' },
      extraBody: { seed: 7 },
    };
    expect(await sent(options)).toEqual({
      model: 'gpt-4o',
      temperature: 0,
      top_p: 0,
      max_completion_tokens: 50,
      reasoning_effort: 'low',
      verbosity: 'low',
      service_tier: 'flex',
      store: false,
      metadata: { call: '1' },
      user: 'u',
      safety_identifier: 's',
      prompt_cache_key: 'k',
      prompt_cache_retention: '24h',
      response_format: { type: 'json_object' },
      seed: 7,
    });
  });

  it('pain 31: leaves out whatever is null or undefined', async () => {
    const options = { temperature: null, reasoningEffort: null, user: undefined, toolChoice: null } as never;
    const call = { extraKwargs: { stop: null, seed: undefined, prediction: { type: 'content', content: null } } };
    expect(await sent(options, call)).toEqual({ model: 'gpt-4.1', prediction: { type: 'content' } });
  });

  it('is bounded by no tokens if the bound is 0', async () => {
    expect(await sent({ maxCompletionTokens: 0 })).toEqual({ model: 'gpt-4.1' });
  });

  it('lets the call win over extraBody, and that over the options', async () => {
    const options = { temperature: 0.1, topP: 0.1, user: 'option', extraBody: { user: 'body', seed: 1, top_p: null } };
    const extraKwargs = { seed: 2, temperature: undefined, extra_body: { seed: 3, custom: { deep: [null] } } };
    expect(await sent(options, { extraKwargs })).toEqual({
      model: 'gpt-4.1',
      temperature: 0.1,
      user: 'body',
      seed: 3,
      custom: { deep: [null] },
    });
  });

  it('can do without stream_options, for servers that refuse them', async () => {
    await sent({ extraBody: { stream_options: null } });
    expect(at.asked[0]!.body).not.toHaveProperty('stream_options');
  });
});

describe('tools', () => {
  it('are sent without $schema, and may be called in parallel', async () => {
    const { tools: offered, ...rest } = await sent({}, { toolCtx: tools });
    expect(rest).toEqual({ model: 'gpt-4.1', parallel_tool_calls: true });
    expect(offered).toMatchObject([
      {
        type: 'function',
        function: {
          name: 'weather',
          description: 'The weather of a city',
          parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        },
      },
    ]);
    expect(JSON.stringify(offered)).not.toMatch(/\$schema|strict/);
  });

  it('are strict where that is wanted and they can be', async () => {
    const raw = llm.tool({
      name: 'anything',
      description: 'Any',
      parameters: { type: 'object', properties: { a: { type: 'string' } } } as never,
      execute: async () => '',
    });
    const { tools: offered } = await sent({ strictToolSchema: true }, { toolCtx: [weather, raw] });
    expect(offered).toMatchObject([
      { function: { name: 'anything' } },
      { function: { name: 'weather', strict: true } },
    ]);
    expect((offered as { function: object }[])[0]!.function).not.toHaveProperty('strict');
  });

  it.each([
    ['auto', 'auto'],
    ['none', 'none'],
    ['required', 'required'],
    [
      { type: 'function', function: { name: 'weather' } },
      { type: 'function', function: { name: 'weather' } },
    ],
    [
      { type: 'function', name: 'weather' },
      { type: 'function', function: { name: 'weather' } },
    ],
  ])('pain 23: tool choice %j has the shape of this API', async (toolChoice, tool_choice) => {
    expect(await sent({}, { toolCtx: tools, toolChoice: toolChoice as llm.ToolChoice })).toMatchObject({ tool_choice });
    expect(await sent({ toolChoice: toolChoice as llm.ToolChoice }, { toolCtx: tools })).toMatchObject({ tool_choice });
  });

  it.each([
    ['a call', { parallelToolCalls: false, toolChoice: 'required' as const }, {}],
    ['the model', {}, { parallelToolCalls: false, toolChoice: 'required' as const }],
  ])('decide whether the wishes of %s are sent', async (_, call, options) => {
    expect(await sent(options, call)).toEqual({ model: 'gpt-4.1' });
    expect(await sent(options, { ...call, toolCtx: new llm.ToolContext([]) })).toEqual({ model: 'gpt-4.1' });
    expect(await sent(options, { ...call, toolCtx: tools })).toMatchObject({
      parallel_tool_calls: false,
      tool_choice: 'required',
    });
  });

  it('of a call are added to those of LiveKit', async () => {
    const own = { type: 'function', function: { name: 'own' } };
    const { tools: offered } = await sent({}, { toolCtx: tools, extraKwargs: { tools: [own] } });
    expect(offered).toMatchObject([{ function: { name: 'weather' } }, own]);
  });

  it('that the Responses API runs itself are not offered here', async () => {
    const hosted = {
      ...new (class extends llm.ProviderTool {})({ id: 'openai_web_search' }),
      toToolConfig: () => ({}),
    };
    expect(await sent({}, { toolCtx: new llm.ToolContext([hosted as never]) })).toEqual({ model: 'gpt-4.1' });
  });

  it("go back with the call's id and arguments", async () => {
    const conversation = new Conversation(at.open());
    conversation
      .user('weather?')
      .context.insert(llm.FunctionCall.create({ callId: 'c1', name: 'weather', args: '{"city":"Ghent"}' }));
    await conversation.result('c1', 'sunny').turn();
    expect((at.asked[0]!.body.messages as object[]).slice(1)).toEqual([
      {
        role: 'assistant',
        tool_calls: [{ type: 'function', id: 'c1', function: { name: 'weather', arguments: '{"city":"Ghent"}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
    ]);
  });
});

describe('structured output', () => {
  const schema = {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  };
  const strict = (name: string): object => ({ type: 'json_schema', json_schema: { name, schema, strict: true } });

  it('takes a zod object', async () => {
    expect(await sent({ responseFormat: z.object({ city: z.string() }) })).toMatchObject({
      response_format: strict('response'),
    });
  });

  it('takes a JSON schema, strict where it can be', async () => {
    const titled = { $schema: 'x', title: 'The place!', ...schema };
    expect(await sent({ responseFormat: titled })).toMatchObject({ response_format: strict('The_place_') });
    expect(await sent({ responseFormat: { type: 'object', properties: { city: {} } } })).toMatchObject({
      response_format: { json_schema: { strict: false } },
    });
  });

  it('takes what the API calls response_format, and one per call', async () => {
    const response_format = { type: 'json_schema', json_schema: { name: 'own', schema, description: null } };
    expect(await sent({ responseFormat: response_format })).toMatchObject({ response_format });
    expect(await sent({}, { extraKwargs: { response_format: z.object({ city: z.string() }) } })).toMatchObject({
      response_format: strict('response'),
    });
  });
});

describe('pain 32: the rules of a family of models', () => {
  it.each<[string, Partial<LLMOptions>, Call, object]>([
    ['gpt-5-mini', {}, {}, { reasoning_effort: 'minimal' }],
    ['gpt-5.1', {}, {}, { reasoning_effort: 'none' }],
    ['gpt-5-mini', { temperature: 0.5, topP: 0.5 }, {}, { reasoning_effort: 'minimal' }],
    ['openai/o3', { temperature: 0.5 }, { toolCtx: tools, extraKwargs: { n: 1 } }, {}],
    ['gpt-5.1', { reasoningEffort: 'low' }, { toolCtx: tools }, { reasoning_effort: 'low', parallel_tool_calls: true }],
    ['gpt-5.4', {}, {}, { reasoning_effort: 'none' }],
    ['gpt-5.4-mini', { reasoningEffort: 'low' }, { toolCtx: tools }, { parallel_tool_calls: true }],
    ['gpt-5.6-luna', {}, { toolCtx: tools }, { reasoning_effort: 'none', parallel_tool_calls: true }],
    [
      'openai/gpt-5.6',
      { reasoningEffort: 'high' },
      { toolCtx: tools },
      { reasoning_effort: 'none', parallel_tool_calls: true },
    ],
    ['gpt-5', { extraBody: { temperature: 1 } }, {}, { reasoning_effort: 'minimal', temperature: 1 }],
    ['xai/grok-4-1-fast-reasoning', {}, { extraKwargs: { stop: ['x'] } }, {}],
    ['llama3.1', { temperature: 0 }, {}, { temperature: 0 }],
  ])('%s %j', async (model, options, call, expected) => {
    const { tools: _tools, ...rest } = await sent({ model, ...options }, call);
    expect(rest).toEqual({ model, ...expected });
  });
});

describe('the way of a request', () => {
  it('has key, headers, query and organization', async () => {
    await sent({ organization: 'org-1', headers: { 'x-team': 'voice' }, query: { tenant: 'a b' } });
    expect(at.asked[0]!.request.headers).toMatchObject({
      authorization: 'Bearer sk-test',
      'content-type': 'application/json',
      'x-team': 'voice',
      'openai-organization': 'org-1',
    });
    expect(at.asked[0]!.request.url).toBe('/v1/chat/completions?tenant=a%20b');
  });

  it('can be said per call: extra_headers, extra_query, and another model', async () => {
    const options = { headers: { 'X-Team': 'voice', 'x-kept': '1' }, query: { tenant: 'a', kept: '1' } };
    const extraKwargs = {
      model: 'gpt-4o',
      extra_headers: { 'x-team': 'sales', 'x-none': null },
      extra_query: { tenant: 'b', trace: 1 },
    };
    expect(await sent(options, { extraKwargs })).toEqual({ model: 'gpt-4o' });
    const { headers, url } = at.asked[0]!.request;
    expect(headers).toMatchObject({ authorization: 'Bearer sk-test', 'x-team': 'sales', 'x-kept': '1' });
    expect(headers).not.toHaveProperty('x-none');
    expect(url).toBe('/v1/chat/completions?tenant=b&kept=1&trace=1');
  });

  it('per call never reads a key that was not there at construction', async () => {
    vi.stubEnv('OPENAI_API_KEY', '');
    const model = at.keep(new LLM({ baseURL: at.url }));
    vi.stubEnv('OPENAI_API_KEY', 'sk-late');
    await new Conversation(model, { extraKwargs: { extra_headers: { 'x-a': '1' } } }).turn('hello');
    expect(at.asked[0]!.request.headers).toMatchObject({ 'x-a': '1' });
    expect(at.asked[0]!.request.headers).not.toHaveProperty('authorization');
  });

  it.each<[string, unknown]>([
    ['extra_headers', 'x-team: sales'],
    ['extra_query', 'tenant=b'],
    ['extra_body', 'seed'],
    ['extra_body', { seed: 1n }],
  ])('per call refuses a wrong %s, and asks nothing', async (name, value) => {
    const model = at.open();
    const failures = failuresOf(model);
    await new Conversation(model, { extraKwargs: { [name]: value } }).turn('hello');
    expect(failures).toMatchObject([{ recoverable: false, error: { message: expect.stringContaining(name) } }]);
    expect(at.asked).toHaveLength(0);
  });

  it('names the model in the URL where a gateway wants it there', async () => {
    expect(await sent({ modelIn: 'url', model: 'm1' }, { extraKwargs: { model: 'm2' } })).toEqual({});
    expect(at.asked[0]!.request.url).toBe('/v1/chat/completions?model=m2');
  });

  it.each([
    ['6', OpenAI],
    ['7', OpenAI7],
  ])('pain 15: is that of an openai %s client', async (_, Client) => {
    const client = new Client({ apiKey: 'sk-client', baseURL: at.url, defaultHeaders: { 'x-client': '1' } });
    const model = at.keep(new LLM({ client }));
    expect((await new Conversation(model).turn('hello')).text).toBe('answer1');
    expect(at.asked[0]!.request.headers).toMatchObject({ authorization: 'Bearer sk-client', 'x-client': '1' });
  });

  it('speaks to a base URL however it is written', async () => {
    for (const baseURL of [`${at.url}/`, `${at.url}/chat/completions`]) await sent({ baseURL });
    expect(at.asked.map(({ request }) => request.url)).toEqual(Array(2).fill('/v1/chat/completions'));
  });

  it('is warmed up by a request that costs nothing, and goes over its connection', async () => {
    const answer = at.answer;
    let warm = false;
    at.answer = (response, turn, asked) => {
      if (asked.request.method === 'POST') return answer(response, turn, asked);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[]}', () => (warm = true));
    };
    const model = at.open({ headers: { 'x-team': 'voice' } });
    model.prewarm();
    await vi.waitUntil(() => warm && at.clock.pending === 0);
    await new Conversation(model).turn('hello');
    expect(at.asked[1]!.request.socket).toBe(at.asked[0]!.request.socket);
    expect(`${at.asked[0]!.request.method} ${at.asked[0]!.request.url}`).toBe('GET /v1/models');
    expect(at.asked[0]!.request.headers).toMatchObject({ authorization: 'Bearer sk-test', 'x-team': 'voice' });
  });

  it('that cannot be warmed up is no error, and a close ends the attempt', async () => {
    at.answer = () => {};
    const model = at.open();
    model.prewarm();
    await vi.waitUntil(() => at.asked.length === 1);
    await model.aclose();
  });
});
