import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../__fixtures__/manual-clock.ts';
import { connectRaw } from '../__fixtures__/raw-socket.ts';
import type { RawSocket } from '../__fixtures__/raw-socket.ts';
import type { Loopback, LoopbackOptions, Mind } from '../cloud.ts';
import type { JsonObject } from '../http/json.ts';
import { startLoopback } from '../server.ts';

const atOnce = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };
const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function cloudWith(options: LoopbackOptions = {}): Promise<Loopback> {
  const cloud = await startLoopback({ voice: 'plain', pace: atOnce, mind: 'echo', ...options });
  open.push(cloud);
  return cloud;
}

async function connect(cloud: Loopback): Promise<RawSocket> {
  const socket = connectRaw(`${cloud.url}/responses`);
  open.push({ close: () => socket.socket.terminate() });
  await socket.opened;
  return socket;
}

const say = (input: unknown, more: JsonObject = {}): JsonObject => ({
  type: 'response.create',
  model: 'gpt-5-mini',
  input,
  ...more,
});

async function finish(socket: RawSocket): Promise<JsonObject & { id: string }> {
  const { response } = await socket.next('response.completed');
  return response as JsonObject & { id: string };
}

const errorOf = (frame: JsonObject): unknown => [frame.status, (frame.error as JsonObject).code];

