// What the tests of several plugins share.
export { hear, until, type Hearing } from './hearing.ts';
export { speechFrames } from './speech-frames.ts';
