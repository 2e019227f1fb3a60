import assert from 'node:assert/strict';
import { responses } from '@patchbay/openai';
import { assertClaimed } from '../../claim.ts';
import type { Case } from '../../system.ts';
import { asking, Chat } from '../../talk/chat.ts';
import { withSocket } from '../../talk/raw-socket.ts';
import { until } from '../../talk/until.ts';
import { stranger, targetsOf, through, watch, type LiteLLMWorld, type Place } from '../world.ts';
import { assertSays, lastOf, once, respond, thrice } from './attempt.ts';
import { connectionOf } from './traits.ts';

/** A conversation on the sockets of one model. */
class Turns extends Chat {
  readonly model: responses.LLM;
  /** What was continued, request by request. */
  readonly continued: (string | null | undefined)[] = [];
  /** What responses are called. */
  readonly ids: string[] = [];

  constructor(place: Place, options: { useWebSocket?: boolean } = {}) {
    const model = new responses.LLM({ ...through(place), model: 'gpt-5-mini', ...options });
    super(model, once);
    this.model = model;
    model.on('openai_client_event_queued', (event) => {
      if (event.type === 'response.create') this.continued.push(event.previous_response_id);
    });
    model.on('openai_server_event_received', (event) => {
      if (event.type === 'response.completed') this.ids.push((event as { response: { id: string } }).response.id);
    });
  }
}

export const respondings: readonly Case<LiteLLMWorld>[] = [
  {
    id: 'responses',
    about: 'responses',
    title: 'turns on one socket continue one another by the ids that the proxy makes',
    async run(world) {
      const requests = watch(world);
      const turns = new Turns(world.proxy);
      const context = asking('one');
      assert.equal(await turns.ask(context), 'You said one');
      context.addMessage({ role: 'user', content: 'two' });
      assert.equal(await turns.ask(context), 'You said two');
      await turns.end();
      assert.deepEqual(turns.continued, [undefined, turns.ids[0]]);
      assert.equal(world.asked.at(-1)?.turns.length, 3);
      assert.deepEqual(targetsOf(requests()), ['/v1/responses?model=gpt-5-mini']);
      assert.deepEqual([turns.failures, turns.dials], [[], 1]);
      return `${targetsOf(requests()).join()}, 1 dial`;
    },
  },
  {
    id: 'responses-ids-of-requests',
    about: 'responses',
    title: 'what was answered over HTTP is not continued on a socket by an id that means nothing there',
    async run({ proxy, asked }) {
      const context = asking('one');
      const requests = new Turns(proxy, { useWebSocket: false });
      assert.equal(await requests.ask(context), 'You said one');
      const turns = new Turns(proxy);
      context.addMessage({ role: 'user', content: 'two' });
      assert.equal(await turns.ask(context), 'You said two');
      await Promise.all([requests.end(), turns.end()]);
      assert.deepEqual(turns.continued, [undefined]);
      assert.equal(asked.at(-1)?.turns.length, 3);
      assert.deepEqual([requests.failures, turns.failures, turns.dials], [[], [], 1]);
      return '1 dial';
    },
  },
  {
    id: 'responses-other-model',
    about: 'responses',
    title: 'another model gets another socket, for one socket serves one model',
    async run(world) {
      const requests = watch(world);
      const turns = new Turns(world.proxy);
      for (const model of ['gpt-5-mini', 'gpt-4.1-mini']) {
        const stream = turns.model.chat({ chatCtx: asking('hello'), connOptions: once, extraKwargs: { model } });
        for await (const _ of stream);
      }
      await turns.end();
      assert.deepEqual(targetsOf(requests()), ['/v1/responses?model=gpt-5-mini', '/v1/responses?model=gpt-4.1-mini']);
      assert.deepEqual(
        world.asked.slice(-2).map(({ model }) => model),
        ['gpt-5-mini', 'gpt-4.1-mini'],
      );
      assert.deepEqual([turns.failures, turns.dials], [[], 2]);
      return '2 dials';
    },
  },
  {
    id: 'responses-interrupted',
    about: 'responses',
    title: 'a turn that is interrupted stops at the provider, and the next one is answered, on another socket',
    async run({ proxy, asked }) {
      const turns = new Turns(proxy);
      const context = asking('a long story');
      const stream = turns.model.chat({ chatCtx: context.copy(), connOptions: once });
      for await (const { delta } of stream) if (delta?.content) break;
      stream.close();
      const story = asked.at(-1)!;
      await until(() => story.signal.aborted, 'the provider’s model is told to stop');
      context.addMessage({ role: 'assistant', content: 'You', interrupted: true });
      context.addMessage({ role: 'user', content: 'something else' });
      assert.equal(await turns.ask(context), 'You said something else');
      await turns.end();
      assert.deepEqual([turns.failures, turns.dials], [[], 2]);
      return '2 dials';
    },
  },
  {
    id: 'responses-first-frame',
    about: 'responses',
    title: 'a socket that was opened in advance is not used once the proxy’s 30 s for a first frame are over',
    async run({ proxy, pass }) {
      const turns = new Turns(proxy);
      turns.model.prewarm();
      await turns.opened();
      const connection = connectionOf(proxy, 'responses');
      await withSocket(connection, async (silent) => {
        await pass(28_000);
        assert.equal(silent.end, undefined);
        await pass(3_000);
        assert.deepEqual(await silent.ended(), { code: 1008, reason: 'Timed out waiting for first message' });
        assertClaimed(connection, 'firstFrameWithinMs', 30_000);
      });
      assert.equal(await turns.ask('hello'), 'You said hello');
      await turns.end();
      assert.deepEqual([turns.failures, turns.dials], [[], 2]);
      return 'closed with 1008 between 28 and 31 s; 2 dials, no failure';
    },
  },
  {
    id: 'responses-lost-between-turns',
    about: 'responses',
    title: 'a provider that goes away between turns, which nobody tells, costs one more socket and no turn',
    async run({ proxy, cloud, asked }) {
      const turns = new Turns(proxy);
      const context = asking('one');
      assert.equal(await turns.ask(context), 'You said one');
      cloud.dropSockets();
      await until(() => cloud.sockets === 0, 'the provider’s sockets are gone');
      context.addMessage({ role: 'user', content: 'two' });
      assert.equal(await turns.ask(context, { ...thrice, timeoutMs: 3_000 }), 'You said two');
      await turns.end();
      assert.equal(asked.at(-1)?.turns.length, 3);
      assert.equal(turns.dials, 2);
      assert.ok(turns.failures.every(({ recoverable }) => recoverable));
      return '2 dials, both turns answered';
    },
  },
  {
    id: 'responses-wrong-key',
    about: 'responses',
    title: 'a 403 without a word is final, and says that the key or the model may be the cause',
    async run({ proxy }) {
      const attempt = await respond(stranger(proxy));
      const last = lastOf(attempt);
      assert.equal(last.cause?.status, 403);
      assertSays(last, 'the gateway (LiteLLM)', 'without a word', 'key', 'model');
      assert.deepEqual([attempt.dials, attempt.opens], [1, 0]);
      return 'HTTP 403, 1 dial';
    },
  },
  {
    id: 'responses-unknown-alias',
    about: 'responses',
    title: 'a model that the proxy does not have is final, in its own words and with what to look at',
    async run({ proxy }) {
      const attempt = await respond(proxy, { model: 'nope' });
      assertSays(lastOf(attempt), 'Invalid model name passed in model=nope', 'LiteLLM has no `model_name` like this');
      assert.equal(attempt.dials, 1);
      return '1 dial';
    },
  },
];
