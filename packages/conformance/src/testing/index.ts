// What the tests of several plugins share.
export { hear, until, type Hearing } from './hearing.ts';
export { speechFrames } from './speech-frames.ts';
export { Loudspeaker } from './loudspeaker.ts';
export { speak, wordsIn, type Speaking } from './speaking.ts';
export { CallMicrophone } from './call-microphone.ts';
export { listenWith, type Listening } from './listening.ts';
export { boothWith, useVoices, type Booth, type BoothVoice } from './booth.ts';
export { openDoor, type Door } from './door.ts';
export { call, finalsOf, type Call } from './call.ts';
export { expectRefusal, expectTurnByTurn, expectTwoPhrases, expectWholePhrase } from './expectations.ts';
export { listenToScript, type Scripted, type ScriptedSocket } from './scripted.ts';
export { tablesOf, tablesOfConnected } from './tables.ts';
export { collectSpans, takeSpans } from './spans.ts';
