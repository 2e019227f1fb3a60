import { asTheBase, type Job } from '../../job.ts';

const eachRead =
  'each delta is a read of its own, of which a third is the kernel’s and a quarter V8’s and Node’s own code, with every ' +
  'client. Sampled with `perf`, ours takes 1.2 µs of a delta in its layers (the socket with its heartbeat 0.5, the reply ' +
  '0.3, the exchange with its deadline 0.3, the reader 0.2), and saves 0.6 of LiveKit’s loop of metrics. Who wakes whom ' +
  'makes more of a difference: rounds of the same client lie 40 % apart.';

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
          'of the time that ours spends in a message, a half is decoding and parsing it, which `raw` does too; 8 % are the ' +
          'reader’s, who finds the item that a delta belongs to, 6 % a look at the clock for heartbeat and deadline, and the ' +
          'rest is spread over the layers. What LiveKit’s class takes is `floor`.',
        events: eachRead,
        paced: eachRead,
      },
    },
    { name: 'allocated', title: 'Allocated', unit: 'MB per 1,000 deltas', goals: [asTheBase] },
  ],
};
