import { asTheBase, type Goal, type Job } from '../../job.ts';

const noDial: Goal = { value: true, atMost: 0 };

export const firstToken: Job = {
  name: 'first-token',
  title: 'Time to the first token',
  about:
    'From the question to the first piece of text on a Responses WebSocket; the server answers at once, and its upgrade ' +
    'takes 25 ms, for a dial on this machine costs nothing that would be seen; a thousand turns came before. `warm`: the turn before left its socket; ' +
    '`new`: no socket is there; `prewarmed`: one was opened ahead; `after an interruption`: the turn before was closed ' +
    'after five deltas, a fifth of a second earlier; `after an idle drop`: the server closed the socket half a second ' +
    'earlier. `raw` does by hand what is best: it dials at the moment of a loss. Lost is what the turn took beyond a warm ' +
    'one of the same process, and dials are those that the server saw between the question and the end of the turn: here ' +
    'an interruption costs one before it, see “Interruptions”. After half a second in which a process did nothing, a turn by ' +
    'hand loses a tenth of a millisecond as well; a dial would be 25.',
  variants: ['warm', 'new', 'prewarmed', 'after an interruption', 'after an idle drop'],
  modes: ['raw', 'floor', 'ours', 'upstream'],
  client: new URL('./client.ts', import.meta.url),
  server: new URL('../../servers/responses.ts', import.meta.url),
  measures: [
    {
      ...{ name: 'time', title: 'First token', unit: 'ms', goals: [asTheBase] },
      reasons: {
        warm:
          'LiveKit’s class waits more than a millisecond for a timer of its own. Of what ours takes beyond it, two fifths ' +
          'pass before the question is sent (the context as the provider wants it, the body, the digest by which a turn ' +
          'continues the one before), two fifths in reading the answer, and the rest at the turn’s end, which comes in the ' +
          'same read here.',
        prewarmed:
          'as with `warm`; and what a model makes when it is first asked, it makes in this turn: the next table has what that is ' +
          'beyond a warm turn of the same process, in each mode.',
      },
    },
    {
      ...{ name: 'lost', title: 'Lost beside a warm turn', unit: 'ms' },
      // A dial is 25; what is less than one is the noise of timers.
      goals: (variant) => (variant === 'after an idle drop' ? [{ value: true, atMost: 1 }] : []),
    },
    {
      ...{ name: 'dials', title: 'Dials during the turn', unit: 'per turn' },
      goals: (variant) => (variant === 'new' ? [] : [noDial]),
    },
  ],
  rounds: (quick) => (quick ? 2 : 5),
};
