import type { Frame } from '@patchbay/plugin-kit';

/** Peak from which PCM may be a voice: -34 dB of full scale. */
const voicePeak = 655;
/** Every 16th sample is looked at: a voice is loud at many of them, and silence costs little. */
const strideBytes = 32;
/** Kept of the silence before the first word, in chunks: words begin softly. */
const leadChunks = 1;
/** Longer than any interpreter waits before the first word; what is older would only be late. */
const longestMs = 6_000;

/** Whether a chunk of 16-bit PCM may hold a voice. */
export function isLoud(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 1 < bytes.byteLength; at += strideBytes) {
    if (Math.abs(view.getInt16(at, true)) >= voicePeak) return true;
  }
  return false;
}

/**
 * What a socket was told and has not begun to translate: if it is lost, the next one is told again. From the first word
 * of a translation on nothing is: half a sentence twice is worse than half a sentence.
 */
export class UntranslatedSpeech {
  #chunks: { frame: Frame; milliseconds: number }[] = [];
  #spoken = false;

  /** Somebody said something that nothing has come of. */
  get isOwed(): boolean {
    return this.#spoken;
  }

  sent(frame: Frame, milliseconds: number, loud: boolean): void {
    this.#spoken ||= loud;
    this.#chunks.push({ frame, milliseconds });
    const longest = this.#spoken ? longestMs : leadChunks * milliseconds;
    let total = this.#chunks.reduce((sum, chunk) => sum + chunk.milliseconds, 0);
    while (total > longest) total -= this.#chunks.shift()!.milliseconds;
  }

  /** The translation has begun. */
  answered(): void {
    this.#chunks = [];
    this.#spoken = false;
  }

  get repeatedMs(): number {
    return this.sounds().reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  }

  /** For the next socket. */
  sounds(): readonly { frame: Frame; milliseconds: number }[] {
    return this.#spoken ? this.#chunks : [];
  }
}
