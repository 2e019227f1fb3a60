import assert from 'node:assert/strict';
import { AudioFrame } from '@livekit/rtc-node';
import type { Case } from '../../system.ts';
import { framesOf } from '../../talk/sound.ts';
import { until } from '../../talk/until.ts';
import { assertClaimed } from '../../claim.ts';
import { stranger, targetsOf, watch, watchAzure, type LiteLLMWorld } from '../world.ts';
import { assertSays, converse, lastOf } from './attempt.ts';
import { call } from './call.ts';
import { overheard, startSwitch } from './switch.ts';
import { connectionOf } from './traits.ts';

export const conversations: readonly Case<LiteLLMWorld>[] = [
  {
    id: 'conversation',
    about: 'conversation',
    title: 'a caller is understood and answered; the provider’s URL names the deployment’s model, once',
    async run(world) {
      const requests = watch(world);
      const caller = call(world.proxy);
      await caller.say('hello proxy');
      const turns = await caller.heard();
      await until(() => caller.understood.length > 0, 'a transcript');
      await caller.end();
      assert.deepEqual(turns, ['You said hello proxy']);
      assert.deepEqual(caller.understood, ['hello proxy']);
      assert.deepEqual(caller.failures, []);
      assert.deepEqual(targetsOf(requests()), ['/v1/realtime?model=gpt-realtime']);
      assert.equal(requests()[0]?.headers['openai-beta'], undefined);
      assert.equal(caller.dials, 1);
      return `${targetsOf(requests()).join()}; no OpenAI-Beta, 1 dial`;
    },
  },
  {
    id: 'conversation-azure',
    about: 'conversation',
    title: 'an azure/ deployment converses too, at Azure',
    async run(world) {
      const requests = watchAzure(world);
      const { came, targets } = await overheard(world.proxy, (place) => converse(place, { model: 'azure-realtime' }));
      assert.deepEqual([came.answer, came.failures, came.dials], ['You said hello proxy', [], 1]);
      assert.deepEqual(targets, ['/v1/realtime?model=azure-realtime']);
      assert.deepEqual(targetsOf(requests()), ['/v1/realtime?model=gpt-realtime']);
      return `${targets.join()}, at Azure ${targetsOf(requests()).join()}, 1 dial`;
    },
  },
  {
    id: 'conversation-unasked-response',
    about: 'conversation',
    title: 'the response that this version starts after a transcript is not spoken, and the one that is asked for is',
    async run(world) {
      const before = world.asked.length;
      const caller = call(world.proxy, { turnDetection: { type: 'server_vad', create_response: false } });
      await caller.say('hello proxy');
      await until(() => world.asked.length > before, 'the response that nobody asked for');
      await caller.session.generateReply();
      const turns = await caller.heard();
      await caller.end();
      assert.deepEqual(turns, ['You said hello proxy']);
      assert.equal(caller.replies, 1);
      const injected = world.asked.length - before === 2;
      assertClaimed(connectionOf(world.proxy, 'conversation'), 'injectsResponses', injected);
      assert.deepEqual(caller.failures, []);
      assert.equal(caller.dials, 1);
      return 'the model was asked twice and spoke once, 1 dial';
    },
  },
  {
    id: 'conversation-text-frames',
    about: 'conversation',
    title: 'audio of any length goes up as small text frames, for a binary one or 16 MiB end the socket',
    async run({ proxy }) {
      const caller = call(proxy);
      const sizes: number[] = [];
      caller.session.on(
        'openai_client_event_queued',
        ({ audio }: { audio?: string }) => audio && sizes.push(audio.length),
      );
      const samples = (await framesOf('hello proxy')).flatMap(({ data }) => [...data]);
      caller.session.pushAudio(new AudioFrame(Int16Array.from(samples), 24_000, 1, samples.length));
      const turns = await caller.heard();
      await caller.end();
      assert.deepEqual(turns, ['You said hello proxy']);
      assert.ok(sizes.length > 1 && Math.max(...sizes) < 65_536, `frames of ${sizes.join()} characters`);
      assert.equal(caller.dials, 1);
      return '1 dial';
    },
  },
  {
    id: 'conversation-wrong-key',
    about: 'conversation',
    title: 'a 403 without a word is final, and says that the key or the model may be the cause',
    async run({ proxy }) {
      const attempt = await converse(stranger(proxy));
      const last = lastOf(attempt);
      assert.equal(last.cause?.status, 403);
      assertSays(
        last,
        'the gateway (LiteLLM)',
        'HTTP 403',
        'without a word',
        'key',
        'model',
        '`apiKey` of `gateways.litellm',
      );
      assert.deepEqual([attempt.dials, attempt.opens], [1, 0]);
      return 'HTTP 403, 1 dial';
    },
  },
  {
    id: 'conversation-unknown-alias',
    about: 'conversation',
    title: 'a model that the proxy does not have is final, in its own words and with what to look at',
    async run({ proxy }) {
      const attempt = await converse(proxy, { model: 'nope' });
      const last = lastOf(attempt);
      assertSays(last, 'Invalid model name passed in model=nope', 'LiteLLM has no `model_name` like this');
      assert.equal(last.cause?.providerCode, undefined);
      assert.equal(attempt.dials, 1);
      return 'an error without a code, 1 dial';
    },
  },
];

/** The last one: the other proxy is gone then. */
export const restarts: readonly Case<LiteLLMWorld>[] = [
  {
    id: 'conversation-proxy-stopped',
    about: 'conversation',
    title: 'a proxy that its operator stops in the middle of a call is replaced by another one',
    async run({ bare, proxy, stopBare }) {
      const balancer = await startSwitch(bare.origin);
      try {
        const caller = call({ ...bare, origin: balancer.origin });
        await caller.say('before it stops');
        assert.deepEqual(await caller.heard(), ['You said before it stops']);
        balancer.lead(proxy.origin);
        await stopBare();
        await caller.opened(2);
        await caller.say('after it stopped');
        assert.equal((await caller.heard(2))[1], 'You said after it stopped');
        await caller.end();
        const [lost, ...others] = caller.failures;
        assert.equal(lost?.cause?.closeCode, 1012);
        assert.deepEqual([lost.recoverable, others], [true, []]);
        assert.equal(caller.dials, 2);
      } finally {
        balancer.close();
      }
      return 'closed with 1012, 2 dials, both turns answered';
    },
  },
];
