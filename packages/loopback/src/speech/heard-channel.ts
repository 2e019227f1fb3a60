import type { Cloud } from '../cloud.ts';
import { VoiceActivity } from '../realtime/vad.ts';
import type { Listener } from '../voice/types.ts';

/** A word as the ear reads it, with its case and punctuation, and where in the audio it was: seconds. */
export interface Word {
  text: string;
  start: number;
  end: number;
}

/** What a slice of audio brought. */
export interface Heard {
  /** Speech began, at this second. */
  startedAt?: number;
  /** Speech has just paused: the ear has something left to say, see {@link HeardChannel.settle}. */
  paused: boolean;
  words: Word[];
}

/** Silence after which the ear knows that a word is over, whatever pause is asked for. */
export const PAUSE_MS = 250;
/** The detector reports a silent frame this long after it at most. */
const FRESH_MS = 15;

/**
 * One channel of audio: when speech begins and pauses, and which word was said when. Its time is that of the audio,
 * so that the same audio gives the same words however fast it comes.
 */
export class HeardChannel {
  readonly sampleRate: number;
  readonly #listener: Promise<Listener>;
  readonly #vad: VoiceActivity;
  #samples = 0;
  #speechStart = 0;
  #silence = { atMs: 0, silentMs: 0 };
  #lastWordEnd = 0;

  constructor(cloud: Cloud, sampleRate: number) {
    this.sampleRate = sampleRate;
    this.#vad = new VoiceActivity(sampleRate, { threshold: 0.5 });
    this.#listener = cloud.ear.listen({ sampleRate });
    this.#listener.catch(() => {});
  }

  /** Seconds of audio so far. */
  get seconds(): number {
    return this.#samples / this.sampleRate;
  }

  /** Milliseconds since speech was last heard; 0 in the middle of it. */
  get silentMs(): number {
    const nowMs = this.seconds * 1_000;
    if (this.#vad.speaking && nowMs - this.#silence.atMs > FRESH_MS) return 0;
    return nowMs - this.#silence.atMs + this.#silence.silentMs;
  }

  /** Takes a slice of not more than some 20 ms. */
  async push(slice: Int16Array): Promise<Heard> {
    const listener = await this.#listener;
    this.#samples += slice.length;
    const heard: Heard = { paused: false, words: [] };
    const pieces = listener.push(slice);
    this.#vad.push(slice, (edge) => {
      if (edge.type === 'silence') {
        this.#silence = edge;
        return;
      }
      listener.reset();
      heard.startedAt = this.#speechStart = edge.atMs / 1_000;
      this.#lastWordEnd = Math.max(this.#lastWordEnd, this.#speechStart);
    });
    heard.words = this.#timed(pieces);
    if (this.#vad.speaking && this.silentMs >= PAUSE_MS) {
      this.#vad.quiet();
      heard.paused = true;
    }
    return heard;
  }

  /** The utterance is over: what can still be read of it. */
  async settle(): Promise<Word[]> {
    return this.#timed(await (await this.#listener).finish());
  }

  close(): void {
    void this.#listener.then((listener) => listener.close()).catch(() => {});
  }

  /** A piece may hold several words: they share its time by their length. */
  #timed(pieces: readonly string[]): Word[] {
    const texts = pieces.flatMap((piece) => piece.split(/\s+/).filter(Boolean));
    const letters = texts.reduce((sum, text) => sum + text.length, 0);
    const from = this.#lastWordEnd;
    const until = Math.max(from, this.seconds - this.silentMs / 1_000);
    let before = 0;
    const words = texts.map((text) => {
      const start = from + ((until - from) * before) / letters;
      before += text.length;
      return { text, start, end: from + ((until - from) * before) / letters };
    });
    if (words.length > 0) this.#lastWordEnd = until;
    return words;
  }
}
