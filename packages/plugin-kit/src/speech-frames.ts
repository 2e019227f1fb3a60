import { PatchbayError } from '@patchbay/ws-url';
import { monoFrame, type AudioFrame } from './audio-frame.ts';

export interface SpeechFramesOptions {
  /** Hz of the mono 16-bit little-endian PCM that arrives. */
  sampleRate: number;
  /** Length of a frame in milliseconds. */
  frameMs: number;
  /** It is PCM for certain: our own decoder made it. Default false. */
  bare?: boolean;
  onFrame: (frame: AudioFrame, final: boolean) => void;
}

/** Bytes before which nothing is decided: the magic numbers of the formats that are not PCM, and a RIFF header. */
const headBytes = 12;

/**
 * PCM as it arrives, cut anywhere, even inside a sample → audio frames. Every frame owns its memory, because LiveKit's
 * native code reads a frame's whole buffer whatever its offset is. One frame is held back, so that the last one can
 * be marked as such.
 *
 * Servers answer with other things than were asked for, and some name the wrong type (LiteLLM says `audio/mpeg` for
 * everything), so the bytes are looked at: a WAV header is skipped, a compressed file is an error instead of noise.
 */
export class SpeechFrames {
  readonly #sampleRate: number;
  readonly #frameSamples: number;
  readonly #onFrame: SpeechFramesOptions['onFrame'];
  #head: Uint8Array | undefined;
  #samples: Int16Array;
  #bytes: Uint8Array;
  #filled = 0;
  #held: AudioFrame | undefined;
  #delivered = false;

  constructor(options: SpeechFramesOptions) {
    this.#sampleRate = options.sampleRate;
    this.#frameSamples = Math.round((options.sampleRate * options.frameMs) / 1000);
    this.#onFrame = options.onFrame;
    this.#head = options.bare === true ? undefined : new Uint8Array(0);
    this.#samples = new Int16Array(this.#frameSamples);
    this.#bytes = new Uint8Array(this.#samples.buffer);
  }

  /** Whether a frame went out: from then on nothing may be said twice. */
  get delivered(): boolean {
    return this.#delivered;
  }

  push(bytes: Uint8Array): void {
    if (this.#head === undefined) return this.#append(bytes);
    this.#head = Buffer.concat([this.#head, bytes]);
    const audio = audioIn(this.#head, this.#sampleRate);
    if (audio === undefined) return;
    this.#head = undefined;
    this.#append(audio);
  }

  /** The audio is complete: what is left goes out, and the last frame is final. */
  end(): void {
    if (this.#head !== undefined) {
      const rest = this.#head;
      this.#head = undefined;
      if (rest.length < headBytes) this.#append(rest);
    }
    const count = this.#filled >> 1;
    if (count > 0) this.#emit(this.#samples.slice(0, count));
    this.#filled = 0;
    if (this.#held) this.#deliver(this.#held, true);
    this.#held = undefined;
  }

  #append(bytes: Uint8Array): void {
    let offset = 0;
    while (offset < bytes.length) {
      const count = Math.min(this.#bytes.length - this.#filled, bytes.length - offset);
      this.#bytes.set(bytes.subarray(offset, offset + count), this.#filled);
      this.#filled += count;
      offset += count;
      if (this.#filled < this.#bytes.length) return;
      const samples = this.#samples;
      this.#samples = new Int16Array(this.#frameSamples);
      this.#bytes = new Uint8Array(this.#samples.buffer);
      this.#filled = 0;
      this.#emit(samples);
    }
  }

  #emit(samples: Int16Array): void {
    const before = this.#held;
    this.#held = monoFrame(samples, this.#sampleRate);
    if (before) this.#deliver(before, false);
  }

  #deliver(frame: AudioFrame, final: boolean): void {
    this.#delivered = true;
    this.#onFrame(frame, final);
  }
}

/** The samples behind whatever stands before them; `undefined` while that cannot be told yet. */
function audioIn(head: Uint8Array, sampleRate: number): Uint8Array | undefined {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 4)).toString('latin1');
  const compressed = Object.entries(magic).find(([number]) => start.startsWith(number));
  if (compressed) {
    throw new PatchbayError('unsupported', `PCM was asked for, but ${compressed[1]} arrived`, { retryable: false });
  }
  if (head.length < headBytes) return undefined;
  return start === 'RIFF' ? afterWavHeader(head, sampleRate) : head;
}

const magic: Readonly<Record<string, string>> = { ID3: 'MP3', OggS: 'Ogg', fLaC: 'FLAC' };

/** Walks the chunks of a WAV file up to its samples. */
function afterWavHeader(file: Uint8Array, sampleRate: number): Uint8Array | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = headBytes;
  while (at + 8 <= file.length) {
    const id = Buffer.from(file.buffer, file.byteOffset + at, 4).toString('latin1');
    const length = view.getUint32(at + 4, true);
    const body = at + 8;
    if (id === 'data') return file.subarray(body);
    if (id === 'fmt ') {
      if (body + 16 > file.length) return undefined;
      const [channels, rate, bits] = [
        view.getUint16(body + 2, true),
        view.getUint32(body + 4, true),
        view.getUint16(body + 14, true),
      ];
      if (channels !== 1 || rate !== sampleRate || bits !== 16) {
        const actual = `${bits}-bit audio with ${channels} channels at ${rate} Hz arrived`;
        throw new PatchbayError('unsupported', `16-bit mono PCM at ${sampleRate} Hz was asked for, but ${actual}`);
      }
    }
    at = body + length + (length % 2);
  }
  return undefined;
}
