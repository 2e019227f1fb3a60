import { bytesPerFrame, channelsOf } from './audio.ts';
import type { AudioFormat } from './audio.ts';
import { readWavHead } from './wav.ts';

/** A head that is longer is none. */
const MAX_HEAD_BYTES = 64 * 1024;

/** Audio as it comes in: raw, or in a WAV whose head says what it is. */
export class AudioInput {
  #format: AudioFormat | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #left = Infinity;

  /** `format`: of raw audio; without it a container is expected. */
  constructor(format?: AudioFormat) {
    this.#format = format;
  }

  /** Known from the beginning for raw audio, and once its head is there for a WAV. */
  get format(): AudioFormat | undefined {
    return this.#format;
  }

  /** The samples of each channel; none while the head is not complete. Throws for what is no audio that we know. */
  push(bytes: Buffer): Int16Array[] {
    let all = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    if (!this.#format) {
      const head = readWavHead(all);
      if (!head) {
        if (all.length > MAX_HEAD_BYTES) throw new Error('a head without an end');
        this.#rest = all;
        return [];
      }
      this.#format = head.format;
      this.#left = head.dataBytes;
      all = all.subarray(head.dataStart);
    }
    const usable = all.subarray(0, this.#left);
    const whole = usable.length - (usable.length % bytesPerFrame(this.#format));
    this.#left -= whole;
    this.#rest = usable.subarray(whole);
    return channelsOf(usable.subarray(0, whole), this.#format);
  }
}
