export interface VadSettings {
  /** 0 to 1, as `turn_detection.threshold`. */
  threshold: number;
}

export type VadEdge = { type: 'started'; atMs: number } | { type: 'silence'; atMs: number; silentMs: number };

const FRAME_MS = 10;
/** Louder frames in a row that make speech. */
const ONSET_FRAMES = 4;
/** The level that a threshold of 0.5 stands for: -50 dBFS. What carries the text after the last word is still speech. */
const LEVEL_AT_HALF = 104;

/**
 * Hears speech by its energy. Time is counted in samples, never by a clock, so that the same audio gives the same edges
 * however fast it arrives. After an onset every silent frame is reported: how long a silence ends the turn is not its
 * business; `quiet()` says that it did.
 */
export class VoiceActivity {
  readonly #frameSamples: number;
  readonly #sampleRate: number;
  readonly #level: number;
  #speaking = false;
  #loudFrames = 0;
  #silentMs = 0;
  #energy = 0;
  #filled = 0;
  #samples: number;

  /** `offsetMs`: audio that came before. */
  constructor(sampleRate: number, settings: VadSettings, offsetMs = 0) {
    this.#sampleRate = sampleRate;
    this.#frameSamples = (sampleRate * FRAME_MS) / 1_000;
    this.#level = LEVEL_AT_HALF * 4 ** (settings.threshold * 2 - 1);
    this.#samples = Math.round((offsetMs * sampleRate) / 1_000);
  }

  get speaking(): boolean {
    return this.#speaking;
  }

  push(samples: Int16Array, onEdge: (edge: VadEdge) => void): void {
    for (const sample of samples) {
      this.#energy += sample * sample;
      this.#filled += 1;
      this.#samples += 1;
      if (this.#filled < this.#frameSamples) continue;
      const loud = Math.sqrt(this.#energy / this.#filled) >= this.#level;
      this.#energy = 0;
      this.#filled = 0;
      this.#frame(loud, onEdge);
    }
  }

  /** The turn is over. */
  quiet(): void {
    this.#speaking = false;
    this.#loudFrames = 0;
    this.#silentMs = 0;
  }

  #frame(loud: boolean, onEdge: (edge: VadEdge) => void): void {
    const atMs = Math.round((this.#samples * 1_000) / this.#sampleRate);
    if (!this.#speaking) {
      this.#loudFrames = loud ? this.#loudFrames + 1 : 0;
      if (this.#loudFrames < ONSET_FRAMES) return;
      this.#speaking = true;
      this.#silentMs = 0;
      onEdge({ type: 'started', atMs: atMs - ONSET_FRAMES * FRAME_MS });
      return;
    }
    this.#silentMs = loud ? 0 : this.#silentMs + FRAME_MS;
    if (this.#silentMs > 0) onEdge({ type: 'silence', atMs, silentMs: this.#silentMs });
  }
}
