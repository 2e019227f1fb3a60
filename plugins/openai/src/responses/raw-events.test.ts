import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { llm } from '@livekit/agents';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { HostedMCPTool } from '../tools.ts';
import { Conversation, failuresOf } from './__fixtures__/conversation.ts';
import { completed, created, delta, say } from './__fixtures__/responses-server.ts';
import { setup } from './__fixtures__/setup.ts';
import type { ClientEvent, LLM, LLMOptions, ServerEvent } from './index.ts';

const at = setup();

const inProgress = { type: 'response.in_progress', response: { id: 'r' }, sequence_number: 1 };
const answer = [created('r'), inProgress, delta('hel'), delta('lo'), completed('r')];

/** Every event that a model tells of, in order. */
function eventsOf(model: LLM): { sent: ClientEvent[]; received: ServerEvent[] } {
  const events = { sent: [] as ClientEvent[], received: [] as ServerEvent[] };
  model.on('openai_client_event_queued', (event) => events.sent.push(event));
  model.on('openai_server_event_received', (event) => events.received.push(event));
  return events;
}

/** A model on a server that answers each request with the next of these. */
async function overHttp(answers: object[][], options: Partial<LLMOptions>): Promise<LLM> {
  const server = createServer((request, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    request.resume().on('end', () => {
      for (const event of answers.shift() ?? []) response.write(`data: ${JSON.stringify(event)}\n\n`);
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return at.open({ baseURL, useWebSocket: false, ...options });
}

async function onSocket(answers: object[][], options: Partial<LLMOptions>): Promise<LLM> {
  at.server.script = ({ socket }, turn) => say(socket, ...(answers[turn - 1] ?? []));
  return at.open(options);
}

describe.each([
  { way: 'a WebSocket', open: onSocket, more: {} },
  { way: 'HTTP', open: overHttp, more: { stream: true } },
])('over $way', ({ open, more }) => {
  it('every event is told once and as it is, also those of which nothing is read', async () => {
    const model = await open([answer], {});
    const events = eventsOf(model);
    expect((await new Conversation(model).turn('hello')).text).toBe('hello');
    expect(events).toEqual({
      sent: [{ type: 'response.create', model: 'gpt-4.1', input: [{ role: 'user', content: 'hello' }], ...more }],
      received: answer,
    });
  });

  it('each attempt is told', async () => {
    const failed = { type: 'response.failed', response: { id: 'r', error: { code: 'server_error', message: 'oops' } } };
    const model = await open([[created('r'), failed], answer], {});
    failuresOf(model);
    const events = eventsOf(model);
    expect((await new Conversation(model).turn('hello')).text).toBe('hello');
    expect(events.sent).toHaveLength(2);
    expect(events.received).toEqual([created('r'), failed, ...answer]);
  });

  it('a listener that throws, or changes what it is told, disturbs nothing', async () => {
    const model = await open([answer, answer], {});
    const broken = vi.fn((event: object) => {
      for (const key of Object.keys(event)) delete event[key as never];
      throw new Error('a mistake');
    });
    model.on('openai_server_event_received', broken);
    model.on('openai_client_event_queued', broken);
    const conversation = new Conversation(model);
    const failures = failuresOf(model);
    expect((await conversation.turn('hello')).text).toBe('hello');
    expect((await conversation.turn('again')).text).toBe('hello');
    expect(broken).toHaveBeenCalledTimes(2 + 2 * answer.length);
    expect(failures).toEqual([]);
  });

  it('nothing is read twice while nobody listens', async () => {
    const model = await open([answer, answer], {});
    const parse = vi.spyOn(JSON, 'parse');
    const timesRead = (): number => parse.mock.calls.filter(([text]) => String(text).includes('"delta":"hel"')).length;
    await new Conversation(model).turn('hello');
    expect(timesRead()).toBe(1);
    model.on('openai_server_event_received', () => {});
    await new Conversation(model).turn('hello');
    expect(timesRead()).toBe(3);
  });

  it('pain 27: no key of a tool, and no key that a service repeats, is in them', async () => {
    const tools = [
      new HostedMCPTool({
        serverLabel: 'docs',
        serverUrl: 'https://docs.test/mcp?key=secret-query',
        authorization: 'secret-token',
        headers: { 'x-key': 'secret-header' },
      }),
    ];
    const echoed = {
      type: 'response.created',
      response: { id: 'r', tools: tools.map((tool) => tool.toToolConfig()) },
    };
    const refusal = { type: 'error', code: 'invalid_api_key', message: 'Incorrect API key: secret-api-key' };
    const container = { type: 'auto', network_policy: { domain_secrets: [{ name: 'K', value: 'secret-value' }] } };
    const options = {
      apiKey: 'secret-api-key',
      extraBody: { tools: [{ type: 'code_interpreter', container }] },
    };
    const model = await open([[echoed, refusal]], options);
    failuresOf(model);
    const events = eventsOf(model);
    await new Conversation(model, { toolCtx: new llm.ToolContext(tools) }).turn('hello');
    expect(events.sent).toHaveLength(1);
    expect(events.received).toHaveLength(2);
    expect(JSON.stringify(events)).not.toContain('secret-');
    expect(JSON.stringify(events)).toContain('https://docs.test/mcp');
    expect(events.received[1]).toMatchObject({ type: 'error', code: 'invalid_api_key' });
  });
});

it('a warm-up and what is added to a reply are told too', async () => {
  at.server.script = ({ socket, body }, turn) => {
    if (body.generate === false) return say(socket, created('w'), completed('w'));
    if (turn === 2) return say(socket, created('r1'), delta('The '));
    const steer = { id: 's', previous_response_id: 'r1' };
    const cut = { id: 'r1', status: 'incomplete', incomplete_details: { reason: 'steered' } };
    say(
      socket,
      { type: 'response.steer.accepted', steer },
      { type: 'response.incomplete', response: cut },
      created('r2'),
      delta('end.'),
      completed('r2'),
    );
  };
  const model = at.open();
  const events = eventsOf(model);
  const conversation = new Conversation(model);
  await model.warmUp({ chatCtx: conversation.context });
  const stream = model.chat({ chatCtx: conversation.user('a story').context.copy() });
  await stream.next();
  await stream.steer('shorter');
  while (!(await stream.next()).done);
  expect(events.sent.map(({ type }) => type)).toEqual(['response.create', 'response.create', 'response.steer']);
  expect(events.received.map(({ type }) => type)).toContain('response.steer.accepted');
});

it('an event that concerns every lane of a socket is told once', async () => {
  const limits = { type: 'codex.rate_limits', plan: 'x' };
  at.server.script = ({ socket, body }, turn) => {
    const inLane = (event: object): object => ({ ...event, stream_id: body.stream_id });
    if (turn === 1) return say(socket, inLane(created('r1')));
    say(socket, limits, inLane(created('r2')), inLane(delta('two')), inLane(completed('r2')));
    say(socket, ...[delta('one'), completed('r1')].map((event) => ({ ...event, stream_id: '1' })));
  };
  const model = at.open({ lanes: true });
  const events = eventsOf(model);
  const first = new Conversation(model).turn('one');
  await vi.waitUntil(() => at.server.asked.length === 1);
  expect((await new Conversation(model).turn('two')).text).toBe('two');
  expect((await first).text).toBe('one');
  expect(at.server.sockets).toHaveLength(1);
  expect(events.received.filter((event) => (event.type as string) === limits.type)).toEqual([limits]);
  expect(events.received.filter(({ stream_id: lane }) => lane === '1')).toHaveLength(3);
});

it('what comes while nobody asks is told, and what is no event is not', async () => {
  const model = at.open();
  const events = eventsOf(model);
  await new Conversation(model).turn('hello');
  const [socket] = at.server.sockets;
  say(socket!, 'no JSON', '[]', '{"a":1}', { type: 'keepalive' });
  await vi.waitUntil(() => events.received.some((event) => (event.type as string) === 'keepalive'));
  expect(events.received).toHaveLength(4);
});
