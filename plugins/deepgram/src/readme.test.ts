import { join } from 'node:path';
import { describeReadme } from '@patchbay/conformance/readme';

describeReadme({
  folder: join(import.meta.dirname, '..'),
  sections: ['STT', 'STTv2', 'TTS', 'TTSv2'],
  wrong: [
    "import { STT } from '@patchbay/deepgram';\nnew STT({ modle: 'nova-3' });",
    /wrong: .*'modle' does not exist/,
  ],
});
