import { goalsOf, modes, modesOf, type Job, type Measure, type Mode } from '../job.ts';
import type { JobResults } from '../results.ts';
import { spreadText } from './figure.ts';
import { ratioOf, spreadOf } from './statistics.ts';
import { verdictOf } from './verdict.ts';

/** What came of one measure of a job: ratios first, then what became of the goal, then the figures themselves. */
export interface Table {
  measure: Measure;
  head: readonly string[];
  lines: readonly (readonly string[])[];
  /** Why goals are missed, variant by variant. */
  reasons: readonly string[];
}

const verdicts = { met: '✔', floor: '✘, as LiveKit’s own', some: '✘, not in all rounds', missed: '✘' };

export function tablesOf(job: Job, results: JobResults): Table[] {
  return job.measures.map((measure) => tableOf(job, measure, results));
}

/** Modes of which there are figures, in their order. */
export function measuredModes(job: Job, results: JobResults): Mode[] {
  const wanted = new Set(Object.keys(results.variants).flatMap((variant) => modesOf(job, variant)));
  const isThere = (mode: Mode): boolean => Object.values(results.variants).some((samples) => mode in samples);
  return modes.filter((mode) => wanted.has(mode) && isThere(mode));
}

function tableOf(job: Job, measure: Measure, { variants, ...rest }: JobResults): Table {
  const present = measuredModes(job, { variants, ...rest });
  const pairs = pairsOf(present);
  const hasGoal = Object.keys(variants).some((variant) => goalsOf(measure, variant).length > 0);
  const missed = new Map<string, string[]>();
  const lines = Object.entries(variants).map(([variant, samples]) => {
    const figuresOf = (mode: Mode): readonly number[] | undefined => samples[mode]?.[measure.name];
    const found = goalsOf(measure, variant).flatMap((goal) => verdictOf(goal, figuresOf) ?? []);
    if (found.some(({ verdict }) => verdict !== 'met'))
      addTo(missed, measure.reasons?.[variant] ?? 'why is not known.', variant);
    return [
      variant,
      ...pairs.map(([one, other]) => {
        const ratio = ratioOf(figuresOf(one) ?? [], figuresOf(other) ?? []);
        return ratio === undefined ? '' : spreadText(ratio);
      }),
      ...(hasGoal ? [found.map(({ goal, verdict }) => `${goal} ${verdicts[verdict]}`).join('; ')] : []),
      ...present.map((mode) => {
        const figures = figuresOf(mode);
        return figures === undefined ? '' : spreadText(spreadOf(figures));
      }),
    ];
  });
  const head = [
    job.axis ?? '',
    ...pairs.map(([one, other]) => `${one} ÷ ${other}`),
    ...(hasGoal ? ['goal'] : []),
    ...present,
  ];
  const reasons = [...missed].map(([reason, names]) => `${names.join('; ')}: ${reason}`);
  return { measure, head, lines, reasons };
}

/** What is known of several is said once. */
function addTo(missed: Map<string, string[]>, reason: string, variant: string): void {
  const variants = missed.get(reason);
  if (variants === undefined) missed.set(reason, [variant]);
  else variants.push(variant);
}

/** Who is compared with whom: all with what is least, and ours with LiveKit's base class. */
function pairsOf(present: readonly Mode[]): [Mode, Mode][] {
  const base = (['raw', 'floor'] as const).find((mode) => present.includes(mode));
  if (base === undefined) return present.includes('upstream') ? [['ours', 'upstream']] : [];
  const rest = (['ours', 'floor', 'upstream'] as const).filter((mode) => mode !== base && present.includes(mode));
  const pairs = rest.map((mode): [Mode, Mode] => [mode, base]);
  const alsoFloor = base === 'raw' && present.includes('floor') && present.includes('ours');
  return alsoFloor ? [...pairs, ['ours', 'floor']] : pairs;
}

/** A table for a terminal. */
export function plainTable({ measure, head, lines, reasons }: Table): string {
  const rows = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const text = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return [`${measure.title}, ${measure.unit}`, ...[...text, ...reasons].map((line) => `  ${line}`)].join('\n');
}

/** A table for a page of Markdown. */
export function markdownTable({ head, lines, reasons }: Table): string {
  const table = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const missed = reasons.map((reason) => `- ✘ ${reason}`).join('\n');
  return missed === '' ? table : `${table}\n\n${missed}`;
}
