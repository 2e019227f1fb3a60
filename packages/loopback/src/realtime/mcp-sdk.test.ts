import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCertificate } from '../__fixtures__/certificate.ts';
import type { TestCertificate } from '../__fixtures__/certificate.ts';
import { ManualClock } from '../__fixtures__/manual-clock.ts';
import { connectSdk } from '../__fixtures__/sdk-realtime.ts';
import type { SdkConversation } from '../__fixtures__/sdk-realtime.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';

let certificate: TestCertificate;
let clock: ManualClock;
let cloud: Loopback;
let sdk: SdkConversation;

const find_weather = {
  name: 'find_weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

beforeAll(async () => {
  certificate = await createCertificate();
});

beforeEach(async () => {
  clock = new ManualClock();
  cloud = await startLoopback({
    voice: 'plain',
    tls: certificate.tls,
    clock,
    pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 },
    mcpServers: {
      sky: [
        { ...find_weather, result: (args) => `Rain, says the sky of ${(JSON.parse(args) as { city: string }).city}.` },
        { name: 'stars', result: 'Clear.' },
      ],
      broken: [{ ...find_weather, result: () => Promise.reject(new Error('The server is down')) }],
      slow: [{ ...find_weather, result: 'At last.', durationMs: 2_000 }],
    },
  });
  sdk = connectSdk({ url: cloud.url, ca: certificate.ca }, { model: 'gpt-realtime' });
  await sdk.next('session.created');
});

afterEach(async () => {
  await sdk.close();
  await cloud.close();
});

type Approval = 'always' | 'never' | { never: { tool_names: string[] } };

async function configure(label: string, require_approval?: Approval, allowed_tools?: string[]): Promise<void> {
  const server = { type: 'mcp', server_label: label, server_url: 'https://mcp.example.com', allowed_tools } as const;
  sdk.send({
    type: 'session.update',
    session: { type: 'realtime', output_modalities: ['text'], tools: [{ ...server, require_approval }] },
  });
  await sdk.next('session.updated');
}

function ask(): void {
  sdk.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'What is the weather in Lisbon?' }] },
  });
  sdk.send({ type: 'response.create' });
}

/** Lets time pass until it is there. */
async function passing<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const done = (): void => void (isSettled = true);
  promise.then(done, done);
  while (!isSettled) await clock.advance(10);
  return promise;
}

const reply = async (): Promise<unknown> => {
  sdk.send({ type: 'response.create' });
  return (await passing(sdk.next('response.done'))).response.output;
};

describe('an MCP server', () => {
  test('is asked once what it offers, and no more than is allowed is offered', async () => {
    await configure('sky', 'never', ['stars']);
    const { item } = await sdk.next('conversation.item.done');
    expect(item).toMatchObject({ type: 'mcp_list_tools', server_label: 'sky', tools: [{ name: 'stars' }] });
    expect((await sdk.next('mcp_list_tools.completed')).item_id).toBe(item.id);
    await configure('sky', 'never', ['stars']);
    expect(sdk.all('mcp_list_tools.in_progress')).toHaveLength(1);
  });

  test('that cannot be reached is told, and the conversation goes on without it', async () => {
    await configure('nowhere', 'never');
    await sdk.next('mcp_list_tools.failed');
    ask();
    const { response } = await passing(sdk.next('response.done'));
    expect(response.output).toMatchObject([{ type: 'message' }]);
  });

  test('is called within a response; the next response speaks about the result', async () => {
    await configure('sky', 'never');
    ask();
    const called = await passing(sdk.next('response.mcp_call_arguments.done'));
    expect(called.arguments).toBe('{"city":"Lisbon"}');
    const { response } = await passing(sdk.next('response.done'));
    expect(response.output).toMatchObject([{ id: called.item_id, type: 'mcp_call', name: 'find_weather' }]);
    expect((await passing(sdk.next('response.mcp_call.completed'))).item_id).toBe(called.item_id);
    const items = sdk.all('conversation.item.done').map(({ item }) => item);
    expect(items.at(-1)).toMatchObject({ type: 'mcp_call', output: 'Rain, says the sky of Lisbon.' });
    expect(await reply()).toMatchObject([{ content: [{ text: 'Rain, says the sky of Lisbon.' }] }]);
  });

  test('may take longer than the response that calls it', async () => {
    await configure('slow', 'never');
    ask();
    await passing(sdk.next('response.done'));
    await clock.advance(1_500);
    expect(sdk.all('response.mcp_call.completed')).toEqual([]);
    await passing(sdk.next('response.mcp_call.completed'));
    expect(await reply()).toMatchObject([{ content: [{ text: 'At last.' }] }]);
  });

  test('whose call fails says why', async () => {
    await configure('broken', 'never');
    ask();
    await passing(sdk.next('response.mcp_call.failed'));
    await passing(sdk.next('response.done'));
    const items = sdk.all('conversation.item.done').map(({ item }) => item);
    expect(items.at(-1)).toMatchObject({
      type: 'mcp_call',
      error: { type: 'tool_execution_error', message: 'The server is down' },
    });
    expect(await reply()).toMatchObject([{ content: [{ text: 'Error: The server is down' }] }]);
  });
});

