/** The middle of some figures, and their ends. */
export interface Spread {
  min: number;
  median: number;
  max: number;
}

export function spreadOf(figures: readonly number[]): Spread {
  const sorted = [...figures].sort((a, b) => a - b);
  const [lower, upper] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (lower === undefined || upper === undefined) throw new RangeError('there are no figures');
  return { min: sorted[0]!, median: (lower + upper) / 2, max: sorted.at(-1)! };
}

/** Round by round, what one is to another that was measured beside it. `undefined` to nothing or to less, or if there is none. */
export function ratioOf(figures: readonly number[], others: readonly number[]): Spread | undefined {
  const pairs = figures.slice(0, others.length).map((figure, round) => [figure, others[round]!] as const);
  const isRatio = pairs.length > 0 && pairs.every(([figure, other]) => figure >= 0 && other > 0);
  return isRatio ? spreadOf(pairs.map(([figure, other]) => figure / other)) : undefined;
}

/** Round by round, how much one is above another. */
export function differenceOf(figures: readonly number[], others: readonly number[]): Spread | undefined {
  const differences = figures.slice(0, others.length).map((figure, round) => figure - others[round]!);
  return differences.length > 0 ? spreadOf(differences) : undefined;
}
