export { deviations } from './expectation.ts';
export type { Expectation, NotApplicable, Observation, Outcome, Suite } from './expectation.ts';
export { faultRows } from './faults.ts';
export type { FaultRow, Group } from './faults.ts';
export { runSubject } from './run.ts';
export type { CellRun, RunOptions } from './run.ts';
export { expectationFor } from './suites/index.ts';
export { suiteOf, titleOf } from './subject.ts';
export type { Kind, Point, Subject, Where } from './subject.ts';
