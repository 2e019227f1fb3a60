// What the tests of several plugins share.
export { hear, until, type Hearing } from './hearing.ts';
export { speechFrames } from './speech-frames.ts';
export { Loudspeaker } from './loudspeaker.ts';
export { speak, wordsIn, type Speaking } from './speaking.ts';
export { CallMicrophone } from './call-microphone.ts';
