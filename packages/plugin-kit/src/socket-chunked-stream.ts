import { DEFAULT_API_CONNECT_OPTIONS, tts, type APIConnectOptions } from '@livekit/agents';
import { containRejection } from './contained-rejection.ts';
import { spaced } from './sentences.ts';
import { Speaker } from './speaker.ts';
import { SpeechAttempts } from './speech-attempts.ts';
import { socketsOf, type StreamingTTS } from './streaming-tts.ts';

/** One text on its way to audio, over the sockets that streams use too. */
export abstract class SocketChunkedStream<Options extends object> extends tts.ChunkedStream {
  /** Resolves when the stream has ended, in whatever way. */
  readonly settled: Promise<void>;
  readonly #speaker: Speaker<Options>;
  readonly #attempts: SpeechAttempts;

  constructor(
    text: string,
    model: StreamingTTS<Options>,
    options: Readonly<Options>,
    connOptions: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    abortSignal?: AbortSignal,
  ) {
    const sockets = socketsOf(model);
    super(text, model, connOptions, abortSignal);
    this.#attempts = new SpeechAttempts(model, connOptions);
    this.#speaker = new Speaker({
      ...{ sockets, options, timeoutMs: connOptions.timeoutMs },
      emit: (audio) => {
        if (!this.queue.closed) this.queue.put(audio);
      },
      started: () => undefined,
      requestId: () => undefined,
      usage: (tokens) => this.setTokenUsage(tokens),
    });
    const pieces = sockets.description.tokenizer?.tokenize(text).map(spaced) ?? [text];
    for (const piece of pieces) this.#speaker.push(piece);
    this.#speaker.endSegment();
    this.#speaker.end();
    this.settled = containRejection(this);
    // LiveKit only listens for what is yet to come.
    if (abortSignal?.aborted === true) this.close();
  }

  protected override async run(): Promise<void> {
    const { abortSignal } = this;
    try {
      await this.#attempts.make(
        abortSignal,
        () => this.#speaker.speak(abortSignal),
        () => this.#speaker.wasHeard,
      );
    } finally {
      if (!this.queue.closed) this.queue.close();
    }
  }
}
