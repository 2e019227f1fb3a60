import { describe, expect, it } from 'vitest';
import { cellsOf, runtimesOf, typescriptsOf, type Cell } from './plan.ts';

const name = ({ manager, consumer, runtime }: Cell): string => `${manager} ${consumer.title} on ${runtime}`;
const whole = cellsOf('whole', true);
const nodes = ['20', '22', '24', '26'];

describe('the whole plan', () => {
  it.each(['npm', 'pnpm'])('has every kind of consumer that %s installs on every Node', (manager) => {
    const titles = [
      ...['ES module', 'CommonJS'],
      ...['5.9', '6', '7'].flatMap((typescript) =>
        ['nodenext .mts', 'nodenext .cts', 'bundler .mts'].map((how) => `tsc ${typescript}, ${how}`),
      ),
    ];
    const wanted = titles.flatMap((title) => nodes.map((node) => `${manager} ${title} on ${node}`));
    expect(whole.map(name)).toEqual(expect.arrayContaining(wanted));
  });

  it('has each compiler without the types that LiveKit forgot', () => {
    const bare = whole.filter(({ consumer }) => consumer.kind === 'types' && !consumer.types);
    expect(bare.map(name)).toEqual(
      ['npm', 'pnpm'].flatMap((manager) => ['5.9', '6', '7'].map((each) => `${manager} tsc ${each}, no @types on 24`)),
    );
  });

  it('has Bun run programs where there is Bun, and only there', () => {
    const onBun = whole.filter(({ runtime }) => runtime === 'bun');
    expect(onBun.map(({ consumer }) => consumer.kind)).toEqual(['program', 'program', 'program', 'program']);
    expect(cellsOf('whole', false)).toEqual(whole.filter(({ runtime }) => runtime !== 'bun'));
  });

  it('asks nothing twice', () => {
    expect(new Set(whole.map(name)).size).toBe(whole.length);
  });
});

it.each(['reduced', 'full'] as const)(
  'the plan of %s is a part of it: both ends of Node and of the compiler',
  (scale) => {
    const cells = cellsOf(scale, true);
    expect(whole).toEqual(expect.arrayContaining(cells));
    expect(cells.length).toBeLessThan(whole.length / 4);
    expect(runtimesOf(cells)).toEqual(['20', '24']);
    expect(typescriptsOf(cells)).toEqual(expect.arrayContaining(['5.9', '7']));
  },
);
