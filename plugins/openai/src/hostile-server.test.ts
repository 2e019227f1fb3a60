import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initializeLogger, llm, stt as livekit } from '@livekit/agents';
import { PatchbayError } from '@patchbay/ws-url';
import { WebSocketServer, type WebSocket } from 'ws';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hear, until } from './stt/__fixtures__/hearing.ts';
import { LLM, realtime, responses, STT, TTS } from './index.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

const apiKey = 'sk-test-key-1';
const once1 = { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 10_000 };
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect({}).not.toHaveProperty('polluted');
});

/** Names that mean something to every object. */
const oddNames = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];

/** A service on a socket: says this to whatever it is told first. */
async function say(...frames: (object | string)[]): Promise<{ baseURL: string; sockets: WebSocket[] }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const sockets: WebSocket[] = [];
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.once('message', () => {
      for (const frame of frames) socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
    });
  });
  cleanups.push(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return { baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, sockets };
}

/** A service over HTTP. */
async function answer(respond: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    response.on('error', () => {});
    request.resume().once('end', () => respond(response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

function events(...data: (object | string)[]): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const each of data) response.write(`data: ${typeof each === 'string' ? each : JSON.stringify(each)}\n\n`);
    response.end('data: [DONE]\n\n');
  };
}

interface Asked {
  text: string;
  calls: string[];
  error: unknown;
}

async function ask(model: llm.LLM, timeoutMs = 10_000): Promise<Asked> {
  cleanups.push(() => model.aclose());
  const asked: Asked = { text: '', calls: [], error: undefined };
  model.on('error', ({ error }) => (asked.error = error));
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'user', content: 'hello' });
  for await (const { delta } of model.chat({ chatCtx, connOptions: { ...once1, timeoutMs } })) {
    asked.text += delta?.content ?? '';
    asked.calls.push(...(delta?.toolCalls ?? []).map(({ callId, name }) => `${name} ${callId}`));
  }
  return asked;
}

async function textOf(event: llm.GenerationCreatedEvent): Promise<string> {
  let text = '';
  for await (const message of event.messageStream) {
    for await (const piece of message.textStream) text += typeof piece === 'string' ? piece : piece.text;
  }
  return text;
}

