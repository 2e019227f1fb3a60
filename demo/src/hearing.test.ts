import { expect, test } from 'vitest';
import { cutTurn, goodTurn } from './fixture.ts';
import { countSamples } from './hearing.ts';

const received = (samples: number, startedAt: number): Parameters<typeof countSamples>[2][number] => ({
  startedAt,
  endedAt: startedAt + 1,
  played: new Int16Array(samples),
  received: new Int16Array(samples),
  interrupted: false,
});

test('what is still on its way when the caller cuts in is part of the answer before', () => {
  const cut = cutTurn({ saidTo: 1_000, wrote: 'Once upon a time. He sang.' });
  const next = goodTurn({ saidTo: 3_000, wrote: 'You are welcome. Goodbye!' });
  const sent = [
    { text: 'Once upon a time.', samples: 10, wall: 1_500 },
    { text: 'He sang.', samples: 20, wall: 3_100 },
    { text: 'You are welcome.', samples: 30, wall: 3_200 },
  ];
  countSamples([cut, next], sent, [received(10, 1_600), received(30, 3_300)], 0);
  expect(cut.samples).toEqual({ sent: 30, received: 10 });
  expect(next.samples).toEqual({ sent: 30, received: 30 });
});

test('what does not say its text is part of the answer at its time', () => {
  const [first, second] = [goodTurn({ saidTo: 1_000 }), goodTurn({ saidTo: 3_000 })];
  countSamples([first, second], [{ samples: 7, wall: 2_000 }], [received(7, 2_100), received(1, 3_500)], 0);
  expect(first.samples).toEqual({ sent: 7, received: 7 });
  expect(second.samples).toEqual({ sent: 0, received: 1 });
});

test('what was said in a conversation before is no part of this one', () => {
  const turn = goodTurn({ saidTo: 1_000, wrote: 'Goodbye!' });
  const sent = [9_000, 12_000].map((wall) => ({ text: 'Goodbye!', samples: 5, wall }));
  countSamples([turn], sent, [received(5, 12_100)], 10_000);
  expect(turn.samples).toEqual({ sent: 5, received: 5 });
});
