import assert from 'node:assert/strict';
import type { Case } from '../../system.ts';
import { during, stranger, targetsOf, watch, watchAzure, type GatewayOptions, type LiteLLMWorld } from '../world.ts';
import { assertSays, lastOf, listen } from './attempt.ts';
import { overheard } from './switch.ts';

const withoutModel = '/v1/realtime?intent=transcription';

/** A way to a transcription that works; the provider never sees a model in the URL. */
function works(id: string, title: string, gateway: GatewayOptions, model?: string): Case<LiteLLMWorld> {
  return {
    ...{ id, title, about: 'transcription' },
    async run(world) {
      const requests = watch(world);
      const { answer, failures, dials } = await listen(world.proxy, { gateway, ...(model ? { model } : {}) });
      assert.deepEqual([answer, failures, dials], ['hello proxy', [], 1]);
      assert.deepEqual(targetsOf(requests()), [withoutModel]);
      return `${withoutModel}, 1 dial`;
    },
  };
}

export const transcriptions: readonly Case<LiteLLMWorld>[] = [
  works('transcription-alias', 'without a model in the URL, by the alias gpt-realtime-whisper', {}),
  {
    id: 'transcription-azure',
    about: 'transcription',
    title: 'with the model in the URL, for azure/, which gets no model',
    async run(world) {
      const requests = watchAzure(world);
      const { came, targets } = await overheard(world.proxy, (place) =>
        listen(place, { gateway: { transcription: 'azure' }, model: 'azure-transcribe' }),
      );
      assert.deepEqual([came.answer, came.failures, came.dials], ['hello proxy', [], 1]);
      assert.deepEqual(targets, [`${withoutModel}&model=azure-transcribe`]);
      assert.deepEqual(targetsOf(requests()), [withoutModel]);
      return `${targets.join()}, at Azure ${withoutModel}, 1 dial`;
    },
  },
  works(
    'transcription-relay',
    'by the relay to OpenAI, with any model',
    { transcription: 'passthrough' },
    'gpt-4o-transcribe',
  ),
  {
    id: 'transcription-model-in-url',
    about: 'transcription',
    title: 'with the model in the URL an openai/ deployment is closed with 4000, which is final and says what to set',
    async run(world) {
      const requests = watch(world);
      const attempt = await listen(world.proxy, { modelIn: 'url' });
      assertSays(
        lastOf(attempt),
        'invalid_model',
        'LiteLLM hands the model in the URL on to OpenAI',
        "Set `modelIn: 'body'`",
      );
      assert.equal(attempt.dials, 1);
      return `${targetsOf(requests()).join()}, 1 dial`;
    },
  },
  {
    id: 'transcription-no-alias',
    about: 'transcription',
    title: 'a proxy without the alias is a final error that names the lines which its configuration lacks',
    async run({ bare }) {
      const attempt = await listen(bare);
      assertSays(
        lastOf(attempt),
        'Invalid model name passed in model=gpt-realtime-whisper',
        'LiteLLM routes transcriptions to the alias `gpt-realtime-whisper`',
        'Add `- model_name: gpt-realtime-whisper` with your speech-to-text model under `model_list`',
      );
      assert.equal(attempt.dials, 1);
      return '1 dial';
    },
  },
  {
    id: 'transcription-relay-off',
    about: 'transcription',
    title: 'a relay that is off is a final error that names the setting',
    async run({ bare }) {
      const attempt = await listen(bare, { gateway: { transcription: 'passthrough' } });
      assertSays(lastOf(attempt), 'passthrough is disabled', '`enable_openai_websocket_passthrough: true`');
      assert.equal(attempt.dials, 1);
      return '1 dial';
    },
  },
  {
    id: 'transcription-wrong-key',
    about: 'transcription',
    title: 'a 403 without a word is final, and says that the key or the model may be the cause',
    async run({ proxy }) {
      const attempt = await listen(stranger(proxy));
      const last = lastOf(attempt);
      assert.equal(last.cause?.status, 403);
      assertSays(last, 'the gateway (LiteLLM)', 'without a word', 'key', 'model');
      assert.deepEqual([attempt.dials, attempt.opens], [1, 0]);
      return 'HTTP 403, 1 dial';
    },
  },
  {
    id: 'transcription-unknown-alias',
    about: 'transcription',
    title: 'a deployment that the proxy does not have is final',
    async run({ proxy }) {
      const attempt = await listen(proxy, { model: 'nope', gateway: { transcription: 'azure' } });
      assertSays(lastOf(attempt), 'Invalid model name passed in model=nope', 'LiteLLM has no `model_name` like this');
      assert.equal(attempt.dials, 1);
      return '1 dial';
    },
  },
  {
    id: 'transcription-relay-refused',
    about: 'transcription',
    title:
      'the relay does not tell why the provider refused: tried again a few times, then an error that names its key',
    run: (world) =>
      during(world, 'refuse:401,path=/v1/realtime', async () => {
        const attempt = await listen(world.proxy, { gateway: { transcription: 'passthrough' } });
        const last = lastOf(attempt);
        assert.equal(last.cause?.closeCode, 1011);
        assertSays(last, 'Upstream connection rejected', '`OPENAI_API_KEY`');
        assert.equal(attempt.dials, 3);
        return 'closed with 1011, 3 dials';
      }),
  },
];
