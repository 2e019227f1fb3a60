import { tts, type APIConnectOptions } from '@livekit/agents';
import type { NetworkOptions } from '@patchbay/ws-session';
import { PatchbayError, type Connection } from '@patchbay/ws-url';
import type { HttpChunkedStream } from './http-chunked-stream.ts';
import type { ServerSentEvent } from './server-sent-events.ts';

/** What the answer to a request for speech is made of. */
export interface SpeechSink {
  /** PCM, cut anywhere. */
  audio(bytes: Uint8Array): void;
  /** What it cost, for LiveKit's metrics. */
  usage(tokens: { inputTokens?: number; outputTokens?: number }): void;
}

/** How a provider is asked for speech over HTTP, and how it answers. */
export interface HttpSpeechWire<Options> {
  /** The request for one text, under the options of the moment in which it was asked for. */
  request(text: string, options: Readonly<Options>): { headers?: Readonly<Record<string, string>>; body: string };
  /** One event, where the answer is `text/event-stream`. Throwing a `PatchbayError` ends the request. */
  receive?(event: ServerSentEvent, speech: SpeechSink): void;
}

/** What a plugin says about its speech endpoint. */
export interface HttpTTSDescription<Options> extends NetworkOptions {
  connection: Connection;
  wire: HttpSpeechWire<Options>;
  options: Options;
  /** Hz of the PCM that is asked for. */
  sampleRate: number;
  /** The model that these options ask for. Default: the connection's. */
  modelOf?(options: Readonly<Options>): string | undefined;
}

/** Reaches a private field for the stream's file next door: a description may hold a proxy's password. */
let read: <Options extends object>(model: HttpTTS<Options>) => Readonly<HttpTTSDescription<Options>>;

/**
 * Text to speech by one HTTP request per text, heard while it is still being made. LiveKit's AgentSession wraps it in
 * its StreamAdapter: one {@link HttpChunkedStream} per sentence, several at a time.
 */
export abstract class HttpTTS<Options extends object> extends tts.TTS {
  readonly #description: Readonly<HttpTTSDescription<Options>>;
  #options: Readonly<Options>;
  readonly #streams = new Set<HttpChunkedStream<Options>>();
  #closed = false;

  static {
    read = (model) => model.#description;
  }

  constructor(description: HttpTTSDescription<Options>) {
    super(description.sampleRate, 1, { streaming: false });
    this.#description = description;
    this.#options = description.options;
  }

  override get model(): string {
    const { connection, modelOf } = this.#description;
    return modelOf?.(this.#options) ?? connection.model ?? 'unknown';
  }

  /** Host that the speech comes from; metrics and traces are labelled with it. */
  override get provider(): string {
    return this.#description.connection.host;
  }

  protected get options(): Readonly<Options> {
    return this.#options;
  }

  /** Holds for texts from now on. Keys that are `undefined` change nothing. */
  protected changeOptions(options: Partial<Options>): void {
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    this.#options = { ...this.#options, ...(Object.fromEntries(given) as Partial<Options>) };
  }

  /** The plugin's own kind of stream, under its own label. */
  protected abstract createStream(
    text: string,
    options: Readonly<Options>,
    connOptions?: APIConnectOptions,
    abortSignal?: AbortSignal,
  ): HttpChunkedStream<Options>;

  override synthesize(
    text: string,
    connOptions?: APIConnectOptions,
    abortSignal?: AbortSignal,
  ): HttpChunkedStream<Options> {
    const stream = this.createStream(text, this.#options, connOptions, abortSignal);
    if (this.#closed) stream.close();
    this.#streams.add(stream);
    void stream.settled.then(() => this.#streams.delete(stream));
    return stream;
  }

  /** Speech is made of whole texts here; wrap it in `tts.StreamAdapter`, as AgentSession does by itself. */
  override stream(): never {
    throw new PatchbayError(
      'unsupported',
      `${this.label} has no streaming input: use synthesize() or tts.StreamAdapter`,
    );
  }

  /** Ends everything that is being said. Idempotent. */
  override async close(): Promise<void> {
    this.#closed = true;
    const streams = [...this.#streams];
    for (const stream of streams) stream.close();
    await Promise.all(streams.map((stream) => stream.settled));
  }
}

/** What a model was described as, for its streams. */
export function speakingOf<Options extends object>(model: HttpTTS<Options>): Readonly<HttpTTSDescription<Options>> {
  return read(model);
}
