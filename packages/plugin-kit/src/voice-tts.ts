import type { APIConnectOptions } from '@livekit/agents';
import type { SocketChunkedStream } from './socket-chunked-stream.ts';
import type { StreamingTTS } from './streaming-tts.ts';
import type { StreamingTTSStream } from './streaming-tts-stream.ts';
import type { UpdatableOptions } from './updatable-stt.ts';
import { UpdatableTTS, type UpdatableTTSDescription } from './updatable-tts.ts';

/** What a plugin says about a voice: the classes of its streams too, which have its labels. */
export interface VoiceTTSDescription<
  Options extends object,
  Stream extends StreamingTTSStream<Options>,
  Chunked extends SocketChunkedStream<Options>,
> extends UpdatableTTSDescription<Options> {
  SynthesizeStream: new (
    model: StreamingTTS<Options>,
    options: Readonly<Options>,
    connOptions?: APIConnectOptions,
  ) => Stream;
  ChunkedStream: new (
    text: string,
    model: StreamingTTS<Options>,
    options: Readonly<Options>,
    connOptions?: APIConnectOptions,
    abortSignal?: AbortSignal,
  ) => Chunked;
}

/** The whole of a voice over sockets: options that change between turns, and streams of the plugin's own classes. */
export abstract class VoiceTTS<
  Options extends UpdatableOptions,
  Stream extends StreamingTTSStream<Options>,
  Chunked extends SocketChunkedStream<Options>,
> extends UpdatableTTS<Options> {
  readonly #classes: Pick<VoiceTTSDescription<Options, Stream, Chunked>, 'SynthesizeStream' | 'ChunkedStream'>;

  constructor({ SynthesizeStream, ChunkedStream, ...description }: VoiceTTSDescription<Options, Stream, Chunked>) {
    super(description);
    this.#classes = { SynthesizeStream, ChunkedStream };
  }

  override stream(options: { connOptions?: APIConnectOptions } = {}): Stream {
    return this.track(new this.#classes.SynthesizeStream(this, this.options, options.connOptions));
  }

  override synthesize(text: string, connOptions?: APIConnectOptions, abortSignal?: AbortSignal): Chunked {
    return this.track(new this.#classes.ChunkedStream(text, this, this.options, connOptions, abortSignal));
  }
}
