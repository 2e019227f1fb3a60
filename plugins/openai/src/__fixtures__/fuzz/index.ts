import { initializeLogger } from '@livekit/agents';
import type { FuzzTarget } from '@patchbay/conformance/fuzz';
import { installRuntime } from '@patchbay/ws-session/testing';
import { currentRuntime } from '@patchbay/ws-session';
import { answerTargets } from './answers.ts';
import { readerTargets } from './readers.ts';
import { socketTargets } from './sockets.ts';

initializeLogger({ pretty: false, level: 'silent' });

// Waits before another attempt are shorter than any deadline; they are what a flood would spend its time with.
const { clock } = currentRuntime();
installRuntime({
  clock: { ...clock, setTimer: (callback, delayMs) => clock.setTimer(callback, delayMs < 9_000 ? delayMs / 50 : delayMs) },
});

export const targets: readonly FuzzTarget[] = [...socketTargets, ...answerTargets, ...readerTargets];
