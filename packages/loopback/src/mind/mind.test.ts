import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Loopback, Mind, MindOutput, MindRequest, MindThought, MindWork, Turn } from '../cloud.ts';
import { startLoopback } from '../server.ts';
import { echoMind, passThroughMind, resolveMind, scriptedMind } from './index.ts';

const WEATHER = {
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer' }, unit: { enum: ['celsius', 'kelvin'] } },
    required: ['city', 'days', 'unit'],
  },
};

type Piece = MindOutput | MindThought | MindWork;

async function ask(mind: Mind, turns: Turn[], rest: Partial<MindRequest> = {}): Promise<Piece[]> {
  const request = { model: 'm', instructions: undefined, turns, tools: [], signal: new AbortController().signal };
  const outputs: Piece[] = [];
  for await (const output of mind.reply({ ...request, ...rest })) outputs.push(output);
  return outputs;
}

const textOf = (outputs: Piece[]): string =>
  outputs.map((output) => (output.type === 'text' ? output.text : '')).join('');
const user = (text: string): Turn => ({ role: 'user', text });

describe('the scripted mind', () => {
  test('answers the same question in the same way, in words', async () => {
    const outputs = await ask(scriptedMind, [user('How will the weather be?')]);
    expect(textOf(outputs)).toBe('It will be sunny in Paris tomorrow, with a high of twenty four degrees.');
    expect(outputs).toHaveLength(14);
    expect(await ask(scriptedMind, [user('How will the weather be?')])).toEqual(outputs);
  });

  test('greets when nobody has spoken and repeats what it has no answer to', async () => {
    expect(textOf(await ask(scriptedMind, []))).toBe('Hello! How can I help you?');
    expect(textOf(await ask(scriptedMind, [user('Xyzzy.')]))).toBe('You said: Xyzzy.');
  });

  test('does not answer a turn twice', async () => {
    const turns: Turn[] = [user('Xyzzy.'), { role: 'assistant', text: 'You said: Xyzzy.' }];
    expect(textOf(await ask(scriptedMind, turns))).toBe('Hello! How can I help you?');
  });

  test('says what instructions put in quotation marks, unless the user waits for an answer', async () => {
    const instructions = 'Please say exactly “Bonjour !”.';
    expect(textOf(await ask(scriptedMind, [], { instructions }))).toBe('Bonjour !');
    const turns: Turn[] = [user('Xyzzy.')];
    expect(textOf(await ask(scriptedMind, turns, { instructions }))).toBe('You said: Xyzzy.');
    turns.push({ role: 'system', text: instructions });
    expect(textOf(await ask(scriptedMind, turns, { instructions }))).toBe('Bonjour !');
  });

  test('calls a tool that fits, with arguments its schema allows', async () => {
    const turns = [user('What is the weather in Lisbon?')];
    const [call, ...rest] = await ask(scriptedMind, turns, { tools: [WEATHER] });
    expect(rest).toEqual([]);
    expect(call).toMatchObject({ type: 'call', name: 'get_weather' });
    expect(JSON.parse((call as { arguments: string }).arguments)).toEqual({ city: 'Lisbon', days: 2, unit: 'celsius' });
  });

  test.each([
    ['none', undefined],
    ['required', 'get_weather'],
    [{ type: 'function', name: 'get_weather' }, 'get_weather'],
    [{ type: 'function', function: { name: 'get_weather' } }, 'get_weather'],
    ['auto', undefined],
  ])('obeys a tool choice of %j', async (toolChoice, called) => {
    const outputs = await ask(scriptedMind, [user('Hello.')], { tools: [WEATHER], toolChoice });
    expect(outputs.find((output) => output.type === 'call')?.name).toBe(called);
  });

  test.each([
    ['Sunny.', 'Sunny.'],
    ['"Sunny."', 'Sunny.'],
    ['{"sky":"clear","degrees":21}', 'clear, 21'],
    ['', 'Done.'],
  ])('says the result %j of a tool as %j', async (result, said) => {
    const turns: Turn[] = [user('The weather?'), { role: 'tool', text: result }];
    expect(textOf(await ask(scriptedMind, turns, { tools: [WEATHER] }))).toBe(said);
  });
});

test('the echo says what was said', async () => {
  expect(textOf(await ask(echoMind, [user('One'), { role: 'assistant', text: 'x' }, user('Two.  Three')]))).toBe(
    'Two.  Three',
  );
  expect(textOf(await ask(echoMind, []))).toBe('I heard nothing.');
});

test('minds are chosen by name', () => {
  expect([resolveMind(undefined), resolveMind('scripted'), resolveMind('echo')]).toEqual([
    scriptedMind,
    scriptedMind,
    echoMind,
  ]);
});

describe('the pass-through mind', () => {
  let model: Loopback;
  beforeEach(async () => {
    model = await startLoopback({ voice: 'plain', pace: { firstTokenMs: 0, tokenMs: 0 } });
  });
  afterEach(() => model.close());

  test('asks the model behind its URL and passes on what it says, piece by piece', async () => {
    const mind = passThroughMind({ baseURL: `${model.url}/`, apiKey: 'real-key', model: 'real-model' });
    const outputs = await ask(mind, [user('Xyzzy.')], { instructions: 'Be kind.' });
    expect(outputs.map((output) => output.type === 'text' && output.text)).toEqual(['You ', 'said: ', 'Xyzzy.']);
    expect(model.requests).toMatchObject([
      {
        path: '/v1/chat/completions',
        headers: { authorization: 'Bearer real-key' },
        body: {
          model: 'real-model',
          stream: true,
          messages: [
            { role: 'system', content: 'Be kind.' },
            { role: 'user', content: 'Xyzzy.' },
          ],
        },
      },
    ]);
  });

  test('passes on calls whole', async () => {
    const mind = passThroughMind({ baseURL: model.url, apiKey: 'k' });
    const outputs = await ask(mind, [user('What is the weather in Rome?')], { tools: [WEATHER] });
    expect(outputs).toEqual([
      { type: 'call', name: 'get_weather', arguments: JSON.stringify({ city: 'Rome', days: 2, unit: 'celsius' }) },
    ]);
  });

  test('says the status when it is refused', async () => {
    await expect(ask(passThroughMind({ baseURL: model.url }), [user('x')])).rejects.toThrow('HTTP 401');
  });

  test('stops asking when the client has gone', async () => {
    const server = createServer((_request, response) => response.writeHead(200).write('data: {}\n\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const controller = new AbortController();
    const asked = once(server, 'request');
    const reply = ask(passThroughMind({ baseURL: `http://127.0.0.1:${port}` }), [user('x')], {
      signal: controller.signal,
    });
    const [, response] = (await asked) as [unknown, ServerResponse];
    const gone = once(response, 'close');
    controller.abort();
    await expect(reply).rejects.toThrow();
    await gone;
    server.close();
  });
});
