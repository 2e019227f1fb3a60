import { tts, type APIConnectOptions } from '@livekit/agents';
import { LazySet, type NetworkOptions } from '@patchbay/ws-session';
import { PatchbayError, type Connection, type Query } from '@patchbay/ws-url';
import type { ConnectionEmitter } from './connection-events.ts';
import type { Tokenizer } from './sentences.ts';
import type { SocketChunkedStream } from './socket-chunked-stream.ts';
import { SpeechSockets } from './speech-sockets.ts';
import type { StreamingTTSStream } from './streaming-tts-stream.ts';
import type { TextToSpeechWire } from './text-to-speech-wire.ts';

/** What a plugin says about its text to speech. */
export interface StreamingTTSDescription<Options> extends NetworkOptions {
  connection: Connection;
  /** Its name in metrics and traces. Default: its host. */
  provider?: string;
  wire: TextToSpeechWire<Options>;
  options: Options;
  /** Hz of the mono 16-bit PCM that comes out. */
  sampleRateOf(options: Readonly<Options>): number;
  /** `false`: AgentSession asks for sentences one by one with `synthesize()`. Default true. */
  streaming?: boolean;
  /** Whether the wire tells when words are heard. Default: it does not. */
  alignedTranscriptOf?(options: Readonly<Options>): boolean;
  /** How text is cut before it is sent, for voices that want whole sentences. Default: as it is written. */
  tokenizer?: Tokenizer;
  /** The model that these options ask for. Default: the connection's. */
  modelOf?(options: Readonly<Options>): string | undefined;
  /** What the URL says of these options, for providers that are configured by it: a socket serves one query only. */
  queryOf?(options: Readonly<Options>): Query;
  /** Milliseconds for which a socket that says nothing is kept for the next turn. Default 120,000. */
  idleMs?: number;
}

/** A stream of either kind. */
type Stream = { readonly settled: Promise<void>; close(): void };

const EmittingTTS: abstract new (
  sampleRate: number,
  channels: number,
  capabilities: tts.TTSCapabilities,
) => tts.TTS & ConnectionEmitter = tts.TTS as never;

/** Reaches a private field for the streams' files next door: a description may hold a proxy's password. */
let optionsNow: <Options extends object>(model: StreamingTTS<Options>) => Readonly<Options>;
let read: <Options extends object>(model: StreamingTTS<Options>) => SpeechSockets<Options>;

/**
 * Text to speech over sockets: text goes up while a language model still writes it, audio comes down as it is made. A
 * turn takes a socket that is there already, and leaves it to the next one, also when it is interrupted. Dialling,
 * deadlines, segments, framing and retries are here and below.
 *
 * Emits `connection` (see `ConnectionEvents`) beside LiveKit's own events.
 */
export abstract class StreamingTTS<Options extends object> extends EmittingTTS {
  readonly #sockets: SpeechSockets<Options>;
  readonly #streams = new LazySet<Stream>();
  #options: Readonly<Options>;
  #closed = false;

  static {
    optionsNow = (model) => model.#options;
    read = (model) => {
      if (model.#closed) throw new PatchbayError('closed', `${model.label} is closed: make another one`);
      return model.#sockets;
    };
  }

  constructor(description: StreamingTTSDescription<Options>) {
    const { streaming = true } = description;
    super(description.sampleRateOf(description.options), 1, { streaming });
    this.#options = description.options;
    this.#sockets = new SpeechSockets(description, this, optionsNow);
  }

  override get capabilities(): tts.TTSCapabilities {
    const { alignedTranscriptOf } = this.#sockets.description;
    return { ...super.capabilities, alignedTranscript: alignedTranscriptOf?.(this.#options) ?? false };
  }

  override get model(): string {
    const { connection, modelOf } = this.#sockets.description;
    return modelOf?.(this.#options) ?? connection.model ?? 'unknown';
  }

  /** Who speaks, by the host unless the plugin says a name; metrics and traces are labelled with it. */
  override get provider(): string {
    const { connection, provider } = this.#sockets.description;
    return provider ?? connection.host;
  }

  override get sampleRate(): number {
    return this.#sockets.description.sampleRateOf(this.#options);
  }

  protected get options(): Readonly<Options> {
    return this.#options;
  }

  /** Holds for streams from now on. */
  protected setOptions(options: Readonly<Options>): void {
    this.#options = options;
  }

  /** Keeps a stream until it ends, so that {@link close} can end it. */
  protected track<One extends Stream>(stream: One): One {
    this.#streams.add(stream);
    void stream.settled.then(() => this.#streams.delete(stream));
    return stream;
  }

  abstract override stream(options?: { connOptions?: APIConnectOptions }): StreamingTTSStream<Options>;

  abstract override synthesize(
    text: string,
    connOptions?: APIConnectOptions,
    abortSignal?: AbortSignal,
  ): SocketChunkedStream<Options>;

  /** Opens a socket ahead, so that the first sentence does not wait for one. Returns at once and never fails. */
  prewarm(): void {
    // Whoever cannot be reached says so when asked.
    void this.#sockets.pool.prewarm().catch(() => undefined);
  }

  /** Ends all streams and all sockets. Idempotent. */
  override async close(): Promise<void> {
    this.#closed = true;
    const streams = [...this.#streams];
    for (const stream of streams) stream.close();
    await Promise.all([...streams.map((stream) => stream.settled), this.#sockets.pool.close()]);
  }
}

/** The sockets of a model, for its new streams. Throws a PatchbayError `closed` of one that was closed. */
export function socketsOf<Options extends object>(model: StreamingTTS<Options>): SpeechSockets<Options> {
  return read(model);
}
