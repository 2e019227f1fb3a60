import assert from 'node:assert/strict';
import { AudioFrame } from '@livekit/rtc-node';
import type { Case } from '../../system.ts';
import { speechOf, until } from '../../talk.ts';
import { stranger, targetsOf, watch, type LiteLLMWorld } from '../world.ts';
import { assertSays, converse, lastOf } from './attempt.ts';
import { Call } from './call.ts';
import { startSwitch } from './switch.ts';

export const conversations: readonly Case<LiteLLMWorld>[] = [
  {
    id: 'conversation',
    about: 'conversation',
    title: 'a caller is understood and answered; the provider’s URL names the deployment’s model, once',
    async run(world) {
      const requests = watch(world);
      const call = new Call(world.proxy);
      await call.say('hello proxy');
      const reply = await call.reply();
      await until(() => call.transcripts.length > 0, 'a transcript');
      await call.end();
      assert.equal(reply, 'You said hello proxy');
      assert.deepEqual(call.transcripts, ['hello proxy']);
      assert.deepEqual(call.failures, []);
      assert.deepEqual(targetsOf(requests()), ['/v1/realtime?model=gpt-realtime']);
      assert.equal(requests()[0]?.headers['openai-beta'], undefined);
      return `${targetsOf(requests()).join()}; no OpenAI-Beta`;
    },
  },
  {
    id: 'conversation-azure',
    about: 'conversation',
    title: 'an azure/ deployment converses too',
    async run(world) {
      const requests = watch(world);
      const { answer, failures } = await converse(world.proxy, { model: 'azure-realtime' });
      assert.equal(answer, 'You said hello proxy');
      assert.deepEqual(failures, []);
      return targetsOf(requests()).join();
    },
  },
  {
    id: 'conversation-unasked-response',
    about: 'conversation',
    title: 'the response that this version starts after a transcript is not spoken, and the one that is asked for is',
    async run(world) {
      const before = world.asked.length;
      const call = new Call(world.proxy, { turnDetection: { type: 'server_vad', create_response: false } });
      await call.say('hello proxy');
      await until(() => world.asked.length > before, 'the response that nobody asked for');
      await call.session.generateReply();
      const reply = await call.reply();
      await call.end();
      assert.equal(reply, 'You said hello proxy');
      assert.equal(call.replies, 1);
      assert.equal(world.asked.length - before, 2);
      assert.deepEqual(call.failures, []);
      return 'the model was asked twice and spoke once';
    },
  },
  {
    id: 'conversation-text-frames',
    about: 'conversation',
    title: 'audio of any length goes up as small text frames, for a binary one or 16 MiB end the socket',
    async run({ proxy }) {
      const call = new Call(proxy);
      const sizes: number[] = [];
      call.session.on(
        'openai_client_event_queued',
        ({ audio }: { audio?: string }) => audio && sizes.push(audio.length),
      );
      const samples = (await speechOf('hello proxy')).flatMap(({ data }) => [...data]);
      call.session.pushAudio(new AudioFrame(Int16Array.from(samples), 24_000, 1, samples.length));
      const reply = await call.reply();
      await call.end();
      assert.equal(reply, 'You said hello proxy');
      assert.ok(sizes.length > 1 && Math.max(...sizes) < 65_536, `frames of ${sizes.join()} characters`);
      assert.equal(call.dials.tried, 1);
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
      assert.deepEqual(attempt.dials, { tried: 1, opened: 0 });
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
      assert.equal(attempt.dials.tried, 1);
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
        const call = new Call({ ...bare, origin: balancer.origin });
        await call.say('before it stops');
        assert.equal(await call.reply(0), 'You said before it stops');
        balancer.lead(proxy.origin);
        await stopBare();
        await until(() => call.dials.opened === 2, 'a second socket');
        await call.say('after it stopped');
        assert.equal(await call.reply(1), 'You said after it stopped');
        await call.end();
        const [lost, ...others] = call.failures;
        assert.equal(lost?.cause?.closeCode, 1012);
        assert.deepEqual([lost.recoverable, others], [true, []]);
      } finally {
        balancer.close();
      }
      return 'closed with 1012, 2 dials, both turns answered';
    },
  },
];
