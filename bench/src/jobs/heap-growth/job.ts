import type { Job } from '../../job.ts';

export const heapGrowth: Job = {
  name: 'heap-growth',
  title: 'Memory over half an hour',
  about:
    'Half an hour of audio through one stream of speech to text and through one realtime session, as fast as the server ' +
    'hears it, after five minutes to warm up: how much more is held at the end, of the heap of JavaScript after garbage was ' +
    'collected, and of the memory behind typed arrays. Every ' +
    'ten seconds are a turn with a transcript, which the realtime model answers with a second of sound; the transcripts ' +
    'and the samples are counted. What a conversation is made of stays, in every mode that keeps one.',
  variants: ['speech to text, openai', 'realtime, openai'],
  modes: ['raw', 'floor', 'ours', 'upstream'],
  client: new URL('./client.ts', import.meta.url),
  server: new URL('../../servers/realtime.ts', import.meta.url),
  rounds: (quick) => (quick ? 1 : 3),
  measures: [{ name: 'growth', title: 'Growth', unit: 'MB', goals: [{ value: true, atMost: 2 }] }],
};
