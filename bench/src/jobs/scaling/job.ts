import { asTheBase, type Job, type Mode } from '../../job.ts';

const counts = ['1', '10', '100', '300', '1000'];

const roundsDiffer =
  'where a core has room, the same client can take half as much again from one round to the next, by hand as well: who wakes ' +
  'the process, and how often, is chance.';

const audioIsKept =
  'ours keeps 15 seconds of what each caller says, which neither `raw` nor `floor` does: with that switched off, 700 calls ' +
  'took 6 to 9 % less. It is what lets a caller be heard whose socket is lost, and stays.';

export const scaling: Job = {
  name: 'scaling',
  title: 'One process, more and more calls',
  about:
    'Realtime sessions of one process in which both talk all the time, as in “Calls on one core”, from one to a thousand. ' +
    'Beyond the core that carries them, frames are late first, and audio is missing next. What comes then is not a faster ' +
    'process but another one: LiveKit’s workers give each ' +
    'call a process of its own ([Beyond one machine](scaling.md)). Ours holds the last 15 seconds that a caller said, ' +
    'for a socket that may be lost: 700 KB. The only call carries what is made once, above all code; memory of more is what ' +
    'each takes beside one that was there before. Here audio may be missing: how much came through is a table of its own. ' +
    'Upstream’s is not asked for more than a hundred, which it does not carry.',
  variants: counts,
  axis: 'sessions',
  // Upstream's are far behind real time before a hundred.
  modes: (variant): readonly Mode[] =>
    Number(variant) > 100 ? ['raw', 'floor', 'ours'] : ['raw', 'floor', 'ours', 'upstream'],
  client: new URL('./client.ts', import.meta.url),
  server: new URL('../../servers/realtime.ts', import.meta.url),
  rounds: (quick) => (quick ? 1 : 3),
  measures: [
    {
      ...{ name: 'cpu', title: 'CPU per session', unit: '% of a core', goals: [asTheBase] },
      reasons: {
        ...Object.fromEntries(counts.map((count) => [count, roundsDiffer])),
        '1000': audioIsKept,
      },
    },
    { name: 'heap', title: 'Memory per session', unit: 'KB' },
    { name: 'late', title: 'How late 99 of 100 frames are at most', unit: 'ms' },
    { name: 'through', title: 'Audio that came through', unit: '%', better: 'more' },
  ],
};
