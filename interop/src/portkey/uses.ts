import { deepEqual, equal } from 'node:assert/strict';
import { LLM, realtime, responses, STT, TTS } from '@patchbay/openai';
import { gateways } from '@patchbay/ws-url';
import type { Case } from '../system.ts';
import { ending } from '../talk/call.ts';
import { Chat } from '../talk/chat.ts';
import { Conversation } from '../talk/conversation.ts';
import { Dictation } from '../talk/dictation.ts';
import { Reading } from '../talk/reading.ts';
import { framesOf, wordsIn } from '../talk/sound.ts';
import { gatewayTo, providerKey, type World } from './world.ts';

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
        return upgradeOf(world);
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
        return upgradeOf(world);
      });
    },
  },
  {
    id: 'chat',
    about: 'chat',
    title: 'a question is answered',
    async run(world) {
      equal(await new Chat(new LLM({ gateway: gatewayTo(world) })).answer('hello'), greeting);
    },
  },
  {
    id: 'responses-http',
    about: 'responses-http',
    title: 'a question is answered, by a provider that has Responses',
    async run({ cloud, url }) {
      const headers = { 'x-portkey-custom-host': cloud.url };
      const gateway = gateways.portkey({ baseURL: url, provider: 'openai', providerKey, headers });
      equal(await new Chat(new responses.LLM({ gateway, useWebSocket: false })).answer('hello'), greeting);
    },
  },
  {
    id: 'speech',
    about: 'speech',
    title: 'a sentence is spoken',
    async run(world) {
      const model = new TTS({ gateway: gatewayTo(world) });
      equal(await wordsIn(await new Reading(model).sound('The train leaves at nine.')), 'The train leaves at nine.');
    },
  },
  {
    id: 'speech-fields',
    about: 'speech',
    title: 'instructions and the format of the stream are lost, and the sentence is spoken all the same',
    async run(world) {
      const model = new TTS({ model: 'gpt-4o-mini-tts', instructions: 'Whisper.', gateway: gatewayTo(world) });
      equal(await wordsIn(await new Reading(model).sound('Good night.')), 'Good night.');
      const { body } = world.cloud.requests.filter(({ path }) => path === '/v1/audio/speech').at(-1)!;
      return `what arrives: ${Object.keys(body as object)
        .sort()
        .join(', ')}`;
    },
  },
  {
    id: 'transcriptions',
    about: 'transcriptions',
    title: 'a piece of speech is written down',
    async run(world) {
      const model = new STT({ useRealtime: false, vad: null, gateway: gatewayTo(world) });
      const { alternatives } = await model.recognize(await framesOf('where is the station'));
      equal(alternatives?.[0].text, 'where is the station');
    },
  },
  {
    id: 'config',
    about: 'conversation',
    title: 'a config names provider, key and place in one header',
    async run({ cloud, url }) {
      const config = { provider: 'azure-ai', api_key: providerKey, azure_foundry_url: cloud.url };
      const gateway = gateways.portkey({ baseURL: url, config });
      const conversation = new Conversation(new realtime.RealtimeModel({ gateway, turnDetection }));
      return ending(conversation, async () => {
        equal((await conversation.ask('hello')).text, greeting);
      });
    },
  },
];

/** Path and query of the last upgrade that reached the provider, and that nothing but the key came along. */
function upgradeOf({ cloud }: World): string {
  const { path, query, headers } = cloud.requests.filter(({ kind }) => kind === 'upgrade').at(-1)!;
  equal(headers.authorization, `Bearer ${providerKey}`);
  deepEqual(
    Object.keys(headers).filter((name) => name.startsWith('x-portkey')),
    [],
  );
  return path + query;
}
