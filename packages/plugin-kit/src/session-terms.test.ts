import { expect, it } from 'vitest';
import { mostThatFit, mostTokensOf, withSessionTerms } from './session-terms.ts';

it("the user's terms and those of the session stand side by side, each once", () => {
  expect(withSessionTerms(['Quill', 'Quill'], ['Zyphorra', 'Quill'])).toEqual(['Quill', 'Zyphorra']);
});

it('terms of a session that no URL can hold are left out, and those of the user are for others to judge', () => {
  expect(withSessionTerms(['a\nb'], ['', ' ', 'c\nd', 'half \ud83d', 'whole 😀'])).toEqual(['a\nb', 'whole 😀']);
});

it.each([
  [0, 0],
  [10_000, 10_000],
  [10_000, 9_999],
  [10_000, 137],
  [10_000, 1],
  [10_000, 0],
  [1, 0],
])('of %d as many fit as fit, found by halving: %d', (count, fit) => {
  let tries = 0;
  const found = mostThatFit(count, (many) => {
    tries++;
    return many <= fit;
  });
  expect(found).toBe(fit);
  expect(tries).toBeLessThanOrEqual(15);
});

it('tokens are counted so that there are not more', () => {
  expect(mostTokensOf(['of', 'Zyphorra  Quill', '東京', ' '])).toBe(1 + 3 + 2 + 2);
});
