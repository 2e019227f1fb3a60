import { fileURLToPath } from 'node:url';
import { describeConformance } from '@patchbay/conformance/vitest';
import { subjects } from './__fixtures__/subjects.ts';

// A cell of each kind; `pnpm faults` runs all of them.
describeConformance({
  module: fileURLToPath(new URL('./__fixtures__/subjects.ts', import.meta.url)),
  subjects,
  rows: [
    'dns-failure',
    'status-401',
    'error-after-open',
    'drop-begun',
    'malformed-json',
    'duplicate',
    'suspend',
    'abort-while-connecting',
    'phrase-outage-3',
    'cancel-race',
    'zombie-audio',
    'header-injection',
    'printed',
  ],
});
