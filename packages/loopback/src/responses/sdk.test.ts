import { afterEach, describe, expect, it } from 'vitest';
import type { ResponsesWS } from 'openai-7/resources/responses/ws';
import type { Response, ResponsesClientEvent } from 'openai-7/resources/responses/responses';
import { sdks } from '../__fixtures__/sdks.ts';
import type { Loopback, LoopbackOptions } from '../cloud.ts';
import { startLoopback } from '../server.ts';

const weather = {
  type: 'function' as const,
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: true,
};

let cloud: Loopback | undefined;
afterEach(() => cloud?.close());

/** Sends one turn and resolves with the finished response; rejects with the SDK's error. */
function turn(socket: ResponsesWS, request: Omit<ResponsesClientEvent.ResponseCreate, 'type'>): Promise<Response> {
  return new Promise((resolve, reject) => {
    socket.once('response.completed', (event) => resolve(event.response));
    socket.once('error', reject);
    socket.send({ type: 'response.create', ...request });
  });
}

const ways: { through: string; options: LoopbackOptions; headers?: Record<string, string>; prefix?: string }[] = [
  { through: 'directly', options: {} },
  { through: 'through LiteLLM', options: { gateway: 'litellm' } },
  { through: 'through LiteLLM 1.105', options: { gateway: 'litellm@1.105' } },
  { through: 'through Azure', options: { gateway: 'azure' } },
  { through: 'through Bifrost', options: { gateway: 'bifrost' }, prefix: 'openai/' },
  { through: 'through Vercel', options: { gateway: 'vercel' }, prefix: 'openai/' },
  { through: 'through LocalAI', options: { gateway: 'localai' } },
];

describe.each(sdks)('ResponsesWS of $name', ({ OpenAI, ResponsesWS }) => {
  it.each(ways)('holds a conversation with a tool $through', async ({ options, prefix = '' }) => {
    cloud = await startLoopback({
      pace: { firstTokenMs: 0, tokenMs: 0 },
      keys: ['sk-test'],
      voice: 'plain',
      ...options,
    });
    const client = new OpenAI({ apiKey: 'sk-test', baseURL: cloud.url });
    const socket = new ResponsesWS(client);
    const model = `${prefix}gpt-5-mini`;
    const deltas: string[] = [];
    socket.on('response.output_text.delta', (event) => deltas.push(event.delta));

    const asked = await turn(socket, { model, input: 'What is the weather in Oslo?', tools: [weather], store: false });
    const [call] = asked.output;
    if (call?.type !== 'function_call') throw new Error('expected a call');
    expect(call.arguments).toBe('{"city":"Oslo"}');
    const output = { type: 'function_call_output' as const, call_id: call.call_id, output: 'Snow in Oslo.' };
    const answered = await turn(socket, { model, input: [output], tools: [weather], previous_response_id: asked.id });
    expect(deltas.join('')).toBe('Snow in Oslo.');
    const last = await turn(socket, { model, input: 'Thank you!', previous_response_id: answered.id });
    expect(last.output).toMatchObject([{ content: [{ text: 'You are welcome. Goodbye!' }] }]);
    expect(last.usage!.input_tokens).toBeGreaterThan(asked.usage!.input_tokens);

    const closed = new Promise((resolve) => socket.socket.once('close', resolve));
    socket.close();
    await closed;
    expect(cloud.requests.filter((request) => request.kind === 'upgrade')).toHaveLength(1);
  });

  it('gets the frame for a response that is not there, and goes on', async () => {
    cloud = await startLoopback({ pace: { firstTokenMs: 0, tokenMs: 0 }, voice: 'plain' });
    const socket = new ResponsesWS(new OpenAI({ apiKey: 'sk-any', baseURL: cloud.url }));
    const lost = turn(socket, { model: 'gpt-5-mini', input: 'and?', previous_response_id: 'resp_gone' });
    await expect(lost).rejects.toMatchObject({
      error: { status: 400, error: { code: 'previous_response_not_found', param: 'previous_response_id' } },
    });
    expect((await turn(socket, { model: 'gpt-5-mini', input: 'hello' })).status).toBe('completed');
    socket.close();
  });
});
