import type { AudioFrame } from '@livekit/rtc-node';
import type { Provider } from './dialects.ts';

/** Whoever turns audio into text, in any mode. */
export interface Ear {
  push(frame: AudioFrame): void;
}

/** A word of a transcript, and where it was said, in seconds of audio. */
export interface Word {
  text: string;
  startTime: number;
  endTime: number;
  confidence: number;
}

/** What an ear tells. `words`: where the service tells them. */
export interface Heard {
  /** A part of a transcript, which may change. */
  interim(text: string, words: readonly unknown[]): void;
  final(text: string, words: readonly unknown[]): void;
  /** For one that reads nothing: a message came. */
  message(): void;
}

export type OpenEar = (provider: Provider, url: string, heard: Heard) => Promise<Ear>;
