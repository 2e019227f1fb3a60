import type { Job, Mode } from '../../job.ts';

export const heapGrowth: Job = {
  name: 'heap-growth',
  title: 'Memory over half an hour',
  about:
    'Half an hour of audio through one stream of speech to text and through one realtime session, as fast as the server ' +
    'hears it, after five minutes to warm up: how much more is held at the end, of the heap of JavaScript after garbage was ' +
    'collected, and of the memory behind typed arrays. A stream ' +
    'has a transcript every two seconds; every ten are a turn of the realtime session, which its model answers with a second of sound. ' +
    'Transcripts and samples are counted. What a conversation is made of stays, in every mode that keeps one.',
  variants: ['speech to text, openai', 'speech to text, deepgram', 'speech to text, soniox', 'realtime, openai'],
  modes: (variant): readonly Mode[] => {
    const all: readonly Mode[] = ['raw', 'floor', 'ours'];
    return variant.endsWith('openai') ? [...all, 'upstream'] : all;
  },
  client: new URL('./client.ts', import.meta.url),
  server: (variant) =>
    new URL(
      variant.startsWith('realtime') ? '../../servers/realtime.ts' : '../../servers/speech-to-text.ts',
      import.meta.url,
    ),
  rounds: (quick) => (quick ? 1 : 3),
  measures: [{ name: 'growth', title: 'Growth', unit: 'MB', goals: [{ value: true, atMost: 2 }] }],
};
