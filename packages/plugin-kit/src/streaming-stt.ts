import { stt, type APIConnectOptions, type AudioBuffer, type VAD } from '@livekit/agents';
import { KeepAlive, LazySet, type NetworkOptions, type ReconnectPolicy } from '@patchbay/ws-session';
import { PatchbayError, type Connection, type Query } from '@patchbay/ws-url';
import type { ConnectionEmitter } from './connection-events.ts';
import type { SpeechToTextWire } from './speech-to-text-wire.ts';
import { checkWay } from './way.ts';

/** A stream that can be waited for. */
export type SettlingStream = stt.SpeechStream & { readonly settled: Promise<void> };

/** What a plugin says about its speech-to-text. */
export interface StreamingSTTDescription<Options> extends NetworkOptions {
  connection: Connection;
  /** Its name in metrics and traces. Default: its host. */
  provider?: string;
  /** A function: one that remembers what its stream was told, made for each. */
  wire: SpeechToTextWire<Options> | (() => SpeechToTextWire<Options>);
  options: Options;
  capabilities: stt.STTCapabilities;
  /** Hz of the mono 16-bit PCM that is sent. */
  sampleRate: number;
  /** Length of an audio message in milliseconds. Default 50. */
  chunkMs?: number;
  /** The model that these options ask for; re-read on every attempt. Default: the connection's. */
  modelOf?(options: Readonly<Options>): string | undefined;
  /** What the URL says of these options, for providers that are configured by it; re-read on every attempt. */
  queryOf?(options: Readonly<Options>): Query;
  /** The provider says something as soon as it is connected to, and not only when it is spoken to. Default true. */
  greets?: boolean;
  /** The language of transcripts that name none. Default: unknown. */
  languageOf?(options: Readonly<Options>): string;
  /** Least milliseconds between two interim transcripts. Default 0: each one is told. */
  interimIntervalOf?(options: Readonly<Options>): number;
  /** Hears the end of speech for providers that do not. The same VAD serves all streams. */
  vadOf?(options: Readonly<Options>): VAD | undefined;
  reconnect?: Partial<ReconnectPolicy>;
}

const EmittingSTT: abstract new (capabilities: stt.STTCapabilities) => stt.STT & ConnectionEmitter = stt.STT as never;

/** Reaches a private field for the stream's file next door: a description may hold a proxy's password. */
let read: <Options extends object>(model: StreamingSTT<Options>) => Readonly<StreamingSTTDescription<Options>>;

/**
 * Speech to text over one socket per stream. A plugin describes where, what is spoken and what it can do; dialling,
 * deadlines, chunking, resampling, the order of events, reconnects and the clean end are here and below.
 *
 * Emits `connection` (see `ConnectionEvents`) beside LiveKit's own events.
 */
export abstract class StreamingSTT<Options extends object> extends EmittingSTT {
  readonly #description: Readonly<StreamingSTTDescription<Options>>;
  readonly #streams = new LazySet<SettlingStream>();
  readonly #closing = new AbortController();
  readonly #keepAlive = new KeepAlive();
  #options: Readonly<Options>;

  static {
    read = (model) => model.#openDescription;
  }

  constructor(description: StreamingSTTDescription<Options>) {
    super(description.capabilities);
    this.#description = description;
    this.#options = description.options;
  }

  override get model(): string {
    const { connection, modelOf } = this.#description;
    return modelOf?.(this.#options) ?? connection.model ?? 'unknown';
  }

  /** Who listens, by the host unless the plugin says a name; metrics and traces are labelled with it. */
  override get provider(): string {
    const { connection, provider } = this.#description;
    return provider ?? connection.host;
  }

  /** @throws PatchbayError `closed`: whoever was closed listens no more. */
  get #openDescription(): Readonly<StreamingSTTDescription<Options>> {
    if (this.#closing.signal.aborted) throw new PatchbayError('closed', `${this.label} is closed: make another one`);
    return this.#description;
  }

  protected get options(): Readonly<Options> {
    return this.#options;
  }

  /** Throws a PatchbayError `invalid-option` for a model that cannot be named on the way there. */
  protected checkWay(options: Readonly<Options>): void {
    checkWay(this.#description, options);
  }

  /** Aborted when the model is closed, and when whoever asks has had enough. */
  protected untilClosed(signal?: AbortSignal): AbortSignal {
    return AbortSignal.any([this.#closing.signal, ...(signal === undefined ? [] : [signal])]);
  }

  /** Connections of requests, for the next ones. */
  protected get keepAlive(): KeepAlive {
    return this.#keepAlive;
  }

  /** Streams that are open. */
  protected get streams(): Iterable<SettlingStream> {
    return this.#streams;
  }

  /** Holds for new streams; open ones are told one by one with their own `changeOptions`. */
  protected setOptions(options: Readonly<Options>): void {
    this.#options = options;
  }

  /** Keeps a stream until it ends, so that {@link close} can end it. */
  protected track<Stream extends SettlingStream>(stream: Stream): Stream {
    this.#streams.add(stream);
    void stream.settled.then(() => this.#streams.delete(stream));
    return stream;
  }

  abstract override stream(options?: { connOptions?: APIConnectOptions }): SettlingStream;

  protected override async _recognize(_frame: AudioBuffer, _abortSignal?: AbortSignal): Promise<stt.SpeechEvent> {
    throw new PatchbayError('unsupported', `${this.label} listens to streams: use stream()`);
  }

  /** Ends all streams and requests; resolves when their sockets are gone. Idempotent. */
  override async close(): Promise<void> {
    this.#closing.abort();
    const streams = [...this.#streams];
    for (const stream of streams) stream.close();
    await Promise.all(streams.map((stream) => stream.settled));
    this.#keepAlive.close();
  }
}

/** What a model was described as, for its new streams. Throws a PatchbayError `closed` of one that was closed. */
export function listeningOf<Options extends object>(
  model: StreamingSTT<Options>,
): Readonly<StreamingSTTDescription<Options>> {
  return read(model);
}
