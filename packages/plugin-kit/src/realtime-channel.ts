import { ReadableStream } from 'node:stream/web';
import type { ReadableStreamDefaultController } from 'node:stream/web';
import type { stream } from '@livekit/agents';

const written = Promise.resolve();

/**
 * LiveKit's `StreamChannel` without its two traps: a write after the reader has gone is dropped in silence (there, it
 * is a promise that rejects with `undefined` and ends the process, livekit/agents-js#2362), and writing allocates no
 * promise and no transform.
 */
export class Channel<T> implements stream.StreamChannel<T> {
  readonly #stream: ReadableStream<T>;
  #controller!: ReadableStreamDefaultController<T>;
  #closed = false;

  constructor() {
    this.#stream = new ReadableStream<T>({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => {
        this.#closed = true;
      },
    });
  }

  /** `true` once closed by the writer, aborted, or cancelled by the reader. */
  get closed(): boolean {
    return this.#closed;
  }

  stream(): ReadableStream<T> {
    return this.#stream;
  }

  write(chunk: T): Promise<void> {
    if (!this.#closed) this.#controller.enqueue(chunk);
    return written;
  }

  /** Idempotent. What was written can still be read. */
  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#controller.close();
    }
    return written;
  }

  abort(error: Error): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#controller.error(error);
    }
    return written;
  }

  addStreamInput(input: ReadableStream<T>): void {
    void this.#pump(input);
  }

  async #pump(input: ReadableStream<T>): Promise<void> {
    try {
      for await (const chunk of input) {
        if (this.#closed) return;
        void this.write(chunk);
      }
    } catch (error) {
      void this.abort(error as Error);
    }
  }
}
