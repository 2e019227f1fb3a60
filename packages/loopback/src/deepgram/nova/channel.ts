import type { Cloud } from '../../cloud.ts';
import { HeardChannel, PAUSE_MS } from '../../speech/heard-channel.ts';
import type { Word } from '../../speech/heard-channel.ts';
import type { NovaEvent } from './events.ts';
import type { NovaSettings } from './settings.ts';
import { alternativeOf, modelMetadata, SpeakerCount } from './write.ts';

/** "Interim Results are typically sent every second." https://developers.deepgram.com/docs/utterance-end */
const INTERIM_SECONDS = 1;
/** What is said without a pause becomes final in parts; how long those are is not documented. */
const SEGMENT_SECONDS = 5;

export interface ChannelContext {
  cloud: Cloud;
  settings: NovaSettings;
  requestId: string;
  readonly send: (event: NovaEvent) => void;
}

interface Finality {
  speechFinal?: boolean;
  fromFinalize?: boolean;
}

/** Transcribes one channel: a segment of words is told again and again until it is final, and then the next begins. */
export class NovaChannel {
  readonly #context: ChannelContext;
  readonly #index: [number, number];
  readonly #ear: HeardChannel;
  readonly #speakers = new SpeakerCount();
  /** Of the segment that is not final. */
  #words: Word[] = [];
  #segmentStart = 0;
  #toldUntil = 0;
  /** Something was said since the last endpoint. */
  #spoken = false;
  /** Of the utterance whose end was not told yet. */
  #lastWordEnd: number | undefined;

  constructor(context: ChannelContext, sampleRate: number, index: [number, number]) {
    this.#context = context;
    this.#index = index;
    this.#ear = new HeardChannel(context.cloud, sampleRate);
  }

  get seconds(): number {
    return this.#ear.seconds;
  }

  async take(slice: Int16Array): Promise<void> {
    const { startedAt, words, paused } = await this.#ear.push(slice);
    if (startedAt !== undefined) this.#begin(startedAt);
    this.#add(words);
    if (paused) this.#add(await this.#ear.settle());
    const { endpointing, interimResults } = this.#context.settings;
    if (endpointing !== false && this.#spoken && this.#ear.silentMs >= Math.max(endpointing, PAUSE_MS)) {
      this.#spoken = false;
      this.#finish({ speechFinal: true });
    } else if (this.seconds - this.#segmentStart >= SEGMENT_SECONDS) {
      this.#finish();
    } else if (interimResults && this.seconds - this.#toldUntil >= INTERIM_SECONDS) {
      this.#tell(false);
    }
    this.#tellUtteranceEnd();
  }

  /**
   * Everything that came is final now; nothing is said when nothing came. That this is no endpoint is a guess: "there
   * may be a response with `from_finalize`" is all that is documented. https://developers.deepgram.com/docs/finalize
   */
  async finalize(): Promise<void> {
    await this.#settle({ fromFinalize: true });
  }

  /** Nothing more will come. */
  async end(): Promise<void> {
    await this.#settle({ speechFinal: this.#spoken });
  }

  close(): void {
    this.#ear.close();
  }

  async #settle(finality: Finality): Promise<void> {
    this.#add(await this.#ear.settle());
    if (this.seconds > this.#segmentStart) this.#finish(finality);
  }

  #begin(timestamp: number): void {
    const { settings, send } = this.#context;
    this.#spoken = true;
    if (settings.vadEvents) send({ type: 'SpeechStarted', channel: this.#index, timestamp });
  }

  #add(words: readonly Word[]): void {
    if (words.length === 0) return;
    this.#words.push(...words);
    this.#lastWordEnd = words.at(-1)!.end;
  }

  #finish(finality: Finality = {}): void {
    this.#tell(true, finality);
    this.#speakers.keep(this.#words);
    this.#words = [];
    this.#segmentStart = this.seconds;
  }

  #tell(isFinal: boolean, { speechFinal = false, fromFinalize = false }: Finality = {}): void {
    const { settings, requestId, send, cloud } = this.#context;
    const { writing } = settings;
    this.#toldUntil = this.seconds;
    const alternative = alternativeOf(this.#words, writing, this.#speakers);
    if (isFinal && alternative.transcript) {
      cloud.tell('transcript', 'transcript-finished', { text: alternative.transcript });
    }
    send({
      type: 'Results',
      channel_index: this.#index,
      duration: this.seconds - this.#segmentStart,
      start: this.#segmentStart,
      is_final: isFinal,
      speech_final: speechFinal,
      channel: { alternatives: [alternative] },
      metadata: modelMetadata(requestId, writing),
      from_finalize: fromFinalize,
      ...(isFinal && writing.entities ? { entities: [] } : {}),
    });
  }

  #tellUtteranceEnd(): void {
    const { utteranceEndMs } = this.#context.settings;
    if (utteranceEndMs === undefined || this.#lastWordEnd === undefined) return;
    if (this.seconds - this.#lastWordEnd < utteranceEndMs / 1_000) return;
    this.#context.send({ type: 'UtteranceEnd', channel: this.#index, last_word_end: this.#lastWordEnd });
    this.#lastWordEnd = undefined;
  }
}
