import { stt, type APIConnectOptions } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { Call, quickly, type Model } from './call.ts';
import { say, type Manner } from './sound.ts';

interface DictationOptions {
  connOptions?: Partial<APIConnectOptions> | undefined;
  /** Of what is said, in Hz. Default 24,000. */
  sampleRate?: number;
}

/** Somebody whose words are written down: a stream of speech to text, before a cloud whose voice is `plain`. */
export class Dictation extends Call {
  /** What is written down of a turn that is not over. */
  interim = '';
  readonly #stream: stt.SpeechStream;
  readonly #sampleRate: number | undefined;
  readonly #over: Promise<void>;

  constructor(model: stt.STT & Model, { connOptions, sampleRate }: DictationOptions = {}) {
    super(model);
    this.#sampleRate = sampleRate;
    this.#stream = model.stream({ connOptions: { ...quickly, ...connOptions } });
    this.#over = this.#read();
  }

  say(text: string, manner: Manner = {}): Promise<void> {
    const rate = this.#sampleRate === undefined ? {} : { sampleRate: this.#sampleRate };
    return say(text, (frame) => this.push(frame), { ...rate, ...manner });
  }

  push(frame: AudioFrame): void {
    this.#stream.pushFrame(frame);
  }

  /** And its stream has ended. */
  override async failure(): Promise<Error> {
    await this.#over;
    if (this.errors[0] === undefined) throw new Error('the stream has ended without an error');
    return this.errors[0];
  }

  override async end(): Promise<void> {
    this.#stream.close();
    await this.#over;
    await super.end();
  }

  async #read(): Promise<void> {
    for await (const { type, alternatives } of this.#stream) {
      const text = alternatives?.[0].text ?? '';
      if (type === stt.SpeechEventType.INTERIM_TRANSCRIPT) this.interim = text;
      if (type === stt.SpeechEventType.FINAL_TRANSCRIPT) this.turns.push(text);
    }
  }
}
