import assert from 'node:assert/strict';
import type { Case } from '../system.ts';
import { cutOff, exchange } from './conversation.ts';
import type { World } from './world.ts';

const story = {
  say: 'Tell me a story.',
  answer:
    'Once upon a time a lighthouse keeper kept a garden of radios. Every evening he tuned them to the sea. ' +
    'One night all of them answered at once, and the sea asked him for a song. He sang until the morning ships came home.',
};
const table = { say: 'Please book a table.', answer: 'Done. A table for two at seven this evening.' };
const goodbye = { say: 'Thank you. Bye.', answer: 'You are welcome. Goodbye!' };

export const conversationCases: readonly Case<World>[] = [
  {
    id: 'pipeline',
    about: 'conversation',
    title: 'caller and pipeline agent talk over WebRTC, word for word: a tool, an interruption, a goodbye',
    async run(world) {
      await world.workers('pipeline', 1);
      const before = world.dials('pipeline');
      const caller = await world.call('pipeline');
      await exchange(caller, { say: 'The weather in Paris?', answer: 'It is sunny in Paris.' });
      await cutOff(caller, story, table);
      await exchange(caller, goodbye);
      await caller.hangUp();
      const paths = new Set(world.cloud('pipeline').requests.map(({ path }) => path));
      assert.deepEqual([...paths].sort(), ['/v1/audio/speech', '/v1/realtime', '/v1/responses']);
      assert.equal(world.dials('pipeline') - before, 1);
      return 'STT over one socket, Responses and TTS through loopback as LiteLLM; the whole answers, the beginning of the one that was cut off';
    },
  },
  {
    id: 'realtime',
    about: 'conversation',
    title: 'caller and speech-to-speech agent talk over WebRTC, word for word: an interruption, a goodbye',
    async run(world) {
      await world.workers('realtime', 1);
      const before = world.dials('realtime');
      let cuts = 0;
      const cloud = world.cloud('realtime');
      cloud.on('event', ({ name }) => (cuts += name === 'item-truncated' ? 1 : 0));
      const caller = await world.call('realtime');
      await cutOff(caller, story, table);
      assert.ok(cuts > 0, 'the service was to be told how much of the story was heard');
      await exchange(caller, goodbye);
      await caller.hangUp();
      assert.equal(world.dials('realtime') - before, 1);
      return 'one socket; the service was told where the answer was cut off';
    },
  },
];
