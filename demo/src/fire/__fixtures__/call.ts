import { plainEar, plainVoice, startLoopback } from '@patchbay/loopback';
import { vi } from 'vitest';
import { closeModels, type Models } from '../../cast.ts';
import { converse } from '../../conversation.ts';
import { sampleRate, type Mode, type Turn } from '../../record.ts';
import type { Step } from '../../script.ts';
import { Fire } from '../fire.ts';
import { eavesdrop } from './eavesdropper.ts';

/** Where a call's models are, and the key that nobody may see. */
export interface Place {
  baseURL: string;
  apiKey: string;
}

export interface Call {
  /** Those that were begun. */
  turns: Turn[];
  /** What ended it early. */
  failure: Error | undefined;
  /** Where the key was seen: it should be nowhere. */
  leaks: string[];
  /** Rejections that nobody handled, and exceptions that nobody caught. */
  escaped: unknown[];
}

/**
 * The demo's conversation, said in plain voices. All time of this process, LiveKit's and the cloud's too, passes as fast
 * as there is something to do in it; sockets are real.
 */
export async function call(mode: Mode, script: readonly Step[], models: (place: Place) => Models): Promise<Call> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] });
  const apiKey = `sk-${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
  const ears = eavesdrop(apiKey);
  const cloud = await startLoopback({ voice: 'plain', faults: [] });
  const cast = models({ baseURL: cloud.url, apiKey });
  const turns: Turn[] = [];
  let failure: Error | undefined;
  try {
    await hurry(
      converse({
        ...{ mode, models: cast, script },
        phrases: await Promise.all(script.map(({ say }) => plainVoice.speak(say))),
        listener: await plainEar.listen({ sampleRate }),
        onProgress(progress) {
          ears.sees('what the demo tells', progress);
          if (progress.what === 'attacked') turns.push(progress.turn);
        },
        truncations: () => [],
        fire: new Fire(cloud.faults),
        signal: new AbortController().signal,
      }),
    );
  } catch (error) {
    failure = error as Error;
  } finally {
    for (const [part, thing] of Object.entries({ ...cast, failure })) ears.sees(part, thing);
    await hurry(closeModels(cast));
    await cloud.close();
    ears.stop();
    vi.useRealTimers();
  }
  return { turns, failure, leaks: ears.leaks, escaped: ears.escaped };
}

async function hurry<T>(promise: Promise<T>): Promise<T> {
  let isOver = false;
  const over = (): void => void (isOver = true);
  promise.then(over, over);
  while (!isOver) {
    await vi.advanceTimersByTimeAsync(10);
    for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  return promise;
}