describe('a call that needs approval', () => {
  async function question(): Promise<string> {
    ask();
    const { response } = await passing(sdk.next('response.done'));
    expect(response.output).toMatchObject([
      { type: 'mcp_approval_request', server_label: 'sky', name: 'find_weather', arguments: '{"city":"Lisbon"}' },
    ]);
    return response.output![0]!.id!;
  }

  function answer(id: string, approve: boolean): void {
    sdk.send({
      type: 'conversation.item.create',
      item: { type: 'mcp_approval_response', id: `answer_${id.slice(-8)}`, approval_request_id: id, approve },
    });
  }

  test('is made when it was given, also where nothing was said about approval', async () => {
    await configure('sky');
    const id = await question();
    expect(sdk.all('response.mcp_call.in_progress')).toEqual([]);
    answer(id, true);
    const done = await passing(sdk.next('response.mcp_call.completed'));
    expect(done.item_id).toBe(sdk.all('response.mcp_call_arguments.done')[0]!.item_id);
    expect(await reply()).toMatchObject([{ content: [{ text: 'Rain, says the sky of Lisbon.' }] }]);
  });

  test('is not made when it was refused', async () => {
    await configure('sky', 'always');
    answer(await question(), false);
    expect(await reply()).toMatchObject([{ content: [{ text: 'The call was not approved.' }] }]);
    expect(sdk.all('response.mcp_call.in_progress')).toEqual([]);
  });

  test('may be spared for some tools', async () => {
    await configure('sky', { never: { tool_names: ['find_weather'] } });
    ask();
    await passing(sdk.next('response.done'));
    expect(sdk.all('response.output_item.done').map(({ item }) => item.type)).toEqual(['mcp_call']);
  });

  test('cannot be approved by somebody who was not asked', async () => {
    answer('mcpr_nobody', true);
    expect((await sdk.next('error')).error).toMatchObject({ code: 'invalid_value', param: 'item.approval_request_id' });
  });
});

describe('what a response costs', () => {
  const picture = 'data:image/png;base64,iVBORw0KGgo=';

  test('counts pictures, and what was read before as cached', async () => {
    sdk.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
    for (const detail of ['auto', 'low'] as const) {
      sdk.send({
        type: 'conversation.item.create',
        item: {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: 'Look.' },
            { type: 'input_image', image_url: picture, detail },
          ],
        },
      });
    }
    expect((await sdk.next('conversation.item.added')).item).toMatchObject({
      content: [{ type: 'input_text' }, { type: 'input_image', image_url: picture }],
    });
    sdk.send({ type: 'response.create' });
    const first = (await passing(sdk.next('response.done'))).response.usage!.input_token_details!;
    expect(first).toMatchObject({ image_tokens: 340, cached_tokens: 0 });
    sdk.send({ type: 'response.create' });
    const second = (await passing(sdk.next('response.done'))).response.usage!.input_token_details!;
    expect(second.cached_tokens).toBe(first.text_tokens! + 340);
    expect(second.cached_tokens_details).toMatchObject({ image_tokens: 340, text_tokens: first.text_tokens });
    sdk.send({ type: 'response.create', response: { instructions: 'Something else.' } });
    const third = (await passing(sdk.next('response.done'))).response.usage!.input_token_details!;
    expect(third.cached_tokens).toBe(0);
  });
});

test('a silence after a reply is told to the SDK, committed and answered', async () => {
  const turn_detection = { type: 'server_vad', idle_timeout_ms: 6_000 } as const;
  sdk.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } });
  sdk.send({ type: 'response.create', response: { instructions: 'Say "Hello."' } });
  await passing(sdk.next('response.done'));
  const silent = await passing(sdk.next('input_audio_buffer.timeout_triggered'));
  expect((await sdk.next('input_audio_buffer.committed')).item_id).toBe(silent.item_id);
  await passing(sdk.next('response.done'));
});
