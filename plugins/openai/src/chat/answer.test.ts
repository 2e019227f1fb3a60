import { describe, expect, it } from 'vitest';
import { Conversation, failuresOf, type Heard } from '../responses/__fixtures__/conversation.ts';
import { call, delta, done, say, setup, stop, text, usage, whole } from './__fixtures__/chat-server.ts';
import type { LLMOptions } from './options.ts';

const at = setup();

/** What LiveKit gets of these events; a failure fails the test. */
async function heard(events: readonly (object | string)[], options: Partial<LLMOptions> = {}): Promise<Heard> {
  at.answer = whole(...events);
  const model = at.open(options);
  const failures = failuresOf(model);
  const result = await new Conversation(model).turn('hello');
  expect(failures).toEqual([]);
  expect(at.asked).toHaveLength(1);
  return result;
}

/** Calls without the ids that LiveKit makes. */
function calls({ calls: made }: Heard): [string, string, string][] {
  return made.map(({ callId, name, args }) => [callId, name, args]);
}

const fn = (index: number | null, id: string | null, name: string | null, args: unknown): object => ({
  ...(index === null ? {} : { index }),
  ...(id === null ? {} : { id }),
  type: 'function',
  function: { ...(name === null ? {} : { name }), arguments: args },
});

describe('pain 4: events that nobody has promised', () => {
  it.each<[string, (object | string)[]]>([
    ['null everywhere', [{ id: null, choices: null, usage: null, error: null, service_tier: null, x_groq: null }]],
    ['no choices', [{ id: 'chatcmpl-1' }, {}]],
    ['choices that are none', [{ choices: [null, {}, 5, { delta: null }] }, { choices: {} }]],
    ["Azure's content filter, before the first word", [{ choices: [], prompt_filter_results: [{ prompt_index: 0 }] }]],
    ['fields of a later API', [{ ...delta({ sings: { note: 'c' }, content: null, tool_calls: null }), mood: 'good' }]],
    ['words of a choice that nobody asked for', [{ choices: [{ index: 1, delta: { content: 'of nothing' } }] }]],
    ['a choice whose index is no number and cannot become one', [{ choices: [{ index: { valueOf: null, toString: null }, delta: null }] }]], // prettier-ignore
    ['comments', [': OPENROUTER PROCESSING\n\n', ':\n\n']],
    ['named events, CRLF and no space', ['event: ping\r\ndata:{"type":"ping"}\r\n\r\n']],
    [
      'something that is no JSON, a few times',
      ['data: {{{\n\n', 'data: null\n\ndata: 42\n\ndata: []\n\ndata: "x"\n\n'],
    ],
    ['an empty finish reason on every event', [{ choices: [{ delta: { content: '' }, finish_reason: '' }] }]],
    ['tool calls that are none', [call(null as never, {}, { function: null }, { index: 0, function: { name: null } })]],
  ])('%s', async (_, odd) => {
    const { text: said, usage: counted } = await heard([...odd, text('an'), ...odd, text('swer'), stop(), usage]);
    expect(said).toBe('answer');
    expect(counted).toHaveLength(1);
  });

  it.each(['stop', 'length', 'content_filter', 'end_turn', 'eos'])(
    'a reply that ends with %s is whole',
    async (reason) => {
      expect(await heard([text('answer'), stop(reason), usage])).toMatchObject({ text: 'answer', usage: [{}] });
    },
  );

  it('no [DONE], where the model has said why it stopped', async () => {
    at.answer = (response) => {
      say(response, text('answer'), stop(), usage);
      response.end();
    };
    const model = at.open();
    const failures = failuresOf(model);
    expect(await new Conversation(model).turn('hello')).toMatchObject({ text: 'answer', usage: [{}] });
    expect(failures).toEqual([]);
  });

  it('no finish reason, where the server says [DONE]', async () => {
    expect((await heard([text('answer'), call(fn(0, 'c1', 'f', ''))])).calls).toMatchObject([{ args: '{}' }]);
  });

  it('a last blank line that is missing', async () => {
    at.answer = (response) => {
      say(response, text('answer'));
      response.end(`data: ${JSON.stringify(stop())}`);
    };
    expect((await new Conversation(at.open()).turn('hello')).text).toBe('answer');
  });

  it('an end that never comes costs a second, not the answer', async () => {
    at.answer = (response) => say(response, text('answer'), call(fn(0, 'c1', 'f', '{}')), stop());
    const model = at.open();
    const failures = failuresOf(model);
    const stream = new Conversation(model).user('hello').ask();
    await stream.next();
    expect((await stream.next()).value).toMatchObject({ delta: { toolCalls: [{ callId: 'c1' }] } });
    await at.clock.advance(1_000);
    expect((await stream.next()).done).toBe(true);
    expect(failures).toEqual([]);
  });

  it('an answer in one piece, from a server that does not stream', async () => {
    const message = { role: 'assistant', content: 'answer', tool_calls: [fn(null, 'c1', 'f', '{}')] };
    const choices = [{ index: 0, message, finish_reason: 'tool_calls' }];
    at.answer = (response) =>
      response
        .writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
        .end(JSON.stringify({ ...usage, object: 'chat.completion', choices }, null, 2));
    const whatCame = await new Conversation(at.open()).turn('hello');
    expect(whatCame).toMatchObject({ text: 'answer', usage: [{ totalTokens: 7 }] });
    expect(calls(whatCame)).toEqual([['c1', 'f', '{}']]);
  });
});

