import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { APIConnectOptions } from '@livekit/agents';
import { realtime, STT } from '@patchbay/openai';
import type { Case } from '../system.ts';
import { ending, type Call } from '../talk/call.ts';
import { Conversation } from '../talk/conversation.ts';
import { Dictation } from '../talk/dictation.ts';
import { until } from '../talk/until.ts';
import { during, gatewayTo, type World } from './world.ts';

const greeting = 'Hello! How can I help you?';
const tale = 'Once upon a time a keeper kept a garden of radios by the sea';
/** So that a deadline is met while somebody speaks. */
const slowly = { live: true, silenceMs: 1_500 };

/** What it loses, and how a call goes on. */
export const losses: readonly Case<World>[] = [
  {
    id: 'first-event',
    about: 'transcription',
    title: 'a `session.created` that is lost costs nothing',
    run: (world) =>
      during(world, ['lose-first-event'], () =>
        withDictation(world, async (dictation) => {
          await dictation.say('can you hear me');
          deepEqual(await dictation.heard(), ['can you hear me']);
          return `${dictation.dials} dial`;
        }),
      ),
  },
  {
    id: 'first-event-conversation',
    about: 'conversation',
    title: 'so it does in a conversation',
    run: (world) =>
      during(world, ['lose-first-event'], () =>
        withConversation(world, async (conversation) => {
          equal((await conversation.ask('hello')).text, greeting);
          return `${conversation.dials} dial`;
        }),
      ),
  },
  {
    id: 'many-dials',
    about: 'transcription',
    title: 'of 20 sockets none is given up, whatever Portkey loses of their beginning',
    async run(world) {
      for (let dial = 1; dial <= 20; dial++) {
        await withDictation(
          world,
          async (dictation) => {
            await dictation.say(`number ${dial}`);
            deepEqual(await dictation.heard(), [`number ${dial}`]);
          },
          { maxRetry: 0 },
        );
      }
      return '20 of 20 understood';
    },
  },
  {
    id: 'half-open',
    about: 'transcription',
    title: 'a provider that vanishes leaves the socket open: its silence is noticed, and every word is said again',
    run: (world) =>
      withDictation(
        world,
        async (dictation) => {
          await dictation.opened();
          await dictation.say('before');
          await dictation.heard();
          await vanish(world);
          await dictation.say(tale, slowly);
          deepEqual(await dictation.heard(2), ['before', tale]);
          equal(dictation.droppedMs, 0);
          return reconnectOf(dictation);
        },
        { timeoutMs: 1_500 },
      ),
  },
  {
    id: 'half-open-conversation',
    about: 'conversation',
    title: 'so it is in a conversation, and what the caller said meanwhile is answered',
    run: (world) =>
      withConversation(world, async (conversation) => {
        await conversation.say('hello there');
        await conversation.heard();
        await vanish(world);
        await conversation.say(tale, slowly);
        await conversation.heard(2);
        deepEqual(conversation.understood, ['hello there', tale]);
        return reconnectOf(conversation);
      }),
  },
  {
    id: 'half-open-reply',
    about: 'conversation',
    title: 'a reply that is asked for there is a typed error, and the next one comes',
    run: (world) => replyAfter(world, () => vanish(world)),
  },
  {
    id: 'close-without-code',
    about: 'conversation',
    title: 'so it is when the provider closes without a code',
    run: (world) => replyAfter(world, () => during(world, ['close-after:0,code=1005'], () => gone(world))),
  },
  ...([1000, 1001, 1011, 1013] as const).map((code): Case<World> => ({
    id: `close-${code}`,
    about: 'transcription',
    title: `a close with ${code} comes through, and the call goes on`,
    run: (world) =>
      withDictation(world, async (dictation) => {
        await dictation.opened();
        await dictation.say('before');
        await dictation.heard();
        world.cloud.dropSockets(code, 'for a reason');
        await dictation.say('and after');
        deepEqual(await dictation.heard(2), ['before', 'and after']);
        return reconnectOf(dictation);
      }),
  })),
  {
    id: 'close-4000',
    about: 'transcription',
    title: 'a close with 4000 comes through with its reason, and ends it for good',
    run: (world) =>
      withDictation(world, async (dictation) => {
        await dictation.opened();
        await dictation.say('before');
        await dictation.heard();
        world.cloud.dropSockets(4000, 'invalid_request_error.invalid_model');
        const { message } = await dictation.failure();
        match(message, /closed with code 4000: invalid_request_error\.invalid_model/);
        equal(dictation.dials, 1);
      }),
  },
];

/** Asks for a reply once the provider is gone, and again. */
function replyAfter(world: World, end: () => Promise<void>): Promise<string | void> {
  return withConversation(world, async (conversation) => {
    equal((await conversation.ask('hello')).text, greeting);
    await end();
    let seen = 'answered';
    await conversation.session.generateReply().catch(({ name, message }: Error) => (seen = `${name}: ${message}`));
    equal((await conversation.ask('thanks and bye')).text, 'You are welcome. Goodbye!');
    equal(reconnectOf(conversation), 'inactivity-timeout');
    return seen;
  });
}

/** The provider is gone, without a word. */
async function vanish(world: World): Promise<void> {
  world.cloud.dropSockets();
  await gone(world);
}

function gone({ cloud }: World): Promise<void> {
  return until(() => cloud.sockets === 0, 'the provider to be gone');
}

async function withDictation(
  world: World,
  run: (dictation: Dictation) => Promise<string | void>,
  connOptions: Partial<APIConnectOptions> = {},
): Promise<string | void> {
  const model = new STT({ model: 'gpt-4o-mini-transcribe', gateway: gatewayTo(world) });
  return ending(new Dictation(model, { connOptions }), run);
}

async function withConversation(
  world: World,
  run: (conversation: Conversation) => Promise<string | void>,
): Promise<string | void> {
  const model = new realtime.RealtimeModel({
    gateway: gatewayTo(world),
    turnDetection: { type: 'server_vad' },
    connOptions: { timeoutMs: 1_500 },
  });
  return ending(new Conversation(model), run);
}

/** Why it dialled again. */
function reconnectOf({ losses: [first] }: Call): string {
  ok(first, 'it did not dial again');
  return [first.code, first.closeCode].filter((part) => part !== undefined).join(' ');
}
