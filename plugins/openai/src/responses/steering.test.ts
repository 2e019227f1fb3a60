import { once } from 'node:events';
import type { Mind } from '@patchbay/loopback';
import { describe, expect, it, vi } from 'vitest';
import { cloudOf } from './__fixtures__/cloud.ts';
import { Conversation, failuresOf, firstWords, listen, talkWith } from './__fixtures__/conversation.ts';
import { completed, created, delta, say, type Asked } from './__fixtures__/responses-server.ts';
import { setup } from './__fixtures__/setup.ts';
import type { LLMStream } from './index.ts';

const at = setup();

/** Speaks a word, waits until it is let go on, then speaks another; what was added is answered. */
class Halting implements Mind {
  readonly turns: string[][] = [];
  goOn!: () => void;
  readonly #waiting = new Promise<void>((resolve) => (this.goOn = resolve));

  async *reply({ turns }: Parameters<Mind['reply']>[0]): ReturnType<Mind['reply']> {
    this.turns.push(turns.map(({ role, text }) => `${role}: ${text}`));
    if (turns.at(-1)?.text !== 'where?') return yield { type: 'text', text: `re: ${turns.at(-1)?.text}` };
    yield { type: 'text', text: 'Go right' };
    await this.#waiting;
    yield { type: 'text', text: ' now.' };
  }
}

/** The rest of a stream, after its first words. */
async function begun(conversation: Conversation): Promise<LLMStream> {
  const stream = conversation.ask() as LLMStream;
  await firstWords(stream);
  return stream;
}

