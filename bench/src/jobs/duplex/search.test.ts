import { describe, expect, it } from 'vitest';
import { search } from './search.ts';

async function searched(
  limit: number,
  first = 40,
  most = 10_000,
): Promise<{ count: number | undefined; tried: number[] }> {
  const tried: number[] = [];
  const best = await search({
    ...{ first, most, precision: 0.08 },
    try: async (count) => {
      tried.push(count);
      return count <= limit ? count : undefined;
    },
  });
  return { count: best?.count, tried };
}

describe('the search for the most sessions', () => {
  it.each([40, 47, 100, 333, 1_200])('comes within 8 %% of %i, and never above', async (limit) => {
    const { count } = await searched(limit);
    expect(count).toBeLessThanOrEqual(limit);
    expect(count).toBeGreaterThan(limit / 1.08 - 1);
  });

  it('goes below its first guess', async () => {
    const { count } = await searched(13);
    expect(count).toBeLessThanOrEqual(13);
    expect(count).toBeGreaterThanOrEqual(12);
  });

  it('finds that none is carried, and ends', async () => {
    expect(await searched(0, 6)).toMatchObject({ count: undefined });
  });

  it('is over at the most, without a figure: how many more would succeed is not known', async () => {
    await expect(searched(Infinity, 40, 100)).rejects.toThrow('90 are carried, and it is not known how many more');
  });
});
