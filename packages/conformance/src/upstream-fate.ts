import { deviations, type Expectation, type Observation } from './expectation.ts';
import type { FaultRow, UpstreamFate } from './faults.ts';

/**
 * What differs from what must be, as far as real time and a plugin that is not ours can be judged by it: our own events
 * are nobody else's duty, and how long it takes depends on waits that are shorter here; but a wait that the service
 * itself asked for is one. Secrets are judged in the rows about secrets, for what prints one prints it everywhere.
 */
export function observedInRealTime(row: FaultRow, expected: Expectation, seen: Observation): string[] {
  const { droppedMs: _dropped, tells: _tells, withinMs, ...rest } = expected;
  const isAsked = row.faults?.some((fault) => fault.includes('retry-after'));
  const leastMs = isAsked && typeof withinMs !== 'number' ? withinMs[0] : 0;
  const { leaks } = seen;
  return deviations(
    { ...rest, withinMs: [leastMs, Infinity], droppedMs: [0, Infinity] },
    { ...seen, leaks: row.group === 'secrets' ? leaks : [] },
  );
}

/** Whether a cell went as it was measured to: a good one without a deviation, a bad one with one, and in its way. */
export function isAsMeasured(fate: UpstreamFate, row: FaultRow, expected: Expectation, seen: Observation): boolean {
  const isGood = observedInRealTime(row, expected, seen).length === 0;
  return fate === 'ok' ? isGood : !isGood && ways[fate](expected, seen);
}

const most = (range: Expectation['dials']): number => (typeof range === 'number' ? range : range[1]);

/** Classes that LiveKit retries. */
const isKnown = (name: string | undefined): boolean => /^API\w*Error$/.test(name ?? '');

const ways: Readonly<Record<Exclude<UpstreamFate, 'ok'>, (expected: Expectation, seen: Observation) => boolean>> = {
  crashes: (_, { outcome }) => outcome === 'crashed',
  hangs: (_, { outcome }) => outcome === 'hangs',
  silent: (_, { outcome }) => outcome === 'silent',
  'no-retry': (_, { outcome, dials, error }) => outcome === 'fails' && dials === 1 && !isKnown(error?.name),
  retries: (expected, { dials, error }) =>
    dials > most(expected.dials) || (error?.retryable === true && expected.retryable === false),
  statusless: (expected, { outcome, error }) =>
    outcome === 'fails' && expected.statusCode !== undefined && error?.statusCode === undefined,
  hasty: (_, { outcome, dials }) => outcome === 'recovers' && dials > 1,
  ignores: (_, { outcome, delivers }) => outcome === 'completes' && delivers === 'all',
  garbles: (_, { wrong }) => wrong.some((what) => what.startsWith('garbled')),
  lingers: (_, { outcome, wrong }) => outcome === 'ends' && wrong.length > 0,
  storms: (_, { dials }) => dials > 20,
  // LiveKit waits ten seconds for a reply, or five where the model says so.
  forgets: (_, { outcome, ms }) => outcome === 'recovers' && ms > 4_900,
  leaks: (_, { leaks }) => leaks.length > 0,
};
