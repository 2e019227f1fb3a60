import type { SystemRun } from './run.ts';

/** System × what is asked about × case, for a terminal. */
export function matrixOf(runs: readonly SystemRun[]): string {
  return runs.map(sectionOf).join('\n\n');
}

/** `312 passed, 0 failed, 2 skipped (envoy: Python 3.11 to 3.13; livekit: Go 1.26 or later)` */
export function summaryOf(runs: readonly SystemRun[]): string {
  const results = runs.flatMap((run) => run.results);
  const count = (verdict: string): number => results.filter((result) => result.verdict === verdict).length;
  const skipped = runs.filter(({ lacks }) => lacks.length > 0);
  const names = skipped.map(({ system, lacks }) => `${system.name}: ${lacks.join(', ')}`).join('; ');
  const told = skipped.length === 0 ? '0 systems skipped' : `${skipped.length} systems skipped (${names})`;
  const ran = results.length === 0 ? ': nothing was run' : '';
  return `${count('pass')} passed, ${count('fail')} failed, ${told}${ran}`;
}

/** What failed, once more, for whoever sees no more than the end of a long log; nothing if nothing did. */
export function failuresOf(runs: readonly SystemRun[]): string {
  return runs
    .map((run) => ({ ...run, results: run.results.filter(({ verdict }) => verdict === 'fail') }))
    .filter(({ results }) => results.length > 0)
    .map((run) => `${sectionOf(run)}\n\n`)
    .join('');
}

function sectionOf({ system, lacks, results, seconds }: SystemRun): string {
  const head = `${system.title} ${system.version}`;
  if (lacks.length > 0) return `${head}: skipped, for there is no ${lacks.join(' and no ')} on this machine`;
  const width = Math.max(...results.map(({ about }) => about.length), 0);
  const lines = results.map(({ about, title, verdict, seen }) => {
    const said = seen === '' ? '' : `: ${seen.split('\n').join('\n      ')}`;
    return `  ${verdict === 'pass' ? '✔' : '✘'} ${about.padEnd(width)}  ${title}${said}`;
  });
  return [`${head} (${seconds} s)`, ...lines].join('\n');
}
