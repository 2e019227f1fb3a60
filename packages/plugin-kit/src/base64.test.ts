import { expect, it } from 'vitest';
import { base64Of } from './base64.ts';

it('encodes the window of a view, not the memory around it', () => {
  const memory = Uint8Array.from([1, 2, 3, 4, 5, 6]);
  expect(base64Of(memory.subarray(2, 4))).toBe(Buffer.from([3, 4]).toString('base64'));
  expect(base64Of(Buffer.from(memory).subarray(1, 3))).toBe(Buffer.from([2, 3]).toString('base64'));
});
