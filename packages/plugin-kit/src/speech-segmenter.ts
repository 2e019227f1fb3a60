import type { VAD } from '@livekit/agents';
import { currentRuntime } from '@patchbay/ws-session';
import { monoFrame, type AudioFrame } from './audio-frame.ts';
import { AudioHistory } from './audio-history.ts';
import { ClientVad } from './client-vad.ts';
import { PcmChunker } from './pcm-chunker.ts';
import { quietSpot } from './quiet-spot.ts';

/** A piece of speech. Positions are milliseconds of audio since the stream began. */
export interface SpeechSegment {
  id: string;
  /** All of it, in memory of its own. */
  audio: AudioFrame;
  startMs: number;
  /** Where the voice begins in it. */
  voiceMs: number;
  endMs: number;
  /** How much of the end is silence. */
  silentMs: number;
}

export interface SpeechSegmenterOptions {
  vad: VAD;
  /** Hz of the pieces that come out, and of what the VAD hears. */
  sampleRate: number;
  started(id: string, voiceMs: number): void;
  /** Every piece that was started ends with this, unless the segmenter is closed. */
  ended(segment: SpeechSegment): void;
  /** Nothing will be heard any more. */
  failed(error: Error): void;
}

/** Fine enough to cut at, and what a VAD takes at a time. */
const chunkMs = 20;

/** Audio before a voice that belongs to it: VADs are sure of a voice when its first sound is over. As in LiveKit's VAD. */
const prefixMs = 500;

/** Audio that is kept while nobody speaks: the prefix, and what a patient VAD takes to be sure. */
const idleMs = 3_000;

/** A monologue is cut after this much, in a pause of its last part. */
const longestMs = 60_000;
const pauseWithinMs = 10_000;
const pauseFrames = 10;

/** A VAD may be this far behind; then it is waited for, so that a recording is not kept a second time. */
const furthestBehindMs = 5_000;

/** A VAD that has never said how far it is gets this long, in milliseconds; one that has, and falls silent, has stopped. */
const firstWordMs = 1_000;
const nextWordMs = 10_000;

/** Longer than what a VAD looks at at once: what comes before it will have been judged. */
const tailMs = 100;

/**
 * Audio in, pieces of speech out, where a VAD of LiveKit finds them. The audio of a piece is what was pushed, copied as
 * it came: LiveKit's own StreamAdapter hands on the VAD's frames, which are overwritten by then (livekit/agents-js#2254,
 * #449, #1572). No audio is in two pieces, and none that is spoken in no piece.
 */
export class SpeechSegmenter {
  readonly history: AudioHistory;
  readonly #options: SpeechSegmenterOptions;
  readonly #clock = currentRuntime().clock;
  readonly #chunker: PcmChunker;
  #vad: ClientVad;
  #vadModel: VAD;
  /** Where the present VAD began to listen. */
  #vadFromMs = 0;
  /** It tells nothing of how far it is. */
  #blind = false;
  #wake: (() => void) | undefined;
  #count = 0;
  #open: { id: string; startMs: number; voiceMs: number } | undefined;
  /** Where the last piece ended. */
  #cutMs = 0;
  #closed = false;

