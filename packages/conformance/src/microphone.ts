import { AudioFrame } from '@livekit/rtc-node';
import { plainVoice } from '@patchbay/loopback';
import type { CellClock } from './clock.ts';

const sampleRate = 24_000;

/** A caller's microphone: a frame every so many milliseconds of the clock, silence where nobody speaks. */
export class Microphone {
  readonly #clock: CellClock;
  readonly #frameMs: number;
  readonly #push: (frame: AudioFrame) => void;
  readonly #views: boolean;
  #waiting: Int16Array = new Int16Array(0);
  #timer: { cancel(): void } | undefined;

  /** `views`: frames are windows onto one long buffer, as some transports hand them over. */
  constructor(
    clock: CellClock,
    push: (frame: AudioFrame) => void,
    options: { frameMs?: number; views?: boolean } = {},
  ) {
    const { frameMs = 20, views = false } = options;
    this.#clock = clock;
    this.#push = push;
    this.#frameMs = frameMs;
    this.#views = views;
  }

  get speaking(): boolean {
    return this.#waiting.length > 0;
  }

  start(): void {
    this.#timer = this.#clock.setTimer(() => {
      this.start();
      this.#step();
    }, this.#frameMs);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  async say(text: string): Promise<void> {
    const { samples } = await plainVoice.speak(text);
    this.play(samples);
  }

  /** Says samples as they are, behind what is being said. */
  play(samples: Int16Array): void {
    const all = new Int16Array(this.#waiting.length + samples.length);
    all.set(this.#waiting);
    all.set(samples, this.#waiting.length);
    this.#waiting = all;
  }

  #step(): void {
    const length = (sampleRate * this.#frameMs) / 1_000;
    const frame = new Int16Array(this.#views ? 3 * length : length).fill(this.#views ? 12_345 : 0);
    const window = this.#views ? frame.subarray(length, 2 * length).fill(0) : frame;
    window.set(this.#waiting.subarray(0, length));
    this.#waiting = this.#waiting.subarray(Math.min(length, this.#waiting.length));
    this.#push(new AudioFrame(window, sampleRate, 1, length));
  }
}
