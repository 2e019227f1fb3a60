import { expect, it } from 'vitest';
import { SessionTerms } from './session-terms.ts';

it("the user's terms and those of the session stand side by side, each once, whichever change", () => {
  const terms = new SessionTerms(['Quill']);
  expect(terms.ofSession(['Zyphorra', 'Quill'])).toEqual(['Quill', 'Zyphorra']);
  expect(terms.ofSession(['Zyphorra', 'Quill'])).toBeUndefined();
  expect(terms.ofUser(['Patchbay'])).toEqual(['Patchbay', 'Zyphorra', 'Quill']);
  expect(terms.ofSession([])).toEqual(['Patchbay']);
});
