import { tts, type APIConnectOptions } from '@livekit/agents';
import { currentRuntime, Deadline, KeepAlive, LazySet, type NetworkOptions } from '@patchbay/ws-session';
import { PatchbayError, type Connection, type Query } from '@patchbay/ws-url';
import type { CompressedAudio } from './audio-decoder.ts';
import { Extras } from './extras.ts';
import type { HttpChunkedStream } from './http-chunked-stream.ts';
import { sendHttp } from './http-request.ts';
import type { ServerSentEvent } from './server-sent-events.ts';

/** What the answer to a request for speech is made of. */
export interface SpeechSink {
  /** Audio of the format that was asked for, cut anywhere. */
  audio(bytes: Uint8Array): void;
  /** What it cost, for LiveKit's metrics. */
  usage(tokens: { inputTokens?: number; outputTokens?: number }): void;
}

/** How a provider is asked for speech over HTTP, and how it answers. */
export interface HttpSpeechWire<Options> {
  /**
   * The request for one text, under the options of the moment in which it was asked for. `extras`: with what nobody
   * asked for, see {@link hasExtras}.
   */
  request(
    text: string,
    options: Readonly<Options>,
    extras: boolean,
  ): { headers?: Readonly<Record<string, string>>; body: string };
  /** Whether under these options a request says more with `extras` than without. Default: it does not. */
  hasExtras?(options: Readonly<Options>): boolean;
  /** Whether a refusal says itself that it is not about the extras. Default: it does not. */
  isElsewhere?(failure: PatchbayError): boolean;
  /**
   * One event, where the answer is `text/event-stream`. `true`: that was the last, and the server need not end the
   * stream. Throwing a `PatchbayError` ends the request, anything else drops the event.
   */
  receive?(event: ServerSentEvent, speech: SpeechSink): boolean;
}

/** What speech is made of: 16-bit PCM, bare or in a WAV file, or something that has to be decoded. */
export type SpeechFormat = 'pcm' | 'wav' | CompressedAudio;

/** What a plugin says about its speech endpoint. */
export interface HttpTTSDescription<Options> extends NetworkOptions {
  connection: Connection;
  wire: HttpSpeechWire<Options>;
  options: Options;
  /** Hz of the audio that comes out, and of the PCM that is asked for. */
  sampleRate: number;
  /** The format that these options ask for. Default: `pcm`. */
  formatOf?(options: Readonly<Options>): SpeechFormat;
  /** The model that these options ask for. Default: the connection's. */
  modelOf?(options: Readonly<Options>): string | undefined;
  /** What the URL says of these options, for providers that are configured by it. */
  queryOf?(options: Readonly<Options>): Query;
}

/** What streams share with the model that they belong to. */
interface Shared<Options> extends HttpTTSDescription<Options> {
  keepAlive: KeepAlive;
  extras: Extras;
}

/** Reaches a private field for the stream's file next door: a description may hold a proxy's password. */
let read: <Options extends object>(model: HttpTTS<Options>) => Readonly<Shared<Options>>;

/** Nobody waits for a connection that is opened ahead. */
const prewarmMs = 10_000;

/**
 * Text to speech by one HTTP request per text, heard while it is still being made. LiveKit's AgentSession wraps it in
 * its StreamAdapter: one {@link HttpChunkedStream} per sentence, several at a time.
 */
export abstract class HttpTTS<Options extends object> extends tts.TTS {
  readonly #description: Readonly<Shared<Options>>;
  #options: Readonly<Options>;
  readonly #streams = new LazySet<HttpChunkedStream<Options>>();
  readonly #closing = new AbortController();
  #prewarming = false;

  static {
    read = (model) => model.#description;
  }

  constructor(description: HttpTTSDescription<Options>) {
    super(description.sampleRate, 1, { streaming: false });
    const extras = new Extras((failure) => description.wire.isElsewhere?.(failure) === true);
    this.#description = { ...description, keepAlive: new KeepAlive(), extras };
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

  /**
   * Holds for texts from now on. Keys that are `undefined` change nothing.
   *
   * @throws PatchbayError `invalid-option` for a model that cannot be named on this way, and nothing is changed.
   */
  protected changeOptions(options: Partial<Options>): void {
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    const next = { ...this.#options, ...(Object.fromEntries(given) as Partial<Options>) };
    const { connection, modelOf } = this.#description;
    connection.checkModel(modelOf?.(next));
    this.#options = next;
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
    if (this.#closing.signal.aborted) stream.close();
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

  /**
   * Opens a connection ahead, so that the first sentence does not pay for DNS, TCP and TLS: by a request that asks for
   * nothing and whose answer does not matter. It waits a minute for the first sentence, or as long as the server lets
   * it; so does the tunnel through a proxy. Returns at once and never fails.
   */
  prewarm(): void {
    if (this.#prewarming || this.#closing.signal.aborted) return;
    this.#prewarming = true;
    void this.#openConnection().finally(() => (this.#prewarming = false));
  }

  async #openConnection(): Promise<void> {
    const { connection, keepAlive, agent, proxy } = this.#description;
    const attempt = new AbortController();
    const deadline = new Deadline(currentRuntime().clock, () => attempt.abort());
    const abort = (): void => attempt.abort();
    this.#closing.signal.addEventListener('abort', abort, { once: true });
    deadline.arm(prewarmMs);
    try {
      const network = { ...(agent === undefined ? {} : { agent }), ...(proxy === undefined ? {} : { proxy }) };
      const { signal } = attempt;
      // Not HEAD: Node closes a connection after an answer to it that states no length.
      const { body } = await sendHttp({ connection, keepAlive, ...network, method: 'GET', signal });
      for await (const _piece of body);
    } catch {
      // Speech endpoints refuse the method. What matters is that they answered; who cannot be reached says so when asked.
    } finally {
      deadline.disarm();
      this.#closing.signal.removeEventListener('abort', abort);
    }
  }

  /** Ends everything that is being said, and every connection. Idempotent. */
  override async close(): Promise<void> {
    this.#closing.abort();
    const streams = [...this.#streams];
    for (const stream of streams) stream.close();
    await Promise.all(streams.map((stream) => stream.settled));
    this.#description.keepAlive.close();
  }
}

/** What a model was described as, for its streams. */
export function speakingOf<Options extends object>(model: HttpTTS<Options>): Readonly<Shared<Options>> {
  return read(model);
}