describe('Responses sockets', () => {
  it('number the events of a response and end with the whole of it', async () => {
    const socket = await connect(await cloudWith());
    socket.send(say('two words'));
    const response = await finish(socket);
    expect(socket.frames.map((frame) => frame.type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(socket.frames.map((frame) => frame.sequence_number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(response).toMatchObject({
      status: 'completed',
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'two words' }] }],
      usage: { input_tokens: 3, output_tokens: 3, total_tokens: 6 },
    });
  });

  it('continue from an earlier response, on another socket only if it was stored', async () => {
    const cloud = await cloudWith();
    const first = await connect(cloud);
    first.send(say('kept'));
    const kept = await finish(first);
    first.send(say('not kept', { store: false, previous_response_id: kept.id }));
    const local = await finish(first);
    first.send(say('again', { store: false, previous_response_id: local.id }));
    expect((await finish(first)).previous_response_id).toBe(local.id);

    const second = await connect(cloud);
    second.send(say('here', { previous_response_id: local.id }));
    expect(errorOf(await second.next('error'))).toEqual([400, 'previous_response_not_found']);
    second.send(say('here', { previous_response_id: kept.id }));
    await finish(second);
  });

  it('keep only the latest response of a socket when nothing is stored', async () => {
    const socket = await connect(await cloudWith());
    socket.send(say('one', { store: false }));
    const one = await finish(socket);
    socket.send(say('two', { store: false }));
    await finish(socket);
    socket.send(say('back to one', { store: false, previous_response_id: one.id }));
    const error = await socket.next('error');
    expect(error).toEqual({
      type: 'error',
      status: 400,
      error: {
        type: 'invalid_request_error',
        code: 'previous_response_not_found',
        message: `Previous response with id '${one.id}' not found.`,
        param: 'previous_response_id',
      },
    });
  });

  it('forget the response that a refused turn wanted to build on', async () => {
    const socket = await connect(await cloudWith());
    socket.send(say('one', { store: false }));
    const { id } = await finish(socket);
    const badOutput = { type: 'function_call_output', call_id: 'call_unknown', output: '' };
    socket.send(say([badOutput], { store: false, previous_response_id: id }));
    expect(errorOf(await socket.next('error'))).toEqual([400, null]);
    socket.send(say('two', { store: false, previous_response_id: id }));
    expect(errorOf(await socket.next('error'))).toEqual([400, 'previous_response_not_found']);
  });

  it('give a warm-up an id and no output, and continue from it', async () => {
    const socket = await connect(await cloudWith());
    socket.send(say('be brief', { generate: false, store: false }));
    const warm = await finish(socket);
    expect(warm.output).toEqual([]);
    socket.send(say('now', { store: false, previous_response_id: warm.id }));
    expect((await finish(socket)).usage).toMatchObject({ input_tokens: 3 });
  });

  it('want every call answered, and an answer only once', async () => {
    const socket = await connect(await cloudWith({ mind: 'scripted' }));
    const tools = [{ type: 'function', name: 'get_weather', parameters: { type: 'object', properties: {} } }];
    socket.send(say('What is the weather?', { tools }));
    const asked = await finish(socket);
    const [call] = asked.output as [{ id: string; type: string; call_id: string; arguments: string }];
    expect(call).toMatchObject({ type: 'function_call', name: 'get_weather', arguments: '{}' });
    expect(socket.frames.map((frame) => frame.type)).toContain('response.function_call_arguments.done');

    socket.send(say('Well?', { previous_response_id: asked.id }));
    expect(await socket.next('error')).toMatchObject({
      error: { message: `No tool output found for function call ${call.call_id}.`, param: 'input' },
    });
    const output = { type: 'function_call_output', call_id: call.call_id, output: 'Rain.' };
    socket.send(say([call, output], { previous_response_id: asked.id }));
    expect(await socket.next('error')).toMatchObject({
      error: { message: expect.stringContaining(`Duplicate item found with id ${call.id}`) },
    });
    socket.send(say([output], { previous_response_id: asked.id }));
    expect(JSON.stringify((await finish(socket)).output)).toContain('Rain.');
  });

  it('run one response after the other', async () => {
    const clock = new ManualClock();
    const socket = await connect(await cloudWith({ clock, pace: { firstTokenMs: 10, tokenMs: 10 } }));
    socket.send(say('first one'));
    socket.send(say('second one'));
    await socket.next('response.created');
    while (socket.frames.filter((frame) => frame.type === 'response.completed').length < 2) await clock.advance(10);
    const ids = socket.frames
      .filter((frame) => frame.type === 'response.created' || frame.type === 'response.completed')
      .map((frame) => (frame.response as JsonObject).id);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).toBe(ids[3]);
    expect(ids[0]).not.toBe(ids[2]);
  });

  it('run lanes side by side and name the lane in every event', async () => {
    const clock = new ManualClock();
    const socket = await connect(await cloudWith({ clock, pace: { firstTokenMs: 10, tokenMs: 0 } }));
    socket.send(say('left', { stream_id: 'a' }));
    socket.send(say('right', { stream_id: 'b' }));
    await socket.next((frame) => frame.type === 'response.created' && frame.stream_id === 'a');
    await socket.next((frame) => frame.type === 'response.created' && frame.stream_id === 'b');
    expect(socket.frames.some((frame) => frame.type === 'response.completed')).toBe(false);
    await clock.advance(10);
    await socket.next((frame) => frame.type === 'response.completed' && frame.stream_id === 'b');
    await socket.next((frame) => frame.type === 'response.completed' && frame.stream_id === 'a');
  });

  it('refuse one lane more than 32', async () => {
    const socket = await connect(await cloudWith());
    for (let lane = 0; lane <= 32; lane += 1) socket.send(say('x', { stream_id: `lane ${lane}`, store: false }));
    const error = await socket.next('error');
    expect([...(errorOf(error) as unknown[]), error.stream_id]).toEqual([
      400,
      'websocket_stream_limit_reached',
      'lane 32',
    ]);
  });

  it('say after an hour that it is over, and close', async () => {
    const clock = new ManualClock();
    const socket = await connect(await cloudWith({ clock }));
    await clock.advance(3_599_999);
    expect(socket.frames).toEqual([]);
    await clock.advance(1);
    expect(await socket.next('error')).toEqual({
      type: 'error',
      status: 400,
      error: {
        type: 'invalid_request_error',
        code: 'websocket_connection_limit_reached',
        message:
          'Responses websocket connection limit reached (60 minutes). Create a new websocket connection to continue.',
        param: null,
      },
    });
    expect(await socket.closed).toMatchObject({ code: 1001 });
  });

  it('finish what runs when the hour is over, and begin nothing new', async () => {
    const clock = new ManualClock();
    const socket = await connect(
      await cloudWith({ clock, sessionMs: 60_000, pace: { firstTokenMs: 90_000, tokenMs: 0 } }),
    );
    socket.send(say('slow'));
    await socket.next('response.created');
    await clock.advance(60_000);
    socket.send(say('too late'));
    expect(errorOf(await socket.next('error'))).toEqual([400, 'websocket_connection_limit_reached']);
    await clock.advance(30_000);
    await finish(socket);
    expect(await socket.closed).toMatchObject({ code: 1001 });
  });

  it('answer what they do not know and go on', async () => {
    const socket = await connect(await cloudWith());
    socket.send('not json');
    expect(errorOf(await socket.next('error'))).toEqual([400, 'invalid_json']);
    socket.send({ type: 'response.cancel' });
    expect(errorOf(await socket.next('error'))).toEqual([400, 'invalid_value']);
    socket.send({ type: 'response.create', input: 'no model' });
    expect(errorOf(await socket.next('error'))).toEqual([400, 'missing_required_parameter']);
    socket.send({ type: 'response.steer', previous_response_id: 'resp_1', input: 'left' });
    expect(await socket.next('response.steer.failed')).toMatchObject({ error: { code: 'response_not_found' } });
    socket.send({ type: 'response.create', response: { model: 'gpt-5-mini', input: 'nested' } });
    expect(JSON.stringify((await finish(socket)).output)).toContain('nested');
  });

  it('fail a response that never began and break off one that had', async () => {
    const broken: Mind = {
      async *reply({ turns }) {
        if (turns.at(-1)?.text === 'begin') yield { type: 'text', text: 'Well' };
        throw new Error('lost the thread');
      },
    };
    const socket = await connect(await cloudWith({ mind: broken }));
    socket.send(say('fail'));
    expect(await socket.next('response.failed')).toMatchObject({
      response: { status: 'failed', error: { code: 'server_error', message: 'lost the thread' } },
    });
    socket.send(say('begin'));
    expect(await socket.next('error')).toEqual({
      type: 'error',
      code: 'server_error',
      message: 'lost the thread',
      param: null,
      sequence_number: 5,
    });
  });

  it('stop at max_output_tokens', async () => {
    const socket = await connect(await cloudWith());
    socket.send(say('a sentence that is much longer than two tokens', { max_output_tokens: 2 }));
    expect(await socket.next('response.incomplete')).toMatchObject({
      response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
    });
  });

  it('stop the mind when the client goes away', async () => {
    let stopped: () => void = () => {};
    const aborted = new Promise<void>((resolve) => (stopped = resolve));
    const endless: Mind = {
      async *reply({ signal }) {
        yield { type: 'text', text: 'Once' };
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        stopped();
      },
    };
    const socket = await connect(await cloudWith({ mind: endless }));
    socket.send(say('tell me everything'));
    await socket.next('response.output_text.delta');
    socket.socket.close();
    await aborted;
  });
});
