import { expect, it } from 'vitest';
import { wordErrorRate } from './word-errors.ts';

it.each([
  ['all of it, whatever its case and its points', [['Hello, you!', 'hello you']], 0],
  ['nothing', [['one two', '']], 1],
  ['one word for another', [['one two three four', 'one too three four']], 0.25],
  ['a word less', [['one two three four', 'one three four']], 0.25],
  ['a word more', [['one two three four', 'one two and three four']], 0.25],
  ['more than was said', [['one', 'a b c']], 3],
  [
    'long sentences more than short ones',
    [
      ['one two three', 'one two three'],
      ['four', 'for'],
    ],
    0.25,
  ],
] as const)('counts %s', (_what, pairs, rate) => {
  expect(wordErrorRate(pairs)).toBe(rate);
});
