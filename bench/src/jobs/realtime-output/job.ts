import { asTheBase, modes, type Job } from '../../job.ts';

export const realtimeOutput: Job = {
  name: 'realtime-output',
  title: 'Realtime: what the model says',
  about:
    'Replies of one minute of audio, in deltas of 100 or 20 ms that come as fast as they can be read. Every mode but ' +
    '`wire` makes a frame of each that LiveKit can play: with memory of its own, for `@livekit/rtc-node` plays all of ' +
    'the memory behind a frame. The client counts the samples.',
  variants: ['100 ms', '20 ms'],
  modes,
  client: new URL('./client.ts', import.meta.url),
  server: new URL('../../servers/realtime.ts', import.meta.url),
  measures: [
    {
      ...{ name: 'cpu', title: 'CPU', unit: 'ms per minute of audio' },
      goals: [{ times: 'raw', atMost: 1.3 }, asTheBase],
      reasons: {
        '20 ms':
          'LiveKit’s class, which every frame passes on its way to the speaker, is 1.22 times `raw` by itself. In deltas of 20 ms ' +
          'there are five times as many as in those of 100 ms, and ours is as quick with them as the class alone.',
      },
    },
    { name: 'allocated', title: 'Allocated', unit: 'MB per minute of audio', goals: [asTheBase] },
  ],
};
