import { fileURLToPath } from 'node:url';
import { expectationFor, faultRows, noScrubber, runSubject, titleOf } from '@patchbay/conformance';
import { describe, expect, it } from 'vitest';
import { subjects } from './__fixtures__/subjects.ts';

const module = fileURLToPath(new URL('./__fixtures__/subjects.ts', import.meta.url));
const wanted = ['responses.LLM (HTTP)', 'realtime.RealtimeModel', 'tts.TTS'];

/** No language model tells what its service calls a request that succeeds. */
const isTold = (title: string, row: string): boolean => row !== 'echoed-request-id' || title === 'tts.TTS';

describe('with a scrubber that does nothing', () => {
  it.each(wanted)(
    'every cell of %s in which secrets are repeated is red, of each of them',
    { timeout: 300_000 },
    async (title) => {
      const subject = subjects.find((each) => titleOf(each) === title)!;
      const rows = faultRows
        .map(({ id }) => id)
        .filter((id) => id.startsWith('echoed-') && isTold(title, id) && !('na' in expectationFor(subject, id)));
      expect(rows.length).toBeGreaterThan(5);
      const cells = await runSubject({ module, subject: title, rows, preload: noScrubber });
      for (const { row, observation } of cells) {
        const names = observation.leaks.map((leak) => leak.split(' ')[0]);
        expect(names, row).toEqual(expect.arrayContaining(['key', 'header', 'token', 'password']));
      }
      expect(cells.map(({ row }) => row)).toEqual(rows);
    },
  );
});
