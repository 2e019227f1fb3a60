import { llm } from '@livekit/agents';
import { startLoopback } from '@patchbay/loopback';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { Conversation, failuresOf } from './__fixtures__/conversation.ts';
import { setup } from './__fixtures__/setup.ts';
import type { ResponseFormat } from './index.ts';

const at = setup();
const text = (): unknown => at.server.asked.at(-1)?.body.text;

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const named = { type: 'json_schema', name: 'trip', schema, strict: true };
const zod = z.object({ city: z.string() });

describe('a structured reply', () => {
  it.each<[string, ResponseFormat, unknown]>([
    ['as the Responses API has it', { type: 'json_schema', name: 'trip', schema }, named],
    ['as chat completions have it', { type: 'json_schema', json_schema: { name: 'trip', schema } }, named],
    ['a schema of zod', zod, { ...named, name: 'reply' }],
    ['a schema of zod with a name', { type: 'json_schema', name: 'trip', schema: zod as never }, named],
    ['any JSON', { type: 'json_object' }, { type: 'json_object' }],
    ['not strict', { type: 'json_schema', name: 'trip', schema, strict: false }, { ...named, strict: false }],
    [
      'a schema that strict mode would refuse',
      { type: 'json_schema', name: 'trip', schema: { type: 'object' } },
      { type: 'json_schema', name: 'trip', schema: { type: 'object' }, strict: false },
    ],
  ])('is asked for: %s', async (_, responseFormat, format) => {
    await new Conversation(at.open({ responseFormat })).turn('where?');
    expect(text()).toEqual({ format });
  });

  it('can be asked for by one call, and leaves the verbosity alone', async () => {
    const model = at.open({ verbosity: 'low', responseFormat: { type: 'json_object' } });
    const chatCtx = new Conversation(model).user('where?').context;
    const ask = async (call: object): Promise<unknown> => {
      await model.chat({ chatCtx, ...call }).collect();
      return text();
    };
    expect(await ask({})).toEqual({ verbosity: 'low', format: { type: 'json_object' } });
    expect(await ask({ responseFormat: zod })).toMatchObject({ verbosity: 'low', format: { name: 'reply' } });
    expect(await ask({ extraKwargs: { response_format: zod } })).toMatchObject({ format: { name: 'reply' } });
    expect(await ask({ extraKwargs: { text: { format: { type: 'text' } } } })).toEqual({
      verbosity: 'low',
      format: { type: 'text' },
    });
    expect(at.server.asked.at(-1)?.body).not.toHaveProperty('response_format');
  });

  it.each([
    ['responseFormat', 'json'],
    ['responseFormat', { type: 'xml' }],
    ['responseFormat.name', { type: 'json_schema', schema }],
    ['responseFormat.schema', { type: 'json_schema', name: 'trip' }],
  ])('that cannot be is refused at construction: %s', (option, value) => {
    expect(() => at.open({ responseFormat: value as never })).toThrow(
      expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(option) }),
    );
  });

  it.each([{}, { useWebSocket: false }])('comes from the cloud %o', async (options) => {
    const cloud = await startLoopback({ voice: 'plain', pace: { firstTokenMs: 0, tokenMs: 0 } });
    onTestFinished(() => cloud.close());
    const model = at.openAs({ apiKey: 'sk-test', baseURL: cloud.url, responseFormat: zod, ...options });
    const failures = failuresOf(model);
    const heard = await new Conversation(model).turn('Two days in Oslo?');
    expect(zod.parse(JSON.parse(heard.text))).toEqual({ city: 'Oslo' });
    expect(failures).toEqual([]);
  });
});

describe('the other options of the body', () => {
  it('go under their names on the wire', async () => {
    const model = at.open({
      topP: 0,
      user: 'u-1',
      promptCacheRetention: '24h',
      promptCacheOptions: { ttl: '12h' },
      truncation: 'auto',
      include: ['web_search_call.action.sources'],
      prompt: { id: 'pmpt_1', variables: { name: 'Ada' } },
      maxToolCalls: 3,
    });
    await new Conversation(model).turn('hello');
    expect(at.server.asked[0]?.body).toMatchObject({
      top_p: 0,
      user: 'u-1',
      prompt_cache_retention: '24h',
      prompt_cache_options: { ttl: '12h' },
      truncation: 'auto',
      include: ['web_search_call.action.sources'],
      prompt: { id: 'pmpt_1', variables: { name: 'Ada' } },
      max_tool_calls: 3,
    });
  });

  it.each<[string, unknown]>([
    ['topP', 2],
    ['user', 5],
    ['truncation', 5],
    ['include', 'reasoning.encrypted_content'],
    ['prompt', 'pmpt_1'],
    ['promptCacheOptions', 'x'],
    ['maxToolCalls', 0],
    ['lanes', 'yes'],
  ])('are checked at construction: %s', (option, value) => {
    expect(() => at.open({ [option]: value })).toThrow(
      expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(option) }),
    );
  });
});

describe('pain 23: tool_choice in the shape of the Responses API', () => {
  const weather = llm.tool({ name: 'weather', description: '', parameters: z.object({}), execute: async () => '' });

  it.each([
    ['a word', 'required', 'required'],
    [
      'a function, as LiveKit has it',
      { type: 'function', function: { name: 'weather' } },
      { type: 'function', name: 'weather' },
    ],
    ['a function, as the API has it', { type: 'function', name: 'weather' }, { type: 'function', name: 'weather' }],
    ['a remote server', { type: 'mcp', server_label: 'docs' }, { type: 'mcp', server_label: 'docs' }],
    [
      'some of the tools',
      { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'weather' }] },
      { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'weather' }] },
    ],
  ])('%s', async (_, toolChoice, expected) => {
    const toolCtx = new llm.ToolContext([weather]);
    await new Conversation(at.open({ toolChoice: toolChoice as never }), { toolCtx }).turn('hi');
    await new Conversation(at.open(), { toolCtx, toolChoice: toolChoice as never }).turn('hi');
    expect(at.server.asked.map(({ body }) => body.tool_choice)).toEqual([expected, expected]);
  });
});
