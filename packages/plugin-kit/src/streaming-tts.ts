import { tts, type APIConnectOptions, type tokenize } from '@livekit/agents';
import type { NetworkOptions } from '@patchbay/ws-session';
import type { Connection, Query } from '@patchbay/ws-url';
import type { ConnectionEmitter } from './connection-events.ts';
import type { StreamingTTSStream } from './streaming-tts-stream.ts';
import type { TextToSpeechWire } from './text-to-speech-wire.ts';

/** What a plugin says about its text to speech. */
export interface StreamingTTSDescription<Options> extends NetworkOptions {
  connection: Connection;
  wire: TextToSpeechWire<Options>;
  options: Options;
  /** Hz of the mono 16-bit PCM that comes out. */
  sampleRateOf(options: Readonly<Options>): number;
  /** `false`: AgentSession asks for sentences one by one with `synthesize()`. Default true. */
  streaming?: boolean;
  /** How text is cut before it is sent: most voices want whole sentences. */
  tokenizer: tokenize.SentenceTokenizer;
  /** The model that these options ask for. Default: the connection's. */
  modelOf?(options: Readonly<Options>): string | undefined;
  /** What the URL says of these options, for providers that are configured by it. */
  queryOf?(options: Readonly<Options>): Query;
}

const EmittingTTS: abstract new (
  sampleRate: number,
  channels: number,
  capabilities: tts.TTSCapabilities,
) => tts.TTS & ConnectionEmitter = tts.TTS as never;

/** Reaches a private field for the stream's file next door: a description may hold a proxy's password. */
let read: <Options extends object>(model: StreamingTTS<Options>) => Readonly<StreamingTTSDescription<Options>>;

/**
 * Text to speech over a socket per stream: text goes up while a language model still writes it, audio comes down as it
 * is made. Dialling, deadlines, segments, framing and retries are here and below.
 *
 * Emits `connection` (see `ConnectionEvents`) beside LiveKit's own events.
 */
export abstract class StreamingTTS<Options extends object> extends EmittingTTS {
  readonly #description: Readonly<StreamingTTSDescription<Options>>;
  readonly #streams = new Set<StreamingTTSStream<Options>>();
  #options: Readonly<Options>;

  static {
    read = (model) => model.#description;
  }

  constructor(description: StreamingTTSDescription<Options>) {
    super(description.sampleRateOf(description.options), 1, { streaming: description.streaming ?? true });
    this.#description = description;
    this.#options = description.options;
  }

  override get model(): string {
    const { connection, modelOf } = this.#description;
    return modelOf?.(this.#options) ?? connection.model ?? 'unknown';
  }

  /** Host that speaks; metrics and traces are labelled with it. */
  override get provider(): string {
    return this.#description.connection.host;
  }

  protected get options(): Readonly<Options> {
    return this.#options;
  }

  /** Holds for streams from now on. */
  protected setOptions(options: Readonly<Options>): void {
    this.#options = options;
  }

  /** Keeps a stream until it ends, so that {@link close} can end it. */
  protected track<Stream extends StreamingTTSStream<Options>>(stream: Stream): Stream {
    this.#streams.add(stream);
    void stream.settled.then(() => this.#streams.delete(stream));
    return stream;
  }

  abstract override stream(options?: { connOptions?: APIConnectOptions }): StreamingTTSStream<Options>;

  /** Ends all streams; resolves when their sockets are gone. Idempotent. */
  override async close(): Promise<void> {
    const streams = [...this.#streams];
    for (const stream of streams) stream.close();
    await Promise.all(streams.map((stream) => stream.settled));
  }
}

/** What a model was described as, for its streams. */
export function voiceOf<Options extends object>(
  model: StreamingTTS<Options>,
): Readonly<StreamingTTSDescription<Options>> {
  return read(model);
}
