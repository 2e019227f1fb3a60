import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import type { APIConnectOptions } from '@livekit/agents';
import { realtime, STT } from '@patchbay/openai';
import { times } from '../claim.ts';
import type { Case } from '../system.ts';
import { ending, type Call } from '../talk/call.ts';
import { Conversation } from '../talk/conversation.ts';
import { Dictation } from '../talk/dictation.ts';
import { until } from '../talk/until.ts';
import { during, gatewayTo, lossy, type World } from './world.ts';

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
          return dialled(dictation, 1);
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
          const types: string[] = [];
          const noted = ({ type }: { type: string }): unknown => types.push(type);
          conversation.session.on('openai_server_event_received', noted as never);
          equal((await conversation.ask('hello')).text, greeting);
          equal(types[0], 'session.updated');
          return dialled(conversation, 1);
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
          lossy(world),
          async (dictation) => {
            await dictation.say(`number ${dial}`);
            deepEqual(await dictation.heard(), [`number ${dial}`]);
            return dialled(dictation, 1);
          },
          { maxRetry: 0 },
        );
      }
      return '20 of 20 understood, 1 dial each';
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
          return `${reconnectOf(dictation)}, ${dialled(dictation, 2)}`;
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
        return `${reconnectOf(conversation)}, ${dialled(conversation, 2)}`;
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
        equal(reconnectOf(dictation), `closed ${code}`);
        match(dictation.losses[0]!.message, new RegExp(`closed with code ${code}: for a reason`));
        equal(dictation.droppedMs, 0);
        return `closed ${code}, ${dialled(dictation, 2)}`;
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
        return `closed 4000, ${dialled(dictation, 1)}`;
      }),
  },
];

/** Asks for a reply once the provider is gone, and again. */
function replyAfter(world: World, end: () => Promise<void>): Promise<string | void> {
  return withConversation(world, async (conversation) => {
    equal((await conversation.ask('hello')).text, greeting);
    await end();
    const error = { name: 'RealtimeError', message: 'generateReply timed out' };
    await rejects(conversation.session.generateReply(), error);
    equal((await conversation.ask('thanks and bye')).text, 'You are welcome. Goodbye!');
    equal(reconnectOf(conversation), 'inactivity-timeout');
    return `${error.name}: ${error.message}; ${dialled(conversation, 2)}`;
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

/** It dialled so often, and not more. */
function dialled({ dials }: Call, expected: number): string {
  equal(dials, expected, 'the number of dials');
  return times(dials, 'dial');
}

/** Why it dialled again. */
function reconnectOf({ losses: [first] }: Call): string {
  ok(first, 'it did not dial again');
  return [first.code, first.closeCode].filter((part) => part !== undefined).join(' ');
}
