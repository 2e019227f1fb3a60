import { initializeLogger } from '@livekit/agents';
import type { FuzzTarget } from '@patchbay/conformance/fuzz';
import { answerTargets } from './answers.ts';
import { readerTargets } from './readers.ts';
import { socketTargets } from './sockets.ts';

initializeLogger({ pretty: false, level: 'silent' });

export const targets: readonly FuzzTarget[] = [...socketTargets, ...answerTargets, ...readerTargets];
