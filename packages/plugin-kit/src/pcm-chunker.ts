import type { AudioFrame } from './audio-frame.ts';
import { Resampler } from './resampler.ts';

export interface PcmChunkerOptions {
  /** Hz of the mono 16-bit little-endian PCM that comes out. */
  sampleRate: number;
  /** Length of a chunk in milliseconds. */
  chunkMs: number;
  /** A chunk is full. The bytes are valid only during the call: they are overwritten by the next frame. */
  onChunk: (bytes: Uint8Array, milliseconds: number) => void;
}

const none = new Int16Array(0);

/**
 * Audio frames of any length, rate and channel count in; PCM chunks of one length out. One buffer is allocated, when the
 * first frame comes, and reused for life. A frame that is a view of a larger buffer gives its own samples only (livekit/agents-js#621).
 */
export class PcmChunker {
  // Hot, and together: what each frame needs.
  #inputRate: number;
  #channels = 1;
  #resampler: Resampler | undefined;
  readonly #capacity: number;
  #samples = none;
  #filled = 0;
  #bytes: Buffer | undefined;
  readonly #onChunk: PcmChunkerOptions['onChunk'];
  readonly #sampleRate: number;
  #mono = none;

  constructor(options: PcmChunkerOptions) {
    this.#sampleRate = options.sampleRate;
    this.#inputRate = options.sampleRate;
    this.#onChunk = options.onChunk;
    this.#capacity = Math.round((options.sampleRate * options.chunkMs) / 1000);
  }

  push(frame: AudioFrame): void {
    if (frame.sampleRate !== this.#inputRate || frame.channels !== this.#channels) this.#changeSource(frame);
    let samples = frame.data;
    if (frame.channels > 1) samples = this.#mix(samples, frame.channels);
    if (this.#resampler) samples = this.#resampler.push(samples);
    this.#append(samples);
  }

  /** Hands over what is left, as a shorter chunk. */
  flush(): void {
    if (this.#resampler) this.#append(this.#resampler.flush());
    if (this.#filled > 0) this.#emit();
  }

  /** Forgets what is left. */
  reset(): void {
    this.#filled = 0;
    this.#resampler?.reset();
  }

  /** What the old source still owes belongs to it, so it comes out before the new one begins. */
  #changeSource(frame: AudioFrame): void {
    if (this.#resampler) this.#append(this.#resampler.flush());
    this.#inputRate = frame.sampleRate;
    this.#channels = frame.channels;
    this.#resampler =
      frame.sampleRate === this.#sampleRate ? undefined : new Resampler(frame.sampleRate, this.#sampleRate);
  }

  #mix(samples: Int16Array, channels: number): Int16Array {
    const length = Math.floor(samples.length / channels);
    if (this.#mono.length < length) this.#mono = new Int16Array(length);
    const mono = this.#mono;
    for (let index = 0, from = 0; index < length; index++) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += samples[from++] as number;
      mono[index] = Math.round(sum / channels);
    }
    return mono.subarray(0, length);
  }

  #append(samples: Int16Array): void {
    const capacity = this.#capacity;
    if (this.#samples === none) this.#samples = new Int16Array(capacity);
    let offset = 0;
    while (offset < samples.length) {
      const count = Math.min(capacity - this.#filled, samples.length - offset);
      // A view costs more than the copy of a short frame.
      this.#samples.set(count === samples.length ? samples : samples.subarray(offset, offset + count), this.#filled);
      this.#filled += count;
      offset += count;
      if (this.#filled === capacity) this.#emit();
    }
  }

  #emit(): void {
    const count = this.#filled;
    this.#filled = 0;
    this.#bytes ??= Buffer.from(this.#samples.buffer);
    const bytes = count === this.#capacity ? this.#bytes : this.#bytes.subarray(0, count * 2);
    this.#onChunk(bytes, (count * 1000) / this.#sampleRate);
  }
}
