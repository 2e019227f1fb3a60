export { answerWithEvents, eventOf, floodAnswers, type AnswersOptions } from './answers.ts';
export { listening, speaking } from './clients.ts';
export { Feed, type Frame } from './feed.ts';
export { feedFunction, type FunctionOptions } from './functions.ts';
export { Random } from './random.ts';
export { recordedEvents, recordedFrames, type Recording } from './recordings.ts';
export { floodSockets, type Client } from './sockets.ts';
export type { FuzzResult, FuzzTarget, Seam } from './types.ts';
