import { expect, it } from 'vitest';
import type { Job } from './job.ts';
import { runJob } from './run.ts';

const client = (name: string): URL => new URL(`./__fixtures__/${name}.ts`, import.meta.url);
const job: Job = {
  name: 'ask',
  title: 'Ask',
  about: 'A server is asked.',
  variants: ['a', 'b'],
  modes: (variant) => (variant === 'a' ? ['raw', 'ours'] : ['ours']),
  client: client('asking'),
  server: client('answering'),
  measures: [{ name: 'bytes', title: 'Bytes', unit: 'B' }],
};
const options = { rounds: 2, quick: true, print: () => {} };

it('each round asks every mode of every variant in a process of its own, and begins with another mode', async () => {
  const order: string[] = [];
  const results = await runJob(job, { ...options, print: (line) => order.push(line.replace(/:.*/, '')) });
  expect(results.variants).toEqual({
    a: { raw: { bytes: [3, 3] }, ours: { bytes: [4, 4] } },
    b: { ours: { bytes: [4, 4] } },
  });
  expect(order).toEqual(
    ['1/2 a raw', '1/2 a ours', '1/2 b ours', '2/2 a ours', '2/2 a raw', '2/2 b ours'].map((line) => `ask ${line}`),
  );
});

it('a client that fails is no figure', async () => {
  const fails = runJob({ ...job, client: client('failing') }, options);
  await expect(fails).rejects.toThrow('a, raw: the client ended with 1 and no figures');
});

it('a figure that is left out is missed', async () => {
  const measures = [...job.measures, { name: 'other', title: 'Other', unit: 'B' }];
  await expect(runJob({ ...job, measures }, options)).rejects.toThrow('ask, raw: the client did not tell other');
});
