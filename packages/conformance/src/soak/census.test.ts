import { expect, it } from 'vitest';
import { heapInUse } from './census.ts';

it('counts what is kept, on the heap and in buffers, and not what is let go', () => {
  const before = heapInUse();
  const kept: unknown[] = [Buffer.alloc(20e6), Array.from({ length: 500_000 }, (_, index) => ({ index }))];
  expect(heapInUse() - before).toBeGreaterThan(30e6);
  kept.length = 0;
  expect(heapInUse() - before).toBeLessThan(5e6);
});