describe('ids that are names of every object', () => {
  it.each(oddNames)('are names like any other in a realtime reply: %s', async (id) => {
    const { baseURL } = await say(
      { type: 'session.created', session: { id } },
      `{"type":"session.updated","__proto__":{"polluted":1},"session":{"__proto__":{"polluted":1}}}`,
      { type: 'input_audio_buffer.speech_started', item_id: id },
      {
        type: 'conversation.item.added',
        previous_item_id: id,
        item: { id, type: 'message', role: 'user', content: [] },
      },
      { type: 'conversation.item.input_audio_transcription.delta', item_id: id, delta: 'hi' },
      { type: 'conversation.item.input_audio_transcription.completed', item_id: id, transcript: 'hi there' },
      { type: 'response.created', response: { id, metadata: { client_event_id: id } } },
      { type: 'response.output_item.added', response_id: id, item: { id: `${id}2`, type: 'message' } },
      { type: 'response.content_part.added', response_id: id, item_id: `${id}2`, part: { type: 'text' } },
      { type: 'response.output_text.delta', response_id: id, item_id: `${id}2`, delta: 'fine' },
      { type: 'response.output_item.done', response_id: id, item: { id: `${id}2`, type: 'message' } },
      { type: 'response.done', response: { id, status: 'completed' } },
    );
    const model = new realtime.RealtimeModel({ apiKey, baseURL, modalities: ['text'], connOptions: once1 });
    cleanups.push(() => model.close());
    const session = model.session();
    const errors: unknown[] = [];
    session.on('error', (error) => errors.push(error));
    const heard = new Promise((resolve) =>
      session.on('input_audio_transcription_completed', (each) => each.isFinal && resolve(each.transcript)),
    );
    const spoken = new Promise<llm.GenerationCreatedEvent>((resolve) => session.once('generation_created', resolve));
    expect(await textOf(await spoken)).toBe('fine');
    expect(await heard).toBe('hi there');
    expect(errors).toEqual([]);
  });

  it.each(oddNames)('are names like any other in a transcript: %s', async (id) => {
    const { baseURL } = await say(
      { type: 'session.updated' },
      { type: 'input_audio_buffer.speech_started', item_id: id },
      { type: 'conversation.item.input_audio_transcription.delta', item_id: id, delta: 'hi' },
      { type: 'conversation.item.input_audio_transcription.segment', item_id: id, speaker: id, start: 0, end: 1 },
      { type: 'conversation.item.input_audio_transcription.completed', item_id: id, transcript: 'hi there' },
    );
    const model = new STT({ apiKey, baseURL, useRealtime: true });
    cleanups.push(() => model.close());
    const { events: told, finals, errors } = hear(model);
    expect(await finals(1)).toEqual(['hi there']);
    const final = told.find(({ type }) => type === livekit.SpeechEventType.FINAL_TRANSCRIPT);
    expect(final).toMatchObject({ requestId: id, alternatives: [{ speakerId: id }] });
    expect(errors).toEqual([]);
  });

  it.each(oddNames)('are names like any other in a response and its calls: %s', async (id) => {
    const { baseURL } = await say(
      { type: 'response.created', response: { id } },
      { type: id, response: { id } },
      `{"type":"response.output_text.delta","delta":"fine","__proto__":{"polluted":1}}`,
      { type: 'response.output_item.done', item: { type: 'function_call', call_id: id, name: id, arguments: '' } },
      { type: 'response.completed', response: { id, usage: {} } },
    );
    expect(await ask(new responses.LLM({ apiKey, baseURL }))).toEqual({
      text: 'fine',
      calls: [`${id} ${id}`],
      error: undefined,
    });
  });

  it.each(oddNames)('are names like any other in a chat and its calls: %s', async (id) => {
    const call = { index: 0, id, function: { name: id, arguments: '{"__proto__":{"polluted":1}}' } };
    const baseURL = await answer(
      events(
        { id, choices: [{ delta: { content: 'fine' } }], __proto: 1 },
        `{"id":"a","choices":[{"delta":{"extra_content":{"__proto__":{"polluted":1}},"tool_calls":[${JSON.stringify(call)}]}}]}`,
        { id, choices: [{ delta: {}, finish_reason: 'tool_calls' }], [id]: id },
      ),
    );
    const asked = await ask(new LLM({ apiKey, baseURL }));
    expect(asked).toEqual({ text: 'fine', calls: [`${id} ${id}`], error: undefined });
  });

  it.each(oddNames)('are names like any other for GPT-Live: %s', async (id) => {
    const { baseURL } = await say(
      { type: 'session.started', session: { id } },
      { type: 'session.delegation.created', delegation: { id, target: 'client' } },
      { type: 'response.event', delegation_id: id, event: { type: 'response.created', response: { id } } },
      {
        type: 'response.event',
        delegation_id: id,
        event: { type: 'response.output_item.done', item: { type: 'function_call', id, call_id: id, name: id } },
      },
    );
    const model = new realtime.GPTLiveModel({ apiKey, baseURL, connOptions: once1 });
    cleanups.push(() => model.close());
    const session = model.session();
    session.on('error', () => {});
    const delegated = new Promise((resolve) => session.once('delegation_created', (each) => resolve(each.id)));
    const called = new Promise((resolve) => session.once('function_call', (each) => resolve(each.callId)));
    await session._updateSession('Be kind.', llm.ChatContext.empty(), llm.ToolContext.empty());
    expect(await delegated).toBe(id);
    expect(await called).toBe(id);
    expect(session.sessionId).toBe(id);
  });
});

