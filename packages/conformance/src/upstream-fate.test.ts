import { describe, expect, it } from 'vitest';
import { deviations, type Expectation, type Observation, type Range } from './expectation.ts';
import { faultRows, type FaultRow, type UpstreamColumn, type UpstreamFate } from './faults.ts';
import type { Kind, Subject } from './subject.ts';
import { expectationFor } from './suites/index.ts';
import { isAsMeasured } from './upstream-fate.ts';

const kinds: Readonly<Record<UpstreamColumn, [Kind, Subject['transport']]>> = {
  L: ['llm', 'websocket'],
  H: ['llm', 'http'],
  C: ['llm', 'http'],
  S: ['stt', 'websocket'],
  R: ['realtime', 'websocket'],
  T: ['tts', 'http'],
};

const first = <T>(value: T | readonly T[]): T => ([] as T[]).concat(value as T)[0]!;
const least = (range: Range | undefined): number => (typeof range === 'object' ? range[0] : (range ?? 0));

/** What is seen of a class that does what the contract says, to the letter. */
function flawless(expected: Expectation): Observation {
  const { error, retryable, statusCode, withinMs, tells = [] } = expected;
  return {
    outcome: first(expected.outcome),
    ...(error && { error: { name: first(error), message: '', retryable, statusCode } }),
    dials: least(expected.dials),
    ms: typeof withinMs === 'number' ? 0 : withinMs[0],
    delivers: first(expected.delivers ?? 'all'),
    recoverable: least(expected.recoverable),
    tells: [...tells],
    droppedMs: least(expected.droppedMs),
    ...{ afterwards: 'works', left: [], leaks: [], wrong: [] },
  };
}

interface MeasuredCell {
  row: FaultRow;
  fate: UpstreamFate;
  expected: Expectation;
}

const cells: [string, MeasuredCell][] = faultRows.flatMap((row) =>
  Object.entries(row.upstream ?? {}).flatMap(([column, fate]): [string, MeasuredCell][] => {
    const [kind, transport] = kinds[column as UpstreamColumn];
    const subject: Subject = {
      ...{ name: 'x', kind, transport },
      points: { begun: [1], output: [2], last: [3] },
      create: () => ({}),
    };
    const expected = expectationFor(subject, row.id);
    return 'na' in expected ? [] : [[`${row.id} of ${column}`, { row, fate, expected }]];
  }),
);
const bad = cells.filter(([, { fate }]) => fate !== 'ok');
const good = cells.filter(([, { fate }]) => fate === 'ok');

it.each(bad)('a class that does what it must is not taken for upstream: %s', (_, { row, fate, expected }) => {
  const seen = flawless(expected);
  expect(deviations(expected, seen)).toEqual([]);
  expect(isAsMeasured(fate, row, expected, seen)).toBe(false);
});

it.each(good)('one deviation, and a good cell of upstream is one no longer: %s', (_, { row, fate, expected }) => {
  const seen = flawless(expected);
  expect(isAsMeasured(fate, row, expected, seen)).toBe(true);
  expect(isAsMeasured(fate, row, expected, { ...seen, outcome: 'crashed' })).toBe(false);
  expect(isAsMeasured(fate, row, expected, { ...seen, dials: 1_000 })).toBe(false);
  expect(isAsMeasured(fate, row, expected, { ...seen, wrong: ['garbled: x'] })).toBe(false);
});

it('most of what was measured is bad, in every column', () => {
  expect(bad.length).toBeGreaterThan(good.length);
  for (const column of Object.keys(kinds)) expect(bad.some(([name]) => name.endsWith(` of ${column}`))).toBe(true);
});

describe('a bad cell is bad in its own way', () => {
  const row = faultRows.find(({ id }) => id === 'status-401')!;
  const expected: Expectation = {
    ...{ outcome: 'fails', error: 'APIStatusError', statusCode: 401, retryable: false },
    ...{ dials: 1, withinMs: 1_000, delivers: 'nothing' },
  };
  const seen = flawless(expected);
  const plain = { name: 'Error', message: 'no' };
  const known = { name: 'APIConnectionError', message: 'no', retryable: true };
  const ways: [UpstreamFate, Partial<Observation>][] = [
    ['crashes', { outcome: 'crashed', wrong: ['exit 1'] }],
    ['hangs', { outcome: 'hangs' }],
    ['silent', { outcome: 'silent' }],
    ['no-retry', { error: plain }],
    ['retries', { error: { ...known, statusCode: 401 }, dials: 4 }],
    ['statusless', { error: { ...known, retryable: false } }],
    ['hasty', { outcome: 'recovers', dials: 2 }],
    ['ignores', { outcome: 'completes', delivers: 'all' }],
    ['garbles', { outcome: 'recovers', wrong: ['garbled: a a'] }],
    ['lingers', { outcome: 'ends', wrong: ['dials again'] }],
    ['forgets', { outcome: 'recovers', ms: 8_000, delivers: 'part' }],
    ['storms', { outcome: 'recovers', dials: 200 }],
  ];

  it.each(ways)('%s', (fate, difference) => {
    expect(isAsMeasured(fate, row, expected, { ...seen, ...difference })).toBe(true);
    // Not in just any way: whoever crashes does not hang.
    for (const [other, elsewhere] of ways) {
      if (isLike(fate, other)) continue;
      expect(isAsMeasured(fate, row, expected, { ...seen, ...elsewhere }), other).toBe(false);
    }
  });

  it('leaks, in the rows about secrets', () => {
    const leaks = ['key in an event'];
    const printed = faultRows.find(({ id }) => id === 'printed')!;
    expect(isAsMeasured('leaks', printed, expected, { ...seen, leaks })).toBe(true);
    expect(isAsMeasured('leaks', printed, expected, seen)).toBe(false);
    // What prints its key prints it in every row: that is not what the others are about.
    expect(isAsMeasured('ok', row, expected, { ...seen, leaks })).toBe(true);
  });

  it('before the time that the service asked for', () => {
    const later = faultRows.find(({ id }) => id === 'status-429')!;
    const wait: Expectation = { outcome: 'recovers', dials: 2, withinMs: [1_000, 4_000], delivers: 'all' };
    const soon: Observation = { ...flawless(wait), ms: 120 };
    expect(isAsMeasured('hasty', later, wait, soon)).toBe(true);
    expect(isAsMeasured('hasty', later, wait, { ...soon, ms: 1_020 })).toBe(false);
  });
});

/** A storm tries again too, and who tries again once more is hasty. */
function isLike(fate: UpstreamFate, other: UpstreamFate): boolean {
  const again: readonly UpstreamFate[] = ['retries', 'storms', 'hasty'];
  return (
    fate === other || (again.includes(fate) && again.includes(other)) || (fate === 'statusless' && other === 'no-retry')
  );
}
