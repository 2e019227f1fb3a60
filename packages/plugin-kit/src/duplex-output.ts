import { ReadableStream } from 'node:stream/web';
import type { ReadableStreamDefaultController } from 'node:stream/web';
import type { llm } from '@livekit/agents';

/**
 * What a duplex model says, as one stream across its sockets. A reader that does not keep up loses the oldest of it, so
 * that it hears the present and memory stays bounded; a reader that has gone loses all of it.
 */
export class DuplexOutput {
  readonly stream: ReadableStream<llm.DuplexAudioFrame>;
  readonly #maxMs: number;
  #controller!: ReadableStreamDefaultController<llm.DuplexAudioFrame>;
  #waiting: llm.DuplexAudioFrame[] = [];
  #waitingMs = 0;
  #isHungry = false;
  #isClosed = false;

  /** `maxMs`: how far a reader may fall behind, in milliseconds of audio. */
  constructor(maxMs: number) {
    this.#maxMs = maxMs;
    this.stream = new ReadableStream<llm.DuplexAudioFrame>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => this.#feed(),
        cancel: () => this.#forget(),
      },
      { highWaterMark: 0 },
    );
  }

  push(output: llm.DuplexAudioFrame): void {
    if (this.#isClosed) return;
    if (this.#isHungry) return this.#hand(output);
    this.#waiting.push(output);
    this.#waitingMs += lengthOf(output);
    while (this.#waitingMs > this.#maxMs) this.#waitingMs -= lengthOf(this.#waiting.shift()!);
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#forget();
    this.#controller.close();
  }

  #feed(): void {
    const output = this.#waiting.shift();
    if (!output) {
      this.#isHungry = true;
      return;
    }
    this.#waitingMs -= lengthOf(output);
    this.#hand(output);
  }

  #hand(output: llm.DuplexAudioFrame): void {
    this.#isHungry = false;
    this.#controller.enqueue(output);
  }

  #forget(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#waitingMs = 0;
  }
}

function lengthOf({ frame }: llm.DuplexAudioFrame): number {
  return (frame.samplesPerChannel * 1_000) / frame.sampleRate;
}
