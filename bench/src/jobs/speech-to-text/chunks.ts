import type { AudioFrame } from '@livekit/rtc-node';

/** Frames in, chunks of one length out, each sample copied once into the one buffer. */
export class Chunks {
  readonly #bytes: Buffer;
  readonly #full: (bytes: Buffer) => void;
  #filled = 0;

  constructor(length: number, full: (bytes: Buffer) => void) {
    this.#bytes = Buffer.allocUnsafeSlow(length);
    this.#full = full;
  }

  push({ data }: AudioFrame): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    for (let at = 0; at < bytes.length;) {
      const count = Math.min(bytes.length - at, this.#bytes.length - this.#filled);
      this.#bytes.set(at === 0 && count === bytes.length ? bytes : bytes.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled < this.#bytes.length) continue;
      this.#filled = 0;
      this.#full(this.#bytes);
    }
  }
}
