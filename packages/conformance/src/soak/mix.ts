import type { LongKind } from './calls.ts';

/** So many sessions of each kind. */
export type Mix = Partial<Record<LongKind, number>>;

/**
 * Shares of the kinds in a hundred sessions. A duplex model costs thirty times as much as the others: it is never
 * silent, neither to us nor we to it.
 */
export const usualMix: Mix = { stt: 40, realtime: 40, interpreter: 18, duplex: 2 };

/** What an hour of a session costs, in parts of an hour of the cheapest. */
const cost: Readonly<Record<LongKind, number>> = { stt: 1, realtime: 2, interpreter: 1, duplex: 36 };

/** So many sessions by shares, but one of each kind that has any. */
export function mixOf(sessions: number, shares: Mix): Mix {
  const entries = Object.entries(shares) as [LongKind, number][];
  const all = entries.reduce((sum, [, share]) => sum + share, 0);
  const counts = entries.map(([kind, share]): [LongKind, number] => [
    kind,
    share > 0 ? Math.max(1, Math.floor((sessions * share) / all)) : 0,
  ]);
  // What rounding has left, or taken too much, is the first kind's.
  counts[0]![1] += sessions - counts.reduce((sum, [, count]) => sum + count, 0);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** The same work for each of so many processes, near enough. */
export function shareOut(mix: Mix, workers: number): Mix[] {
  const loads = Array.from({ length: workers }, (): { mix: Mix; cost: number } => ({ mix: {}, cost: 0 }));
  const entries = (Object.entries(mix) as [LongKind, number][]).sort(([one], [other]) => cost[other] - cost[one]);
  for (const [kind, count] of entries) {
    for (let each = 0; each < count; each++) {
      const least = loads.reduce((best, load) => (load.cost < best.cost ? load : best));
      least.mix[kind] = (least.mix[kind] ?? 0) + 1;
      least.cost += cost[kind];
    }
  }
  return loads.flatMap((load) => (load.cost > 0 ? [load.mix] : []));
}
