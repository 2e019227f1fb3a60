import type { FuzzTarget } from '@patchbay/conformance/fuzz';
import { voiceTargets } from './__fixtures__/fuzz/voices.ts';

/** Every decoder of this plugin that meets the network, for `pnpm fuzz`. Not part of the package. */
export const targets: readonly FuzzTarget[] = voiceTargets;
