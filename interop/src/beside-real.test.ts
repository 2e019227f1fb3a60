import { describe, expect, it } from 'vitest';
import { besideReal } from './beside-real.ts';
import { runSystem, type SystemRun } from './run.ts';
import type { Case, System } from './system.ts';
import { testify } from './talk/witness.ts';

describe('an imitation beside the real one', () => {
  it('holds where both were seen to do the same, whatever ports and ids they had', async () => {
    expect(await beside(saying('1 dial', 'closed by 127.0.0.1:4001, resp_abcdef1'))).toMatchObject([
      { verdict: 'pass', seen: '1 dial' },
    ]);
  });

  it.each([
    ['what was seen', saying('2 dials', 'closed by 127.0.0.1:4000, resp_abcdef0'), 'seen: real 1 dial; fake 2 dials'],
    ['an error’s text', saying('1 dial', 'reset'), /call 1: real closed by 127\.0\.0\.1:PORT, resp_ID; fake reset/],
    ['the number of calls', saying('1 dial'), /call 1: real closed by .*; fake has none/],
  ])('fails where they differ in %s, and names both', async (_what, run, told) => {
    const [result] = await beside(run);
    expect(result).toMatchObject({ verdict: 'fail' });
    expect(result!.seen).toMatch(told);
  });

  it('fails where only the real one does', async () => {
    const [result] = await beside(saying('1 dial', 'closed by 127.0.0.1:4000, resp_abcdef0'), () =>
      Promise.reject(new Error('no answer')),
    );
    expect(result?.seen).toMatch(/verdict: real fail; fake pass\nseen: real no answer; fake 1 dial/);
  });

  it('is judged alone where the real one was not asked', async () => {
    const fake = await ran('fake', saying('1 dial'), { imitates: 'real' });
    expect(besideReal(fake, [])).toBe(fake);
  });
});

type Run = Case<unknown>['run'];

function saying(seen: string, ...calls: string[]): Run {
  return async () => {
    calls.forEach(testify);
    return seen;
  };
}

async function beside(
  fake: Run,
  real: Run = saying('1 dial', 'closed by 127.0.0.1:4000, resp_abcdef0'),
): Promise<SystemRun['results']> {
  const run = await ran('fake', fake, { imitates: 'real' });
  return besideReal(run, [await ran('other', saying('else')), await ran('real', real)]).results;
}

function ran(name: string, run: Run, more: Partial<System> = {}): Promise<SystemRun> {
  const cases = [{ id: 'dials', about: 'chat', title: 'it dials', run }];
  const system: System = {
    name,
    title: name,
    group: 'portkey',
    version: '1',
    needs: [],
    start: async () => ({}),
    cases,
  };
  return runSystem({ ...system, ...more }, () => undefined);
}
