import { asTheBase, type Job } from '../../job.ts';

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
        paced:
          'one right behind the other (`events`), the same deltas cost no more than with LiveKit’s class alone. What differs ' +
          'is the pause before each, in which other sessions were at work: that points to the processor’s caches, for with ' +
          'heartbeat, deadline and the place of a delta there is more to fetch again.',
      },
    },
    { name: 'allocated', title: 'Allocated', unit: 'MB per 1,000 deltas', goals: [asTheBase] },
  ],
};
