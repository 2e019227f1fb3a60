import { expect, it } from 'vitest';
import type { Goal, Job } from '../job.ts';
import { laidOver, type JobResults } from '../results.ts';
import { htmlOf } from './html.ts';
import { plainTable, tablesOf } from './tables.ts';
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
  measures: [{ name: 'steps', title: 'Steps', unit: 'per walk', goal: { times: 'raw', atMost: 1.5 } }],
};
const results: JobResults = {
  name: 'walk',
  rounds: 1,
  load: 0,
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
  ]);
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

it('the page needs nothing from elsewhere, and names are no markup', () => {
  const page = htmlOf({ machine, jobs: [results] }, [job]);
  expect(page).toContain('<h2>A &lt;walk></h2>');
  expect(page).toContain('<polyline');
  expect(page).not.toMatch(/<script|<link|src=|https?:/);
  expect(htmlOf({ machine, jobs: [results] }, [{ ...job, axis: undefined }])).not.toContain('<polyline');
});

it('new figures replace those of their job only, and those of another machine altogether', () => {
  const before = { machine, jobs: [results, { ...results, name: 'run' }] };
  const now = { machine, jobs: [{ ...results, rounds: 9 }] };
  const rounds = (kept: { jobs: JobResults[] }): unknown => kept.jobs.map(({ name, rounds }) => `${name} ${rounds}`);
  expect(rounds(laidOver(before, now, ['run', 'walk']))).toEqual(['run 1', 'walk 9']);
  expect(rounds(laidOver(before, now, ['walk']))).toEqual(['walk 9']);
  expect(rounds(laidOver({ ...before, machine: { ...machine, cores: 1 } }, now, ['run', 'walk']))).toEqual(['walk 9']);
});
