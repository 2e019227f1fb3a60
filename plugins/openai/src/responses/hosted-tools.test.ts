import { APIError, llm } from '@livekit/agents';
import type { MindWork } from '@patchbay/loopback';
import { PatchbayError } from '@patchbay/ws-url';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { CodeInterpreter, FileSearch, HostedMCPTool, WebSearch } from '../tools.ts';
import { cloudOf } from './__fixtures__/cloud.ts';
import { Conversation, failuresOf, firstWords, talkWith, watch } from './__fixtures__/conversation.ts';
import { completed, created, delta, say } from './__fixtures__/responses-server.ts';
import { setup } from './__fixtures__/setup.ts';

const at = setup();
const ways = [{}, { useWebSocket: false }];

const docs = { serverLabel: 'docs', serverUrl: 'https://docs.test/mcp' };
const find: MindWork = { type: 'mcp', server: 'docs', name: 'find', arguments: '{}', output: 'found' };

describe('HostedMCPTool', () => {
  it('has the form of the API, and asks nobody for approval unless told to', () => {
    expect(new HostedMCPTool(docs).toToolConfig()).toEqual({
      type: 'mcp',
      server_label: 'docs',
      server_url: 'https://docs.test/mcp',
      require_approval: 'never',
    });
    const tool = new HostedMCPTool({
      serverLabel: 'calendar',
      connectorId: 'connector_googlecalendar',
      serverDescription: 'Appointments',
      authorization: 'token-1',
      headers: { 'x-tenant': 'a' },
      allowedTools: { readOnly: true },
      requireApproval: { never: { toolNames: ['list'] }, always: { toolNames: ['delete'] } },
      deferLoading: true,
    });
    expect(tool.toToolConfig()).toEqual({
      type: 'mcp',
      server_label: 'calendar',
      connector_id: 'connector_googlecalendar',
      server_description: 'Appointments',
      authorization: 'token-1',
      headers: { 'x-tenant': 'a' },
      allowed_tools: { read_only: true },
      require_approval: { never: { tool_names: ['list'] }, always: { tool_names: ['delete'] } },
      defer_loading: true,
    });
    expect(tool.id).toBe('openai_mcp_calendar');
  });

  it('pain 27: shows its token to nobody', () => {
    const tool = new HostedMCPTool({ ...docs, authorization: 'secret-token', headers: { 'x-key': 'secret-key' } });
    expect(inspect(tool, { depth: 9, showHidden: true }) + JSON.stringify(tool)).not.toContain('secret');
  });

  it.each<[string, object]>([
    ['serverLabel', { serverUrl: 'https://docs.test' }],
    ['serverUrl', { serverLabel: 'docs' }],
    ['serverUrl', { ...docs, tunnelId: 't' }],
    ['authorization', { ...docs, authorization: 5 }],
    ['headers', { ...docs, headers: 'x' }],
  ])('refuses what cannot be: %s', (option, options) => {
    expect(() => new HostedMCPTool(options as never)).toThrow(
      expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(option) }),
    );
  });
});

