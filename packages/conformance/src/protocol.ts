import type { Observation } from './expectation.ts';
import type { Secrets } from './secrets.ts';

/** What a child is told to do: its only argument, as JSON. */
export interface Task {
  /** Module that exports `subjects`. */
  module: string;
  /** Title of the subject. */
  subject: string;
  /** Ids of rows, in order. */
  rows: readonly string[];
  round: number;
  real: boolean;
  /** In real time: after so many milliseconds a turn is said to hang. */
  patienceMs?: number;
}

/** A line of the child's on {@link reportFd}: a cell begins, or is over. */
export type Report =
  | { begins: string; secrets: Secrets }
  | { ends: string; observation: Observation; realMs: number }
  | { broken: string; message: string };

/** Beside stdout and stderr, which belong to the code under test and are searched. */
export const reportFd = 3;
