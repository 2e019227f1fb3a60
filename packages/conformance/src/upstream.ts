import { faultRows, type FaultRow, type UpstreamFate } from './faults.ts';
import type { UpstreamFigures } from './figures.ts';
import { inParallel } from './matrix.ts';
import { runSubject } from './run.ts';
import type { Observation } from './expectation.ts';
import { titleOf, type Subject } from './subject.ts';

export interface UpstreamOptions {
  module: string;
  subjects: readonly Subject[];
  rows?: readonly string[];
  workers: number;
}

/** Acts that need a clock that can be told, or take longer than anybody waits. */
const timeless = new Set([
  'clock-jump',
  'event-loop-stall',
  'suspend',
  'slow-consumer',
  'outage',
  'long-call',
  'dns-failure',
]);

/**
 * The same cells on the plugin that this one replaces: in real time, each in a process of its own. `true` if it fails
 * where it was measured to: a suite that nobody can fail proves nothing.
 */
export async function runUpstream(options: UpstreamOptions, print: (line: string) => void): Promise<UpstreamFigures> {
  const { module, subjects, rows, workers } = options;
  const jobs: (() => Promise<void>)[] = [];
  const tally = { asExpected: 0, otherwise: 0, outcomes: {} as Record<string, number> };
  for (const subject of subjects) {
    for (const row of faultRows) {
      const fate = row.upstream?.[subject.upstream!];
      if (fate === undefined || timeless.has(row.act ?? '') || rows?.includes(row.id) === false) continue;
      jobs.push(async () => {
        const [cell] = await runSubject({ module, subject: titleOf(subject), rows: [row.id], real: true, alone: true });
        const { observation } = cell!;
        const agrees = isFate(fate, observation, row);
        if (agrees) tally.asExpected++;
        else tally.otherwise++;
        tally.outcomes[observation.outcome] = (tally.outcomes[observation.outcome] ?? 0) + 1;
        const what = `${observation.outcome}, ${observation.dials} dials${observation.wrong.length > 0 ? `, ${observation.wrong.join('; ')}` : ''}`;
        print(
          `${agrees ? ' ' : '?'} ${titleOf(subject).padEnd(26)} ${row.id.padEnd(28)} ${fate.padEnd(9)} seen: ${what}`,
        );
      });
    }
  }
  await inParallel(jobs, workers);
  print(`\n${tally.asExpected} cells as measured before, ${tally.otherwise} otherwise`);
  return tally;
}

/** Whether what was seen is what was measured before there was this suite. */
function isFate(fate: UpstreamFate, { outcome, dials, error, wrong, left }: Observation, row: FaultRow): boolean {
  switch (fate) {
    case 'ok':
      return ['completes', 'recovers', 'fails', 'ends'].includes(outcome);
    case 'crashes':
      return outcome === 'crashed';
    case 'hangs':
      return outcome === 'hangs' || outcome === 'crashed';
    case 'silent':
      return outcome === 'silent' || wrong.length > 0;
    case 'twice':
      return outcome !== 'completes';
    case 'storms':
      return dials > 20;
    case 'retries':
      return dials > 1 || error?.statusCode === undefined;
    case 'plain':
    case 'no-retry':
      return dials === 1 && (outcome === 'fails' || outcome === 'crashed' || outcome === 'silent');
    case 'leaks':
      return wrong.length > 0 || left.length > 0 || row.id === '' || outcome === 'hangs' || outcome === 'crashed';
  }
}
