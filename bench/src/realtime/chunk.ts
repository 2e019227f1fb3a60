import { chunkSamples } from './talker.ts';

/** Frames of any length in, base64 of 100 ms out: the least that the job takes. */
export class Chunk {
  readonly #samples = new Int16Array(chunkSamples);
  readonly #bytes = Buffer.from(this.#samples.buffer);
  readonly #full: (base64: string) => void;
  #filled = 0;

  constructor(full: (base64: string) => void) {
    this.#full = full;
  }

  push(samples: Int16Array): void {
    for (let from = 0; from < samples.length;) {
      const count = Math.min(chunkSamples - this.#filled, samples.length - from);
      this.#samples.set(count === samples.length ? samples : samples.subarray(from, from + count), this.#filled);
      this.#filled += count;
      from += count;
      if (this.#filled < chunkSamples) return;
      this.#filled = 0;
      this.#full(this.#bytes.toString('base64'));
    }
  }
}
