import { voice } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { wordsIn } from './speaking.ts';

/** A loudspeaker that plays at once, or holds a reply half played until it is interrupted. */
export class Loudspeaker extends voice.AudioOutput {
  hold = false;
  readonly played: { words: string; interrupted: boolean }[] = [];
  #frames: Int16Array[] = [];
  #waiting: (() => void)[] = [];

  constructor() {
    super(24_000, undefined, { pause: false });
  }

  override async captureFrame(frame: AudioFrame): Promise<void> {
    await super.captureFrame(frame);
    if (this.#frames.length === 0) this.onPlaybackStarted(Date.now());
    this.#frames.push(Int16Array.from(frame.data));
    this.#tell();
  }

  override flush(): void {
    super.flush();
    if (this.#frames.length > 0 && !this.hold) this.#finish(1, false);
  }

  override clearBuffer(): void {
    this.hold = false;
    if (this.#frames.length > 0) this.#finish(0.5, true);
  }

  /** Resolves when so many replies were played, to the end or not. */
  async replies(count: number): Promise<void> {
    while (this.played.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when a reply has begun to play and goes on. */
  async playing(): Promise<void> {
    while (this.#frames.length < 3) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #finish(share: number, interrupted: boolean): void {
    const all = Int16Array.from(this.#frames.flatMap((frame) => [...frame]));
    this.#frames = [];
    const heard = all.subarray(0, Math.floor(all.length * share));
    this.onPlaybackFinished({ playbackPosition: heard.length / 24_000, interrupted });
    void wordsIn([heard]).then((words) => {
      this.played.push({ words, interrupted });
      this.#tell();
    });
  }

  #tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
