import type { Goal, Job, Mode } from '../../job.ts';

const ofASession: Goal = { above: 'floor', atMost: 8 };

export const counts = [1, 100, 500] as const;

const variants = [
  'speech to text, openai',
  'speech to text, deepgram',
  'speech to text, soniox',
  'realtime, openai',
  'responses, openai',
  'text to speech, deepgram',
  'text to speech, soniox',
];

const inCommon =
  'what all sessions have in common is in it, and much of it does not come with the first one: counted in steps, sessions 2 ' +
  'to 50 each hold 13 to 14 KB more than with LiveKit’s class, and those behind a hundred 6 to 7.5 (speech to text and ' +
  'responses, openai). What a session itself holds is the last table’s.';

export const heapIdle: Job = {
  name: 'heap-idle',
  title: 'Memory of sessions that wait',
  about:
    'What a session holds that is open and has nothing to do, beside one that was there before: of the heap of JavaScript, ' +
    'after garbage was collected, and of the memory behind typed arrays. Streams and realtime sessions are those of one model, sockets that were opened ahead belong to a model ' +
    'each. `raw` is the socket alone, `floor` the same with the class that a session must be derived from. The first ' +
    'sessions carry what is made once and for all, above all code that is compiled when it is used; what a session itself ' +
    'holds is what one more takes, when there are a hundred.',
  variants,
  modes: (variant): readonly Mode[] => {
    const all: readonly Mode[] = ['raw', 'floor', 'ours'];
    return variant.endsWith('openai') ? [...all, 'upstream'] : all;
  },
  client: new URL('./client.ts', import.meta.url),
  server: new URL('../../servers/realtime.ts', import.meta.url),
  rounds: (quick) => (quick ? 1 : 3),
  measures: [
    ...counts.map((count) => ({
      name: `of${count}`,
      title: count === 1 ? 'Memory of one session' : `Memory per session of ${count}`,
      unit: 'KB',
      goals: [ofASession],
      reasons: Object.fromEntries(variants.map((variant) => [variant, inCommon])),
    })),
    { name: 'more', title: 'Memory of one session more', unit: 'KB', goals: [ofASession] },
  ],
};
