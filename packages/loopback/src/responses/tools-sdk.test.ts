import { afterEach, describe, expect, it } from 'vitest';
import type { ResponseInputItem, ResponseStreamEvent } from 'openai-7/resources/responses/responses';
import { sdks } from '../__fixtures__/sdks.ts';
import type { Loopback, Mind, MindOutput, MindThought, MindWork } from '../cloud.ts';
import { startLoopback } from '../server.ts';

const clouds: Loopback[] = [];
afterEach(async () => {
  for (const cloud of clouds.splice(0)) await cloud.close();
});

const model = 'gpt-5-mini';

/** A mind that does these things, whatever it is asked. */
function does(...pieces: (MindOutput | MindThought | MindWork)[]): Mind {
  return {
    async *reply() {
      yield* pieces;
    },
  };
}

async function start(mind?: Mind): Promise<Loopback> {
  const cloud = await startLoopback({
    voice: 'plain',
    pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 },
    ...(mind ? { mind } : {}),
  });
  clouds.push(cloud);
  return cloud;
}

async function all(events: AsyncIterable<ResponseStreamEvent>): Promise<ResponseStreamEvent[]> {
  const heard: ResponseStreamEvent[] = [];
  for await (const event of events) heard.push(event);
  return heard;
}

const speak: MindOutput = { type: 'text', text: 'So it is.' };

describe.each(sdks)('the Responses API, asked by $name', ({ OpenAI }) => {
  const clientOf = (cloud: Loopback): InstanceType<typeof OpenAI> =>
    new OpenAI({ apiKey: 'sk-test', baseURL: cloud.url, maxRetries: 0 });

  it('answers in JSON that keeps a schema', async () => {
    const client = clientOf(await start());
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' } },
      required: ['city', 'days'],
      additionalProperties: false,
    };
    const format = { type: 'json_schema' as const, name: 'trip', schema, strict: true };
    const response = await client.responses.parse({ model, input: 'Two days in Oslo?', text: { format } });
    expect(response.output_parsed).toEqual({ city: 'Oslo', days: 2 });

    const loose = { ...format, schema: { ...schema, required: ['city'] } };
    await expect(client.responses.create({ model, input: 'x', text: { format: loose } })).rejects.toMatchObject({
      status: 400,
      code: 'invalid_json_schema',
    });
  });

  it('hands out its thoughts sealed, takes back its own, and refuses those of others', async () => {
    const mind = does({ type: 'thought', summary: 'Hm.' }, speak);
    const client = clientOf(await start(mind));
    const include = ['reasoning.encrypted_content' as const];
    const first = await client.responses.create({ model, input: 'why?', store: false, include });
    expect(first.output).toMatchObject([
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: expect.any(String) },
      { type: 'message' },
    ]);
    const history = [...(first.output as ResponseInputItem[]), { role: 'user' as const, content: 'and?' }];
    const again = await client.responses.create({ model, input: history, store: false });
    expect(again.status).toBe('completed');
    // Nobody asked for them this time.
    expect(again.output[0]).not.toHaveProperty('encrypted_content');

    const ask = (at: typeof client, input: ResponseInputItem[]): Promise<unknown> =>
      at.responses.create({ model, input });
    await expect(ask(clientOf(await start(mind)), history)).rejects.toMatchObject({
      code: 'invalid_encrypted_content',
    });
    const [thought] = first.output as ResponseInputItem[];
    await expect(ask(client, [thought!])).rejects.toMatchObject({ message: expect.stringContaining('following item') });
    await expect(ask(client, [...(again.output as ResponseInputItem[])])).rejects.toMatchObject({ status: 404 });
  });

  it('tells what hosted tools do, of those that are offered', async () => {
    const mind = does(
      { type: 'search', query: 'ferries' },
      { type: 'lookup', query: 'prices' },
      { type: 'program', code: 'print(1)' },
      speak,
    );
    const client = clientOf(await start(mind));
    const container = { type: 'auto' as const };
    const events = await all(
      await client.responses.create({
        model,
        input: 'when?',
        stream: true,
        tools: [{ type: 'web_search' }, { type: 'code_interpreter', container }],
      }),
    );
    const types = events.map(({ type }) => type as string);
    expect(types.filter((type) => /_call\./.test(type))).toEqual([
      'response.web_search_call.in_progress',
      'response.web_search_call.searching',
      'response.web_search_call.completed',
      'response.code_interpreter_call.in_progress',
      'response.code_interpreter_call.interpreting',
      'response.code_interpreter_call.completed',
    ]);
    const last = events.at(-1);
    if (last?.type !== 'response.completed') throw new Error('expected an end');
    expect(last.response.output.map(({ type }) => type)).toEqual([
      'web_search_call',
      'code_interpreter_call',
      'message',
    ]);
  });

  it("calls a remote server's tools, lists them once, and asks where it must", async () => {
    const mind = does({ type: 'mcp', server: 'docs', name: 'find', arguments: '{}', output: 'found' }, speak);
    const client = clientOf(await start(mind));
    const mcp = { type: 'mcp' as const, server_label: 'docs', server_url: 'https://docs.test/mcp' };
    const tools = [{ ...mcp, require_approval: 'never' as const }];
    const first = await client.responses.create({ model, input: 'find it', tools });
    expect(first.output).toMatchObject([
      { type: 'mcp_list_tools', tools: [{ name: 'find' }] },
      { type: 'mcp_call', output: 'found' },
      { type: 'message' },
    ]);
    const second = await client.responses.create({ model, input: 'again', tools, previous_response_id: first.id });
    expect(second.output.map(({ type }) => type)).toEqual(['mcp_call', 'message']);

    const asking = await client.responses.create({ model, input: 'find it', tools: [mcp] });
    expect(asking.output).toMatchObject([
      { type: 'mcp_list_tools' },
      { type: 'mcp_approval_request', server_label: 'docs', name: 'find', arguments: '{}' },
    ]);
  });
});
