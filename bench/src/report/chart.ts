import type { Job, Measure, Mode } from '../job.ts';
import type { JobResults } from '../results.ts';
import { figure } from './figure.ts';
import { spreadOf, type Spread } from './statistics.ts';
import { measuredModes } from './tables.ts';

const width = 760;
const colours: Readonly<Record<Mode, string>> = {
  wire: '#b8c0cc',
  raw: '#7d8ea3',
  floor: '#d9a441',
  ours: '#1f7a5c',
  upstream: '#b3473c',
};

interface Point {
  variant: string;
  mode: Mode;
  spread: Spread;
}

/** A measure as a picture: curves over numbers, bars over names. The median, and a thin line from the least to the most. */
export function chartOf(job: Job, measure: Measure, results: JobResults): string {
  const modes = measuredModes(job, results);
  const points = Object.entries(results.variants).flatMap(([variant, samples]) =>
    modes.flatMap((mode): Point[] => {
      const figures = samples[mode]?.[measure.name];
      return figures === undefined ? [] : [{ variant, mode, spread: spreadOf(figures) }];
    }),
  );
  const drawn = job.axis === undefined ? bars(points) : curves(points, job.axis);
  const title = `${measure.title}, ${measure.unit}`;
  const legend = modes.map((mode, index) => {
    const x = 170 + index * 110;
    return `<rect x="${x}" y="8" width="12" height="12" fill="${colours[mode]}"/><text x="${x + 18}" y="18">${mode}</text>`;
  });
  return `<svg viewBox="0 0 ${width} ${drawn.height}" role="img" aria-label="${escaped(title)}">${legend.join('')}${drawn.body}</svg>`;
}

function bars(points: readonly Point[]): { height: number; body: string } {
  const most = Math.max(...points.map(({ spread }) => spread.max), 0) || 1;
  const scale = (value: number): number => Math.max(0, (value / most) * (width - 260));
  let y = 26;
  let before: string | undefined;
  const body = points.map(({ variant, mode, spread: { min, median, max } }) => {
    const isFirst = variant !== before;
    if (isFirst) y += 10;
    before = variant;
    const label = isFirst ? `<text x="160" y="${y + 11}" text-anchor="end">${escaped(variant)}</text>` : '';
    const bar = `<rect x="170" y="${y}" width="${round(scale(median))}" height="13" fill="${colours[mode]}"/>`;
    const range = line(170 + scale(min), y + 6.5, 170 + scale(max), y + 6.5);
    const value = `<text x="${round(178 + scale(max))}" y="${y + 11}" class="figure">${figure(median)}</text>`;
    y += 16;
    return label + bar + range + value;
  });
  return { height: y + 10, body: body.join('') };
}

/** Both axes by factors: from one session to a thousand, what matters is the shape. */
function curves(points: readonly Point[], axis: string): { height: number; body: string } {
  const [left, right, top, bottom] = [80, width - 30, 40, 300];
  const x = logarithmic(
    points.map(({ variant }) => Number(variant)),
    [left, right],
  );
  const y = logarithmic(
    points.map(({ spread }) => spread.median),
    [bottom, top],
  );
  const lines = (Object.keys(colours) as Mode[]).map((mode) => {
    const own = points.filter((point) => point.mode === mode);
    const path = own.map(({ variant, spread }) => `${round(x(Number(variant)))},${round(y(spread.median))}`);
    const dots = own.map(({ variant, spread: { min, median, max } }) => {
      const at = x(Number(variant));
      const dot = `<circle cx="${round(at)}" cy="${round(y(median))}" r="3.5" fill="${colours[mode]}"/>`;
      return `${line(at, y(min), at, y(max))}${dot}<text x="${round(at)}" y="${round(y(median) - 8)}" text-anchor="middle" class="figure">${figure(median)}</text>`;
    });
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${colours[mode]}" stroke-width="2"/>${dots.join('')}`;
  });
  const variants = [...new Set(points.map(({ variant }) => variant))];
  const ticks = variants.map(
    (variant) => `<text x="${round(x(Number(variant)))}" y="318" text-anchor="middle">${escaped(variant)}</text>`,
  );
  const name = `<text x="${(left + right) / 2}" y="338" text-anchor="middle">${escaped(axis)}</text>`;
  return { height: 350, body: `${line(left, bottom, right, bottom)}${ticks.join('')}${name}${lines.join('')}` };
}

function logarithmic(values: readonly number[], [from, to]: readonly [number, number]): (value: number) => number {
  const positive = values.filter((value) => value > 0);
  const [least, most] = [Math.log(Math.min(...positive)), Math.log(Math.max(...positive))];
  const place = (value: number): number => (most === least ? 0.5 : (Math.log(value) - least) / (most - least));
  return (value) => from + (to - from) * (value > 0 ? Math.min(1.05, Math.max(-0.05, place(value))) : 0);
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="#222" stroke-opacity=".55"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
