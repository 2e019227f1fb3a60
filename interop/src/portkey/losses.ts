import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { realtime, STT } from '@patchbay/openai';
import type { Case } from '../system.ts';
import { Conversation } from '../talk/conversation.ts';
import { Listening } from '../talk/listening.ts';
import { until } from '../talk/quickly.ts';
import { during, gatewayTo, type World } from './world.ts';

const greeting = 'Hello! How can I help you?';
const tale = 'Once upon a time a keeper kept a garden of radios by the sea';

/** What it loses, and how a call goes on. */
export const losses: readonly Case<World>[] = [
  {
    id: 'first-event',
    about: 'transcription',
    title: 'a `session.created` that is lost costs nothing',
    run: (world) =>
      during(world, ['lose-first-event'], () =>
        withSTT(world, async (model) => {
          const listening = new Listening(model);
          await listening.say('can you hear me');
          deepEqual(await listening.understood(), ['can you hear me']);
          return `${listening.dials} dial`;
        }),
      ),
  },
  {
    id: 'first-event-conversation',
    about: 'conversation',
    title: 'so it does in a conversation',
    run: (world) =>
      during(world, ['lose-first-event'], () =>
        withModel(world, async (model) => {
          const conversation = new Conversation(model);
          equal((await conversation.ask('hello')).text, greeting);
          return `${conversation.connection.filter(({ type }) => type === 'connecting').length} dial`;
        }),
      ),
  },
  {
    id: 'many-dials',
    about: 'transcription',
    title: 'of 20 sockets none is given up, whatever Portkey loses of their beginning',
    async run(world) {
      for (let dial = 1; dial <= 20; dial++) {
        await withSTT(world, async (model) => {
          const listening = new Listening(model, { maxRetry: 0 });
          await listening.say(`number ${dial}`);
          deepEqual(await listening.understood(), [`number ${dial}`]);
        });
      }
      return '20 of 20 understood';
    },
  },
  {
    id: 'half-open',
    about: 'transcription',
    title: 'a provider that vanishes leaves the socket open: its silence is noticed, and every word is said again',
    run: (world) =>
      withSTT(world, async (model) => {
        const listening = await new Listening(model, { timeoutMs: 1_500 }).opened();
        await listening.say('before');
        await listening.understood();
        await vanish(world);
        await listening.say(tale, { live: true });
        deepEqual(await listening.understood(2), ['before', tale]);
        equal(listening.lostMs, 0);
        return reconnectOf(listening);
      }),
  },
  {
    id: 'half-open-conversation',
    about: 'conversation',
    title: 'so it is in a conversation, and what the caller said meanwhile is answered',
    run: (world) =>
      withModel(world, async (model) => {
        const conversation = new Conversation(model);
        await conversation.say('hello there');
        await conversation.replied();
        await vanish(world);
        await conversation.say(tale, { live: true });
        await conversation.replied(2);
        deepEqual(conversation.heard, ['hello there', tale]);
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
    run: (world) =>
      replyAfter(world, () => during(world, ['close-after:0,code=1005'], () => until(() => world.cloud.sockets === 0))),
  },
  ...([1000, 1001, 1011, 1013] as const).map((code): Case<World> => ({
    id: `close-${code}`,
    about: 'transcription',
    title: `a close with ${code} comes through, and the call goes on`,
    run: (world) =>
      withSTT(world, async (model) => {
        const listening = await new Listening(model).opened();
        await listening.say('before');
        await listening.understood();
        world.cloud.dropSockets(code, 'for a reason');
        await listening.say('and after');
        deepEqual(await listening.understood(2), ['before', 'and after']);
        return reconnectOf(listening);
      }),
  })),
  {
    id: 'close-4000',
    about: 'transcription',
    title: 'a close with 4000 comes through with its reason, and ends it for good',
    run: (world) =>
      withSTT(world, async (model) => {
        const listening = await new Listening(model).opened();
        await listening.say('before');
        await listening.understood();
        world.cloud.dropSockets(4000, 'invalid_request_error.invalid_model');
        const { message } = await listening.failure();
        match(message, /closed with code 4000: invalid_request_error\.invalid_model/);
        equal(listening.dials, 1);
      }),
  },
];

/** Asks for a reply once the provider is gone, and again. */
function replyAfter(world: World, end: () => Promise<void>): Promise<string | void> {
  return withModel(world, async (model) => {
    const conversation = new Conversation(model);
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
async function vanish({ cloud }: World): Promise<void> {
  cloud.dropSockets();
  await until(() => cloud.sockets === 0);
}

async function withSTT(world: World, run: (model: STT) => Promise<string | void>): Promise<string | void> {
  const model = new STT({ model: 'gpt-4o-mini-transcribe', gateway: gatewayTo(world) });
  try {
    return await run(model);
  } finally {
    await model.close();
  }
}

async function withModel(
  world: World,
  run: (model: realtime.RealtimeModel) => Promise<string | void>,
): Promise<string | void> {
  const model = new realtime.RealtimeModel({
    gateway: gatewayTo(world),
    turnDetection: { type: 'server_vad' },
    connOptions: { timeoutMs: 1_500 },
  });
  try {
    return await run(model);
  } finally {
    await model.close();
  }
}

/** Why it dialled again. */
function reconnectOf({ connection }: Listening | Conversation): string {
  const [first] = connection.flatMap((event) => (event.type === 'reconnecting' ? [event.error] : []));
  ok(first, 'it did not dial again');
  return [first.code, first.closeCode].filter((part) => part !== undefined).join(' ');
}
