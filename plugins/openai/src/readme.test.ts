import { join } from 'node:path';
import { describeReadme } from '@patchbay/conformance/readme';

/** What an example takes from a package that this one has no use for. */
const strangers = `declare module '@azure/identity' {
  export class DefaultAzureCredential {}
  export function getBearerTokenProvider(credential: DefaultAzureCredential, scope: string): () => Promise<string>;
}`;

describeReadme({
  folder: join(import.meta.dirname, '..'),
  sections: [
    'LLM',
    'responses.LLM',
    'STT',
    'TTS',
    'realtime.RealtimeModel',
    'realtime.GPTLiveModel',
    'realtime.RealtimeTranslationModel',
  ],
  wrong: [
    "import { STT } from '@patchbay/openai';\nnew STT({ modle: 'whisper-1' });",
    /wrong: .*'modle' does not exist/,
  ],
  strangers,
});
