import type { VoiceSettings } from './voice-settings.ts';

/** What differs between providers before the first frame. Times in milliseconds. */
export interface RealtimeSettings extends VoiceSettings {
  /** From `generateReply` to the reply's first sign. Default 10,000. */
  replyMs?: number;
  /** Silence inside a reply, before and after its first output, that ends it and the socket. Default 30,000 and 10,000. */
  stall?: { firstMs: number; nextMs: number };
  /** Audio kept through an outage; older audio is dropped and counted. Default 2,000, or 15,000 of a phrase that is to be repeated. */
  maxAudioBacklogMs?: number;
  /**
   * What was said on a lost socket, and neither committed nor cleared, is said to the next one. For providers that make
   * turns of their input, and tell. Default false.
   */
  repeatsSpeech?: boolean;
  /** What metrics are labelled with. Default: the model's label. */
  metricsLabel?: string;
}
