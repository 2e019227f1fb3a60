import { llm } from '@livekit/agents';
import { describe, expect, test, vi } from 'vitest';
import { OpenAITool, WebSearch } from '../tools.ts';
import { begun, caughtUp, useBench } from './__fixtures__/realtime-test.ts';
import type { Event, Line } from './__fixtures__/scripted-service.ts';
import type { McpEvent, RealtimeSession } from './index.ts';

const bench = useBench();

class RemoteTools extends OpenAITool {
  readonly #more: object;

  constructor(more: object = {}) {
    super({ id: 'remote_tools' });
    this.#more = more;
  }

  toToolConfig(): Record<string, unknown> {
    return { type: 'mcp', server_label: 'shop', server_url: 'https://shop.example.com/mcp', ...this.#more };
  }
}

const call = { id: 'mcp1', type: 'mcp_call', server_label: 'shop', name: 'find_order', arguments: '' };
const known = { id: 'mcp1', serverLabel: 'shop', name: 'find_order', arguments: '{"order":7}' };
const request = { ...call, id: 'ask1', type: 'mcp_approval_request', arguments: '{"order":7}' };

/** A response calls a tool and ends, as the service does it: the result comes later. */
function callTool(line: Line, responseId = 'r1', status = 'completed'): void {
  line.created(responseId);
  line.send({ type: 'response.output_item.added', response_id: responseId, item: call });
  line.add(call);
  const position = { response_id: responseId, item_id: 'mcp1', output_index: 0 };
  line.send({ type: 'response.mcp_call_arguments.done', ...position, arguments: '{"order":7}' });
  line.send({ type: 'response.mcp_call.in_progress', item_id: 'mcp1', output_index: 0 });
  if (status !== '') line.done(responseId, status);
}

function finishTool(line: Line, result: Event = { output: 'It is on its way.' }): void {
  line.send({ type: 'conversation.item.done', item: { ...call, arguments: '{"order":7}', ...result } });
  line.send({ type: 'response.mcp_call.completed', item_id: 'mcp1', output_index: 0 });
}

function eventsOf(session: RealtimeSession): McpEvent[] {
  const events: McpEvent[] = [];
  session.on('mcp', (event: McpEvent) => events.push(event));
  return events;
}

/** Resolves when the session has handled everything that was sent so far, and what it sent upon it has arrived. */
async function settled(session: RealtimeSession, line: Line): Promise<void> {
  await caughtUp(session, line);
  const count = line.all('input_audio_buffer.clear').length + 1;
  await session.clearAudio();
  await line.event('input_audio_buffer.clear', count);
}

async function expectNothingAsked(session: RealtimeSession, line: Line): Promise<void> {
  await settled(session, line);
  expect(line.types).not.toContain('response.create');
}

describe('a tool of an MCP server', () => {
  test('is offered like a function; hosted tools that the Realtime API does not know are left out', async () => {
    const session = bench.open();
    await session.updateTools(new llm.ToolContext([new RemoteTools({ require_approval: 'never' }), new WebSearch()]));
    const { session: config } = await (await bench.service.line()).event('session.update');
    expect(config.tools).toEqual([
      { type: 'mcp', server_label: 'shop', server_url: 'https://shop.example.com/mcp', require_approval: 'never' },
    ]);
  });

  test('is listed, called and answered: the model is asked for its reply once, when the result is there', async () => {
    const session = bench.open();
    const events = eventsOf(session);
    const line = await bench.service.line();
    const list = { id: 'list1', type: 'mcp_list_tools', server_label: 'shop', tools: [{ name: 'find_order' }] };
    line.add(list);
    line.send({ type: 'mcp_list_tools.in_progress', item_id: 'list1' });
    line.send({ type: 'conversation.item.done', item: list });
    line.send({ type: 'mcp_list_tools.completed', item_id: 'list1' });
    callTool(line);
    await expectNothingAsked(session, line);
    finishTool(line);
    const create = await line.event('response.create');
    expect(create.response).toBeUndefined();
    const replied = begun(session, line, 'r2');
    expect(await replied).toMatchObject({ responseId: 'r2', userInitiated: false });
    line.speak('r2', 'm2', 'It is on its way.');
    line.done('r2');
    await settled(session, line);
    expect(line.all('response.create')).toHaveLength(1);
    expect(events).toEqual([
      { type: 'tools-listed', serverLabel: 'shop', tools: ['find_order'] },
      { type: 'call-started', ...known },
      { type: 'call-ended', ...known, output: 'It is on its way.' },
    ]);
    expect(bench.errors).toEqual([]);
  });

  test('whose result comes before its response is done waits for that', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    callTool(line, 'r1', '');
    finishTool(line);
    await expectNothingAsked(session, line);
    line.done('r1');
    await line.event('response.create');
  });

  test('behind which the service goes on by itself, in the same response or a new one, is not asked for twice', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    callTool(line, 'r1', '');
    finishTool(line);
    line.speak('r1', 'm1', 'It is on its way.');
    line.done('r1');
    await settled(session, line);
    line.created('r2');
    line.done('r2');
    await expectNothingAsked(session, line);
  });

