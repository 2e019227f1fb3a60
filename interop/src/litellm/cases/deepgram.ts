import assert from 'node:assert/strict';
import { STT, STTv2 } from '@patchbay/deepgram';
import type { Case } from '../../system.ts';
import { Dictation } from '../../talk/dictation.ts';
import { framesOf } from '../../talk/sound.ts';
import { until } from '../../talk/until.ts';
import { during, stranger, through, watch, type LiteLLMWorld, type Place } from '../world.ts';
import { assertSays, attempt, dictate, lastOf, thrice, type Attempt } from './attempt.ts';

const sampleRate = 16_000;
const about = 'deepgram transcription';

function listen(place: Place, options: { model?: string } = {}): Promise<Attempt> {
  const stt = new STT({ ...through(place), ...options });
  return dictate(new Dictation(stt, { sampleRate, connOptions: thrice }), 'hello proxy');
}

export const deepgrams: readonly Case<LiteLLMWorld>[] = [
  {
    id: 'deepgram',
    about,
    title: 'the relay to `/v1/listen` takes bytes, with the proxy’s own key',
    async run(world) {
      const requests = watch(world);
      const { answer, failures } = await listen(world.proxy);
      assert.deepEqual([answer, failures], ['hello proxy', []]);
      const [request, ...others] = requests();
      assert.deepEqual([request?.path, others], ['/v1/listen', []]);
      assert.equal(new URLSearchParams(request?.query).get('model'), 'nova-3');
      assert.ok(!String(request?.headers.authorization).includes(world.proxy.apiKey));
      return '/v1/listen?model=nova-3&…';
    },
  },
  {
    id: 'deepgram-lost',
    about,
    title: 'a connection that Deepgram lost, which the proxy tells as a goodbye, is made again, and no word is missing',
    async run(world) {
      const { proxy, cloud } = world;
      const words = 'when does the last ferry leave';
      const requests = watch(world);
      const dictation = new Dictation(new STT({ ...through(proxy) }), { sampleRate, connOptions: thrice });
      const came = await attempt(dictation, async () => {
        const frames = await framesOf(words, { sampleRate });
        const third = Math.floor(frames.length / 3);
        for (const frame of frames.slice(0, third)) dictation.push(frame);
        await until(() => requests().length > 0, 'a socket at the provider');
        cloud.dropSockets();
        await until(() => cloud.sockets === 0, 'the socket is gone');
        for (const frame of frames.slice(third)) dictation.push(frame);
        return (await dictation.heard()).join(' ');
      });
      assert.deepEqual([came.answer, came.failures], [words, []]);
      assert.equal(came.opens, 2);
      return '2 sockets';
    },
  },
  {
    id: 'deepgram-refused',
    about,
    title: 'the relay does not tell why Deepgram refused: tried again a few times, then an error that names its key',
    run: (world) =>
      during(world, 'refuse:401,path=/v1/listen', async () => {
        const came = await listen(world.proxy);
        assertSays(lastOf(came), 'Upstream connection rejected', '`DEEPGRAM_API_KEY`');
        assert.equal(came.dials, 3);
        return 'closed with 1011, 3 dials';
      }),
  },
  {
    id: 'deepgram-wrong-key',
    about,
    title: 'a 403 without a word is final, and says that the key or the model may be the cause',
    async run({ proxy }) {
      const came = await listen(stranger(proxy));
      const last = lastOf(came);
      assert.equal(last.cause?.status, 403);
      assertSays(last, 'the gateway (LiteLLM)', 'without a word', 'key', 'model');
      assert.equal(came.dials, 1);
      return 'HTTP 403, 1 dial';
    },
  },
  {
    id: 'deepgram-unpriced',
    about,
    title: 'a model whose price the proxy does not know is final, and says which to use',
    async run({ proxy }) {
      const came = await listen(proxy, { model: 'nova-2' });
      const last = lastOf(came);
      assert.equal(last.cause?.closeCode, 1008);
      assertSays(last, 'No streaming price', 'use `nova-3`');
      assert.equal(came.dials, 1);
      return 'closed with 1008, 1 dial';
    },
  },
  {
    id: 'deepgram-flux',
    about: 'deepgram turns',
    title: 'what the proxy does not relay is an error at construction that says what to use',
    async run({ proxy }) {
      assert.throws(() => new STTv2({ ...through(proxy) }), /`\/v1\/listen` socket and no other path: use `STT`/);
    },
  },
];
