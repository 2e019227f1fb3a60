import { llm } from '@livekit/agents';
import { gateways } from '@patchbay/ws-url';
import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { cloudOf } from './__fixtures__/cloud.ts';
import { connOptions, Conversation, failuresOf, watch } from './__fixtures__/conversation.ts';
import { completed, created, delta, reply, say } from './__fixtures__/responses-server.ts';
import { setup } from './__fixtures__/setup.ts';

const at = setup();
const weather = llm.tool({ name: 'weather', description: '', parameters: z.object({}), execute: async () => '' });
const toolCtx = new llm.ToolContext([weather]);

function instructed(conversation: Conversation): Conversation {
  conversation.context.addMessage({ role: 'system', content: 'Be brief.' });
  return conversation;
}

describe('warmUp()', () => {
  it.each([true, false])(
    'sends instructions and tools ahead; the first turn sends what is new; stored: %s',
    async (store) => {
      at.server.script = ({ socket, body }, turn) =>
        body.generate === false ? say(socket, created('w'), completed('w')) : reply(socket, `r${turn}`, 'hi');
      const model = at.open({ store });
      const conversation = instructed(new Conversation(model, { toolCtx }));
      await model.warmUp({ chatCtx: conversation.context.copy(), toolCtx });
      expect((await conversation.turn('hello')).text).toBe('hi');
      expect(at.server.asked.map(({ body }) => body)).toMatchObject([
        { generate: false, input: [{ content: 'Be brief.' }], tools: [{ name: 'weather' }] },
        { previous_response_id: 'w', input: [{ role: 'user', content: 'hello' }], tools: [{ name: 'weather' }] },
      ]);
      expect(at.server.asked[1]?.body).not.toHaveProperty('generate');
      expect(at.server.sockets).toHaveLength(1);
    },
  );

  it.each(['litellm', undefined])('is understood by the cloud behind %s, and lasts beyond 30 s', async (gateway) => {
    const cloud = await cloudOf('echo', { clock: at.clock, ...(gateway === undefined ? {} : { gateway }) });
    const model = at.openAs(
      gateway === undefined
        ? { apiKey: 'sk-test', baseURL: cloud.url }
        : { gateway: gateways.litellm({ baseURL: cloud.url, apiKey: 'sk-test' }) },
    );
    const failures = failuresOf(model);
    const conversation = instructed(new Conversation(model));
    await model.warmUp({ chatCtx: conversation.context.copy() });
    await at.clock.advance(14_000);
    expect((await conversation.turn('hello')).text).toBe('hello');
    expect(cloud.requests.filter(({ kind }) => kind === 'upgrade')).toHaveLength(1);
    expect(failures).toEqual([]);
  });

  it('that fails rejects with the reason, tells nobody else, and costs the first turn nothing', async () => {
    at.server.script = ({ socket, body }, turn) =>
      body.generate === false
        ? say(socket, { type: 'error', status: 400, error: { code: 'unknown_parameter', message: 'generate?' } })
        : reply(socket, `r${turn}`, 'hi');
    const model = at.open();
    const failures = failuresOf(model);
    const conversation = instructed(new Conversation(model));
    await expect(model.warmUp({ chatCtx: conversation.context.copy() })).rejects.toMatchObject({
      code: 'provider-error',
      providerCode: 'unknown_parameter',
    });
    expect((await conversation.turn('hello')).text).toBe('hi');
    expect(at.server.asked[1]?.body).not.toHaveProperty('previous_response_id');
    expect(failures).toEqual([]);
  });

  it('that a server answers all the same is stopped', async () => {
    at.server.script = ({ socket }) => say(socket, created('w'), delta('Hello! How'));
    const model = at.open();
    const { context } = instructed(new Conversation(model));
    await expect(model.warmUp({ chatCtx: context })).rejects.toMatchObject({ code: 'unsupported' });
    await vi.waitUntil(() => at.server.sockets[0]?.readyState === 3);
  });

  it('that is never answered ends on timeoutMs', async () => {
    at.server.script = () => {};
    const model = at.open();
    const waits = watch(at.clock);
    const late = expect(
      model.warmUp({ chatCtx: instructed(new Conversation(model)).context, connOptions }),
    ).rejects.toMatchObject({ code: 'first-event-timeout' });
    await waits(4_000, 2);
    await at.clock.advance(4_000);
    await late;
  });

  it('pain 9: ends with the model, and its socket with it', async () => {
    at.server.script = () => {};
    const model = at.open();
    const stopped = expect(
      model.warmUp({ chatCtx: instructed(new Conversation(model)).context }),
    ).rejects.toMatchObject({ code: 'aborted' });
    await vi.waitUntil(() => at.server.asked.length === 1);
    const gone = once(at.server.sockets[0]!, 'close');
    await model.aclose();
    await Promise.all([stopped, gone]);
  });

  it('is refused over HTTP', async () => {
    const model = at.open({ useWebSocket: false });
    await expect(model.warmUp({ chatCtx: llm.ChatContext.empty() })).rejects.toMatchObject({ code: 'unsupported' });
  });
});
