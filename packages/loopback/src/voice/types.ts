/** Speech as samples: signed 16-bit, mono. */
export interface Speech {
  samples: Int16Array;
  /** Hz. */
  sampleRate: number;
}

/**
 * How the text travels beside the voice: far above the speech band, above a narrower one (survives 16 kHz), inside it
 * (survives 8 kHz), or not at all.
 */
export type Carrier = 'high' | 'wide' | 'inband' | 'off';

/** Makes audible speech that an {@link Ear} can read back. */
export interface Voice {
  /** `voice` is a provider's voice name; unknown ones get a default. Result is 24 kHz unless asked otherwise. */
  speak(
    text: string,
    options?: { voice?: string; sampleRate?: number; speed?: number; signal?: AbortSignal },
  ): Promise<Speech>;
  close(): Promise<void>;
}

/** Reads text out of PCM, as it arrives. */
export interface Ear {
  listen(options: { sampleRate: number }): Promise<Listener>;
  close(): Promise<void>;
}

/** One stream of audio. Pieces of text come out as soon as they are complete. */
export interface Listener {
  push(samples: Int16Array): string[];
  /** A new utterance begins: forget half-heard packets, keep the last second. */
  reset(): void;
  /** The utterance is over: what can still be read, by a recogniser too. Empty when nothing was heard. */
  finish(): Promise<string[]>;
  close(): void;
}
