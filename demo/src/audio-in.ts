import { ReadableStream, type ReadableStreamDefaultController } from 'node:stream/web';
import { voice } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { sampleRate } from './record.ts';

const frameMs = 20;
const frameSamples = (sampleRate * frameMs) / 1000;

/** The caller's telephone line: 20 ms of sound every 20 ms, silence while nobody speaks. */
export class CallerLine extends voice.AudioInput {
  #controller!: ReadableStreamDefaultController<AudioFrame>;
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;
  #frames = 0;
  #phrase: { samples: Int16Array; position: number; from: number; done: (from: number) => void } | undefined;
  /** Everything the line has carried. */
  readonly #carried: Int16Array[] = [];

  constructor() {
    super();
    this.multiStream.addInputStream(
      new ReadableStream({ start: (controller) => void (this.#controller = controller) }),
    );
  }

  /** Milliseconds since the epoch of the first sample. */
  get startedAt(): number {
    return this.#startedAt;
  }

  begin(): void {
    this.#startedAt = Date.now();
    this.#timer = setInterval(() => this.#carry(), frameMs / 2);
  }

  /** Speaks; resolves when the last sample has left, with the time of the first one, milliseconds. */
  say(samples: Int16Array): Promise<number> {
    return new Promise((done) => {
      this.#phrase = { samples, position: 0, from: this.#frames * frameMs, done };
    });
  }

  recording(): Int16Array {
    const whole = new Int16Array(this.#carried.length * frameSamples);
    this.#carried.forEach((frame, index) => whole.set(frame, index * frameSamples));
    return whole;
  }

  hangUp(): void {
    clearInterval(this.#timer);
  }

  override async close(): Promise<void> {
    this.hangUp();
    await super.close();
  }

  #carry(): void {
    const due = Math.floor((Date.now() - this.#startedAt) / frameMs);
    for (; this.#frames < due; this.#frames++) {
      const frame = new Int16Array(frameSamples);
      const phrase = this.#phrase;
      if (phrase) {
        frame.set(phrase.samples.subarray(phrase.position, phrase.position + frameSamples));
        phrase.position += frameSamples;
      }
      this.#carried.push(frame);
      this.#controller.enqueue(new AudioFrame(frame, sampleRate, 1, frameSamples));
      if (phrase && phrase.position >= phrase.samples.length) {
        this.#phrase = undefined;
        phrase.done(phrase.from);
      }
    }
  }
}