/** Things that are no text, and resist becoming one. */
const oddTexts: [string, string][] = [
  ['an object without toString', '{"toString":null,"valueOf":null}'],
  ['a list', '["no",1]'],
  ['a number', '7'],
  ['the deepest list', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
];

describe('an error whose text is %s is still that error', () => {
  it.each(oddTexts)('in a realtime session: %s', async (_what, message) => {
    const { baseURL } = await say(
      { type: 'session.created', session: {} },
      `{"type":"error","error":{"type":"server_error","code":"odd","message":${message}}}`,
    );
    const model = new realtime.RealtimeModel({ apiKey, baseURL, connOptions: once1 });
    cleanups.push(() => model.close());
    const session = model.session();
    const error = await new Promise<llm.RealtimeModelError>((resolve) => session.once('error', resolve));
    expect(error.error.cause).toMatchObject({ code: 'provider-error', providerCode: 'odd' });
  });

  it.each(oddTexts)('over a Responses socket: %s', async (_what, message) => {
    const { baseURL } = await say(`{"type":"error","error":{"type":"server_error","code":"odd","message":${message}}}`);
    const { error } = await ask(new responses.LLM({ apiKey, baseURL }));
    expect((error as Error).cause).toMatchObject({ code: 'provider-error', providerCode: 'odd' });
  });

  it.each(oddTexts)('of a response that is incomplete or waits for approval: %s', async (_what, value) => {
    const incomplete = await say(
      `{"type":"response.incomplete","response":{"id":"r","incomplete_details":{"reason":${value}}}}`,
    );
    const cut = await ask(new responses.LLM({ apiKey, baseURL: incomplete.baseURL }));
    expect((cut.error as Error).message).toMatch(/the response is incomplete/);
    const waiting = await say(
      `{"type":"response.output_item.done","item":{"type":"mcp_approval_request","name":${value},"server_label":${value}}}`,
      { type: 'response.completed', response: { id: 'r' } },
    );
    const asked = await ask(new responses.LLM({ apiKey, baseURL: waiting.baseURL }));
    expect((asked.error as Error).message).toMatch(/wants approval/);
  });

  it.each(oddTexts)('in a chat: %s', async (_what, message) => {
    const baseURL = await answer(events(`{"error":{"code":"odd","type":${message},"message":${message}}}`));
    const { error } = await ask(new LLM({ apiKey, baseURL }));
    expect((error as Error).cause).toMatchObject({ code: 'provider-error', providerCode: 'odd' });
  });

  it.each(oddTexts)('of a transcription: %s', async (_what, message) => {
    const { baseURL } = await say(`{"type":"error","error":{"code":"invalid_api_key","message":${message}}}`);
    const model = new STT({ apiKey, baseURL, useRealtime: true });
    cleanups.push(() => model.close());
    const { errors, ended } = hear(model);
    await ended;
    expect(errors).toMatchObject([{ error: { cause: { providerCode: 'invalid_api_key' } } }]);
  });
});

it('a realtime item whose id is no text is dropped, and the session closes as ever', async () => {
  const { baseURL, sockets } = await say(
    { type: 'session.created', session: {} },
    { type: 'response.created', response: { id: 'r' } },
    { type: 'response.output_text.delta', response_id: 'r', item_id: { toString: null }, delta: 'odd' },
    { type: 'response.output_text.delta', response_id: 'r', item_id: 'i', delta: 'fine' },
    { type: 'response.output_item.done', response_id: 'r', item: { id: ['i'], type: 'message' } },
  );
  const model = new realtime.RealtimeModel({ apiKey, baseURL, modalities: ['text'], connOptions: once1 });
  const session = model.session();
  session.on('error', () => {});
  const spoken = new Promise<llm.GenerationCreatedEvent>((resolve) => session.once('generation_created', resolve));
  const text = textOf(await spoken);
  await until(() => sockets.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await model.close();
  expect(await text).toBe('fine');
});

it('a response whose output, ids, counts and names are of other types is read as far as it makes sense', async () => {
  const { baseURL } = await say(
    { type: 'response.created', response: { id: { a: 1 } } },
    { type: 'response.output_item.done', item: { type: 'message', content: { 0: 'x' }, phase: 7 } },
    { type: 'response.output_item.done', item: { type: 'message', content: [null, { text: 'fine' }, 7] } },
    { type: 'response.output_item.done', item: { type: 'function_call', call_id: 'c', name: {}, arguments: 1 } },
    {
      type: 'response.completed',
      response: { id: 'r', output: 7, usage: { input_tokens: '1', output_tokens: 2 }, service_tier: [] },
    },
  );
  expect(await ask(new responses.LLM({ apiKey, baseURL }))).toEqual({ text: 'fine', calls: [], error: undefined });
});

it('speech goes on after an event that is no JSON, and ends where all of them are none', async () => {
  const audio = { type: 'speech.audio.delta', audio: Buffer.alloc(4_800).toString('base64') };
  const speak = async (baseURL: string): Promise<{ samples: number; error: unknown }> => {
    const tts = new TTS({ apiKey, baseURL, model: 'gpt-4o-mini-tts' });
    cleanups.push(() => tts.close());
    let error: unknown;
    tts.on('error', (event) => (error = event.error));
    let samples = 0;
    for await (const { frame } of tts.synthesize('Hello.', once1)) samples += frame.samplesPerChannel;
    return { samples, error };
  };
  const torn = '{"type":"speech.audio.delta","audio":"AAA';
  expect(await speak(await answer(events(audio, torn, '', 'null', audio)))).toEqual({
    samples: 4_800,
    error: undefined,
  });
  const { error } = await speak(await answer(events(...Array.from({ length: 9 }, () => torn))));
  expect((error as Error).message).toMatch(/8 events in a row that nobody can read/);
});

describe('an answer without an end', () => {
  it.each([
    ['chat, a line of events', 'text/event-stream', (baseURL: string) => new LLM({ apiKey, baseURL })],
    ['chat, a document', 'application/json', (baseURL: string) => new LLM({ apiKey, baseURL })],
    [
      'responses, a line of events',
      'text/event-stream',
      (baseURL: string) => new responses.LLM({ apiKey, baseURL, useWebSocket: false }),
    ],
  ])('(%s) is given up before it fills the memory', async (_what, type, open) => {
    let written = 0;
    const baseURL = await answer((response) => {
      response.writeHead(200, { 'content-type': type });
      const piece = 'a'.repeat(65_536);
      const more = (): void => {
        while (!response.destroyed && response.write(piece)) written += piece.length;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const { error } = await ask(open(baseURL), 50_000);
    expect(PatchbayError.is((error as Error).cause)).toBe(true);
    expect((error as Error).cause).toMatchObject({ code: 'message-too-large', retryable: false });
    expect(written).toBeLessThan(64 * 1_048_576);
  });
});
