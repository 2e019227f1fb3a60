import assert from 'node:assert/strict';
import { STT, TTS } from '@patchbay/openai';
import type { Case } from '../../system.ts';
import { speak, speechOf } from '../../talk.ts';
import { stranger, targetsOf, through, watch, type GatewayOptions, type LiteLLMWorld, type Place } from '../world.ts';
import { assertSays, attempt, chat, lastOf, respond, thrice, type Attempt } from './attempt.ts';

type Options = { model?: string; gateway?: GatewayOptions; connOptions?: typeof thrice };

function say(
  place: Place,
  { model = 'gpt-4o-mini-tts', gateway, connOptions = thrice }: Options = {},
): Promise<Attempt> {
  const tts = new TTS({ ...through(place, gateway), model });
  return attempt(tts, () => speak(tts, 'hello caller', connOptions));
}

/** A recording. */
async function write(place: Place): Promise<string> {
  const stt = new STT({ ...through(place), model: 'gpt-4o-mini-transcribe', useRealtime: false, vad: null });
  const { alternatives } = await stt.recognize(await speechOf('hello proxy'));
  await stt.close();
  return alternatives![0].text;
}

function works(
  id: string,
  about: string,
  title: string,
  answer: string,
  target: string,
  use: (place: Place) => Promise<Attempt | string>,
): Case<LiteLLMWorld> {
  return {
    ...{ id, about, title },
    async run(world) {
      const requests = watch(world);
      const came = await use(world.proxy);
      if (typeof came === 'string') assert.equal(came, answer);
      else assert.deepEqual([came.answer, came.failures], [answer, []]);
      assert.deepEqual(targetsOf(requests()), [target]);
      return target;
    },
  };
}

type Use = (place: Place, options?: { model?: string }) => Promise<Attempt>;

function refuses(about: string, use: Use): Case<LiteLLMWorld>[] {
  return [
    {
      id: `${about}-wrong-key`,
      about,
      title: 'a wrong key is final, and what a proxy without a database says of it is explained',
      async run({ proxy }) {
        const last = lastOf(await use(stranger(proxy)));
        assert.equal(last.cause?.status, 400);
        assertSays(last, 'No connected db.', '`master_key`', '`apiKey` of `gateways.litellm');
        return 'HTTP 400';
      },
    },
    {
      id: `${about}-unknown-alias`,
      about,
      title: 'a model that the proxy does not have is final, in its own words and with what to look at',
      async run({ proxy }) {
        const last = lastOf(await use(proxy, { model: 'nope' }));
        assert.equal(last.cause?.status, 400);
        assertSays(last, 'Invalid model name passed in model=nope', 'LiteLLM has no `model_name` like this');
        return 'HTTP 400';
      },
    },
  ];
}

/** What a provider does to a request, and what comes of it. */
interface Trouble {
  id: string;
  title: string;
  fault: string;
  connOptions?: typeof thrice;
  check(came: Attempt, hits: number): void;
}

const troubles: readonly Trouble[] = [
  {
    id: '401',
    title: 'a provider that refuses with 401 is final, and it is not the user’s key that was refused',
    fault: 'refuse:401',
    check(came, hits) {
      assertSays(lastOf(came), '401', 'LiteLLM’s own, not yours', '`api_key` of this deployment');
      assert.equal(hits, 1);
    },
  },
  {
    id: '429',
    title: 'one that refuses with 429 twice answers the third request',
    fault: 'refuse:429,times=2',
    check({ answer, failures }) {
      assert.equal(answer, 'You said hello proxy');
      assert.deepEqual(
        failures.map(({ recoverable, cause }) => [recoverable, cause?.status]),
        [
          [true, 429],
          [true, 429],
        ],
      );
    },
  },
  {
    id: 'reset',
    title: 'one that resets is a 500 of the proxy’s, which is tried again',
    fault: 'reset-handshake',
    check(came) {
      assert.deepEqual(
        came.failures.map(({ cause }) => cause?.status),
        [500, 500, 500],
      );
      assertSays(lastOf(came), 'Connection error');
    },
  },
  {
    id: 'dies',
    title: 'one that dies in the middle of an answer is an error, and nothing is said twice',
    fault: 'drop-after:3',
    check({ answer, failures }, hits) {
      assert.ok(answer !== '' && 'You said hello proxy'.startsWith(answer), answer);
      assert.deepEqual([failures.length, failures[0]?.recoverable, hits], [1, false, 1]);
    },
  },
  {
    id: 'hangs',
    title: 'one that never answers is a timeout',
    fault: 'never-answer',
    connOptions: { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 1_500 },
    check: (came) => assert.equal(lastOf(came).name, 'APITimeoutError'),
  },
];

const troubled: readonly Case<LiteLLMWorld>[] = troubles.map(({ id, title, fault, check, connOptions = thrice }) => ({
  id: `chat-upstream-${id}`,
  ...{ about: 'chat', title },
  async run({ proxy, cloud }) {
    const injected = cloud.faults.inject(`${fault},path=/v1/chat/completions`);
    try {
      check(await chat(proxy, { connOptions }), injected.hits);
    } finally {
      injected.remove();
    }
  },
}));

const answer = 'You said hello proxy';

export const requestings: readonly Case<LiteLLMWorld>[] = [
  works('chat', 'chat', 'a question is answered', answer, '/v1/chat/completions', chat),
  ...refuses('chat', chat),
  ...troubled,
  works('responses-http', 'responses-http', 'a question is answered', answer, '/v1/responses', (place) =>
    respond(place, { useWebSocket: false }),
  ),
  ...refuses('responses-http', (place, options) => respond(place, { ...options, useWebSocket: false })),
  works('speech', 'speech', 'a text is spoken', 'hello caller', '/v1/audio/speech', say),
  works(
    'speech-relay',
    'speech',
    'a text is spoken by the relay to OpenAI',
    'hello caller',
    '/v1/audio/speech',
    (place) => say(place, { gateway: { speech: 'passthrough' } }),
  ),
  {
    id: 'speech-late',
    about: 'speech',
    title: 'all of the speech is made before its first byte comes, so the first one may be late',
    async run({ proxy, cloud }) {
      const late = cloud.faults.inject('answer-late:2000,path=/v1/audio/speech');
      try {
        const came = await say(proxy, { connOptions: { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 1_000 } });
        assert.deepEqual([came.answer, came.failures], ['hello caller', []]);
      } finally {
        late.remove();
      }
      return 'later than `timeoutMs`, no failure';
    },
  },
  ...refuses('speech', say),
  works(
    'transcriptions',
    'transcriptions',
    'a recording is written down',
    'hello proxy',
    '/v1/audio/transcriptions',
    write,
  ),
];
