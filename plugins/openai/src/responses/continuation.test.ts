import { describe, expect, it, vi } from 'vitest';
import { connOptions, Conversation, failuresOf, listen, talkWith } from './__fixtures__/conversation.ts';
import { completed, created, delta, functionCall, reply, say } from './__fixtures__/responses-server.ts';
import { setup } from './__fixtures__/setup.ts';

const at = setup();

/** What each request continued, and what it said: words, or the kinds of other items. */
function asked(): { after: unknown; said: unknown[]; socket: number }[] {
  return at.server.asked.map(({ body, socketNumber }) => ({
    after: body.previous_response_id,
    said: body.input.map((item) => item.content ?? item.type),
    socket: socketNumber,
  }));
}

const notFound = (id: unknown): object => wrapped(lost(id));

const lost = (id: unknown): object => ({
  code: 'previous_response_not_found',
  message: `Previous response with id '${String(id)}' not found.`,
  param: 'previous_response_id',
});

/** The two shapes of an error: as the service was seen to send it, and as the reference has it. */
const wrapped = (error: object): object => ({
  type: 'error',
  status: 400,
  error: { type: 'invalid_request_error', ...error },
});
const flat = (error: object): object => ({ type: 'error', ...error });
const shapes: [string, (error: object) => object][] = [
  ['wrapped', wrapped],
  ['flat', flat],
];

describe('pain 8: a turn that continues the response before it', () => {
  it('sends only what is new, and never the reply itself', async () => {
    const conversation = new Conversation(at.open());
    for (const text of ['one', 'two', 'three']) await conversation.turn(text);
    expect(asked()).toEqual([
      { after: undefined, said: ['one'], socket: 1 },
      { after: 'r1', said: ['two'], socket: 1 },
      { after: 'r2', said: ['three'], socket: 1 },
    ]);
  });

  it('sends what was heard of a reply that an interruption cut', async () => {
    const conversation = new Conversation(at.open());
    await conversation.turn('one');
    await listen(conversation.user('two').ask());
    await conversation.assistant('ans', true).turn('stop');
    expect(asked().at(-1)).toEqual({
      // The response before the one that was cut is still good.
      after: 'r1',
      said: ['two', 'ans', 'stop'],
      socket: 1,
    });
  });

  it('sends everything after the context was edited', async () => {
    const conversation = new Conversation(at.open());
    await conversation.turn('one');
    conversation.context.items.splice(0, 1);
    await conversation.turn('two');
    expect(asked().at(-1)).toMatchObject({ after: undefined, said: ['answer1', 'two'] });
  });

  it('sends the results of tools and not the calls', async () => {
    at.server.script = ({ socket }, turn) => {
      if (turn > 1) return reply(socket, `r${turn}`, 'sunny');
      say(socket, created('r1'), functionCall('c1', 'weather', '{"city":"Ghent"}'), functionCall('c2', 'time', ''));
      say(socket, completed('r1'));
    };
    const conversation = new Conversation(at.open());
    const { calls } = await conversation.turn('weather?');
    expect(calls).toMatchObject([
      { callId: 'c1', name: 'weather', args: '{"city":"Ghent"}' },
      { callId: 'c2', name: 'time', args: '{}' },
    ]);
    await conversation.result('c1', 'sun').result('c2', 'noon').turn();
    expect(asked().at(-1)).toMatchObject({ after: 'r1', said: ['function_call_output', 'function_call_output'] });
  });

  it('sends everything while a call of the response has no result', async () => {
    at.server.script = ({ socket }, turn) => {
      if (turn > 1) return reply(socket, `r${turn}`, 'well');
      say(
        socket,
        created('r1'),
        functionCall('c1', 'weather', '{}'),
        functionCall('c2', 'time', '{}'),
        completed('r1'),
      );
    };
    const conversation = new Conversation(at.open());
    await conversation.turn('weather?');
    await conversation.result('c1', 'sun').turn('never mind');
    expect(asked().at(-1)?.after).toBeUndefined();
  });

  it('continues nothing that did not end by itself', async () => {
    at.server.script = ({ socket }, turn) => {
      if (turn > 1) return reply(socket, `r${turn}`, 'well');
      say(socket, created('r1'), delta('so'), { type: 'response.incomplete', response: { id: 'r1' } });
    };
    const model = at.open();
    failuresOf(model);
    const conversation = new Conversation(model);
    await conversation.turn('one');
    await conversation.turn('two');
    expect(asked().at(-1)).toMatchObject({ after: undefined, said: ['one', 'so', 'two'] });
  });

  it('leaves the chain to a caller who names a response', async () => {
    const model = at.open();
    const conversation = new Conversation(model);
    await conversation.turn('one');
    conversation.user('two');
    await listen(
      model.chat({ chatCtx: conversation.context, connOptions, extraKwargs: { previous_response_id: 'mine' } }),
    );
    expect(asked().at(-1)).toMatchObject({ after: 'mine', said: ['one', 'answer1', 'two'] });
  });

  it('accepts the id that a gateway gives a response at its end', async () => {
    at.server.script = ({ socket }, turn) =>
      say(socket, created(`raw${turn}`), delta('ok'), completed(`wrapped${turn}`));
    const conversation = new Conversation(at.open());
    await conversation.turn('one');
    await conversation.turn('two');
    expect(asked().at(-1)?.after).toBe('wrapped1');
  });
});

