import type { Job } from '../../job.ts';

export const duplex: Job = {
  name: 'duplex',
  title: 'Calls on one core',
  about:
    'The most realtime sessions of one process in which both talk all the time: frames of 10 ms go up, deltas of 100 ms ' +
    'come down, both as fast as people speak. Sessions are added by halves until most of the periods in a row fail, and ' +
    'then the place in between is looked for, to 8 %. A period fails if one frame in a hundred is pushed more than 20 ms ' +
    'late, or if 3 % of the audio is missing in either direction. The server does less than any client, for it unmasks no ' +
    'audio; how busy it is stands below: near 100 % it would be what is measured. Both figures are those of the ' +
    'period in the middle.',
  variants: ['10 ms frames'],
  modes: ['raw', 'floor', 'ours', 'upstream'],
  client: new URL('./client.ts', import.meta.url),
  server: new URL('../../servers/realtime.ts', import.meta.url),
  rounds: (quick) => (quick ? 1 : 3),
  measures: [
    {
      ...{ name: 'sessions', title: 'Sessions', unit: 'at once', better: 'more' },
      // What is less than 8 % is not looked for.
      goals: [
        { times: 'raw', atLeast: 0.8 },
        { times: 'floor', atLeast: 0.92 },
      ],
      reasons: {
        '10 ms frames':
          'the core is not full where ours and LiveKit’s class stop: of 640 calls it was busy for 50 to 75 % in either. ' +
          'What makes frames late is V8, which marks its heap for 50 to 100 ms at a time while both cores have work; by ' +
          'hand there is next to none to mark, while a call holds 43 KB of it with LiveKit’s class (“Memory per session” ' +
          'below), which is about half of what V8 holds of it with ours.',
      },
    },
    { name: 'late', title: 'How late 99 of 100 frames are at most, with so many', unit: 'ms' },
    { name: 'server', title: 'How busy the server is then', unit: '% of a core' },
  ],
};
