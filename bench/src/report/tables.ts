import { goalOf, modes, modesOf, type Job, type Measure, type Mode } from '../job.ts';
import type { JobResults } from '../results.ts';
import { spreadText } from './figure.ts';
import { ratioOf, spreadOf } from './statistics.ts';
import { verdictOf } from './verdict.ts';

/** What came of one measure of a job: ratios first, then what became of the goal, then the figures themselves. */
export interface Table {
  measure: Measure;
  head: readonly string[];
  lines: readonly (readonly string[])[];
}

const verdicts = { met: '✔', floor: '✘, as LiveKit’s own', missed: '✘' };

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
  const hasGoal = Object.keys(variants).some((variant) => goalOf(measure, variant) !== undefined);
  const lines = Object.entries(variants).map(([variant, samples]) => {
    const figuresOf = (mode: Mode): readonly number[] | undefined => samples[mode]?.[measure.name];
    const goal = goalOf(measure, variant);
    const verdict = goal && verdictOf(goal, figuresOf);
    return [
      variant,
      ...pairs.map(([one, other]) => {
        const ratio = ratioOf(figuresOf(one) ?? [], figuresOf(other) ?? []);
        return ratio === undefined ? '' : spreadText(ratio);
      }),
      ...(hasGoal ? [verdict === undefined ? '' : `${verdict.goal} ${verdicts[verdict.verdict]}`] : []),
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
  return { measure, head, lines };
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
export function plainTable({ measure, head, lines }: Table): string {
  const rows = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const text = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return [`${measure.title}, ${measure.unit}`, ...text.map((line) => `  ${line}`)].join('\n');
}

/** A table for a page of Markdown. */
export function markdownTable({ head, lines }: Table): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
