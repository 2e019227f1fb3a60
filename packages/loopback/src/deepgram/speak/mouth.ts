import { sleep } from '../../clock.ts';
import type { Cloud } from '../../cloud.ts';
import { encodeAudio } from '../audio.ts';
import { voiceOf } from '../models.ts';
import type { SpeakSettings } from './settings.ts';

/** One binary frame: 100 ms. */
const FRAMES_PER_SECOND = 10;

/** What is said: its audio, in pieces. */
export type OnAudio = (bytes: Buffer, milliseconds: number) => void;

/** Says one text after the other, and does what is asked between them, in order. */
export class Mouth {
  readonly #cloud: Cloud;
  readonly #settings: SpeakSettings;
  readonly #onAudio: OnAudio;
  #stopped = new AbortController();
  #work: Promise<void> = Promise.resolve();

  constructor(cloud: Cloud, settings: SpeakSettings, onAudio: OnAudio) {
    this.#cloud = cloud;
    this.#settings = settings;
    this.#onAudio = onAudio;
  }

  say(text: string, speed: number | undefined = this.#settings.speed): void {
    this.then((signal) => this.#speak(text, speed, signal));
  }

  /** When everything before it has been said. */
  then(task: (signal: AbortSignal) => void | Promise<void>): void {
    const { signal } = this.#stopped;
    this.#work = this.#work
      .then(() => (signal.aborted ? undefined : task(signal)))
      .catch((error: unknown) => {
        if (!signal.aborted) this.#cloud.tell('error', 'speech-failed', { message: String(error) });
      });
  }

  /** Stops in the middle of a word, and forgets what it was still to say and do. */
  stop(): void {
    this.#stopped.abort();
    this.#stopped = new AbortController();
  }

  async #speak(text: string, speed: number | undefined, signal: AbortSignal): Promise<void> {
    const { model, encoding, sampleRate } = this.#settings;
    if (!isSpeakable(text)) return;
    this.#cloud.tell('voice', 'speech-requested', { text, voice: model });
    await sleep(this.#cloud.clock, this.#cloud.pace.firstTokenMs, signal);
    const spoken = await this.#cloud.voice.speak(text.trim(), { voice: voiceOf(model), sampleRate, speed, signal });
    const size = Math.ceil(sampleRate / FRAMES_PER_SECOND);
    for (let start = 0; start < spoken.samples.length; start += size) {
      if (start > 0) await sleep(this.#cloud.clock, this.#cloud.pace.audioMs, signal);
      if (signal.aborted) return;
      const samples = spoken.samples.subarray(start, start + size);
      this.#onAudio(encodeAudio(samples, encoding, sampleRate), (samples.length / sampleRate) * 1_000);
    }
  }
}

/** Nothing is heard of white space and punctuation. */
export function isSpeakable(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
