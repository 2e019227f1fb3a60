import type { Cloud } from '../../cloud.ts';
import { HeardChannel, PAUSE_MS } from '../../speech/heard-channel.ts';
import type { Word } from '../../speech/heard-channel.ts';
import { CONFIDENCE } from '../nova/write.ts';
import type { TurnEvent, TurnInfo } from './events.ts';
import type { FluxSettings } from './settings.ts';

/** "Approximately every 0.25 seconds of transcribed audio." https://developers.deepgram.com/docs/flux/state */
const UPDATE_SECONDS = 0.25;
/**
 * How sure it is that a turn is over rises with the silence after it, from the least to the most in so many
 * milliseconds: sooner after the end of a sentence. The live model listens to the voice instead.
 */
const LEAST = 0.1;
const MOST = 0.99;
const RISE_MS = { sentence: 600, fragment: 2_400 };

export type Trigger = NonNullable<TurnInfo['trigger']>;
export type TellTurn = (turn: Omit<TurnInfo, 'type' | 'request_id'>) => void;

/** Follows who speaks: from the first word of a turn to its end. https://developers.deepgram.com/docs/flux/state */
export class Turns {
  readonly #ear: HeardChannel;
  readonly #cloud: Cloud;
  readonly #settings: () => FluxSettings;
  readonly #tell: TellTurn;
  #index = 0;
  #windowStart = 0;
  #toldAt = 0;
  #words: Word[] = [];
  #state: 'initial' | 'ongoing' | 'awaiting-end' = 'initial';

  constructor(cloud: Cloud, sampleRate: number, settings: () => FluxSettings, tell: TellTurn) {
    this.#cloud = cloud;
    this.#ear = new HeardChannel(cloud, sampleRate);
    this.#settings = settings;
    this.#tell = tell;
  }

  async take(slice: Int16Array): Promise<void> {
    const { words, paused } = await this.#ear.push(slice);
    const settled = paused ? await this.#ear.settle() : [];
    const spoken = [...words, ...settled];
    if (this.#state === 'awaiting-end' && (spoken.length > 0 || this.#ear.silentMs === 0)) this.#resume(spoken);
    else this.#words.push(...spoken);
    if (this.#state === 'initial' && this.#words.length > 0) this.#move('ongoing', 'StartOfTurn');
    if (this.#state !== 'initial') this.#judge();
    if (this.#ear.seconds - this.#toldAt >= UPDATE_SECONDS) this.#say('Update');
  }

  /** Ends the turn with everything that was said so far. `false`: there is none. */
  async force(): Promise<boolean> {
    await this.#settle();
    if (this.#state === 'initial') return false;
    this.#end('manual');
    return true;
  }

  /** "`CloseStream` does not finalize the active turn": the last word is an update. https://developers.deepgram.com/docs/flux/close-stream */
  async close(): Promise<void> {
    await this.#settle();
    this.#say('Update');
  }

  dispose(): void {
    this.#ear.close();
  }

  async #settle(): Promise<void> {
    this.#words.push(...(await this.#ear.settle()));
    if (this.#state === 'initial' && this.#words.length > 0) this.#move('ongoing', 'StartOfTurn');
  }

  #resume(spoken: readonly Word[]): void {
    this.#words.push(...spoken);
    this.#move('ongoing', 'TurnResumed');
  }

  /** Before the ear has said everything, nothing ends: what a turn ended with must not change. */
  #judge(): void {
    if (this.#ear.silentMs < PAUSE_MS) return;
    const { eager_eot_threshold: eager, eot_threshold, eot_timeout_ms } = this.#settings().thresholds;
    const confidence = this.#confidence();
    if (eager !== undefined && confidence >= eager && this.#state === 'ongoing') {
      this.#move('awaiting-end', 'EagerEndOfTurn');
    }
    if (confidence >= eot_threshold) this.#end('model');
    else if (this.#ear.silentMs >= eot_timeout_ms) this.#end('timeout');
  }

  #end(trigger: Trigger): void {
    this.#cloud.tell('transcript', 'transcript-finished', { text: this.#transcript() });
    this.#state = 'initial';
    this.#say('EndOfTurn', trigger);
    this.#words = [];
    this.#index += 1;
    this.#windowStart = this.#ear.seconds;
  }

  #move(state: 'ongoing' | 'awaiting-end', event: TurnEvent): void {
    this.#state = state;
    this.#say(event);
  }

  #say(event: TurnEvent, trigger?: Trigger): void {
    const { multilingual, languageHints } = this.#settings();
    this.#toldAt = this.#ear.seconds;
    this.#tell({
      event,
      turn_index: this.#index,
      audio_window_start: this.#windowStart,
      audio_window_end: this.#ear.seconds,
      transcript: this.#transcript(),
      words: this.#words.map(({ text, start, end }) => ({ word: text, confidence: CONFIDENCE, start, end })),
      end_of_turn_confidence: this.#confidence(),
      ...(trigger ? { trigger } : {}),
      ...(multilingual ? { languages: this.#words.length > 0 ? ['en'] : [] } : {}),
      ...(multilingual && languageHints.length > 0 ? { languages_hinted: languageHints } : {}),
    });
  }

  #transcript(): string {
    return this.#words.map(({ text }) => text).join(' ');
  }

  #confidence(): number {
    if (this.#words.length === 0) return LEAST;
    const isSentence = /[.?!]["'”’)]*$/.test(this.#words.at(-1)!.text);
    const rise = this.#ear.silentMs / (isSentence ? RISE_MS.sentence : RISE_MS.fragment);
    return Math.min(MOST, LEAST + (1 - LEAST) * rise);
  }
}
