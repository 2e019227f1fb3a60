import { sampleRate } from '../../servers/text-to-speech-audio.ts';

/** Samples of a frame of 20 ms, as the plugins make them. */
export const frameSamples = sampleRate / 50;

/** Cuts what comes into frames, each in memory of its own. */
export class Cutter {
  readonly #onFrame: (samples: Int16Array) => void;
  #samples = new Int16Array(frameSamples);
  #bytes = new Uint8Array(this.#samples.buffer);
  #filled = 0;

  constructor(onFrame: (samples: Int16Array) => void) {
    this.#onFrame = onFrame;
  }

  push(bytes: Uint8Array): void {
    for (let offset = 0; offset < bytes.length;) {
      const count = Math.min(this.#bytes.length - this.#filled, bytes.length - offset);
      this.#bytes.set(bytes.subarray(offset, offset + count), this.#filled);
      this.#filled += count;
      offset += count;
      if (this.#filled < this.#bytes.length) return;
      const samples = this.#samples;
      this.#samples = new Int16Array(frameSamples);
      this.#bytes = new Uint8Array(this.#samples.buffer);
      this.#filled = 0;
      this.#onFrame(samples);
    }
  }
}
