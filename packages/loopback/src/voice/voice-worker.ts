import { parentPort } from 'node:worker_threads';
import { prepareFlite } from './flite.ts';
import { synthesize, type SpeechRequest } from './synthesize.ts';
import type { Speech } from './types.ts';

/** What the worker is asked. */
export interface Question extends SpeechRequest {
  id: number;
}

/** What it answers; `id` 0 says that it is ready, or why it never will be. */
export interface Answer {
  id: number;
  speech?: Speech;
  failure?: string;
}

const answer = (message: Answer): void =>
  parentPort!.postMessage(message, message.speech ? [message.speech.samples.buffer as ArrayBuffer] : []);
const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

// One sentence after the other, in the order in which they were asked for.
let last: Promise<void> = prepareFlite().then(
  () => answer({ id: 0 }),
  (error: unknown) => answer({ id: 0, failure: describe(error) }),
);
parentPort!.on('message', ({ id, ...request }: Question) => {
  last = last.then(async () => {
    try {
      answer({ id, speech: await synthesize(request) });
    } catch (error) {
      answer({ id, failure: describe(error) });
    }
  });
});
