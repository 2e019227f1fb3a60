import { llm } from '@livekit/agents';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CodeInterpreter, FileSearch, WebSearch } from '../tools.ts';
import { given, toToolChoice, toTools } from './input.ts';

const execute = async (): Promise<string> => 'done';
const weather = llm.tool({
  name: 'weather',
  description: 'The weather',
  parameters: z.object({ city: z.string() }),
  execute,
});
const alarm = llm.tool({
  name: 'alarm',
  description: 'Sets an alarm',
  parameters: z.object({ at: z.string() }),
  execute,
});

describe('toTools', () => {
  it('lists functions by name and hosted tools after them', () => {
    const tools = toTools(new llm.ToolContext([weather, new WebSearch(), alarm]), true);
    expect(tools.map((tool) => tool.name ?? tool.type)).toEqual(['alarm', 'weather', 'web_search']);
  });

  it('sends closed schemas in strict mode, without $schema', () => {
    const [tool] = toTools(new llm.ToolContext([weather]), true);
    expect(tool).toEqual({
      type: 'function',
      name: 'weather',
      description: 'The weather',
      strict: true,
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: false,
      },
    });
  });

  it('says strict: false where it is not wanted: the API takes an absent strict for true', () => {
    expect(toTools(new llm.ToolContext([weather]), false)[0]).toMatchObject({ strict: false });
  });

  it('does not claim strict mode for a raw schema that does not keep its rules', () => {
    const open = { type: 'object', properties: { city: { type: 'string' } } } as const;
    const raw = llm.tool({ name: 'raw', description: 'From elsewhere', parameters: open, execute });
    const nested = llm.tool({
      name: 'nested',
      description: 'Open further down',
      parameters: {
        type: 'object',
        properties: { places: { type: 'array', items: open } },
        required: ['places'],
        additionalProperties: false,
      } as const,
      execute,
    });
    const tools = toTools(new llm.ToolContext([raw, nested]), true);
    expect(tools).toMatchObject([
      { name: 'nested', strict: false },
      { name: 'raw', strict: false, parameters: open },
    ]);
  });

  it('leaves out tools that other providers host', () => {
    class Elsewhere extends llm.ProviderTool {}
    expect(toTools(new llm.ToolContext([new Elsewhere({ id: 'x' })]), true)).toEqual([]);
  });
});

describe('hosted tools', () => {
  it('have the names and forms of the API', () => {
    expect(new WebSearch({ userLocation: { type: 'approximate', city: 'Ghent' } }).toToolConfig()).toEqual({
      type: 'web_search',
      search_context_size: 'medium',
      user_location: { type: 'approximate', city: 'Ghent' },
    });
    expect(new WebSearch({ searchContextSize: null, filters: null }).toToolConfig()).toEqual({ type: 'web_search' });
    expect(new FileSearch({ vectorStoreIds: ['vs_1'], maxNumResults: 3 }).toToolConfig()).toEqual({
      type: 'file_search',
      vector_store_ids: ['vs_1'],
      max_num_results: 3,
    });
    expect(new CodeInterpreter().toToolConfig()).toEqual({ type: 'code_interpreter', container: { type: 'auto' } });
    expect(new CodeInterpreter({ container: 'cntr_1' }).toToolConfig()).toMatchObject({ container: 'cntr_1' });
  });

  it('carry the ids of the upstream plugin', () => {
    expect([new WebSearch(), new FileSearch(), new CodeInterpreter()].map((tool) => tool.id)).toEqual([
      'openai_web_search',
      'openai_file_search',
      'openai_code_interpreter',
    ]);
  });
});

describe('pain 23: a chosen function', () => {
  it('is written flat', () => {
    expect(toToolChoice({ type: 'function', function: { name: 'weather' } })).toEqual({
      type: 'function',
      name: 'weather',
    });
    expect(toToolChoice('required')).toBe('required');
  });
});

describe('pain 31: explicit nulls', () => {
  it('are not sent, nor one level down', () => {
    expect(given({ store: null, user: undefined, temperature: 0, reasoning: { effort: 'low', mode: null } })).toEqual({
      temperature: 0,
      reasoning: { effort: 'low' },
    });
  });

  it("stay where they are somebody's data", () => {
    const text = { format: { schema: { properties: { size: { default: null, enum: ['s', null] } } } } };
    expect(given({ text, include: [null] })).toEqual({ text, include: [null] });
  });
});
