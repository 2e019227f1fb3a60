import { APITimeoutError, llm } from '@livekit/agents';
import { describe, expect, it, vi } from 'vitest';
import { weather } from '../__fixtures__/weather.ts';
import { Conversation, failuresOf, firstWords, talkWith, watch } from './__fixtures__/conversation.ts';
import { expectOddToolTold } from './__fixtures__/expectations.ts';
import { completed, created, delta, reply, say } from './__fixtures__/responses-server.ts';
import { setup } from './__fixtures__/setup.ts';

const at = setup();

const bodies = (): Record<string, unknown>[] => at.server.asked.map(({ body }) => body);

const message = (...content: (object | null)[]): object => ({ type: 'message', role: 'assistant', content });

describe('a turn', () => {
  it('asks with the whole context, and delivers words and one count under the id of the response', async () => {
    const heard = await new Conversation(at.open()).turn('hello');
    expect(bodies()).toEqual([
      { type: 'response.create', model: 'gpt-4.1', input: [{ role: 'user', content: 'hello' }] },
    ]);
    expect(heard.text).toBe('answer1');
    expect(heard.ids).toEqual(new Set(['r1']));
    expect(heard.usage).toEqual([{ promptTokens: 5, completionTokens: 2, promptCachedTokens: 0, totalTokens: 7 }]);
  });

  it('carries the key in a header and the model where the gateway wants it', async () => {
    await new Conversation(at.open({ model: 'gpt-5.5', modelIn: 'both', headers: { 'x-team': 'voice' } })).turn(
      'hello',
    );
    const [upgrade] = at.server.upgrades;
    expect(upgrade?.url).toBe('/v1/responses?model=gpt-5.5');
    expect(upgrade?.headers).toMatchObject({ authorization: 'Bearer sk-test', 'x-team': 'voice' });
    expect(bodies()[0]).toMatchObject({ model: 'gpt-5.5', reasoning: { effort: 'none' } });

    await new Conversation(at.open({ modelIn: 'url' })).turn('hello');
    expect(at.server.upgrades[1]?.url).toBe('/v1/responses?model=gpt-4.1');
    expect(bodies()[1]).not.toHaveProperty('model');

    await new Conversation(at.open({ modelIn: 'body' })).turn('hello');
    expect(at.server.upgrades[2]?.url).toBe('/v1/responses');
  });

  it('sends every option under its name on the wire, a temperature of 0 too', async () => {
    const model = at.open({
      temperature: 0,
      store: true,
      metadata: { call: '1' },
      serviceTier: 'priority',
      maxOutputTokens: 100,
      reasoning: { effort: 'low', mode: null },
      verbosity: 'low',
      promptCacheKey: 'agent-7',
      safetyIdentifier: 'user-9',
      extraBody: { truncation: 'auto', metadata: { call: '2' } },
    });
    await new Conversation(model, { extraKwargs: { top_p: 0.5, service_tier: 'flex', user: null } }).turn('hello');
    expect(bodies()[0]).toEqual({
      type: 'response.create',
      model: 'gpt-4.1',
      input: [{ role: 'user', content: 'hello' }],
      temperature: 0,
      store: true,
      metadata: { call: '2' },
      service_tier: 'flex',
      max_output_tokens: 100,
      reasoning: { effort: 'low' },
      text: { verbosity: 'low' },
      prompt_cache_key: 'agent-7',
      safety_identifier: 'user-9',
      truncation: 'auto',
      top_p: 0.5,
    });
  });

  it('sends reasoning: null as nothing at all', async () => {
    await new Conversation(at.open({ model: 'gpt-5', reasoning: null })).turn('hello');
    expect(bodies()[0]).not.toHaveProperty('reasoning');
  });

  it('offers tools, and their choice only together with them', async () => {
    const toolChoice = { type: 'function', function: { name: 'weather' } } as const;
    const model = at.open({ parallelToolCalls: false, toolChoice });
    await new Conversation(model, { toolCtx: new llm.ToolContext([weather]) }).turn('hello');
    expect(bodies()[0]).toMatchObject({
      tools: [{ type: 'function', name: 'weather', strict: true }],
      tool_choice: { type: 'function', name: 'weather' },
      parallel_tool_calls: false,
    });
    await new Conversation(model).turn('hello');
    for (const key of ['tools', 'tool_choice', 'parallel_tool_calls']) expect(bodies()[1]).not.toHaveProperty(key);
  });

  it('adds tools that only the service knows to those of the agent', async () => {
    const mcp = { type: 'mcp', server_label: 'docs', server_url: 'https://docs.test' };
    await new Conversation(at.open({ extraBody: { tools: [mcp] } }), { toolCtx: new llm.ToolContext([weather]) }).turn(
      'hi',
    );
    expect(bodies()[0]?.tools).toMatchObject([{ name: 'weather' }, mcp]);
  });

  it('delivers refusals as words, and the phase of a message for the next request', async () => {
    at.server.script = ({ socket }) =>
      say(
        socket,
        created('r1'),
        { type: 'response.refusal.delta', delta: "I can't." },
        { type: 'response.output_item.done', item: { type: 'message', phase: 'final_answer' } },
        completed('r1'),
      );
    expect(await new Conversation(at.open()).turn('hello')).toMatchObject({
      text: "I can't.",
      extra: { openai: { phase: 'final_answer' } },
    });
  });

  it('delivers what a bridge hands over in one piece', async () => {
    const output = [{ type: 'message', content: [{ type: 'output_text', text: 'all at once' }] }];
    at.server.script = ({ socket }) => say(socket, created('r1'), completed('r1', { output }));
    expect(await new Conversation(at.open()).turn('hello')).toMatchObject({ text: 'all at once' });
  });

  it('names itself as upstream does', async () => {
    const model = at.open();
    expect([model.label(), model.model, model.provider]).toEqual([
      'openai.ws.LLM',
      'gpt-4.1',
      new URL(at.server.url).host,
    ]);
    expect(at.open({ useWebSocket: false }).label()).toBe('openai.responses.LLM');
  });
});