describe('parallel turns', () => {
  it('have sockets of their own and never take over each other’s chain', async () => {
    const waiting: (() => void)[] = [];
    at.server.script = ({ socket }, turn) => {
      const answer = (): void => reply(socket, `r${turn}`, `answer${turn}`);
      if (turn > 2) return answer();
      waiting.push(answer);
      if (waiting.length === 2) for (const each of waiting.reverse()) each();
    };
    const model = at.open();
    const [left, right] = [new Conversation(model), new Conversation(model)];
    await Promise.all([left.turn('left'), right.turn('right')]);
    expect(new Set(asked().map(({ socket }) => socket)).size).toBe(2);
    await left.turn('left again');
    await right.turn('right again');
    const answerOf = (conversation: Conversation): string =>
      conversation.context.items.flatMap((item) => (item.type === 'message' ? [item.textContent ?? ''] : []))[1] ?? '';
    expect(asked().slice(2)).toMatchObject([
      { after: answerOf(left).replace('answer', 'r'), said: ['left again'] },
      { after: answerOf(right).replace('answer', 'r'), said: ['right again'] },
    ]);
  });

  it('whose neighbour fails keep their socket', async () => {
    const model = at.open();
    failuresOf(model);
    let neighbour: (() => void) | undefined;
    at.server.script = ({ socket, body }, turn) => {
      if (body.input[0]?.content === 'good') {
        say(socket, created('good'), delta('fine '));
        neighbour = () => say(socket, delta('to the end'), completed('good'));
      } else if (turn <= 3) socket.terminate();
      else reply(socket, 'bad', 'recovered');
    };
    const good = new Conversation(model).turn('good');
    await vi.waitUntil(() => neighbour !== undefined);
    expect((await new Conversation(model).turn('bad')).text).toBe('recovered');
    neighbour?.();
    expect((await good).text).toBe('fine to the end');
  });
});

describe('store: false', () => {
  it('continues on the socket that remembers', async () => {
    const conversation = new Conversation(at.open({ store: false }));
    await conversation.turn('one');
    await conversation.turn('two');
    expect(asked()).toMatchObject([
      { after: undefined, socket: 1 },
      { after: 'r1', said: ['two'], socket: 1 },
    ]);
  });

  it('sends everything on any other socket', async () => {
    const model = at.open({ store: false });
    const conversation = new Conversation(model);
    await conversation.turn('one');
    await at.loseSocket(model);
    await conversation.turn('two');
    expect(asked().at(-1)).toMatchObject({ after: undefined, said: ['one', 'answer1', 'two'], socket: 2 });
  });

  it('sends everything once the socket has served another turn', async () => {
    const model = at.open({ store: false });
    const [left, right] = [new Conversation(model), new Conversation(model)];
    await left.turn('left');
    await right.turn('right');
    await left.turn('left again');
    expect(asked().at(-1)).toMatchObject({ after: undefined, said: ['left', 'answer1', 'left again'], socket: 1 });
  });
});

describe('a stored response', () => {
  it('is continued on a new socket when the old one is gone', async () => {
    const model = at.open();
    const conversation = new Conversation(model);
    await conversation.turn('one');
    await at.loseSocket(model);
    await conversation.turn('two');
    expect(asked().at(-1)).toMatchObject({ after: 'r1', said: ['two'], socket: 2 });
  });

  it.each(shapes)('that the server has forgotten costs one more request, and no error: %s', async (_, shape) => {
    at.server.script = ({ socket, body }, turn) =>
      turn === 2 ? say(socket, shape(lost(body.previous_response_id))) : reply(socket, `r${turn}`, `answer${turn}`);
    const { conversation, failures } = talkWith(at.open());
    await conversation.turn('one');
    expect((await conversation.turn('two')).text).toBe('answer3');
    expect(asked()).toMatchObject([
      { socket: 1 },
      { after: 'r1', said: ['two'], socket: 1 },
      { after: undefined, said: ['one', 'answer1', 'two'], socket: 1 },
    ]);
    await conversation.turn('three');
    expect(asked().at(-1)).toMatchObject({ after: 'r3', said: ['three'] });
    expect(failures).toEqual([]);
  });

  it('that the server has forgotten is not asked for again', async () => {
    at.server.script = ({ socket, body }, turn) =>
      body.previous_response_id === undefined
        ? reply(socket, `r${turn}`, `answer${turn}`)
        : say(socket, notFound(body.previous_response_id));
    const conversation = new Conversation(at.open());
    await conversation.turn('one');
    await listen(conversation.user('two').ask());
    const { length } = at.server.asked;
    await listen(conversation.ask());
    expect(at.server.asked.slice(length)).toMatchObject([{ body: { input: { length: 3 } } }]);
  });

  it('that is refused even with everything is an error, after one more request', async () => {
    at.server.script = ({ socket, body }) => say(socket, notFound(body.previous_response_id));
    const { conversation, failures } = talkWith(at.open());
    await conversation.turn('one');
    expect(at.server.asked).toHaveLength(2);
    expect(failures).toMatchObject([{ recoverable: false, error: { statusCode: 400 } }]);
  });
});

describe('pain 6: a socket at the end of its hour', () => {
  it.each(shapes)('costs one more request with everything on a new one, and no error: %s', async (_, shape) => {
    const limit = shape({ code: 'websocket_connection_limit_reached', message: '60 minutes', param: null });
    at.server.script = ({ socket }, turn) =>
      turn === 2 ? say(socket, limit) : reply(socket, `r${turn}`, `answer${turn}`);
    const { conversation, failures } = talkWith(at.open());
    await conversation.turn('one');
    expect((await conversation.turn('two')).text).toBe('answer3');
    expect(asked().at(-1)).toMatchObject({ after: undefined, said: ['one', 'answer1', 'two'], socket: 2 });
    expect(failures).toEqual([]);
  });

  it('is replaced before it comes to that', async () => {
    const conversation = new Conversation(at.open());
    await conversation.turn('one');
    await at.clock.advance(55 * 60_000);
    await conversation.turn('two');
    expect(asked().at(-1)).toMatchObject({ after: 'r1', said: ['two'], socket: 2 });
  });
});