describe('stream.steer()', () => {
  it.each([{}, { store: false }, { lanes: true }])('adds to the reply that is being made %o', async (options) => {
    const mind = new Halting();
    const cloud = await cloudOf(mind);
    const { conversation, failures } = talkWith(
      at.openAs({ apiKey: 'sk-test', baseURL: cloud.url, model: 'gpt-5-mini', ...options }),
    );
    conversation.user('where?');
    const usage: unknown[] = [];
    const stream = conversation.ask() as LLMStream;
    const arrived = new Promise<void>((resolve) => {
      cloud.on('event', ({ name }) => name === 'steer-accepted' && resolve());
    });
    const steered = stream.steer('by bike');
    let text = '';
    for await (const chunk of stream) {
      text += chunk.delta?.content ?? '';
      if (chunk.usage) usage.push(chunk.usage);
      if (text === 'Go right') void arrived.then(mind.goOn);
    }
    await steered;
    expect(text).toBe('Go right re: by bike');
    expect(mind.turns[1]).toEqual(['user: where?', 'assistant: Go right', 'user: by bike']);
    expect(usage).toHaveLength(1);
    expect(failures).toEqual([]);

    // The next turn continues what was made of it.
    conversation.assistant(text);
    await conversation.turn('thanks');
    expect(mind.turns[2]).toEqual([
      'user: where?',
      'assistant: Go right',
      'user: by bike',
      'assistant: re: by bike',
      'user: thanks',
    ]);
  });

  it('is refused with a code where the model cannot be steered, and the reply goes on', async () => {
    const mind = new Halting();
    const cloud = await cloudOf(mind);
    const { conversation, failures } = talkWith(at.openAs({ apiKey: 'sk-test', baseURL: cloud.url, model: 'gpt-4.1' }));
    const stream = await begun(conversation.user('where?'));
    await expect(stream.steer('left')).rejects.toMatchObject({
      code: 'provider-error',
      providerCode: 'steering_not_supported',
    });
    mind.goOn();
    expect((await listen(stream)).text).toBe(' now.');
    expect(failures).toEqual([]);
  });

  it('is refused where the server does not know it, and the reply goes on', async () => {
    at.server.script = ({ socket, body }) => {
      if (body.type === 'response.create') return say(socket, created('r1'), delta('well'));
      const error = { code: 'invalid_value', param: 'type', message: "Invalid value: 'response.steer'." };
      say(socket, { type: 'error', status: 400, error }, delta(' then'), completed('r1'));
    };
    const { conversation, failures } = talkWith(at.open());
    const stream = await begun(conversation.user('where?'));
    const refused = expect(stream.steer('left')).rejects.toMatchObject({ providerCode: 'invalid_value' });
    expect((await listen(stream)).text).toBe(' then');
    await refused;
    expect(failures).toEqual([]);
  });

  it('is sent once there is something to steer', async () => {
    let begin!: () => void;
    at.server.script = ({ socket, body }) => {
      if (body.type === 'response.create') begin = () => say(socket, created('r1'), delta('well'));
      else say(socket, ...accepted('r1'), ...successor('r2', 'left'));
    };
    const stream = new Conversation(at.open()).user('where?').ask() as LLMStream;
    const steered = stream.steer([{ type: 'message', role: 'user', content: 'left' }]);
    await vi.waitUntil(() => at.server.asked.length === 1);
    begin();
    expect((await listen(stream)).text).toBe('well left');
    await steered;
    expect(at.server.asked[1]?.body).toEqual({
      type: 'response.steer',
      previous_response_id: 'r1',
      input: [{ type: 'message', role: 'user', content: 'left' }],
    });
  });

  it('that waits for the results of tools ends the reply', async () => {
    at.server.script = ({ socket, body }) => {
      if (body.type === 'response.create') return say(socket, created('r1'), delta('well'));
      const pending = { type: 'response.steer.pending', steer: { id: 's1' }, reason: 'waiting_for_required_input' };
      say(socket, accepted('r1')[0]!, completed('r1'), pending);
    };
    const stream = await begun(new Conversation(at.open()).user('where?'));
    await stream.steer('left');
    expect((await listen(stream)).usage).toHaveLength(1);
  });

  it('that fails after all is an error of its own; the reply was complete', async () => {
    at.server.script = ({ socket, body }) => {
      if (body.type === 'response.create') return say(socket, created('r1'), delta('well'));
      const error = { code: 'successor_creation_failed', message: 'No.' };
      say(socket, accepted('r1')[0]!, completed('r1'), { type: 'response.steer.failed', steer: { id: 's1' }, error });
    };
    const { conversation, failures } = talkWith(at.open());
    const stream = await begun(conversation.user('where?'));
    const refused = expect(stream.steer('left')).rejects.toMatchObject({ providerCode: 'successor_creation_failed' });
    await listen(stream);
    await refused;
    expect(failures).toEqual([]);
  });

  it('that nobody answers is a timeout of its own; the reply was complete', async () => {
    at.server.script = ({ socket, body }) => {
      if (body.type === 'response.create') say(socket, created('r1'), delta('well'));
      else say(socket, completed('r1'));
    };
    const { conversation, failures } = talkWith(at.open());
    const stream = await begun(conversation.user('where?'));
    const late = expect(stream.steer('left')).rejects.toMatchObject({ code: 'inactivity-timeout' });
    const ended = listen(stream);
    await vi.waitUntil(() => at.server.asked.length === 2);
    // Frames come in order: whoever answers this has read the end of the reply.
    at.server.sockets[0]!.ping();
    await once(at.server.sockets[0]!, 'pong');
    await at.clock.advance(4_000);
    await Promise.all([ended, late]);
    expect(failures).toEqual([]);
  });

  it('ends with the reply: interrupted, over, or over HTTP', async () => {
    at.server.script = ({ socket, body }) => {
      if (body.type === 'response.create') say(socket, created('r1'), delta('well'));
    };
    const stream = await begun(new Conversation(at.open()).user('where?'));
    const interrupted = expect(stream.steer('left')).rejects.toMatchObject({ code: 'aborted' });
    stream.close();
    await interrupted;
    await expect(stream.steer('left')).rejects.toMatchObject({ code: 'aborted' });

    at.server.script = ({ socket }: Asked) => say(socket, created('r2'), delta('well'), completed('r2'));
    const over = new Conversation(at.open()).user('where?').ask() as LLMStream;
    await listen(over);
    await expect(over.steer('left')).rejects.toMatchObject({ code: 'closed' });
    await expect(over.steer('')).rejects.toMatchObject({ code: 'invalid-option' });

    const http = at.open({ useWebSocket: false });
    failuresOf(http);
    const unsteerable = http.chat({ chatCtx: new Conversation(http).user('where?').context });
    await expect(unsteerable.steer('left')).rejects.toMatchObject({ code: 'unsupported' });
    unsteerable.close();
  });
});

const accepted = (target: string): object[] => [
  { type: 'response.steer.accepted', steer: { id: 's1', previous_response_id: target } },
  { type: 'response.incomplete', response: { id: target, incomplete_details: { reason: 'steered' } } },
];
const successor = (id: string, text: string): object[] => [created(id), delta(text), completed(id)];
