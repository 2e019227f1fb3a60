import { expect, it } from 'vitest';
import { runSystem } from '../run.ts';
import { cases } from './cases.ts';
import { portkeyLoopback } from './portkey.ts';

const lanes = 4;

it('loopback’s Portkey answers as the real one did', async () => {
  const runs = Array.from({ length: lanes }, (_, lane) =>
    runSystem(
      portkeyLoopback,
      () => undefined,
      (id) => cases.findIndex((one) => one.id === id) % lanes === lane,
    ),
  );
  const results = (await Promise.all(runs)).flatMap((run) => run.results);
  expect(results.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
  expect(results).toHaveLength(cases.length);
});
