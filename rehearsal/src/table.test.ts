import { expect, it } from 'vitest';
import { cellsOf } from './plan.ts';
import { tableOf } from './table.ts';

it('the table has a line per consumer and a column per runtime, and says below why something failed', () => {
  const cells = cellsOf('reduced', false).filter(({ manager }) => manager === 'npm');
  const results = cells.map((cell) => {
    const passed = !(cell.consumer.title === 'CommonJS' && cell.runtime === '20');
    return { cell, passed, seen: passed ? 'all well' : 'no such class' };
  });
  expect(tableOf(results)).toBe(
    `consumer                     Node 20  Node 24
npm  ES module               pass     pass
npm  CommonJS                FAIL     pass
npm  tsc 5.9, nodenext .mts  -        pass
npm  tsc 7, nodenext .cts    -        pass
npm  tsc 7, bundler .mts     -        pass
npm  tsc 6, no @types        -        pass

npm  CommonJS, Node 20:
no such class`,
  );
});
