import type { AudioFrame } from '@livekit/rtc-node';
import type { Provider } from './dialects.ts';

/** Whoever turns audio into text, in any mode. */
export interface Ear {
  push(frame: AudioFrame): void;
}

/** What an ear tells. */
export interface Heard {
  /** A part of a transcript, which may change. */
  interim(text: string): void;
  final(text: string): void;
  /** For one that reads nothing: a message came. */
  message(): void;
}

export type OpenEar = (provider: Provider, url: string, heard: Heard) => Promise<Ear>;
