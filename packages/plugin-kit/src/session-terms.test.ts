import { expect, it } from 'vitest';
import { withSessionTerms } from './session-terms.ts';

it("the user's terms and those of the session stand side by side, each once", () => {
  expect(withSessionTerms(['Quill', 'Quill'], ['Zyphorra', 'Quill'])).toEqual(['Quill', 'Zyphorra']);
});
