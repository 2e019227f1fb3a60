import { describe, expect, test } from 'vitest';
import { deviations } from './expectation.ts';
import { faultRows } from './faults.ts';
import { runSubject } from './run.ts';
import { titleOf, type Subject } from './subject.ts';
import { expectationFor } from './suites/index.ts';

export interface ConformanceOptions {
  /** File that exports `subjects`: children import it. */
  module: string;
  subjects: readonly Subject[];
  /** Ids of rows. Default: all. */
  rows?: readonly string[];
}

/** A test per cell of every class of a plugin, for its `conformance.test.ts`. */
export function describeConformance({ module, subjects, rows }: ConformanceOptions): void {
  const wanted = rows ?? faultRows.map(({ id }) => id);
  describe.each(subjects.map((subject) => [titleOf(subject), subject] as const))('%s', (title, subject) => {
    const applicable = wanted.filter((row) => !('na' in expectationFor(subject, row)));
    test(`does what the contract says of ${applicable.length} faults`, { timeout: 300_000 }, async () => {
      const cells = await runSubject({ module, subject: title, rows: applicable });
      const found = cells.map(({ row, observation }) => {
        const expected = expectationFor(subject, row);
        return [row, 'na' in expected ? [] : deviations(expected, observation)];
      });
      expect(found).toEqual(applicable.map((row) => [row, []]));
    });
  });
}