describe('what is said', () => {
  it('may come in parts', async () => {
    const parts = [{ type: 'text', text: 'an' }, 'sw', { type: 'image' }, null, { type: 'text', text: 'er' }];
    expect((await heard([delta({ content: parts }), stop()])).text).toBe('answer');
  });

  it('may be a refusal', async () => {
    expect((await heard([delta({ refusal: 'I will ' }), delta({ refusal: 'not.' }), stop()])).text).toBe('I will not.');
  });

  it('keeps what the provider wants to see again', async () => {
    const extra_content = { google: { thought_signature: 's' } };
    expect((await heard([delta({ content: 'answer', extra_content }), stop()])).extra).toEqual(extra_content);
  });
});

describe('thoughts', () => {
  it.each<[string, string[], string]>([
    ['at the beginning', ['<think>hm', 'm</think>', 'answer'], 'answer'],
    ['cut anywhere', ['<thi', 'nk>h<', 'm</', 'think', '>an', 'swer'], 'answer'],
    ['in the middle', ['an<think>hm</think>sw<think></think>er'], 'answer'],
    ['that are not', ['1 < 2 <thi', 's> <'], '1 < 2 <this> <'],
    ['without an end', ['answer<think>hm', ' hm</thin'], 'answer'],
  ])('%s are not for the caller', async (_, pieces, said) => {
    expect((await heard([...pieces.map(text), stop()])).text).toBe(said);
  });

  it('have marks of their own in some models', async () => {
    const model = 'google/gemma-4-31b-it';
    expect((await heard([text('<|channel>thought hm<chan'), text('nel|>answer'), stop()], { model })).text).toBe(
      'answer',
    );
  });

  it.each(['reasoning_content', 'reasoning'])('in %s are not for the caller', async (name) => {
    expect((await heard([delta({ [name]: 'hmm', content: '' }), text('answer'), stop()])).text).toBe('answer');
  });
});