  constructor(options: SpeechSegmenterOptions) {
    this.#options = options;
    this.history = new AudioHistory(this.#clock);
    this.#chunker = new PcmChunker({
      sampleRate: options.sampleRate,
      chunkMs,
      onChunk: (bytes, milliseconds) => this.#take(bytes, milliseconds),
    });
    this.#vadModel = options.vad;
    this.#vad = this.#listenWith(options.vad);
  }

  /** Frames of any rate and channel count, which may be overwritten afterwards. */
  push(frame: AudioFrame): void {
    if (!this.#closed) this.#chunker.push(frame);
  }

  /** Waits as long as the VAD is far behind. */
  async room(): Promise<void> {
    if (await this.#judgedAllBut(furthestBehindMs)) return;
    if (this.#vad.judgedMs === undefined) this.#blind = true;
    else this.#fail(new Error('the VAD has stopped'));
  }

  /** Ends the piece that is open, if one is when the VAD has heard everything. */
  async flush(): Promise<void> {
    this.#chunker.flush();
    if (this.#closed || this.#vad.pushedMs === 0) return;
    const { sampleRate } = this.#options;
    this.#vad.push(new Uint8Array(2 * Math.ceil((sampleRate * tailMs) / 1000)));
    await this.#judgedAllBut(0);
    if (!this.#closed) this.#startOver();
  }

  /** Another VAD from here on. */
  use(vad: VAD): void {
    if (this.#closed || vad === this.#vadModel) return;
    this.#vadModel = vad;
    this.#blind = false;
    this.#startOver();
  }

  /** At once; the piece that is open does not end. */
  close(): void {
    this.#closed = true;
    this.#vad.close();
    this.#wake?.();
  }

  #take(bytes: Uint8Array, milliseconds: number): void {
    this.history.push(bytes, milliseconds);
    this.#vad.push(bytes);
    if (this.#blind) this.#judged();
  }

  #listenWith(vad: VAD): ClientVad {
    const fromMs = this.history.pushedMs;
    const position = (ms: number): number => Math.min(fromMs + ms, this.history.pushedMs);
    this.#vadFromMs = fromMs;
    return new ClientVad(vad, this.#options.sampleRate, {
      started: (atMs) => this.#begin(position(atMs)),
      stopped: (silentMs, atMs) => this.#cut(position(atMs), silentMs),
      judged: () => this.#judged(),
      failed: (error) => this.#fail(new Error('the VAD has failed', { cause: error })),
    });
  }

  /** A VAD that remembers nothing: what it was in the middle of is over. */
  #startOver(): void {
    this.#cut(this.history.pushedMs, 0);
    this.#vad.close();
    this.#vad = this.#listenWith(this.#vadModel);
  }

  #begin(voiceMs: number): void {
    if (this.#open !== undefined) return;
    const id = `speech-${++this.#count}`;
    this.#open = { id, voiceMs, startMs: Math.max(this.#cutMs, voiceMs - prefixMs) };
    this.#options.started(id, voiceMs);
  }

  #cut(endMs: number, silentMs: number): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    this.#cutMs = endMs;
    const audio = this.#audioOf(open.startMs, endMs);
    this.history.settle(endMs);
    this.#options.ended({ ...open, audio, endMs, silentMs });
  }

  #audioOf(startMs: number, endMs: number): AudioFrame {
    const bytes = Buffer.concat(this.history.between(startMs, endMs));
    const samples = new Int16Array(bytes.byteLength >> 1);
    new Uint8Array(samples.buffer).set(bytes);
    return monoFrame(samples, this.#options.sampleRate);
  }

  #judged(): void {
    const judgedMs = this.#judgedMs;
    if (this.#open === undefined) this.history.settle(judgedMs - idleMs);
    else if (judgedMs - this.#open.startMs >= longestMs) this.#split(judgedMs);
    this.#wake?.();
  }

  #split(judgedMs: number): void {
    const fromMs = judgedMs - pauseWithinMs;
    const frames = this.history.between(fromMs, judgedMs);
    const atMs = fromMs + (quietSpot(frames, pauseFrames) + 1) * chunkMs;
    this.#cut(Math.min(atMs, judgedMs), 0);
    this.#begin(this.#cutMs);
  }

  get #judgedMs(): number {
    const { pushedMs } = this.history;
    return this.#blind ? pushedMs : Math.min(pushedMs, this.#vadFromMs + (this.#vad.judgedMs ?? 0));
  }

  /** `false`: the VAD says nothing of it. */
  async #judgedAllBut(milliseconds: number): Promise<boolean> {
    while (!this.#closed && this.history.pushedMs - this.#judgedMs > milliseconds) {
      if (!(await this.#nextWord())) return this.#closed;
    }
    return true;
  }

  /** Waits until the VAD has judged more, or this is closed. `false`: it said nothing for too long. */
  #nextWord(): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (word: boolean): void => {
        timer.cancel();
        this.#wake = undefined;
        resolve(word);
      };
      const timer = this.#clock.setTimer(
        () => done(false),
        this.#vad.judgedMs === undefined ? firstWordMs : nextWordMs,
      );
      this.#wake = () => done(true);
    });
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    this.close();
    this.#options.failed(error);
  }
}
