// How long a stream of speech to text waits for what, in milliseconds.

/** Of audio in one frame. */
export const defaultChunkMs: number = 50;

/** Audio that is kept although nobody seems to speak: providers take a moment to hear a voice begin. */
export const leadMs: number = 1_000;

/** How long silence waits for a socket. */
export const backlogMs: number = 2_000;

/** How long speech does, and how much of it the next socket gets to hear again: a sentence, but not a monologue. */
export const longestReplayMs: number = 15_000;

/** A transcript that is owed comes within this, or within `timeoutMs` if that is more; nobody waits longer for a reply. */
export const answerMs: number = 10_000;

/** What only another socket can be told waits so long for a pause, so as not to cut a turn in two. */
export const pauseMs: number = 10_000;

/** A sign of life comes sooner, for the words of before have to be said again in time. */
export const probeMs: number = 8_000;

/** Replaced this long before the service would end it, if nobody speaks; and this long before, whoever speaks. */
const rotation = { quietMs: 300_000, latestMs: 60_000, jitterMs: 60_000 };

/** When a socket that lives so long is replaced. */
export function rotationOf(sessionMs: number): { afterMs: number; jitterMs: number; latestMs: number } {
  return {
    afterMs: Math.max(sessionMs / 2, sessionMs - rotation.quietMs - rotation.jitterMs),
    jitterMs: Math.min(sessionMs / 10, rotation.jitterMs),
    latestMs: Math.max(sessionMs * 0.8, sessionMs - rotation.latestMs),
  };
}
