import { gateways, type GatewayRow } from '@patchbay/ws-url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from '../stage.ts';
import { cases, demands } from './cases/index.ts';
import { shown } from './cases/traits.ts';
import { litellmLoopback } from './imitation.ts';
import type { LiteLLMWorld } from './world.ts';

const stage = new Stage('litellm-loopback');
let world: LiteLLMWorld;
beforeAll(async () => {
  world = (await litellmLoopback.start(stage)) as LiteLLMWorld;
});
afterAll(() => stage.end());

describe('loopback as LiteLLM', () => {
  it.each(cases.map((one) => [one.id, one] as const))('%s', async (_id, one) => {
    await one.run(world);
  });
});

describe('the cases', () => {
  it('have names of their own', () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  });

  it('show each of the sixteen demands', () => {
    expect(Object.keys(demands).map((demand) => Number.parseInt(demand, 10))).toEqual(
      Array.from({ length: 16 }, (_, at) => at + 1),
    );
    const ids = cases.map(({ id }) => id);
    for (const shown of Object.values(demands).flat()) expect(ids).toContain(shown);
  });

  it('show each trait of the row', () => {
    const { row } = gateways.litellm({ baseURL: 'http://litellm:4000', apiKey: 'key' });
    const routes = [...Object.values(row.routes), ...Object.values(row.providers ?? {}).flatMap(Object.values)];
    const named = [row, ...routes].flatMap(({ traits = {} }: Pick<GatewayRow, 'traits'>) => Object.keys(traits));
    expect(Object.keys(shown).sort()).toEqual([...new Set(named)].sort());
    for (const each of Object.values(shown).flat()) expect(cases.map(({ id }) => id)).toContain(each);
  });
});
