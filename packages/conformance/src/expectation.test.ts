import { describe, expect, it } from 'vitest';
import { deviations, type Expectation, type Observation } from './expectation.ts';

const seen: Observation = {
  outcome: 'fails',
  error: { name: 'APIStatusError', message: 'no', retryable: false, statusCode: 401 },
  dials: 1,
  ms: 20,
  delivers: 'nothing',
  recoverable: 0,
  tells: ['connecting', 'closed'],
  droppedMs: 0,
  afterwards: 'works',
  left: [],
  leaks: [],
  wrong: [],
};
const expected: Expectation = {
  outcome: 'fails',
  error: 'APIStatusError',
  retryable: false,
  statusCode: 401,
  dials: 1,
  withinMs: 1_000,
  delivers: 'nothing',
};

describe('a cell', () => {
  it('passes where everything is as it must be', () => {
    expect(deviations(expected, seen)).toEqual([]);
  });

  it.each<[string, Partial<Observation>]>([
    ['another outcome', { outcome: 'hangs' }],
    ['another class of error', { error: { ...seen.error!, name: 'Error' } }],
    ['an error that may be retried', { error: { ...seen.error!, retryable: true } }],
    ['another status', { error: { ...seen.error!, statusCode: -1 } }],
    ['a dial too many', { dials: 2 }],
    ['too much time', { ms: 1_001 }],
    ['something that was heard', { delivers: 'part' }],
    ['a model that works no more', { afterwards: 'hangs' }],
    ['a socket that is left', { left: ['1 sockets'] }],
    ['a secret', { leaks: ['key in an event'] }],
    ['anything else', { wrong: ['dials again'] }],
  ])('fails for %s', (_, difference) => {
    expect(deviations(expected, { ...seen, ...difference })).toHaveLength(1);
  });

  it('fails where nobody noticed and audio is missing, or where what must be told was not', () => {
    const unnoticed: Expectation = { ...expected, outcome: 'completes' };
    expect(deviations(unnoticed, { ...seen, outcome: 'completes', droppedMs: 20 })).toHaveLength(1);
    expect(deviations({ ...expected, tells: ['closed', 'connecting'] }, seen)).toHaveLength(1);
  });
});
