import type { FuzzTarget } from '@patchbay/conformance/fuzz';
import { transcriptTargets } from './transcripts.ts';
import { voiceTargets } from './voices.ts';

export const targets: readonly FuzzTarget[] = [...transcriptTargets, ...voiceTargets];
