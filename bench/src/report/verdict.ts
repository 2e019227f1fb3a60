import type { Goal, Mode } from '../job.ts';
import { differenceOf, ratioOf, spreadOf, type Spread } from './statistics.ts';
import { figure } from './figure.ts';

/** `floor`: missed, and LiveKit's own base class costs no less. `some`: by the median, and not in every round. */
export interface Verdict {
  goal: string;
  verdict: 'met' | 'floor' | 'some' | 'missed';
}

/** Whether ours is what it shall be; `undefined` if that was not measured. */
export function verdictOf(goal: Goal, figuresOf: (mode: Mode) => readonly number[] | undefined): Verdict | undefined {
  const ours = figuresOf('ours');
  if (ours === undefined) return undefined;
  const seen = observed(goal, ours, figuresOf);
  if (seen === undefined) return undefined;
  const isMet = meets(goal, seen.median);
  const isMetOnce = meets(goal, goal.atMost === undefined ? seen.max : seen.min);
  const floor = figuresOf('floor');
  const toFloor = floor === undefined ? undefined : ratioOf(ours, floor)?.median;
  const isFloor = toFloor !== undefined && (goal.atMost === undefined ? toFloor >= 1 : toFloor <= 1);
  return { goal: textOf(goal), verdict: isMet ? 'met' : isFloor ? 'floor' : isMetOnce ? 'some' : 'missed' };
}

function meets(goal: Goal, figure: number): boolean {
  return goal.atMost === undefined ? figure >= goal.atLeast : figure <= goal.atMost;
}

function observed(
  goal: Goal,
  ours: readonly number[],
  figuresOf: (mode: Mode) => readonly number[] | undefined,
): Spread | undefined {
  if ('value' in goal) return spreadOf(ours);
  const isRatio = 'times' in goal;
  const others = figuresOf(isRatio ? goal.times : goal.above);
  if (others === undefined) return undefined;
  return (isRatio ? ratioOf : differenceOf)(ours, others);
}

function textOf(goal: Goal): string {
  const bound = goal.atMost === undefined ? `≥ ${figure(goal.atLeast)}` : `≤ ${figure(goal.atMost)}`;
  if ('value' in goal) return bound;
  return 'times' in goal ? `${bound} × ${goal.times}` : `≤ ${goal.above} + ${figure(goal.atMost)}`;
}
