import type { Listener } from '@patchbay/loopback';
import type { Playback } from './audio-out.ts';
import { sampleRate, words, type Turn } from './record.ts';

/** A cut as the service received it, milliseconds. */
export interface Truncation {
  audioEndMs: number;
  /** Since the epoch. */
  wall: number;
}

/** A piece of speech that left the service whole. */
export interface SpeechSent {
  samples: number;
  /** What it says, where the service was asked to say just that. */
  text?: string;
  /** Since the epoch. */
  wall: number;
}

/** A word survives the loss of a frame; the number of samples does not. */
export function countSamples(
  turns: readonly Turn[],
  sent: readonly SpeechSent[],
  playbacks: readonly Playback[],
  lineStartedAt: number,
): void {
  const answers = new Map(turns.map((turn) => [turn, { sent: 0, received: 0 }]));
  const answerAt = (wall: number): { sent: number; received: number } | undefined => {
    const turn = turns.findLast(({ saidTo }) => saidTo <= wall - lineStartedAt);
    return turn && answers.get(turn);
  };
  for (const { samples, text, wall } of sent) {
    // Of a conversation before this one.
    if (wall < lineStartedAt) continue;
    // What is still on its way when the caller cuts in is part of the answer before.
    const asked = text === undefined ? undefined : turns.find(({ wrote }) => words(wrote).includes(words(text)));
    const answer = asked ? answers.get(asked) : answerAt(wall);
    if (answer) answer.sent += samples;
  }
  for (const { received, startedAt } of playbacks) {
    const answer = answerAt(startedAt);
    if (answer) answer.received += received.length;
  }
  for (const [turn, counted] of answers) turn.samples = counted;
}

/** Of 32,767: above the carrier, below any vowel. */
const audibleLevel = 1_800;

/** What the service was told to forget, and what is audible of the reply up to there. */
export function locateTruncation(
  turn: Turn,
  truncations: readonly Truncation[],
  playbacks: readonly Playback[],
  lineStartedAt: number,
  listener: Listener | undefined,
): void {
  const playback = playbacks.find(
    ({ interrupted, startedAt }) => interrupted && Math.abs(startedAt - lineStartedAt - turn.playedFrom) < 1,
  );
  const truncation =
    playback && truncations.find(({ wall }) => wall >= playback.startedAt && wall <= playback.endedAt + 2_000);
  if (!truncation) return;
  const { audioEndMs } = truncation;
  const kept = playback.received.subarray(0, Math.round((audioEndMs / 1000) * sampleRate));
  turn.truncation = { audioEndMs, ...(listener ? { text: readBack(listener, kept) } : {}) };
}

/** Every word that is complete in these samples, and nothing of what was heard before. */
export function readBack(listener: Listener, samples: Int16Array): string {
  const pieces = [...listener.push(samples), ...listener.push(new Int16Array(sampleRate / 2))];
  void listener.finish();
  return pieces.join('');
}

/** Milliseconds to the last audible word; what may follow is silence and the carrier. */
export function voicedLength(samples: Int16Array): number {
  const last = samples.findLastIndex((value) => Math.abs(value) > audibleLevel);
  return ((last + 1) / sampleRate) * 1000;
}