describe('a request', () => {
  it('that LiveKit cannot make of a tool is an error event, not a mute agent', async () => {
    await expectOddToolTold(at.open());
    expect(at.server.asked).toHaveLength(0);
  });
});

describe('a call', () => {
  const item = { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{"city":"Paris"}' };

  it('that only the end of the response tells of is made, also behind words', async () => {
    at.server.script = ({ socket }) =>
      say(socket, created('r1'), delta('one moment'), completed('r1', { output: [item] }));
    const { text, calls } = await new Conversation(at.open(), { toolCtx: [weather] }).turn('hello');
    expect(text).toBe('one moment');
    expect(calls).toMatchObject([{ callId: 'c1', name: 'weather', args: '{"city":"Paris"}' }]);
  });

  it('without a name is none', async () => {
    at.server.script = ({ socket }) =>
      say(
        socket,
        created('r1'),
        { type: 'response.output_item.done', item: { ...item, name: null } },
        delta('fine'),
        completed('r1'),
      );
    const { text, calls } = await new Conversation(at.open()).turn('hello');
    expect(text).toBe('fine');
    expect(calls).toEqual([]);
  });
});

describe('pain 4: frames that must not leave a turn hanging', () => {
  const endings: [string, (object | string)[], { text: string; failures: object[] }][] = [
    [
      'an error with code: null and param: null',
      [{ type: 'error', code: null, message: 'odd', param: null, sequence_number: 1 }],
      { text: '', failures: [{ recoverable: false, error: { message: 'odd' } }] },
    ],
    [
      'a wrapped error',
      [
        {
          type: 'error',
          status: 400,
          error: { type: 'invalid_request_error', code: 'bad_thing', message: 'no', param: null },
        },
      ],
      { text: '', failures: [{ recoverable: false, error: { statusCode: 400, body: { code: 'bad_thing' } } }] },
    ],
    ['an error with nothing in it', [{ type: 'error' }], { text: '', failures: [{ recoverable: false }] }],
    [
      'completed with usage: null',
      [created('r1'), delta('fine'), { type: 'response.completed', response: { id: 'r1', usage: null } }],
      { text: 'fine', failures: [] },
    ],
    [
      'completed without a response',
      [created('r1'), delta('fine'), { type: 'response.completed' }],
      { text: 'fine', failures: [] },
    ],
    [
      'response.done, as compatible endpoints end',
      [created('r1'), delta('fine'), { type: 'response.done', response: { id: 'r1', status: 'completed' } }],
      { text: 'fine', failures: [] },
    ],
    [
      'failed with error: null',
      [created('r1'), delta('so'), { type: 'response.failed', response: { id: 'r1', error: null } }],
      { text: 'so', failures: [{ recoverable: false }] },
    ],
    [
      'incomplete',
      [
        created('r1'),
        delta('so'),
        { type: 'response.incomplete', response: { incomplete_details: { reason: 'max_output_tokens' } } },
      ],
      { text: 'so', failures: [{ recoverable: false, error: { body: { code: 'max_output_tokens' } } }] },
    ],
    [
      'cancelled',
      [created('r1'), delta('so'), { type: 'response.cancelled', response: null }],
      { text: 'so', failures: [{ recoverable: false }] },
    ],
    [
      'an end whose output begins with null',
      [created('r1'), completed('r1', { output: [null, message({ type: 'output_text', text: 'fine' })] })],
      { text: 'fine', failures: [] },
    ],
    [
      'an end whose message begins with null',
      [created('r1'), completed('r1', { output: [message(null, { type: 'output_text', text: 'fine' })] })],
      { text: 'fine', failures: [] },
    ],
    [
      'an end whose output is no list',
      [created('r1'), delta('fine'), completed('r1', { output: 'odd' })],
      { text: 'fine', failures: [] },
    ],
    [
      'garbage before the end',
      [
        '{',
        'null',
        '42',
        '[]',
        '{}',
        created('r1'),
        { type: 'response.new.thing', item: null },
        delta('fine'),
        completed('r1'),
      ],
      { text: 'fine', failures: [] },
    ],
  ];

  it.each(endings)('%s', async (_, frames, expected) => {
    at.server.script = ({ socket }) => say(socket, ...frames);
    const model = at.open();
    const failures = failuresOf(model);
    expect((await new Conversation(model).turn('hello')).text).toBe(expected.text);
    expect(failures).toMatchObject(expected.failures);
    expect(at.server.asked).toHaveLength(1);

    at.server.script = ({ socket }) => reply(socket, 'next', 'still here');
    expect((await new Conversation(model).turn('and now?')).text).toBe('still here');
  });

  it('silence after the request is a timeout and is tried again on another socket', async () => {
    at.server.script = ({ socket }, turn) => turn > 1 && reply(socket, 'r2', 'here');
    const { conversation, failures } = talkWith(at.open());
    const heard = conversation.turn('hello');
    await vi.waitUntil(() => at.server.asked.length === 1);
    await at.clock.advance(4_000);
    expect((await heard).text).toBe('here');
    expect(failures).toMatchObject([{ recoverable: true }]);
    expect(failures[0]?.error).toBeInstanceOf(APITimeoutError);
    expect(at.server.asked.map(({ socketNumber }) => socketNumber)).toEqual([1, 2]);
  });

  it('silence after words is a timeout and is not tried again', async () => {
    at.server.script = ({ socket }) => say(socket, created('r1'), delta('so'));
    const { conversation, failures } = talkWith(at.open());
    const stream = conversation.user('hello').ask();
    expect(await firstWords(stream)).toBe('so');
    await at.clock.advance(4_000);
    expect((await stream.next()).done).toBe(true);
    expect(failures).toMatchObject([{ recoverable: false, error: { name: 'APITimeoutError' } }]);
    expect(at.server.asked).toHaveLength(1);
  });

  it('a model that reasons may be silent for longer', async () => {
    at.server.script = ({ socket }) => {
      say(socket, created('r1'), { type: 'response.output_item.added', item: { type: 'reasoning' } });
      at.clock.setTimer(
        () =>
          say(socket, { type: 'response.output_item.done', item: { type: 'reasoning' } }, delta('42'), completed('r1')),
        45_000,
      );
    };
    const { conversation, failures } = talkWith(at.open());
    const waits = watch(at.clock);
    const heard = conversation.turn('why?');
    await waits(60_000);
    await at.clock.advance(45_000);
    expect((await heard).text).toBe('42');
    expect(failures).toEqual([]);
  });

  it('a gateway whose upstream died in silence is found out by our deadline', async () => {
    // LiteLLM 1.105: no event, no close, and pings are answered.
    at.server.script = ({ socket }, turn) => (turn === 1 ? say(socket, created('r1')) : reply(socket, 'r2', 'here'));
    const model = at.open({ modelIn: 'both' });
    failuresOf(model);
    const waits = watch(at.clock);
    const heard = new Conversation(model).turn('hello');
    // The dial, the first event, the one after it.
    await waits(4_000, 3);
    await at.clock.advance(4_000);
    expect((await heard).text).toBe('here');
    expect(at.server.sockets).toHaveLength(2);
  });

  it('a repeated end of the turn before does not end this one', async () => {
    at.server.script = ({ socket }, turn) => {
      if (turn === 2) say(socket, completed('r1'));
      reply(socket, `r${turn}`, `answer${turn}`);
    };
    const conversation = new Conversation(at.open());
    await conversation.turn('one');
    expect((await conversation.turn('two')).text).toBe('answer2');
  });

  it('endless garbage is an error', async () => {
    at.server.script = ({ socket }) => say(socket, ...Array.from({ length: 8 }, () => '{'));
    const { conversation, failures } = talkWith(at.open());
    await conversation.turn('hello');
    expect(failures.map(({ recoverable }) => recoverable)).toEqual([true, true, false]);
  });
});