describe('tool calls', () => {
  it('are put together by index, also when they come interleaved', async () => {
    const result = await heard([
      text('One moment.'),
      call(fn(0, 'c1', 'weather', '')),
      call(fn(0, null, null, '{"city":')),
      call(fn(1, 'c2', 'time', '{"zone"')),
      call(fn(0, null, null, '"Ghent"}'), fn(1, null, null, ':"CET"}')),
      stop('tool_calls'),
      usage,
    ]);
    expect(result.text).toBe('One moment.');
    expect(calls(result)).toEqual([
      ['c1', 'weather', '{"city":"Ghent"}'],
      ['c2', 'time', '{"zone":"CET"}'],
    ]);
  });

  it.each<[string, object[], [string, string, string][]]>([
    [
      'without an index (openai/openai-python#2806)',
      [call(fn(null, 'c1', 'a', '{"x":')), call(fn(null, null, null, '1}')), call(fn(null, 'c2', 'b', '{}'))],
      [
        ['c1', 'a', '{"x":1}'],
        ['c2', 'b', '{}'],
      ],
    ],
    [
      'whose index comes late',
      [call(fn(null, 'c1', 'a', '{"x":')), call(fn(0, null, null, '1}'))],
      [['c1', 'a', '{"x":1}']],
    ],
    [
      'all at index 0 (ai-dynamo/dynamo#4723)',
      [call(fn(0, 'c1', 'a', '{"x":1}'), fn(0, 'c2', 'a', '{"x":2}')), call(fn(0, 'c3', 'b', ''))],
      [
        ['c1', 'a', '{"x":1}'],
        ['c2', 'a', '{"x":2}'],
        ['c3', 'b', '{}'],
      ],
    ],
    [
      'that repeat id and name in every piece',
      [call(fn(0, 'c1', 'a', '')), call(fn(0, 'c1', 'a', '{"x":')), call(fn(0, 'c1', 'a', '1}'))],
      [['c1', 'a', '{"x":1}']],
    ],
    [
      'whose pieces have ids of their own',
      [call(fn(0, 'c1', 'a', '{"x":')), call(fn(0, 'r2', null, '1}')), call(fn(0, 'r3', '', ''))],
      [['c1', 'a', '{"x":1}']],
    ],
    ['whose id comes late', [call(fn(0, '', 'a', '{')), call(fn(0, 'c1', null, '}'))], [['c1', 'a', '{}']]],
    [
      'with arguments that are an object, or null',
      [call(fn(0, 'c1', 'a', { x: 1 })), call(fn(1, 'c2', 'b', null))],
      [
        ['c1', 'a', '{"x":1}'],
        ['c2', 'b', '{}'],
      ],
    ],
  ])('pain 23: %s', async (_, events, expected) => {
    expect(calls(await heard([...events, stop('tool_calls')]))).toEqual(expected);
  });

  it('without ids, or with the same one, get ids that differ', async () => {
    const events = [call(fn(0, null, 'a', '{}'), fn(0, null, 'a', '{"x":1}')), call(fn(1, 'same', 'b', '{}'))];
    const made = calls(await heard([...events, call(fn(2, 'same', 'c', '{}')), stop('tool_calls')]));
    expect(made.map(([, name, args]) => name + args)).toEqual(['a{}', 'a{"x":1}', 'b{}', 'c{}']);
    expect(new Set(made.map(([id]) => id)).size).toBe(4);
    expect(made.every(([id]) => id !== '')).toBe(true);
  });

  it('with finish_reason stop, or in the same event as it, are calls', async () => {
    expect(calls(await heard([delta({ tool_calls: [fn(0, 'c1', 'a', '{}')] }, 'stop')]))).toEqual([['c1', 'a', '{}']]);
  });

  it("all carry Google's signature of the first", async () => {
    const extra_content = { google: { thought_signature: 's' } };
    const events = [call({ ...fn(0, 'c1', 'a', '{}'), extra_content }), call(fn(1, 'c2', 'b', '{}'))];
    const { calls: made } = await heard([...events, stop('tool_calls')]);
    expect(made).toMatchObject([
      { thoughtSignature: 's', extra: extra_content },
      { thoughtSignature: 's', extra: extra_content },
    ]);
  });

  it('that the limit of tokens cut short are not made', async () => {
    const events = [text('a'), call(fn(0, 'c1', 'a', '{}')), call(fn(1, 'c2', 'b', '{"x"'))];
    expect(calls(await heard([...events, stop('length')]))).toEqual([['c1', 'a', '{}']]);
  });
});

describe('token counts', () => {
  const counted = { prompt_tokens: 9, completion_tokens: 1 };

  it('that grow with every event count once, at their last', async () => {
    const growing = (n: number): object => ({ ...text('x'), usage: { ...counted, completion_tokens: n } });
    const { usage: told } = await heard([
      growing(1),
      growing(2),
      { ...stop(), usage: { ...counted, total_tokens: 12 } },
    ]);
    expect(told).toMatchObject([{ promptTokens: 9, completionTokens: 1, totalTokens: 12 }]);
  });

  it.each<[string, object]>([
    ['Groq', { x_groq: { usage: counted } }],
    ['Moonshot', { choices: [{ usage: counted }] }],
  ])('are found where %s has them', async (_, event) => {
    expect((await heard([text('answer'), stop(), event])).usage).toMatchObject([{ promptTokens: 9, totalTokens: 10 }]);
  });

  it("know DeepSeek's cache", async () => {
    const { usage: told } = await heard([text('a'), stop(), { usage: { ...counted, prompt_cache_hit_tokens: 4 } }]);
    expect(told).toMatchObject([{ promptCachedTokens: 4 }]);
  });

  it('may be missing', async () => {
    expect((await heard([text('answer'), stop()])).usage).toEqual([]);
  });
});

it('an answer leaves its connection to the next', async () => {
  at.answer = (response) => {
    say(response, text('answer'), stop());
    done(response);
  };
  const conversation = new Conversation(at.open());
  await conversation.turn('one');
  await conversation.turn('two');
  expect(at.asked[1]!.request.socket).toBe(at.asked[0]!.request.socket);
});
