import { gateways } from '@patchbay/ws-url';
import { expect, it } from 'vitest';
import { runSystem } from '../run.ts';
import { cases } from './cases.ts';
import { portkeyLoopback } from './portkey.ts';
import { shown } from './traits.ts';

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

it('a case shows each trait of its row', () => {
  const { row } = gateways.portkey({ baseURL: 'http://portkey:8787/v1', provider: 'openai', providerKey: 'key' });
  expect(Object.keys(shown).sort()).toEqual(Object.keys(row.traits ?? {}).sort());
  for (const id of Object.values(shown)) expect(cases.map((one) => one.id)).toContain(id);
});
