import { describe, expect, it } from 'vitest';
import { refuse, startChoosyGateway } from '../__fixtures__/choosy-gateway.ts';
import { connOptions, Conversation, failuresOf } from './__fixtures__/conversation.ts';
import { created, reply, say, type Script } from './__fixtures__/responses-server.ts';
import { setup } from './__fixtures__/setup.ts';
import type { LLM, LLMOptions } from './index.ts';

const at = setup();
const unstored = { model: 'gpt-5-mini', store: false } as const;
const encrypted = 'reasoning.encrypted_content';

type Said = Record<string, unknown>;
const wantsThoughts = ({ include }: Said): boolean => Array.isArray(include) && include.includes(encrypted);

describe('over HTTP, a server that refuses the thoughts that nobody asked for', () => {
  const bodyOf = (body: string): Said => JSON.parse(body) as Said;

  async function serve(
    status: number,
    error?: object,
    options: Partial<LLMOptions> = {},
  ): Promise<{ model: LLM; asked: () => Said[] }> {
    const gateway = await startChoosyGateway(
      (response, body) => wantsThoughts(bodyOf(body)) && refuse(response, status, error),
    );
    const { baseURL, bodies } = gateway;
    const model = at.openAs({ apiKey: 'k', baseURL, useWebSocket: false, ...unstored, ...options });
    return { model, asked: () => bodies.map(bodyOf) };
  }

  it.each([400, 403, 404, 405, 406, 415, 422])(
    'is asked once more without them, at once, and from then on: HTTP %d',
    async (status) => {
      const { model, asked } = await serve(status, undefined, { include: ['message.output_text.logprobs'] });
      const failures = failuresOf(model);
      const conversation = new Conversation(model);
      for (const words of ['one', 'two']) expect((await conversation.turn(words)).text).toContain(words);
      expect(asked().map(wantsThoughts)).toEqual([true, false, false]);
      const [first, second] = asked().map(({ include, ...rest }) => ({ include: include as string[], ...rest }));
      expect(first).toEqual({ ...second, include: [...(second?.include ?? []), encrypted] });
      expect(failures).toEqual([]);
    },
  );

  it.each([500, 501, 503])('is asked without them by the last retry, and from then on: HTTP %d', async (status) => {
    const { model, asked } = await serve(status);
    failuresOf(model);
    const conversation = new Conversation(model);
    for (const words of ['one', 'two']) expect((await conversation.turn(words)).text).toContain(words);
    expect(asked().map(wantsThoughts)).toEqual([...Array<boolean>(connOptions.maxRetry).fill(true), false, false]);
  });

  it.each([
    [401, 'invalid_api_key'],
    [404, 'model_not_found'],
  ])('gets to say so where it means something else: HTTP %d, %s', async (status, code) => {
    const { model, asked } = await serve(status, { message: 'No.', code });
    const failures = failuresOf(model);
    await new Conversation(model).turn('one');
    expect(asked().map(wantsThoughts)).toEqual([true]);
    expect(failures).toMatchObject([{ recoverable: false, error: { statusCode: status } }]);
  });

  it('gets to say so where the user asked for them', async () => {
    const { model, asked } = await serve(400, undefined, { include: [encrypted] });
    const failures = failuresOf(model);
    await new Conversation(model).turn('one');
    expect([asked().length, failures.length]).toEqual([1, 1]);
  });
});

describe('on a WebSocket, a server that refuses the thoughts that nobody asked for', () => {
  const refusing =
    (refusal: (socket: Parameters<Script>[0]['socket']) => void): Script =>
    ({ socket, body }, turn) =>
      wantsThoughts(body) ? refusal(socket) : reply(socket, `r${turn}`, `answer${turn}`);

  const errors: [string, object][] = [
    ['as OpenAI does', { status: 400, error: { type: 'invalid_request_error', param: 'include', message: 'No.' } }],
    ['without a status', { error: { message: 'Unknown parameter: include' } }],
    ['with the status as its code', { error: { code: '422', message: 'Unprocessable' } }],
  ];

  it.each<[string, Parameters<typeof refusing>[0]]>([
    ...errors.map(([how, error]): [string, Parameters<typeof refusing>[0]] => [
      how,
      (socket) => say(socket, { type: 'error', ...error }),
    ]),
    ['by a close', (socket) => socket.close(1008, 'unknown field')],
  ])('is asked once more without them, at once, and from then on: %s', async (_how, refusal) => {
    at.server.script = refusing(refusal);
    const model = at.open(unstored);
    const failures = failuresOf(model);
    const conversation = new Conversation(model);
    expect((await conversation.turn('one')).text).toBe('answer2');
    expect((await conversation.turn('two')).text).toBe('answer3');
    expect(at.server.asked.map(({ body }) => wantsThoughts(body))).toEqual([true, false, false]);
    // What was refused has broken nothing: the next turn continues the first.
    expect(at.server.asked[2]?.body).toMatchObject({ previous_response_id: 'r2', input: [{ content: 'two' }] });
    expect(failures).toEqual([]);
  });

  it.each<[string, Parameters<typeof refusing>[0]]>([
    ['by a 500', (socket) => say(socket, { type: 'error', status: 500, error: { message: 'Oops.' } })],
    ['by a close with 1011', (socket) => socket.close(1011)],
  ])('is asked without them by the last retry, and from then on: %s', async (_how, refusal) => {
    at.server.script = refusing(refusal);
    const model = at.open(unstored);
    failuresOf(model);
    const conversation = new Conversation(model);
    expect((await conversation.turn('one')).text).toBe('answer3');
    expect((await conversation.turn('two')).text).toBe('answer4');
    expect(at.server.asked.map(({ body }) => wantsThoughts(body))).toEqual([true, true, false, false]);
  });

  it('is not asked twice for what it has begun to answer', async () => {
    at.server.script = ({ socket }) => say(socket, created('r1'), { type: 'error', error: { message: 'No.' } });
    const model = at.open(unstored);
    const failures = failuresOf(model);
    await new Conversation(model).turn('one');
    expect([at.server.asked.length, failures.length]).toEqual([1, 1]);
  });

  it('is warmed up without them, and remembers that', async () => {
    at.server.script = ({ socket, body }, turn) => {
      if (wantsThoughts(body)) return say(socket, { type: 'error', status: 400, error: { message: 'No.' } });
      reply(socket, `r${turn}`, body.generate === false ? '' : 'answer');
    };
    const model = at.open(unstored);
    const conversation = new Conversation(model).user('one');
    await model.warmUp({ chatCtx: conversation.context });
    expect((await conversation.turn('two')).text).toBe('answer');
    expect(at.server.asked.map(({ body }) => [wantsThoughts(body), body.previous_response_id])).toEqual([
      [true, undefined],
      [false, undefined],
      [false, 'r2'],
    ]);
  });
});

it('a model of one instance that takes no thoughts leaves another instance alone', async () => {
  at.server.script = ({ socket, body }, turn) =>
    turn === 1 && wantsThoughts(body)
      ? say(socket, { type: 'error', status: 400, error: { message: 'No.' } })
      : reply(socket, `r${turn}`, 'answer');
  const models = [at.open(unstored), at.open(unstored)];
  for (const model of models) await new Conversation(model).turn('one');
  expect(at.server.asked.map(({ body }) => wantsThoughts(body))).toEqual([true, false, true]);
});
