import { sleep } from '../clock.ts';
import type { Cloud } from '../cloud.ts';
import { decodeSamples, encodeSamples } from '../realtime/audio.ts';
import { VoiceActivity } from '../realtime/vad.ts';
import type { Listener } from '../voice/types.ts';
import { Speaker } from './speaker.ts';
import { translate } from './translate.ts';

const PCM = { type: 'audio/pcm', rate: 24_000 } as const;
/** "Translation consumes 200 ms engine frames", and says 200 ms for each. */
const FRAME_MS = 200;
const FRAME_SAMPLES = (PCM.rate * FRAME_MS) / 1_000;
const FRAME_BYTES = FRAME_SAMPLES * 2;
/** Audio is judged in slices, so that a phrase that ends inside a frame ends there. */
const SLICE_SAMPLES = (PCM.rate * 20) / 1_000;
/** A pause that ends a phrase. Nobody has documented when the live model begins to speak. */
const PAUSE_MS = 500;

/** What comes of the interpreter's work. `elapsedMs`: of audio taken in. */
export interface Interpretation {
  /** Words in the source language. */
  heard(text: string, elapsedMs: number): void;
  /** Words of the translation. */
  said(text: string, elapsedMs: number): void;
  /** Audio of the translation: PCM, as much as was taken in, and silent where there is nothing to say. */
  spoke(audio: Buffer, elapsedMs: number): void;
}

/**
 * Listens and speaks at the same time, frame by frame. Its time is that of the audio it is given: when that stops,
 * so does the interpreter, in the middle of a word.
 */
export class Interpreter {
  readonly #cloud: Cloud;
  readonly #language: () => string;
  readonly #events: Interpretation;
  readonly #gone = new AbortController();
  readonly #vad = new VoiceActivity(PCM.rate, { threshold: 0.5 });
  readonly #speaker = new Speaker();
  readonly #listener: Promise<Listener>;
  #work: Promise<void> = Promise.resolve();
  #rest: Buffer = Buffer.alloc(0);
  #elapsedMs = 0;
  /** Heard and not translated yet. */
  #phrase = '';
  /** The source transcript so far ends in a word. */
  #spaceNeeded = false;

  constructor(cloud: Cloud, language: () => string, events: Interpretation) {
    this.#cloud = cloud;
    this.#language = language;
    this.#events = events;
    this.#listener = cloud.ear.listen({ sampleRate: PCM.rate });
    this.#listener.catch(() => {});
  }

  append(audio: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, audio]) : audio;
    const whole = bytes.length - (bytes.length % FRAME_BYTES);
    for (let start = 0; start < whole; start += FRAME_BYTES) {
      const samples = decodeSamples(bytes.subarray(start, start + FRAME_BYTES), PCM);
      void this.#enqueue(() => this.#take(samples));
    }
    this.#rest = bytes.subarray(whole);
  }

  /** Takes in what is left, and says everything that it still owes. */
  finish(): Promise<void> {
    if (this.#rest.length > 0) this.append(Buffer.alloc(FRAME_BYTES - this.#rest.length));
    return this.#enqueue(async () => {
      await this.#endPhrase();
      while (this.#speaker.isBusy && !this.#gone.signal.aborted) {
        this.#speak();
        await sleep(this.#cloud.clock, this.#cloud.pace.audioMs, this.#gone.signal);
      }
    });
  }

  close(): void {
    this.#gone.abort();
    void this.#listener.then((listener) => listener.close()).catch(() => {});
  }

  async #take(samples: Int16Array): Promise<void> {
    const listener = await this.#listener;
    for (let start = 0; start < samples.length; start += SLICE_SAMPLES) {
      const slice = samples.subarray(start, start + SLICE_SAMPLES);
      let paused = false;
      this.#hear(listener.push(slice));
      this.#vad.push(slice, (edge) => {
        if (edge.type === 'silence') paused ||= edge.silentMs >= PAUSE_MS;
        else {
          listener.reset();
          this.#cloud.tell('listening', 'speech-started', { atMs: edge.atMs });
        }
      });
      if (paused) await this.#endPhrase();
      else if (/[.!?…]["'”’)]*\s*$/.test(this.#phrase)) await this.#translate();
    }
    this.#speak();
  }

  async #endPhrase(): Promise<void> {
    this.#vad.quiet();
    this.#hear(await (await this.#listener).finish());
    await this.#translate();
  }

  #hear(pieces: readonly string[]): void {
    for (const piece of pieces) {
      const text = this.#spaceNeeded && !/^\s/.test(piece) ? ` ${piece}` : piece;
      this.#spaceNeeded = !/\s$/.test(piece);
      this.#phrase += text;
      this.#events.heard(text, this.#elapsedMs);
    }
  }

  async #translate(): Promise<void> {
    const phrase = this.#phrase.trim();
    this.#phrase = '';
    const translation = translate(phrase, this.#language());
    if (translation === undefined) return;
    this.#cloud.tell('transcript', 'phrase-translated', { phrase, translation });
    const { signal } = this.#gone;
    await sleep(this.#cloud.clock, this.#cloud.pace.firstTokenMs, signal);
    const { samples } = await this.#cloud.voice.speak(translation, { sampleRate: PCM.rate, signal });
    this.#speaker.add(translation, samples);
  }

  #speak(): void {
    this.#elapsedMs += FRAME_MS;
    const { audio, words } = this.#speaker.take(FRAME_SAMPLES);
    for (const word of words) this.#events.said(word, this.#elapsedMs);
    this.#events.spoke(encodeSamples(audio, PCM), this.#elapsedMs);
  }

  /** One thing after the other; a frame that fails is a frame of nothing. */
  #enqueue(task: () => Promise<void>): Promise<void> {
    this.#work = this.#work
      .then(() => (this.#gone.signal.aborted ? undefined : task()))
      .catch((error: unknown) => this.#cloud.tell('error', 'translation-failed', { message: String(error) }));
    return this.#work;
  }
}