  test('that fails is told, the turn goes on, and the model may say so', async () => {
    const session = bench.open();
    const events = eventsOf(session);
    const line = await bench.service.line();
    line.send({ type: 'mcp_list_tools.failed', item_id: 'list1' });
    callTool(line);
    line.send({
      type: 'conversation.item.done',
      item: { ...call, error: { type: 'http_error', code: 503, message: 'down' } },
    });
    line.send({ type: 'response.mcp_call.failed', item_id: 'mcp1', output_index: 0 });
    await line.event('response.create');
    expect(events).toEqual([
      { type: 'tools-failed', serverLabel: undefined },
      { type: 'call-started', ...known },
      { type: 'call-ended', ...known, error: 'down' },
    ]);
    expect(bench.service.lines).toHaveLength(1);
    expect(bench.errors).toMatchObject([{ recoverable: true, error: { message: expect.stringMatching(/MCP/) } }]);
  });

  test('of a reply that was cut off is not answered', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    callTool(line, 'r1', 'cancelled');
    finishTool(line);
    await expectNothingAsked(session, line);
  });

  test('is not answered while the caller speaks: the answer to him knows the result', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    callTool(line);
    line.send({ type: 'input_audio_buffer.speech_started', item_id: 'u1' });
    finishTool(line);
    line.send({ type: 'input_audio_buffer.committed', item_id: 'u1' });
    line.created('r2');
    line.done('r2');
    await expectNothingAsked(session, line);
  });

  test('may take its time: the reply does not count as stalled before a minute', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    callTool(line, 'r1', '');
    await settled(session, line);
    await bench.clock.advance(55_000);
    expect(bench.service.lines).toHaveLength(1);
    finishTool(line);
    line.done('r1');
    await line.event('response.create');
    expect(bench.errors).toEqual([]);
  });

  test('that a forced tool choice demanded is not demanded again', async () => {
    bench.open({ toolChoice: 'required' });
    const line = await bench.service.line();
    callTool(line);
    finishTool(line);
    expect((await line.event('response.create')).response).toEqual({ tool_choice: 'auto' });
  });
});

describe('consent to a call', () => {
  function ask(line: Line): void {
    line.created('r1');
    line.send({ type: 'response.output_item.added', response_id: 'r1', item: { ...request, arguments: '' } });
    line.send({ type: 'conversation.item.done', item: request });
    line.send({ type: 'response.output_item.done', response_id: 'r1', item: request });
    line.done('r1');
  }

  test('is asked for once, and what was decided is what the service is told', async () => {
    const mcpApproval = vi.fn(async () => true);
    const session = bench.open({ mcpApproval });
    const events = eventsOf(session);
    const line = await bench.service.line();
    ask(line);
    const { item } = await line.event('conversation.item.create');
    expect(item).toMatchObject({ type: 'mcp_approval_response', approval_request_id: 'ask1', approve: true });
    expect(mcpApproval.mock.calls).toEqual([[{ ...known, id: 'ask1' }]]);
    line.send({ type: 'response.mcp_call.in_progress', item_id: 'mcp1' });
    await expectNothingAsked(session, line);
    finishTool(line);
    await line.event('response.create');
    expect(events.map(({ type }) => type)).toEqual(['approval-answered', 'call-started', 'call-ended']);
  });

  test.each([
    ['without the option', {}],
    ['by a function that fails', { mcpApproval: () => Promise.reject(new Error('no database')) }],
  ])('is refused %s, and the model goes on without the call', async (_name, options) => {
    bench.open(options);
    const line = await bench.service.line();
    ask(line);
    expect((await line.event('conversation.item.create')).item).toMatchObject({ approve: false });
    await line.event('response.create');
    expect(bench.errors.map(({ recoverable }) => recoverable)).toEqual('mcpApproval' in options ? [true] : []);
  });

  test('that comes when the socket is another is not sent', async () => {
    let decide = (_approve: boolean): void => {};
    bench.open({ mcpApproval: () => new Promise<boolean>((resolve) => (decide = resolve)) });
    const first = await bench.service.line();
    ask(first);
    const second = await bench.lose(first);
    await second.event('session.update');
    decide(true);
    await bench.clock.advance(100);
    expect(second.types).toEqual(['session.update']);
  });

  test('of another kind is refused at construction', () => {
    expect(() => bench.open({ mcpApproval: 'always' as unknown as boolean })).toThrow(/mcpApproval/);
  });
});
