import { expect, it } from 'vitest';
import { asTheBase, type Goal, type Job } from '../job.ts';
import type { JobResults } from '../results.ts';
import { htmlOf } from './html.ts';
import { markdownTable, plainTable, tablesOf } from './tables.ts';
import { verdictOf } from './verdict.ts';

const machine = { cpu: 'Abacus', cores: 2, memoryGB: 4, system: 'Linux', node: 'v24.0.0', packages: {} };
const job: Job = {
  name: 'walk',
  title: 'A <walk>',
  about: 'From here to there.',
  variants: ['1', '10'],
  axis: 'walkers',
  modes: ['wire', 'raw', 'floor', 'ours'],
  client: new URL('file:///walk.ts'),
  measures: [{ name: 'steps', title: 'Steps', unit: 'per walk', goals: [{ times: 'raw', atMost: 1.5 }] }],
};
const results: JobResults = {
  name: 'walk',
  rounds: 1,
  busy: 0,
  variants: {
    1: { wire: { steps: [5] }, raw: { steps: [10] }, floor: { steps: [12] }, ours: { steps: [11] } },
    10: { raw: { steps: [10] }, ours: { steps: [20] } },
  },
};

function verdict(goal: Goal, figures: { raw?: number[]; floor?: number[]; ours?: number[] }): string | undefined {
  return verdictOf(goal, (mode) => (figures as Record<string, number[]>)[mode])?.verdict;
}

it('ratios stand first, and what was not measured is left open', () => {
  const [table] = tablesOf(job, results);
  expect(plainTable(table!).split('\n')).toEqual([
    'Steps, per walk',
    '  walkers  ours ÷ raw  floor ÷ raw  ours ÷ floor  goal           wire  raw  floor  ours',
    '  1        1.1         1.2          0.917         ≤ 1.5 × raw ✔  5     10   12     11',
    '  10       2                                      ≤ 1.5 × raw ✘        10          20',
    '  10: why is not known.',
  ]);
});

it('a row may have several goals, and one that is missed says why', () => {
  const goals: readonly Goal[] = [{ times: 'raw', atMost: 1 }, asTheBase];
  const measure = { ...job.measures[0]!, goals, reasons: { 1: 'It is uphill.', 10: 'Nobody asks.' } };
  const [table] = tablesOf({ ...job, measures: [measure] }, results);
  expect(table!.lines.map((cells) => cells[4])).toEqual([
    '≤ 1 × raw ✘, as LiveKit’s own; ≤ 1.05 × floor ✔',
    '≤ 1 × raw ✘',
  ]);
  expect(table!.reasons).toEqual(['1: It is uphill.', '10: Nobody asks.']);
  expect(markdownTable(table!)).toMatch(/\n\n- ✘ 1: It is uphill\.\n- ✘ 10: Nobody asks\.$/);
});

it('a goal is a ratio, a difference or a value', () => {
  expect(verdict({ times: 'raw', atMost: 1.2 }, { raw: [10, 20], ours: [12, 24] })).toBe('met');
  expect(verdict({ times: 'raw', atLeast: 0.8 }, { raw: [10], ours: [7] })).toBe('missed');
  expect(verdict({ above: 'raw', atMost: 8 }, { raw: [4], ours: [12] })).toBe('met');
  expect(verdict({ value: true, atMost: 2 }, { ours: [1, 2, 9] })).toBe('met');
  expect(verdict({ times: 'raw', atMost: 2 }, { ours: [1] })).toBeUndefined();
});

it('a goal that LiveKit’s own base class misses as well says so', () => {
  const goal: Goal = { times: 'raw', atMost: 1.5 };
  expect(verdict(goal, { raw: [10], floor: [21], ours: [20] })).toBe('floor');
  expect(verdict(goal, { raw: [10], floor: [19], ours: [20] })).toBe('missed');
  expect(verdict({ times: 'raw', atLeast: 0.8 }, { raw: [10], floor: [6], ours: [7] })).toBe('floor');
});

it('a goal that the median misses and a round meets says so', () => {
  expect(verdict({ times: 'raw', atMost: 1.5 }, { raw: [10, 10, 10], ours: [14, 16, 19] })).toBe('some');
  expect(verdict({ times: 'raw', atLeast: 0.8 }, { raw: [10, 10, 10], ours: [5, 7, 9] })).toBe('some');
  expect(verdict({ above: 'raw', atMost: 8 }, { raw: [1, 1, 1], ours: [10, 10, 10] })).toBe('missed');
});

it('the page needs nothing from elsewhere, and names are no markup', () => {
  const page = htmlOf({ machine, finishedOn: '2026-01-31', jobs: [results] }, [job]);
  expect(page).toContain('<h2>A &lt;walk></h2>');
  expect(page).toContain('<polyline');
  expect(page).not.toMatch(/<script|<link|src=|https?:/);
  expect(htmlOf({ machine, finishedOn: '2026-01-31', jobs: [results] }, [{ ...job, axis: undefined }])).not.toContain(
    '<polyline',
  );
});
