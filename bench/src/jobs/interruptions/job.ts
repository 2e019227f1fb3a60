import type { Goal, Job, Mode } from '../../job.ts';

const noDial: Goal = { value: true, atMost: 0 };

export const interruptions: Job = {
  name: 'interruptions',
  title: 'Interruptions',
  about:
    'Turns that the caller breaks off after the first audio or word, and a whole one a fifth of a second later: sockets that are dialled ' +
    'from the interruption on. The service is `@patchbay/loopback`, which speaks at its usual pace. A realtime model and ' +
    'both voices can be told to stop on their socket. A Responses WebSocket cannot: `response.create` is all that a client ' +
    'may send for a turn ([OpenAI](https://developers.openai.com/api/reference/resources/responses/websocket-events)), so ' +
    'whoever wants the model to stop drops the socket, and ours opens the next one at once instead of when it is needed. A ' +
    'client by hand does what one writes into it, so that only plugins are asked.',
  variants: ['realtime, openai', 'text to speech, deepgram', 'text to speech, soniox', 'responses, openai'],
  modes: (variant): readonly Mode[] => (variant.endsWith('openai') ? ['ours', 'upstream'] : ['ours']),
  client: new URL('./client.ts', import.meta.url),
  rounds: () => 3,
  measures: [
    {
      ...{ name: 'dials', title: 'Dials', unit: 'per interruption' },
      goals: (variant) => (variant.startsWith('responses') ? [] : [noDial]),
    },
  ],
};
