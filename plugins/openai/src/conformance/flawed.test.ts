import { fileURLToPath } from 'node:url';
import { runSubject } from '@patchbay/conformance';
import { expect, it } from 'vitest';

const module = fileURLToPath(new URL('./__fixtures__/flawed.ts', import.meta.url));

it.each([
  [
    'loses speech and does not say so',
    'flawed.Silent',
    'phrase-outage-12',
    /^\d{4} ms of speech are not heard, and 0 were told$/,
  ],
  [
    'tells more than it has lost',
    'flawed.Boastful',
    'phrase-outage-3',
    /^0 ms of speech are not heard, and \d{4} were told$/,
  ],
])('a class that %s is found out', { timeout: 120_000 }, async (_what, name, row, found) => {
  const [cell] = await runSubject({ module, subject: `${name} (realtime)`, rows: [row] });
  expect(cell?.observation.wrong).toEqual(expect.arrayContaining([expect.stringMatching(found)]));
});
