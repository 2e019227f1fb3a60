import assert from 'node:assert/strict';
import { STT, TTS } from '@patchbay/openai';
import type { Case } from '../../system.ts';
import { times } from '../../claim.ts';
import { Call, type Failure } from '../../talk/call.ts';
import { Reading } from '../../talk/reading.ts';
import { framesOf, wordsIn } from '../../talk/sound.ts';
import {
  during,
  stranger,
  targetsOf,
  through,
  watch,
  type GatewayOptions,
  type LiteLLMWorld,
  type Place,
} from '../world.ts';
import { assertSays, attempt, chat, lastOf, respond, thrice, type Attempt } from './attempt.ts';

type Options = { model?: string; gateway?: GatewayOptions; connOptions?: typeof thrice };

function say(
  place: Place,
  { model = 'gpt-4o-mini-tts', gateway, connOptions = thrice }: Options = {},
): Promise<Attempt> {
  const tts = new TTS({ ...through(place, gateway), model });
  const reading = new Reading(tts, connOptions);
  return attempt(reading, async () => wordsIn(await reading.read('hello caller'), tts.sampleRate));
}

/** A recording. */
function write(place: Place, { model = 'gpt-4o-mini-transcribe' }: Options = {}): Promise<Attempt> {
  const stt = new STT({ ...through(place), model, useRealtime: false, vad: null });
  return attempt(new Call(stt), async () => {
    const event = await stt.recognize(await framesOf('hello proxy')).catch(() => undefined); // told as an event too
    return event?.alternatives?.[0].text ?? '';
  });
}

function works(
  id: string,
  about: string,
  title: string,
  answer: string,
  target: string,
  use: (place: Place) => Promise<Attempt>,
): Case<LiteLLMWorld> {
  return {
    ...{ id, about, title },
    async run(world) {
      const requests = watch(world);
      const came = await use(world.proxy);
      assert.deepEqual([came.answer, came.failures], [answer, []]);
      assert.deepEqual(targetsOf(requests()), [target]);
      return `${target}, 1 request`;
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
        const last = onlyOf(await use(stranger(proxy)));
        assert.equal(last.cause?.status, 400);
        assertSays(last, 'No connected db.', '`master_key`', '`apiKey` of `gateways.litellm');
        return 'HTTP 400, not tried again';
      },
    },
    {
      id: `${about}-unknown-alias`,
      about,
      title: 'a model that the proxy does not have is final, in its own words and with what to look at',
      async run({ proxy }) {
        const last = onlyOf(await use(proxy, { model: 'nope' }));
        assert.equal(last.cause?.status, 400);
        assertSays(last, 'Invalid model name passed in model=nope', 'LiteLLM has no `model_name` like this');
        return 'HTTP 400, not tried again';
      },
    },
  ];
}

/** The error that ended it at once. */
function onlyOf(came: Attempt): Failure {
  assert.equal(came.failures.length, 1);
  return lastOf(came);
}

/** What a provider does to a request, and what comes of it. */
interface Trouble {
  id: string;
  title: string;
  fault: string;
  text?: string;
  connOptions?: typeof thrice;
  /** How many requests meet it. */
  hits: number;
  check: (came: Attempt, fault: { hits: number }) => void;
}

const troubles: readonly Trouble[] = [
  {
    id: '401',
    hits: 1,
    title: 'a provider that refuses with 401 is final, and it is not the user’s key that was refused',
    fault: 'refuse:401',
    check(came, { hits }) {
      assertSays(lastOf(came), '401', 'LiteLLM’s own, not yours', '`api_key` of this deployment');
      assert.equal(hits, 1);
    },
  },
  {
    id: '429',
    hits: 2,
    title: 'a provider that refuses with 429 twice answers the third request',
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
    hits: 3,
    title: 'a provider that resets is a 500 of the proxy’s, which is tried again',
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
    hits: 1,
    title: 'a provider that dies in the middle of an answer is an error, and nothing is said twice',
    fault: 'end-after:100',
    text: 'a long story',
    check({ answer, failures }, { hits }) {
      assert.match(answer, /^You said a long story( and then)+$/);
      assert.deepEqual([failures.length, failures[0]?.recoverable, hits], [1, false, 1]);
    },
  },
  {
    id: 'hangs',
    hits: 1,
    title: 'a provider that never answers is a timeout',
    fault: 'never-answer',
    connOptions: { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 1_000 },
    check: (came) => assert.equal(lastOf(came).error.name, 'APITimeoutError'),
  },
];

const troubled: readonly Case<LiteLLMWorld>[] = troubles.map(
  ({ id, title, fault, text, check, hits, connOptions = thrice }) => ({
    id: `chat-upstream-${id}`,
    ...{ about: 'chat', title },
    run: (world) =>
      during(world, `${fault},path=/v1/chat/completions`, async (injected) => {
        check(await chat(world.proxy, { connOptions, ...(text ? { text } : {}) }), injected);
        assert.equal(injected.hits, hits);
        return `${times(hits, 'request')} met it`;
      }),
  }),
);

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
    run: (world) =>
      // The provider begins at once, and ends 1.5 s later.
      during(world, 'freeze:1,ms=1500,path=/v1/audio/speech', async () => {
        const requests = watch(world);
        const came = await say(world.proxy, { connOptions: { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 500 } });
        assert.deepEqual([came.answer, came.failures], ['hello caller', []]);
        assert.equal(requests().length, 1);
        return '1 request, later than `timeoutMs`, no failure';
      }),
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
  ...refuses('transcriptions', write),
];
