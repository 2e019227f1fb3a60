export interface SearchOptions<Result> {
  first: number;
  /** Nothing beyond is tried: it must be more than can succeed. */
  most: number;
  /** How close to each other what succeeds and what fails are in the end, as a part. */
  precision: number;
  /** `undefined`: it is too many. */
  try(count: number): Promise<Result | undefined>;
}

/**
 * The largest count that succeeds: steps of half as many again up to the first that fails, then halves of what is between.
 *
 * @throws Error if nothing failed up to the most: what was found would be that, and not what can be carried.
 */
export async function search<Result>(
  options: SearchOptions<Result>,
): Promise<{ count: number; result: Result } | undefined> {
  let best: { count: number; result: Result } | undefined;
  let failing = Infinity;
  let next = options.first;
  while (next <= options.most && next !== best?.count && next !== failing) {
    const result = await options.try(next);
    if (result === undefined) failing = next;
    else best = { count: next, result };
    const from = best?.count ?? 0;
    if (failing === Infinity) next = Math.ceil(from * 1.5);
    else if (failing <= from * (1 + options.precision)) break;
    else next = Math.round((from + failing) / 2);
  }
  if (failing === Infinity) throw new Error(`${best?.count ?? 0} are carried, and it is not known how many more`);
  return best;
}
