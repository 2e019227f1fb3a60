/** What a provider knows of a transcript beside its text. Times are milliseconds of audio on the present socket. */
export interface SpeechDetails {
  /** Any way of naming a language; it is normalised. Default: the one the user set. */
  language?: string;
  /** All languages that were heard, the most spoken one first. */
  languages?: readonly string[];
  /** 0 to 1. Default: the mean probability of the tokens, or 1 where nothing is known of them. */
  confidence?: number;
  /** Log probability of each token of this text. Those of `Speech.delta` add up. */
  logprobs?: readonly number[] | undefined;
  startMs?: number;
  endMs?: number;
  /** Default: who `Speech.spoke` most. */
  speakerId?: string | null;
  words?: readonly SpeechWord[];
  /** The provider's name for the request. Default: that of the piece of speech. */
  requestId?: string;
  metadata?: Record<string, unknown>;
}

/** A word, and where it was said. */
export interface SpeechWord {
  text: string;
  startMs?: number | undefined;
  endMs?: number | undefined;
  confidence?: number | undefined;
}

/** What speech has cost. */
export interface SpeechUsage {
  /** Default: from the beginning to the end of the speech, where both are known. */
  audioMs?: number;
  /** The provider's name for the request. Default: that of the piece of speech. */
  requestId?: string;
  inputTokens?: number;
  outputTokens?: number;
}
