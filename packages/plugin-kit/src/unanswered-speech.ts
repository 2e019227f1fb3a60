/** Peak from which PCM may be a voice: -34 dB of full scale, above the hiss of a line and below a quiet speaker. */
const voicePeak = 655;

/** Every 16th sample is looked at: a voice is loud at many of them in any chunk, and silence costs little. */
const strideBytes = 32;

/** The shortest word. Answers end where a provider thinks that words end, which is not to the millisecond. */
export const wordMs: number = 250;

/**
 * Whether a provider still owes words when its last socket dies: it has promised some, or was sent something loud
 * enough to be speech behind the last answer. Positions are milliseconds of audio since the stream began.
 */
export class UnansweredSpeech {
  #loudFromMs = 0;
  #loudUntilMs = 0;
  #answeredUntilMs = 0;
  #promised = false;

  get isOwed(): boolean {
    return this.#promised || this.isUnheard(0);
  }

  /** Something loud, as long as a word, lies behind the last answer and behind this position. */
  isUnheard(behindMs: number): boolean {
    return this.#loudUntilMs - Math.max(this.#answeredUntilMs, behindMs) >= wordMs;
  }

  /** What comes before this has been answered. */
  get answeredUntilMs(): number {
    return this.#answeredUntilMs;
  }

  /** Where the first loud thing behind the last answer is. */
  get owedFromMs(): number {
    return Math.max(this.#loudFromMs, this.#answeredUntilMs);
  }

  /** Hot: a chunk of 16-bit PCM that ends here; `true` if it is loud. Looks at few samples, and stops at the first loud one. */
  heard(bytes: Uint8Array, endMs: number): boolean {
    for (let at = 0; at + 1 < bytes.length; at += strideBytes) {
      // Little-endian, with its sign.
      const sample = ((bytes[at + 1]! << 24) >> 16) | bytes[at]!;
      if (Math.abs(sample) < voicePeak) continue;
      if (this.#loudUntilMs <= this.#answeredUntilMs) this.#loudFromMs = endMs;
      this.#loudUntilMs = endMs;
      return true;
    }
    return false;
  }

  /** The provider heard a voice, or said that a transcript will come. */
  promised(): void {
    this.#promised = true;
  }

  /** A transcript came, or the word that there is none. */
  answered(untilMs: number): void {
    this.#promised = false;
    this.#answeredUntilMs = Math.max(this.#answeredUntilMs, untilMs);
  }
}
