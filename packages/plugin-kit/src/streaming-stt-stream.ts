import { DEFAULT_API_CONNECT_OPTIONS, stt, type APIConnectOptions } from '@livekit/agents';
import { checkTimeout } from './check-options.ts';
import type { Prepared } from './chosen-vad.ts';
import { DirectInput } from './direct-input.ts';
import { ListeningLine } from './listening-line.ts';
import { listeningOf, type StreamingSTT } from './streaming-stt.ts';

/**
 * One stream of audio to text, for its whole life, as LiveKit knows it; its engine is a {@link ListeningLine}. A frame is
 * taken when it is pushed, whether anybody runs or not.
 */
export abstract class StreamingSTTStream<Options extends object> extends stt.SpeechStream {
  /** Resolves when the stream is closed and its socket is gone. */
  readonly settled: Promise<void>;
  readonly #line: ListeningLine<Options>;

  constructor(
    model: StreamingSTT<Options>,
    options: Readonly<Options>,
    connOptions: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
  ) {
    checkTimeout('connOptions.timeoutMs', connOptions.timeoutMs);
    const description = listeningOf(model);
    // No rate: LiveKit would resample with native code that ignores a frame's offset; the line does it.
    super(model, undefined, connOptions);
    this.#line = new ListeningLine({ stream: this, queue: this.queue, model, description, options, connOptions });
    this.input = new DirectInput(this.#line);
    this.settled = this.#line.ended;
    try {
      this.#line.prepare(options).use();
    } catch (error) {
      // LiveKit has a task for it already, which would dial.
      this.close();
      throw error;
    }
  }

  protected get options(): Readonly<Options> {
    return this.#line.options;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** Applies options to the open connection: by a message where the wire has one, by a new socket in the next pause otherwise. */
  protected changeOptions(options: Readonly<Options>): void {
    this.prepareOptions(options).use();
  }

  /** The same in two steps, so that several streams change or none. Throws for a VAD that cannot listen. */
  protected prepareOptions(options: Readonly<Options>): Prepared {
    return this.#line.prepare(options);
  }

  override endInput(): void {
    super.endInput();
    this.#line.take();
  }

  /** Ends at once; what is still owed will not come. */
  override close(): void {
    super.close();
    this.#line.close();
  }

  protected override run(): Promise<void> {
    return this.#line.run(this.abortSignal, this.startTimeOffset);
  }
}
