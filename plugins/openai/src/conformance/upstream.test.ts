import { fileURLToPath } from 'node:url';
import { expectationFor, faultRows, isAsMeasured, runSubject, titleOf } from '@patchbay/conformance';
import { expect, it } from 'vitest';
import { subjects } from './__fixtures__/subjects.ts';

const module = fileURLToPath(new URL('./__fixtures__/subjects.ts', import.meta.url));

/** Cells in which upstream does something else, each in another way. */
const bad: Readonly<Record<'L' | 'S' | 'R', readonly string[]>> = {
  L: ['status-401', 'status-429', 'status-500', 'stall-output', 'huge-frame', 'orphan', 'barge-in', 'close-1008'],
  S: ['refused', 'stall-begun', 'drop-begun', 'malformed-json', 'duplicate', 'view-frames'],
  R: ['refused', 'close-at-once', 'malformed-json', 'binary-frame', 'first-event-after-reconnect', 'printed'],
};

// `pnpm faults --upstream` finds upstream so; it must not find so whoever mends it.
it.each(Object.entries(bad))(
  'our own classes are not as upstream was measured: column %s',
  { timeout: 240_000 },
  async (column, rows) => {
    const subject = subjects.find(({ upstream }) => upstream === column)!;
    const cells = await runSubject({ module, subject: titleOf(subject), rows });
    for (const { row: id, observation } of cells) {
      const row = faultRows.find((each) => each.id === id)!;
      const fate = row.upstream?.[subject.upstream!];
      const expected = expectationFor(subject, id);
      if (fate === undefined || 'na' in expected) throw new Error(`${id} was not measured`);
      expect(fate, id).not.toBe('ok');
      expect(isAsMeasured(fate, row, expected, observation), id).toBe(false);
      expect(isAsMeasured('ok', row, expected, observation), id).toBe(true);
    }
    expect(cells).toHaveLength(rows.length);
  },
);
