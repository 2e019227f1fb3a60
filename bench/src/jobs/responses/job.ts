import { asTheBase, type Job } from '../../job.ts';

const eachRead =
  'each delta is a read of its own. Asked in turns of 50, 250 and 1,000 deltas, ours takes about 1 µs of a delta and 30 µs ' +
  'of a turn beyond LiveKit’s class, which takes 9 µs of a delta itself. In a profile an eighth of that microsecond gathers ' +
  'the words of a read, less looks at the clock and finds the item, and most is in LiveKit’s own loops, which are the same ' +
  'functions and slower in the larger process. What that is of a ratio differs from run to run: 0.98 of the class’s on an ' +
  'Intel Xeon, 1.07 to 1.31 on an AMD EPYC.';

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
  // Who wakes whom differs from round to round by more than the modes do.
  rounds: (quick) => (quick ? 2 : 7),
  measures: [
    {
      ...{ name: 'cpu', title: 'CPU', unit: 'ms per 1,000 deltas' },
      goals: (variant) => (variant === 'burst' ? [{ times: 'raw', atMost: 1.5 }, asTheBase] : [asTheBase]),
      reasons: {
        burst:
          'LiveKit’s class alone takes more than the goal (`floor`), and ours what it takes: the medians of three more runs ' +
          'were 0.99, 1.01 and 1.14 of it. Of the time that ours spends in a message, a half is decoding and parsing it, ' +
          'which `raw` does too; 8 % are the reader’s, who finds the item that a delta belongs to, 6 % a look at the clock for ' +
          'heartbeat and deadline, and the rest is spread over the layers.',
        events: eachRead,
        paced: eachRead,
      },
    },
    { name: 'allocated', title: 'Allocated', unit: 'MB per 1,000 deltas', goals: [asTheBase] },
  ],
};
