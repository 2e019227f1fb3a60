import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { Job } from '../bench/src/job.ts';
import { generatePerformance, page } from './generate-performance.ts';

it('docs/performance.md says what the figures say (if not: node -C dev scripts/generate-performance.ts)', async () => {
  expect(await readFile(page, 'utf8')).toBe(await generatePerformance());
});

const job: Job = {
  name: 'walk',
  title: 'A walk',
  about: 'From here to there.',
  variants: ['slow', 'fast'],
  modes: ['raw', 'floor', 'ours'],
  client: new URL('file:///walk.ts'),
  measures: [{ name: 'steps', title: 'Steps', unit: 'per walk', goals: [{ times: 'raw', atMost: 1.5 }] }],
};
const machine = {
  cpu: 'Abacus',
  cores: 2,
  memoryGB: 4,
  system: 'Linux 1 x64',
  node: 'v24.0.0',
  packages: { ws: '8.0.0' },
};

it('docs/performance.md has the machine, and a table for each measure with ratios first', async () => {
  const slow = { raw: { steps: [10, 10] }, floor: { steps: [12, 13] }, ours: { steps: [11, 12] } };
  const fast = { raw: { steps: [10] }, floor: { steps: [21] }, ours: { steps: [20] } };
  const results = {
    machine,
    finishedOn: '2026-01-31',
    jobs: [{ name: 'walk', rounds: 2, busy: 1, variants: { slow, fast } }],
  };
  const text = (await generatePerformance(results, [job])).replaceAll(/ {2,}/g, ' ');
  expect(text).toContain('Abacus, 2 cores, 4 GB, Linux 1 x64, Node v24.0.0; ws 8.0.0.');
  expect(text).toContain('One run, finished on 2026-01-31.');
  expect(text).toContain('2 rounds; others used 1 % of the machine before.');
  expect(text).toContain('## A walk');
  expect(text).toContain('| | ours ÷ raw | floor ÷ raw | ours ÷ floor | goal | raw | floor | ours |');
  expect(text).toContain('| slow | 1.15 (1.1–1.2) | 1.25 (1.2–1.3) | 0.92 (0.917–0.923) | ≤ 1.5 × raw ✔ | 10 |');
  expect(text).toContain('| fast | 2 | 2.1 | 0.952 | ≤ 1.5 × raw ✘, as LiveKit’s own | 10 | 21 | 20 |');
  expect(text).toContain('- ✘ fast: why is not known.');
});
