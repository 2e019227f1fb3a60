import { asTheBase, type Job } from '../../job.ts';

const eachRead =
  'each delta is a read of its own, and beyond what LiveKit’s class does with it ours looks at the clock for the heartbeat ' +
  'and the deadline, finds the item that it belongs to, and gathers what came in the read: about 4 µs of a delta. How ' +
  'much of a ratio that is differs from machine to machine: on an Intel Xeon `events` was 0.98 of the class’s, on an AMD ' +
  'EPYC 1.31.';

export const responses: Job = {
  name: 'responses',
  title: 'Replies over a Responses WebSocket',
  about:
    'Turns of a language model on sockets that are open. `burst`: one session, 1,000 deltas in one write of the server; ' +
    '`events`: 20 sessions, the next delta of each when all have heard the one before, so that each is a read of its own; ' +
    '`paced`: 20 sessions, a delta of each every 10 ms. Every text is compared with what was sent. `raw` parses each ' +
    'message and takes the text out; `floor` puts a chunk per delta into LiveKit’s `LLMStream`.',
  variants: ['burst', 'events', 'paced'],
  modes: ['wire', 'raw', 'floor', 'ours', 'upstream'],
  client: new URL('./client.ts', import.meta.url),
  server: new URL('../../servers/responses.ts', import.meta.url),
  measures: [
    {
      ...{ name: 'cpu', title: 'CPU', unit: 'ms per 1,000 deltas' },
      goals: (variant) => (variant === 'burst' ? [{ times: 'raw', atMost: 1.5 }, asTheBase] : [asTheBase]),
      reasons: {
        burst:
          'of a profile two looks at the clock for each message, the heartbeat’s and the deadline’s, are 5 %, and finding ' +
          'the item that a delta belongs to is 3 %; `raw` does neither. What LiveKit’s class alone takes is `floor`.',
        events: eachRead,
        paced: eachRead,
      },
    },
    { name: 'allocated', title: 'Allocated', unit: 'MB per 1,000 deltas', goals: [asTheBase] },
  ],
};
