import { randomUUID } from 'node:crypto';
import type { Cloud } from '../../cloud.ts';
import { Deadline } from '../../deadline.ts';
import { Mouth } from '../../speech/mouth.ts';
import type { Utterance } from '../../speech/mouth.ts';
import { Sentences } from '../../speech/sentences.ts';
import { SonioxError } from '../errors.ts';
import type { SpeechAudio } from './events.ts';
import { encodeSpeech, headOf } from './settings.ts';
import type { SpeechSettings } from './settings.ts';
import { timestampsOf } from './timestamps.ts';

/**
 * "The client stopped sending intermediate text chunks and never sent `text_end`": how long that may take, and how long
 * a stream may be without audio, was measured in https://github.com/kizuna-ai-lab/sokuji/pull/543
 */
const IDLE_MS = 5_200;
const SILENT_MS = 10_000;
/** https://soniox.com/docs/tts/rt/limits-and-quotas */
const MAX_STREAM_MS = 2 * 60_000;

/** Whom a stream tells. */
export interface StreamListener {
  audio(event: Omit<SpeechAudio, 'stream_id'>): void;
  finished(): void;
  failed(error: SonioxError): void;
}

/** One stream of speech: text goes in as it is written, and what is complete of it is said. */
export class SpeechStream {
  readonly requestId: string = randomUUID();
  readonly #settings: SpeechSettings;
  readonly #listener: StreamListener;
  readonly #mouth: Mouth;
  readonly #sentences = new Sentences();
  readonly #idle: Deadline;
  readonly #silence: Deadline;
  readonly #deadlines: readonly Deadline[];
  readonly #release: () => void;
  #head: Buffer;
  #ending = false;
  /** Kept back once the text is complete, since the last one says that it is. */
  #last: Omit<SpeechAudio, 'stream_id'> | undefined;
  #samples = 0;

  /** `longestMs`: as the key allows. `release` is called at the end, whatever it is. */
  constructor(
    cloud: Cloud,
    settings: SpeechSettings,
    listener: StreamListener,
    { longestMs, release }: { longestMs: number; release: () => void },
  ) {
    this.#settings = settings;
    this.#listener = listener;
    this.#release = release;
    this.#head = headOf(settings);
    this.#mouth = new Mouth(cloud, settings.speaker, (samples, utterance) => this.#spoke(samples, utterance));
    const within = (delayMs: number, type: 'request_timeout' | 'max_duration_reached', message: string): Deadline =>
      new Deadline(cloud.clock, delayMs, () => this.#fail(new SonioxError(type, message)));
    this.#idle = within(IDLE_MS, 'request_timeout', 'Request timeout');
    this.#silence = within(SILENT_MS, 'request_timeout', 'Stream killed: no audio output within timeout');
    // How the end of a stream's time is told is a guess.
    const life = within(MAX_STREAM_MS, 'max_duration_reached', 'Maximum stream duration reached.');
    const over = 'The maximum session duration of the temporary API key was reached.';
    const lent = new Deadline(cloud.clock, longestMs, () =>
      this.#fail(new SonioxError('temp_api_key_session_expired', over)),
    );
    this.#deadlines = [this.#idle, this.#silence, life, lent];
  }

  /** Whether more text may come. */
  get takesText(): boolean {
    return !this.#ending;
  }

  text(text: string, isEnd: boolean): void {
    if (isEnd) {
      this.#ending = true;
      this.#idle.cancel();
    } else {
      this.#idle.restart();
    }
    for (const sentence of this.#sentences.add(text)) this.#mouth.say(sentence);
    if (isEnd) this.#end();
  }

  /** Stops in the middle of a word. */
  stop(): void {
    for (const deadline of this.#deadlines) deadline.cancel();
    this.#mouth.stop();
    this.#release();
  }

  #end(): void {
    this.#mouth.say(this.#sentences.rest());
    this.#mouth.then(() => {
      this.#listener.audio({ ...(this.#last ?? { audio: this.#takeHead().toString('base64') }), audio_end: true });
      this.stop();
      this.#listener.finished();
    });
  }

  #spoke(samples: Int16Array, utterance: Utterance): void {
    this.#silence.cancel();
    const { speaker, timestamps } = this.#settings;
    const { sampleRate } = speaker;
    const startSeconds = (this.#samples - utterance.start) / sampleRate;
    this.#samples += samples.length;
    const bytes = Buffer.concat([this.#takeHead(), encodeSpeech(samples, this.#settings)]);
    const event = {
      audio: bytes.toString('base64'),
      ...(timestamps ? { timestamps: timestampsOf(samples.length, utterance, sampleRate, startSeconds) } : {}),
    };
    if (this.#last) this.#listener.audio(this.#last);
    this.#last = this.#ending ? event : undefined;
    if (!this.#ending) this.#listener.audio(event);
  }

  #takeHead(): Buffer {
    const head = this.#head;
    this.#head = Buffer.alloc(0);
    return head;
  }

  #fail(error: SonioxError): void {
    this.stop();
    this.#listener.failed(error);
  }
}
