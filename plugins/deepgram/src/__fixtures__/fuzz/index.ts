import type { FuzzTarget } from '@patchbay/conformance/fuzz';
import { voiceTargets } from './voices.ts';

export const targets: readonly FuzzTarget[] = voiceTargets;
