import type { Cloud } from '../../cloud.ts';
import { HeardChannel, PAUSE_MS } from '../../speech/heard-channel.ts';
import type { Word } from '../../speech/heard-channel.ts';
import type { TranscribeResult } from './events.ts';
import type { EndpointSettings, TranscribeSettings } from './settings.ts';
import { markerOf, tokensOf, translationsOf } from './tokens.ts';
import type { SpokenWord } from './tokens.ts';

/** A word may change for this long after it was said. Not documented: "once confirmed". */
const UNSURE_MS = 2_000;
/** A response comes with new words, and after so much audio without any. How often is not documented. */
const SILENT_REPORT_MS = 1_000;
/** After a whole sentence, and after half of one. How the model decides is its secret. */
const COMPLETE_MS = 500;
const INCOMPLETE_MS = 2_000;

/** Turns audio into tokens: each is told again and again until it is final, and then never more. */
export class Transcriber {
  readonly #cloud: Cloud;
  readonly #settings: TranscribeSettings;
  readonly #send: (result: TranscribeResult) => void;
  readonly #ear: HeardChannel;
  /** Not final. */
  #words: SpokenWord[] = [];
  /** Of what was said since the last endpoint: its last word. */
  #lastSpoken: string | undefined;
  #sentences = 0;
  #language: string;
  #isFirst = true;
  #finalMs = 0;
  #toldMs = 0;

  constructor(
    cloud: Cloud,
    settings: TranscribeSettings,
    sampleRate: number,
    send: (result: TranscribeResult) => void,
  ) {
    this.#cloud = cloud;
    this.#settings = settings;
    this.#send = send;
    this.#language = settings.language;
    this.#ear = new HeardChannel(cloud, sampleRate);
  }

  get sampleRate(): number {
    return this.#ear.sampleRate;
  }

  async take(slice: Int16Array): Promise<void> {
    const { words, paused } = await this.#ear.push(slice);
    this.#add(words);
    if (paused) await this.#settle();
    const { endpoint } = this.#settings;
    if (endpoint && this.#lastSpoken !== undefined && this.#ear.silentMs >= endpointDelay(endpoint, this.#lastSpoken)) {
      this.#lastSpoken = undefined;
      this.#tell(this.#words.length, '<end>');
    } else if (words.length > 0 || paused || this.#nowMs - this.#toldMs >= SILENT_REPORT_MS) {
      this.#tell(this.#words.filter(({ endMs }) => endMs <= this.#nowMs - UNSURE_MS).length);
    }
  }

  /** "All tokens from that audio are returned", and a marker. https://soniox.com/docs/stt/rt/manual-finalization */
  async finalize(): Promise<void> {
    await this.#settle();
    this.#tell(this.#words.length, '<fin>');
  }

  /** Nothing more will come. */
  async finish(): Promise<void> {
    await this.#settle();
    if (this.#words.length > 0) this.#tell(this.#words.length);
    this.#finalMs = this.#nowMs;
    this.#send({ tokens: [], ...this.#progress, finished: true });
  }

  close(): void {
    this.#ear.close();
  }

  get #nowMs(): number {
    return Math.round(this.#ear.seconds * 1_000);
  }

  get #progress(): Pick<TranscribeResult, 'final_audio_proc_ms' | 'total_audio_proc_ms'> {
    return { final_audio_proc_ms: this.#finalMs, total_audio_proc_ms: this.#nowMs };
  }

  async #settle(): Promise<void> {
    this.#add(await this.#ear.settle());
    this.#language = this.#settings.language;
  }

  /**
   * The ear cannot tell voices apart, so that sentences are dealt out to two speakers. Languages it tells by the mark
   * of a translation, e.g. `[es] good morning`, which holds until the next pause.
   */
  #add(words: readonly Word[]): void {
    for (const { text, start, end } of words) {
      this.#language = /^\[([a-z]{2,3})\]$/.exec(text)?.[1] ?? this.#language;
      this.#words.push({
        text,
        startMs: start * 1_000,
        endMs: end * 1_000,
        speaker: String(1 + (this.#sentences % 2)),
        language: this.#language,
        isFirst: this.#isFirst,
      });
      this.#isFirst = false;
      this.#lastSpoken = text;
      if (isEnd(text)) this.#sentences += 1;
    }
  }

  /** So many words are final now. */
  #tell(count: number, marker?: '<end>' | '<fin>'): void {
    const final = this.#words.splice(0, count);
    this.#toldMs = this.#nowMs;
    this.#finalMs = marker ? this.#nowMs : Math.max(this.#finalMs, Math.round(final.at(-1)?.endMs ?? 0));
    if (final.length > 0) {
      this.#cloud.tell('transcript', 'transcript-finished', { text: final.map(({ text }) => text).join(' ') });
    }
    this.#send({
      tokens: [
        ...tokensOf(final, true, this.#settings),
        ...translationsOf(final, this.#settings),
        ...(marker ? [markerOf(marker, this.#nowMs)] : []),
        ...tokensOf(this.#words, false, this.#settings),
      ],
      ...this.#progress,
    });
  }
}

/** Milliseconds of silence that end an utterance: the less, the more is asked for, and never more than is allowed. */
function endpointDelay({ maxDelayMs, sensitivity, latencyLevel }: EndpointSettings, lastWord: string): number {
  const natural = isEnd(lastWord) ? COMPLETE_MS : INCOMPLETE_MS;
  const hurried = natural * (1 - sensitivity / 2) * (1 - latencyLevel / 4);
  return Math.max(PAUSE_MS, Math.min(maxDelayMs, hurried));
}

function isEnd(word: string): boolean {
  return /[.?!…]["'”’)]*$/.test(word);
}
