import { voice } from '@livekit/agents';
import type { CallerSpeaker } from './audio-out.ts';

/** An agent that has not answered by then never will; one under fire may need to find out that a line is dead first. */
const patienceMs = { calm: 25_000, underFire: 60_000 };

export interface Limit {
  error: Error;
  afterMs: number;
}

/** Resolves when `reached`, looked at whenever the session or the loudspeaker changes. */
export function until(session: voice.AgentSession, speaker: CallerSpeaker, reached: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!reached()) return;
      session.off(voice.AgentSessionEventTypes.AgentStateChanged, look);
      speaker.off('changed', look);
      resolve();
    };
    session.on(voice.AgentSessionEventTypes.AgentStateChanged, look);
    speaker.on('changed', look);
    look();
  });
}

/** How long the caller waits for an answer, and what he says then. */
export function answerTo(phrase: string, when: keyof typeof patienceMs): Limit {
  const afterMs = patienceMs[when];
  return { error: new Error(`The agent has not answered "${phrase}" within ${afterMs / 1000} seconds.`), afterMs };
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The promise, or the reason of the signal, or the error of the limit: whatever comes first. */
export function race<T>(promise: Promise<T>, signal: AbortSignal, limit?: Limit): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    const abort = (): void => {
      settle();
      reject(signal.reason as Error);
    };
    const timer = limit && setTimeout(() => (settle(), reject(limit.error)), limit.afterMs);
    promise.then(resolve, reject).finally(settle);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}
