import { deepEqual, equal } from 'node:assert/strict';
import { LLM, realtime, responses, STT, TTS } from '@patchbay/openai';
import { gateways, openaiEndpoints, resolveConnection, type Gateway } from '@patchbay/ws-url';
import { times } from '../claim.ts';
import type { Case } from '../system.ts';
import { Call, ending } from '../talk/call.ts';
import { Chat } from '../talk/chat.ts';
import { Conversation } from '../talk/conversation.ts';
import { Dictation } from '../talk/dictation.ts';
import { Reading } from '../talk/reading.ts';
import { framesOf, wordsIn } from '../talk/sound.ts';
import { gatewayTo, providerKey, watch, type World } from './world.ts';

const greeting = 'Hello! How can I help you?';
const turnDetection = { type: 'server_vad' } as const;

/** What works through it, and what of a request reaches the provider. */
export const uses: readonly Case<World>[] = [
  {
    id: 'conversation',
    about: 'conversation',
    title: 'the caller is heard and answered, with the model in the URL',
    async run(world) {
      const conversation = new Conversation(new realtime.RealtimeModel({ gateway: gatewayTo(world), turnDetection }));
      return ending(conversation, async () => {
        await conversation.say('hello there');
        deepEqual(await conversation.heard(), [greeting]);
        deepEqual(conversation.understood, ['hello there']);
        return upgradeOf(world, conversation);
      });
    },
  },
  {
    id: 'transcription',
    about: 'transcription',
    title: 'the caller is written down, with the intent in the URL and without a model',
    async run(world) {
      const dictation = new Dictation(new STT({ model: 'gpt-4o-mini-transcribe', gateway: gatewayTo(world) }));
      return ending(dictation, async () => {
        await dictation.say('where is the station');
        deepEqual(await dictation.heard(), ['where is the station']);
        return upgradeOf(world, dictation);
      });
    },
  },
  {
    id: 'chat',
    about: 'chat',
    title: 'a question is answered',
    run: (world) =>
      inOne(world, '/v1/chat/completions', async () => {
        await ending(new Chat(new LLM({ gateway: gatewayTo(world) })), async (chat) => {
          equal(await chat.answer('hello'), greeting);
        });
      }),
  },
  {
    id: 'responses-http',
    about: 'responses-http',
    title: 'a question is answered, by a provider that has Responses',
    run: (world) =>
      inOne(world, '/v1/responses', async () => {
        const headers = { 'x-portkey-custom-host': world.cloud.url };
        const gateway = gateways.portkey({ baseURL: world.url, provider: 'openai', providerKey, headers });
        await ending(new Chat(new responses.LLM({ gateway, useWebSocket: false })), async (chat) => {
          equal(await chat.answer('hello'), greeting);
        });
      }),
  },
  {
    id: 'speech',
    about: 'speech',
    title: 'a sentence is spoken',
    run: (world) =>
      inOne(world, '/v1/audio/speech', async () => {
        await ending(new Reading(new TTS({ gateway: gatewayTo(world) })), async (reading) => {
          equal(await wordsIn(await reading.sound('The train leaves at nine.')), 'The train leaves at nine.');
        });
      }),
  },
  {
    id: 'speech-fields',
    about: 'speech',
    title: 'instructions and the format of the stream are lost, and the sentence is spoken all the same',
    async run(world) {
      const direct = await bodyOf(world, gateways.openAICompatible({ baseURL: world.cloud.url, apiKey: providerKey }));
      const arrived = await bodyOf(world, gatewayTo(world));
      deepEqual(
        direct.filter((field) => !arrived.includes(field)),
        ['instructions', 'stream_format'],
      );
      return `what arrives: ${arrived.join(', ')}; without Portkey also instructions, stream_format`;
    },
  },
  {
    id: 'transcriptions',
    about: 'transcriptions',
    title: 'a piece of speech is written down',
    run: (world) =>
      inOne(world, '/v1/audio/transcriptions', async () => {
        const model = new STT({ useRealtime: false, vad: null, gateway: gatewayTo(world) });
        await ending(new Call(model), async () => {
          const { alternatives } = await model.recognize(await framesOf('where is the station'));
          equal(alternatives?.[0].text, 'where is the station');
        });
      }),
  },
  {
    id: 'config',
    about: 'conversation',
    title: 'a config names provider, key and place in one header',
    async run(world) {
      const config = { provider: 'azure-ai', api_key: providerKey, azure_foundry_url: world.cloud.url };
      const gateway = gateways.portkey({ baseURL: world.url, config });
      const connection = resolveConnection(openaiEndpoints.conversation, { gateway, model: 'gpt-realtime' });
      const { headers } = await connection.request({ signal: new AbortController().signal, wallClock: Date.now });
      deepEqual(Object.keys(headers).filter(isOurs), ['x-portkey-config']);
      const conversation = new Conversation(new realtime.RealtimeModel({ gateway, turnDetection }));
      return ending(conversation, async () => {
        equal((await conversation.ask('hello')).text, greeting);
        return upgradeOf(world, conversation);
      });
    },
  },
];

const isOurs = (header: string): boolean => /^(x-portkey-|authorization$)/i.test(header);

/** Path and query of the upgrade that reached the provider, the only one, and that nothing but the key came along. */
function upgradeOf({ cloud }: World, { dials }: Call): string {
  const { path, query, headers } = cloud.requests.filter(({ kind }) => kind === 'upgrade').at(-1)!;
  equal(headers.authorization, `Bearer ${providerKey}`);
  deepEqual(
    Object.keys(headers).filter((name) => name.startsWith('x-portkey')),
    [],
  );
  equal(dials, 1);
  return `${path}${query}, ${times(dials, 'dial')}`;
}

/** Does something that takes one request of the provider. */
async function inOne(world: World, path: string, use: () => Promise<void>): Promise<string> {
  const requests = watch(world);
  await use();
  deepEqual(
    requests().map((request) => request.path),
    [path],
  );
  return '1 request';
}

/** What arrives at the provider of a sentence that is spoken: the names of the fields. */
async function bodyOf(world: World, gateway: Gateway): Promise<string[]> {
  const requests = watch(world);
  const model = new TTS({ model: 'gpt-4o-mini-tts', instructions: 'Whisper.', gateway });
  await ending(new Reading(model), async (reading) => {
    equal(await wordsIn(await reading.sound('Good night.')), 'Good night.');
  });
  equal(requests().length, 1);
  return Object.keys(requests()[0]!.body as object).sort();
}
