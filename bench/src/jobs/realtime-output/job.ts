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
          'every frame passes LiveKit’s class on its way to the speaker, which is what `floor` takes, and in deltas of 20 ms ' +
          'there are five times as many of them as in those of 100 ms.',
      },
    },
    { name: 'allocated', title: 'Allocated', unit: 'MB per minute of audio', goals: [asTheBase] },
  ],
};
