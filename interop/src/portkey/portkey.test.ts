import { expect, it } from 'vitest';
import { runSystem } from '../run.ts';
import { cases } from './cases.ts';
import { portkeyLoopback } from './portkey.ts';

it('loopback’s Portkey answers as the real one did', async () => {
  const { results } = await runSystem(portkeyLoopback, () => undefined);
  expect(results.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
  expect(results).toHaveLength(cases.length);
});
