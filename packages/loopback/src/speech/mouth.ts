import { sleep } from '../clock.ts';
import type { Cloud } from '../cloud.ts';

/** One frame of audio: 100 ms. */
const FRAMES_PER_SECOND = 10;

/** Who speaks, and how. */
export interface Speaker {
  /** As the provider calls it. */
  model: string;
  voice: string;
  sampleRate: number;
  speed: number | undefined;
}

/** Which text some samples are part of, at which of its samples they begin and how many it has. */
export interface Utterance {
  text: string;
  start: number;
  length: number;
}

/** What is said: its samples, frame by frame. */
export type OnSamples = (samples: Int16Array, utterance: Utterance) => void;

/** Says one text after the other, and does what is asked between them, in order. */
export class Mouth {
  readonly #cloud: Cloud;
  readonly #speaker: Speaker;
  readonly #onSamples: OnSamples;
  #stopped = new AbortController();
  #work: Promise<void> = Promise.resolve();

  constructor(cloud: Cloud, speaker: Speaker, onSamples: OnSamples) {
    this.#cloud = cloud;
    this.#speaker = speaker;
    this.#onSamples = onSamples;
  }

  say(text: string, speed: number | undefined = this.#speaker.speed): void {
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
    const { model, voice, sampleRate } = this.#speaker;
    if (!isSpeakable(text)) return;
    this.#cloud.tell('voice', 'speech-requested', { text, voice: model });
    await sleep(this.#cloud.clock, this.#cloud.pace.firstTokenMs, signal);
    const { samples } = await this.#cloud.voice.speak(text.trim(), { voice, sampleRate, speed, signal });
    const size = Math.ceil(sampleRate / FRAMES_PER_SECOND);
    for (let start = 0; start < samples.length; start += size) {
      if (start > 0) await sleep(this.#cloud.clock, this.#cloud.pace.audioMs, signal);
      if (signal.aborted) return;
      this.#onSamples(samples.subarray(start, start + size), { text, start, length: samples.length });
    }
    this.#cloud.tell('voice', 'speech-sent', { text, samples: samples.length, sampleRate });
  }
}

/** Nothing is heard of white space and punctuation. */
export function isSpeakable(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
