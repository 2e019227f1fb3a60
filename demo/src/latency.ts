import type { Conversation } from './record.ts';
import { median, stretches, timings } from './timing.ts';

/** As much of a question as tells it from another, characters. */
const shortestQuestion = 12;

/** A table of where the wait went, in milliseconds; the last row is the median of each column. */
export function latencyTable(conversation: Conversation): string[][] {
  const rows = timings(conversation);
  if (rows.length === 0) return [];
  const used = stretches[conversation.mode].filter((what) =>
    rows.some(({ waits }) => waits.some((wait) => wait.what === what)),
  );
  const numbers = rows.map(({ waits, total }) => [
    ...used.map((what) => waits.find((wait) => wait.what === what)?.milliseconds),
    total,
  ]);
  const show = (value: number | undefined): string => (value === undefined ? '' : String(Math.round(value)));
  const medians = numbers[0]!.map((_, column) => {
    const known = numbers.map((row) => row[column]).filter((value) => value !== undefined);
    return median(known);
  });
  return [
    ['', ...used, 'total'],
    ...rows.map(({ turn }, index) => [shorten(turn.said, 28), ...numbers[index]!.map(show)]),
    ['median', ...medians.map(show)],
  ];
}

/** Makes a table narrow enough: first the questions get shorter, then the stretches go, but never the total. */
export function fit(table: readonly string[][], width: number): string[][] {
  const widthOf = (rows: readonly string[][]): number => align(rows)[0]?.length ?? 0;
  const cut = (rows: readonly string[][], length: number): string[][] =>
    rows.map(([first = '', ...rest]) => [shorten(first, length), ...rest]);
  let rows = table.map((row) => [...row]);
  while (widthOf(cut(rows, shortestQuestion)) > width && rows[0]!.length > 2) {
    rows = rows.map((row) => [...row.slice(0, -2), row.at(-1)!]);
  }
  const spare = widthOf(rows) - width;
  const longest = Math.max(0, ...rows.map(([first = '']) => first.length));
  return spare > 0 ? cut(rows, Math.max(shortestQuestion, longest - spare)) : rows;
}

/** Columns of equal width; the first one is text, the others are numbers. */
export function align(table: readonly string[][]): string[] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  '),
  );
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).trimEnd()}…`;
}
