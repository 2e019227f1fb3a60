import { DEFAULT_API_CONNECT_OPTIONS, tts, type APIConnectOptions } from '@livekit/agents';
import { logger } from './logging.ts';
import { Sentences, type Tokenizer } from './sentences.ts';
import { Speaker } from './speaker.ts';
import { SpeechAttempts } from './speech-attempts.ts';
import { socketsOf, type StreamingTTS } from './streaming-tts.ts';

/**
 * One stream of text to audio, for its whole life: LiveKit calls {@link run} again after a failure, and what was written
 * and not yet begun to be said is said then. From the first sound of a turn on, nothing of it is repeated.
 *
 * A segment ends where the user flushes, and at the end of the input: its last frame is `final`. END_OF_STREAM comes once,
 * behind the last one, for AgentSession listens no longer than to the first.
 */
export abstract class StreamingTTSStream<Options extends object> extends tts.SynthesizeStream {
  /** Resolves when the stream has ended. Its socket may be said goodbye to, or serve another one. */
  readonly settled: Promise<void>;
  readonly #speaker: Speaker<Options>;
  readonly #attempts: SpeechAttempts;
  readonly #tokenizer: Tokenizer | undefined;
  readonly #settle: () => void;
  #pumping = false;
  #hasSpoken = false;

  constructor(
    model: StreamingTTS<Options>,
    options: Readonly<Options>,
    connOptions: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
  ) {
    const sockets = socketsOf(model);
    super(model, connOptions);
    let settle = (): void => undefined;
    this.settled = new Promise((resolve) => (settle = resolve));
    this.#settle = settle;
    this.#attempts = new SpeechAttempts(model, connOptions);
    this.#tokenizer = sockets.description.tokenizer;
    this.#speaker = new Speaker({
      ...{ sockets, options, timeoutMs: connOptions.timeoutMs },
      emit: (audio) => this.#put(audio),
      started: () => this.markStarted(),
      requestId: (id) => this.noteProviderRequestId(id),
      usage: (tokens) => this.setTokenUsage(tokens),
    });
  }

  protected override onStreamDone(): void {
    this.#settle();
  }

  protected override async run(): Promise<void> {
    if (!this.#pumping) void this.#pump();
    const { abortSignal } = this;
    await this.#attempts.make(
      abortSignal,
      () => this.#speaker.speak(abortSignal),
      () => this.#speaker.wasHeard,
    );
    if (this.#hasSpoken) this.#put(tts.SynthesizeStream.END_OF_STREAM);
  }

  #put(item: tts.SynthesizedAudio | typeof tts.SynthesizeStream.END_OF_STREAM): void {
    this.#hasSpoken = true;
    if (!this.queue.closed) this.queue.put(item);
  }

  /** Reads the input for the life of the stream, across all runs: a second reader would steal text from the first. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    let sentences: Sentences | undefined;
    const endSegment = async (): Promise<void> => {
      await sentences?.end();
      sentences = undefined;
      this.#speaker.endSegment();
    };
    try {
      for await (const item of this.input) {
        if (typeof item !== 'string') await endSegment();
        else if (this.#tokenizer === undefined) this.#speaker.push(item);
        else (sentences ??= new Sentences(this.#tokenizer, (text) => this.#speaker.push(text))).push(item);
      }
      if (!this.abortSignal.aborted) await endSegment();
    } catch (error) {
      logger()?.error({ error }, 'the input of a text-to-speech stream failed');
      this.close();
    } finally {
      this.#speaker.end();
    }
  }
}
