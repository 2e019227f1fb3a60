import { afterEach, describe, expect, it } from 'vitest';
import { ResponsesWS } from 'openai-7/resources/responses/ws';
import OpenAI from 'openai-7';
import type { ResponsesServerEvent } from 'openai-7/resources/responses/responses';
import type { ManualClock } from '../__fixtures__/manual-clock.ts';
import type { Loopback, Mind } from '../cloud.ts';
import { startLoopback } from '../server.ts';

let cloud: Loopback | undefined;
let socket: ResponsesWS | undefined;
afterEach(async () => {
  socket?.close();
  await cloud?.close();
});

const model = 'gpt-5-mini';

/** Speaks a word, waits until it is let go on, and speaks another; asked to call, it waits first. */
class Halting implements Mind {
  readonly turns: string[][] = [];
  goOn!: () => void;
  readonly #waiting = new Promise<void>((resolve) => (this.goOn = resolve));

  async *reply({ turns }: Parameters<Mind['reply']>[0]): ReturnType<Mind['reply']> {
    this.turns.push(turns.map(({ role, text }) => `${role}: ${text}`));
    if (this.turns.length > 1) return yield { type: 'text', text: 'Left it is.' };
    const calls = turns.at(-1)?.text === 'call';
    if (!calls) yield { type: 'text', text: 'Go ' };
    await this.#waiting;
    yield calls ? { type: 'call', name: 'look', arguments: '{}' } : { type: 'text', text: 'on.' };
  }
}

interface Line {
  socket: ResponsesWS;
  events: ResponsesServerEvent[];
  next<T extends ResponsesServerEvent['type']>(type: T): Promise<Extract<ResponsesServerEvent, { type: T }>>;
}

async function connect(mind?: Mind, options: { clock?: ManualClock } = {}): Promise<Line> {
  cloud = await startLoopback({
    voice: 'plain',
    pace: { firstTokenMs: 0, tokenMs: 0 },
    mind: mind ?? 'echo',
    ...options,
  });
  const line = new ResponsesWS(new OpenAI({ apiKey: 'sk-test', baseURL: cloud.url }));
  socket = line;
  const events: ResponsesServerEvent[] = [];
  line.on('event', (event) => events.push(event));
  let read = 0;
  return {
    socket: line,
    events,
    next: async (type) => {
      for (;;) {
        while (read < events.length) {
          const event = events[read++]!;
          if (event.type === type) return event as never;
        }
        await new Promise((resolve) => line.once('event', resolve));
      }
    },
  };
}

describe('response.steer of ResponsesWS', () => {
  it('ends the running response and has the next one take it up', async () => {
    const mind = new Halting();
    const line = await connect(mind);
    line.socket.send({ type: 'response.create', model, input: 'where?', store: false });
    const { response } = await line.next('response.created');
    await line.next('response.output_text.delta');
    line.socket.send({ type: 'response.steer', previous_response_id: response.id, input: 'not right' });
    const { steer } = await line.next('response.steer.accepted');
    expect(steer).toEqual({ id: expect.any(String), previous_response_id: response.id });
    mind.goOn();
    const cut = await line.next('response.incomplete');
    expect(cut.response.incomplete_details).toEqual({ reason: 'steered' });
    const successor = await line.next('response.completed');
    expect(successor.response).toMatchObject({ previous_response_id: response.id, output: [{ type: 'message' }] });
    expect(mind.turns[1]).toEqual(['user: where?', 'assistant: Go ', 'user: not right']);
  });

  it('waits for the results of calls, and then comes first', async () => {
    const mind = new Halting();
    const line = await connect(mind);
    line.socket.send({ type: 'response.create', model, input: 'call' });
    const { response } = await line.next('response.created');
    line.socket.send({ type: 'response.steer', previous_response_id: response.id, input: 'quickly' });
    await line.next('response.steer.accepted');
    mind.goOn();
    const { response: asked } = await line.next('response.completed');
    const [call] = asked.output;
    if (call?.type !== 'function_call') throw new Error('expected a call');
    expect(await line.next('response.steer.pending')).toMatchObject({
      reason: 'waiting_for_required_input',
      required_input: [{ type: 'function_call_output', call_id: call.call_id, name: 'look' }],
    });
    const output = { type: 'function_call_output' as const, call_id: call.call_id, output: 'a tree' };
    line.socket.send({ type: 'response.create', model, previous_response_id: asked.id, input: [output] });
    await line.next('response.completed');
    expect(mind.turns[1]).toEqual(['user: call', 'user: quickly', 'tool: a tree']);
  });

  it('is refused for what it is', async () => {
    const mind = new Halting();
    const line = await connect(mind);
    const steer = { type: 'response.steer' as const, previous_response_id: 'resp_gone', input: 'left' };
    line.socket.send(steer);
    expect((await line.next('response.steer.failed')).error.code).toBe('response_not_found');
    line.socket.send({ ...steer, input: '' });
    expect(await line.next('response.steer.failed')).toMatchObject({
      error: { code: 'invalid_input' },
      steer: { input: '', previous_response_id: 'resp_gone' },
    });
    line.socket.send({ type: 'response.create', model: 'gpt-4.1', input: 'where?' });
    const { response } = await line.next('response.created');
    await line.next('response.output_text.delta');
    line.socket.send({ ...steer, previous_response_id: response.id });
    expect((await line.next('response.steer.failed')).error.code).toBe('steering_not_supported');
    mind.goOn();
    await line.next('response.completed');
    line.socket.send({ ...steer, previous_response_id: response.id });
    expect((await line.next('response.steer.failed')).error.code).toBe('response_already_completed');
  });
});

describe('lanes and warm-ups of ResponsesWS', () => {
  it('run side by side, and one may fork what another said', async () => {
    const line = await connect();
    line.socket.send({ type: 'response.create', model, input: 'left', stream_id: 'a', store: false });
    line.socket.send({ type: 'response.create', model, input: 'right', stream_id: 'b', store: false });
    const ends = [await line.next('response.completed'), await line.next('response.completed')];
    expect(ends.map(({ stream_id }) => stream_id).sort()).toEqual(['a', 'b']);
    const first = ends.find(({ stream_id }) => stream_id === 'a')!.response;
    const fork = { input: 'back', stream_id: 'c', store: false, previous_response_id: first.id };
    line.socket.send({ type: 'response.create', model, ...fork });
    expect((await line.next('response.completed')).response.usage!.input_tokens).toBeGreaterThan(2);
  });

  it('prepare a request without an answer', async () => {
    const line = await connect();
    line.socket.send({ type: 'response.create', model, input: 'be brief', generate: false, store: false });
    const { response } = await line.next('response.completed');
    expect(response.output).toEqual([]);
    line.socket.send({ type: 'response.create', model, input: 'now', previous_response_id: response.id });
    expect((await line.next('response.completed')).response.output_text ?? '').toBe('');
    expect(line.events.filter(({ type }) => type === 'response.output_text.delta')).toHaveLength(1);
  });
});
