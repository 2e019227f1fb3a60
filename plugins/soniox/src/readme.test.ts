import { join } from 'node:path';
import { describeReadme } from '@patchbay/conformance/readme';

describeReadme({
  folder: join(import.meta.dirname, '..'),
  sections: ['STT', 'TTS'],
  wrong: [
    "import { STT } from '@patchbay/soniox';\nnew STT({ modle: 'stt-rt-v4' });",
    /wrong: .*'modle' does not exist/,
  ],
});
