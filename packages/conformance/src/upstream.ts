import { inParallel } from './matrix.ts';
import { faultRows, type FaultRow, type UpstreamFate } from './faults.ts';
import type { UpstreamFigures } from './figures.ts';
import { runSubject } from './run.ts';
import { titleOf, type Subject } from './subject.ts';
import { isAsMeasured, observedInRealTime } from './upstream-fate.ts';
import { expectationFor } from './suites/index.ts';

export interface UpstreamOptions {
  module: string;
  subjects: readonly Subject[];
  rows?: readonly string[];
  workers: number;
}

/** Why an act is not asked of upstream: it needs what only our own runtime gives. */
const notInRealTime: Readonly<Record<string, string>> = {
  'clock-jump': 'nobody sets the clock of this machine',
  'event-loop-stall': 'nobody waits so long',
  suspend: 'nobody sends this machine to sleep',
  'slow-consumer': 'nobody waits so long',
  'dns-failure': 'it takes no agent, and no name is looked up outside of this machine',
};

/** A ping behind 15 s of silence and ten for the pong: who is not heard of then does not look. */
const deadPeerMs = 30_000;
/** Who waits for words that never come waits for half a minute behind the last that did. */
const settledMs = 40_000;

function patienceFor(fate: UpstreamFate, { upstream }: Subject, row: FaultRow): { patienceMs?: number } {
  if (fate === 'garbles' || fate === 'forgets') return { patienceMs: settledMs };
  const isSession = upstream === 'S' || upstream === 'R';
  return isSession && fate === 'hangs' && row.group !== 'connect' ? { patienceMs: deadPeerMs } : {};
}

/**
 * The same cells on the plugin that this one replaces: in real time, each in a process of its own. `true` if it fails
 * where it was measured to, and as it was: a suite that nobody can fail proves nothing.
 */
export async function runUpstream(options: UpstreamOptions, print: (line: string) => void): Promise<UpstreamFigures> {
  const { module, subjects, rows, workers } = options;
  const jobs: (() => Promise<void>)[] = [];
  const tally = { asExpected: 0, otherwise: 0, outcomes: {} as Record<string, number> };
  for (const subject of subjects) {
    for (const row of faultRows) {
      const fate = row.upstream?.[subject.upstream!];
      const expected = expectationFor(subject, row.id);
      if (fate === undefined || 'na' in expected || row.act! in notInRealTime || rows?.includes(row.id) === false)
        continue;
      jobs.push(async () => {
        const [cell] = await runSubject({
          ...{ module, subject: titleOf(subject), rows: [row.id], real: true, alone: true },
          ...patienceFor(fate, subject, row),
        });
        const { observation } = cell!;
        const agrees = isAsMeasured(fate, row, expected, observation);
        if (agrees) tally.asExpected++;
        else tally.otherwise++;
        tally.outcomes[observation.outcome] = (tally.outcomes[observation.outcome] ?? 0) + 1;
        const wrong = observedInRealTime(row, expected, observation);
        const what = wrong.length > 0 ? wrong.join('; ').slice(0, 300) : observation.outcome;
        print(`${agrees ? ' ' : '?'} ${titleOf(subject).padEnd(34)} ${row.id.padEnd(28)} ${fate.padEnd(10)} ${what}`);
      });
    }
  }
  await inParallel(jobs, workers);
  print(`\n${tally.asExpected} cells as measured before, ${tally.otherwise} otherwise`);
  return tally;
}
