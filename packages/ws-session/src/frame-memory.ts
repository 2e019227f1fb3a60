import { randomFillSync } from 'node:crypto';

/** The bytes of a text frame, until the next one. A character is three at most (a pair of surrogates is four for two). */
const memory = Buffer.allocUnsafeSlow(65_536);
const longestText = Math.floor(memory.length / 3);

/**
 * UTF-8 of a text frame, for a `ws` client that copies it under its mask before it returns: memory that is used again,
 * where `ws` would look at a text three times and take new memory for it. A long text is left to it.
 */
export function encodeText(text: string): Buffer | string {
  return text.length > longestText ? text : memory.subarray(0, memory.write(text));
}

/** What fills memory with random bytes. */
export type FillRandomly = (memory: Uint32Array) => void;

/**
 * Masking keys (RFC 6455 §5.3), and never the one of zeros: under that `ws` copies nothing, and writes from memory that
 * its owner is about to use again.
 */
export class MaskingKeys {
  readonly #random = new Uint32Array(1_024);
  readonly #fill: FillRandomly;
  #next = this.#random.length;

  constructor(fill: FillRandomly = (memory) => void randomFillSync(memory)) {
    this.#fill = fill;
  }

  /** Writes the next one into these four bytes. */
  readonly write = (key: Buffer): void => {
    key.writeUInt32LE(this.#take());
  };

  #take(): number {
    for (;;) {
      if (this.#next === this.#random.length) {
        this.#fill(this.#random);
        this.#next = 0;
      }
      const key = this.#random[this.#next++]!;
      if (key !== 0) return key;
    }
  }
}
