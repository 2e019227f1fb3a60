import assert from 'node:assert/strict';
import { STT, STTv2, TTS, TTSv2 } from '@patchbay/deepgram';
import { deepgramEndpoints, gateways, resolveConnection, type Connection } from '@patchbay/ws-url';
import { assertClaimed } from '../../claim.ts';
import type { Case } from '../../system.ts';
import { Dictation } from '../../talk/dictation.ts';
import { RawSocket } from '../../talk/raw-socket.ts';
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
      const before = world.asked.length;
      const { answer, failures, dials } = await listen(world.proxy);
      assert.deepEqual([answer, failures, dials], ['hello proxy', [], 1]);
      const connection = deepgramOf(world.proxy, 'transcription');
      assertClaimed(connection, 'textFramesOnly', false);
      assertClaimed(connection, 'injectsResponses', world.asked.length > before);
      const [request, ...others] = requests();
      assert.deepEqual([request?.path, others], ['/v1/listen', []]);
      assert.equal(new URLSearchParams(request?.query).get('model'), 'nova-3');
      assert.ok(!String(request?.headers.authorization).includes(world.proxy.apiKey));
      return '/v1/listen?model=nova-3&…, 1 dial';
    },
  },
  {
    id: 'deepgram-lost',
    about,
    title: 'a connection that Deepgram lost, which the proxy tells as a goodbye, is made again, and no word is missing',
    async run(world) {
      const { proxy, cloud } = world;
      const words = 'when does the last ferry leave';
      const dictation = new Dictation(new STT({ ...through(proxy) }), { sampleRate, connOptions: thrice });
      const came = await attempt(dictation, async () => {
        const frames = await framesOf(words, { sampleRate });
        const most = Math.floor((frames.length * 2) / 3);
        for (const frame of frames.slice(0, most)) dictation.push(frame);
        await until(() => dictation.interim !== '', 'the first words');
        cloud.dropSockets();
        for (const frame of frames.slice(most)) dictation.push(frame);
        return (await dictation.heard()).join(', ');
      });
      assert.deepEqual([came.answer, came.failures], [words, []]);
      assert.deepEqual([came.dials, dictation.droppedMs], [2, 0]);
      return '2 dials';
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
  ...(['turns', 'voice', 'turnVoice'] as const).map((name): Case<LiteLLMWorld> => {
    const { capability, path } = deepgramEndpoints[name];
    return {
      id: `deepgram-no-${capability}`,
      about: `deepgram ${capability}`,
      title:
        'the proxy refuses such a socket without a word, so there is an error at construction that says what to use',
      async run({ proxy }) {
        assert.throws(() => classes[name](proxy), /`\/v1\/listen` socket and no other path: use `STT`/);
        const { row } = gateways.litellm({ baseURL: proxy.origin, apiKey: proxy.apiKey });
        const route = { root: '', path: `/deepgram${path}`, model: 'url', source: 'asked here' } as const;
        const open = { ...row, providers: { deepgram: { [capability]: route } } };
        const gateway = gateways.custom(open)({ baseURL: proxy.origin, apiKey: proxy.apiKey });
        const refusal = await RawSocket.open(resolveConnection(deepgramEndpoints[name], { gateway, model: 'any' }));
        assert.deepEqual(refusal, { status: 403, body: '' });
        return `/deepgram${path}: HTTP 403`;
      },
    };
  }),
];

const classes = {
  turns: (place: Place) => new STTv2(through(place)),
  voice: (place: Place) => new TTS(through(place)),
  turnVoice: (place: Place) => new TTSv2(through(place)),
};

/** Where a class of Deepgram's dials. */
function deepgramOf(place: Place, name: keyof typeof deepgramEndpoints): Connection {
  return resolveConnection(deepgramEndpoints[name], { ...through(place), model: 'nova-3' });
}
