import type { Goal, Mode } from '../job.ts';
import { differenceOf, ratioOf, spreadOf } from './statistics.ts';
import { figure } from './figure.ts';

/** `floor`: missed, and LiveKit's own base class costs no less. */
export interface Verdict {
  goal: string;
  verdict: 'met' | 'floor' | 'missed';
}

/** Whether ours is what it shall be; `undefined` if that was not measured. */
export function verdictOf(goal: Goal, figuresOf: (mode: Mode) => readonly number[] | undefined): Verdict | undefined {
  const ours = figuresOf('ours');
  if (ours === undefined) return undefined;
  const seen = observed(goal, ours, figuresOf);
  if (seen === undefined) return undefined;
  const isMet = goal.atMost === undefined ? seen >= goal.atLeast : seen <= goal.atMost;
  const floor = figuresOf('floor');
  const toFloor = floor === undefined ? undefined : ratioOf(ours, floor)?.median;
  const isFloor = toFloor !== undefined && (goal.atMost === undefined ? toFloor >= 1 : toFloor <= 1);
  return { goal: textOf(goal), verdict: isMet ? 'met' : isFloor ? 'floor' : 'missed' };
}

function observed(goal: Goal, ours: readonly number[], figuresOf: (mode: Mode) => readonly number[] | undefined) {
  if ('value' in goal) return spreadOf(ours).median;
  const isRatio = 'times' in goal;
  const others = figuresOf(isRatio ? goal.times : goal.above);
  if (others === undefined) return undefined;
  return (isRatio ? ratioOf : differenceOf)(ours, others)?.median;
}

function textOf(goal: Goal): string {
  const bound = goal.atMost === undefined ? `≥ ${figure(goal.atLeast)}` : `≤ ${figure(goal.atMost)}`;
  if ('value' in goal) return bound;
  return 'times' in goal ? `${bound} × ${goal.times}` : `≤ ${goal.above} + ${figure(goal.atMost)}`;
}
