import type { Spread } from './statistics.ts';

/** Three digits that count; more would be noise. */
export function figure(value: number): string {
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return String(Number(value.toFixed(Math.min(digits, 4))));
}

/** The median, and what it lies between. */
export function spreadText({ min, median, max }: Spread): string {
  return min === max ? figure(median) : `${figure(median)} (${figure(min)}–${figure(max)})`;
}
