import { fileURLToPath } from 'node:url';
import { describeConformance } from '@patchbay/conformance/vitest';
import { subjects } from './__fixtures__/subjects.ts';

// A cell of each kind; `pnpm faults` runs all of them.
describeConformance({
  module: fileURLToPath(new URL('./__fixtures__/subjects.ts', import.meta.url)),
  subjects,
  rows: [
    ...['status-429', 'fatal-after-open', 'mute-output', 'drop-output', 'expire'],
    ...['null-fields', 'null-error', 'duplicate', 'orphan', 'rate-limit', 'long-call'],
    ...['cancel-race', 'zombie-audio', 'turn-fails', 'cap-reached', 'echoed-close'],
  ],
});
