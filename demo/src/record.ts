import type { Ordeal } from './fire/attack.ts';

/** What a conversation leaves behind. All times are milliseconds since the first sample that the caller's line carried. */

export type Mode = 'pipeline' | 'realtime';

/** One phrase of the caller and everything that came of it. */
export interface Turn {
  said: string;
  /** First and last sample of the phrase. */
  saidFrom: number;
  saidTo: number;
  /** The transcript that the agent answered. */
  understood: string;
  tool?: ToolCall;
  /** Everything the model wrote for this reply, also what nobody heard. */
  wrote: string;
  /** What the session remembers having said. */
  remembered: string;
  /** What was read back from the samples that were played. `undefined`: nobody can read this voice. */
  heard?: string;
  /** Samples of the reply: sent by the service, received by the loudspeaker. `undefined`: nobody counted. */
  samples?: { sent: number; received: number };
  /** First and last sample of the reply that was played; NaN if none was. */
  playedFrom: number;
  playedTo: number;
  /** How much sound that was; less than the time between them if the loudspeaker ran dry. */
  playedMs: number;
  /** The caller cut in. */
  interrupted: boolean;
  /** Where the service was told to cut the reply, and what is audible up to there. Speech-to-speech only. */
  truncation?: { audioEndMs: number; text?: string };
  /** What went wrong meanwhile, because it was made to. */
  ordeal?: Ordeal;
}

export interface ToolCall {
  name: string;
  arguments: string;
  result: string;
  from: number;
  to: number;
}

export type Lane = 'caller' | 'transcript' | 'model' | 'tool' | 'speech' | 'agent';

/** A bar on the time line, or a tick where `to` is missing. */
export interface Mark {
  lane: Lane;
  /** How it looks: `wait` for the first sign of life, `work` after it, and so on. */
  kind: 'wait' | 'work' | 'speaking' | 'thinking' | 'interim' | 'final';
  from: number;
  to?: number;
  label: string;
}

export interface Conversation {
  mode: Mode;
  turns: Turn[];
  marks: Mark[];
  /** Mono, 24 kHz; both begin at time 0 and have the same length. */
  caller: Int16Array;
  agent: Int16Array;
  /** Speech that had arrived and was never played, because the caller cut in. */
  unheard: { from: number; samples: Int16Array }[];
}

export const sampleRate = 24_000;

/** For comparing what was said with what was heard: spaces do not matter. */
export function words(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
