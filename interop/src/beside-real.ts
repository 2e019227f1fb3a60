import type { Result, SystemRun } from './run.ts';

/**
 * What came of loopback's imitation of a gateway, beside what came of the real one: where the two were seen to differ, the
 * imitation has failed, and both are named. Nothing else keeps it from drifting.
 */
export function besideReal(run: SystemRun, before: readonly SystemRun[]): SystemRun {
  const { name, imitates } = run.system;
  const real = before.find(({ system }) => imitates !== undefined && system.name === imitates);
  if (real === undefined) return run;
  const results = run.results.map((imitated): Result => {
    const asked = real.results.find(({ id }) => id === imitated.id);
    if (asked === undefined || imitated.verdict === 'fail') return imitated;
    const differences = differencesOf(asked, imitated);
    if (differences.length === 0) return imitated;
    const told = differences.map(([what, its, ours]) => `${what}: ${imitates} ${its}; ${name} ${ours}`);
    return { ...imitated, verdict: 'fail', seen: `not as ${imitates}: ${told.join('\n')}` };
  });
  return { ...run, results };
}

type Difference = readonly [what: string, its: string, ours: string];

function differencesOf(real: Result, imitated: Result): Difference[] {
  const calls = Array.from({ length: Math.max(real.calls.length, imitated.calls.length) }, (_, at): Difference => {
    return [`call ${at + 1}`, real.calls[at] ?? 'has none', imitated.calls[at] ?? 'has none'];
  });
  const told: Difference[] = [
    ['verdict', real.verdict, imitated.verdict],
    ['seen', real.seen, imitated.seen],
    ...calls,
  ];
  return told.filter(([, its, ours]) => its !== ours);
}