describe.each(ways)('hosted tools %o', (way) => {
  it('work without a trace in the reply', async () => {
    const cloud = await cloudOf({
      async *reply() {
        yield { type: 'text', text: 'One moment. ' };
        yield { type: 'search', query: 'ferries' };
        yield { type: 'lookup', query: 'prices' };
        yield { type: 'program', code: 'print(1)' };
        yield find;
        yield { type: 'text', text: 'At noon.' };
      },
    });
    const model = at.openAs({ apiKey: 'sk-test', baseURL: cloud.url, ...way });
    const failures = failuresOf(model);
    const tools = [new WebSearch(), new FileSearch({ vectorStoreIds: ['vs_1'] }), new CodeInterpreter()];
    const toolCtx = new llm.ToolContext([...tools, new HostedMCPTool(docs)]);
    const heard = await new Conversation(model, { toolCtx }).turn('when?');
    expect(heard).toMatchObject({ text: 'One moment. At noon.', calls: [] });
    expect(failures).toEqual([]);
    // All of them were offered, or the cloud would not have used them.
    const request = (await fetch(`${cloud.url}/responses/${[...heard.ids][0]}`, {
      headers: { authorization: 'Bearer k' },
    }).then((response) => response.json())) as { output: { type: string }[] };
    expect(request.output.map(({ type }) => type)).toEqual([
      'message',
      'web_search_call',
      'file_search_call',
      'code_interpreter_call',
      'mcp_list_tools',
      'mcp_call',
      'message',
    ]);
  });

  it('that want approval are an error that says what to set, and no retry', async () => {
    const cloud = await cloudOf({
      async *reply() {
        yield find;
      },
    });
    const model = at.openAs({ apiKey: 'sk-test', baseURL: cloud.url, ...way });
    const failures = failuresOf(model);
    const toolCtx = new llm.ToolContext([new HostedMCPTool({ ...docs, requireApproval: 'always' })]);
    await new Conversation(model, { toolCtx }).turn('find it');
    expect(failures).toHaveLength(1);
    const [{ error, recoverable }] = failures as [(typeof failures)[0]];
    expect(recoverable).toBe(false);
    expect(error).toBeInstanceOf(APIError);
    expect(PatchbayError.is(error.cause) && error.cause.code).toBe('unsupported');
    expect(error.message).toMatch(/'docs' wants approval for its tool 'find'.*requireApproval: 'never'/);
  });

  it('pain 9: an interruption stops them', async () => {
    let stopped = false;
    const cloud = await cloudOf({
      async *reply({ signal }) {
        yield { type: 'text', text: 'One moment. ' };
        yield { type: 'search', query: 'ferries' };
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        stopped = true;
      },
    });
    const model = at.openAs({ apiKey: 'sk-test', baseURL: cloud.url, ...way });
    const failures = failuresOf(model);
    const stream = new Conversation(model, { toolCtx: new llm.ToolContext([new WebSearch()]) }).user('when?').ask();
    await firstWords(stream);
    stream.close();
    await vi.waitUntil(() => stopped);
    expect(failures).toEqual([]);
  });
});

describe('silence', () => {
  it.each([
    ['of a tool that is at work', { type: 'response.output_item.added', item: { type: 'mcp_call', id: 'mcp_1' } }],
    ['of a tool that only tells of its progress', { type: 'response.web_search_call.searching', item_id: 'ws_1' }],
    [
      'after a tool, while the model reads what it found',
      { type: 'response.output_item.done', item: { type: 'web_search_call' } },
    ],
    ['of reasoning that is only told in summaries', { type: 'response.reasoning_summary_text.delta', delta: 'Hm' }],
  ])('%s is bounded by thinkingTimeoutMs', async (_, event) => {
    at.server.script = ({ socket }) => {
      say(socket, created('r1'), event);
      at.clock.setTimer(() => say(socket, delta('noon'), completed('r1')), 45_000);
    };
    const { conversation, failures } = talkWith(at.open());
    const waits = watch(at.clock);
    const heard = conversation.turn('when?');
    await waits(60_000);
    await at.clock.advance(45_000);
    expect((await heard).text).toBe('noon');
    expect(failures).toEqual([]);
  });

  it('between words is not excused by a tool that worked before', async () => {
    at.server.script = ({ socket }) => {
      say(socket, created('r1'), { type: 'response.web_search_call.completed' }, delta('at'));
    };
    const { conversation, failures } = talkWith(at.open());
    const stream = conversation.user('when?').ask();
    await firstWords(stream);
    await at.clock.advance(4_000);
    expect((await stream.next()).done).toBe(true);
    expect(failures).toMatchObject([{ recoverable: false, error: { name: 'APITimeoutError' } }]);
  });
});
