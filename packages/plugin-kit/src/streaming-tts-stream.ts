import { DEFAULT_API_CONNECT_OPTIONS, shortuuid, tts, type APIConnectOptions } from '@livekit/agents';
import { currentRuntime, Deadline, Session, type Frame, type Link } from '@patchbay/ws-session';
import { PatchbayError } from '@patchbay/ws-url';
import { guardedEmit } from './guarded-emit.ts';
import { logger } from './logging.ts';
import { Patience } from './patience.ts';
import { SpeechFrames } from './speech-frames.ts';
import { decodeJson } from './speech-to-text-wire.ts';
import { voiceOf, type StreamingTTS, type StreamingTTSDescription } from './streaming-tts.ts';
import type { SpokenSink, TextToSpeechContext } from './text-to-speech-wire.ts';

/** Short enough that the first sound does not wait, long enough that a minute is not made of too many frames. */
const frameMs = 20;

/** What was said so far, in the order in which it goes out: texts, and the ends of segments. */
type Part = string | typeof segmentEnd;
const segmentEnd = Symbol('end of a segment');

/**
 * One stream of text to audio: LiveKit calls {@link run} again after a failure, each time with a socket of its own. What
 * was written so far is said again then, unless something of it was heard: from the first sound on nothing is repeated.
 *
 * What is written up to the end of the input is one segment: its last frame is `final`, and END_OF_STREAM follows it.
 */
export abstract class StreamingTTSStream<Options extends object> extends tts.SynthesizeStream {
  /** Resolves when the stream has ended and its socket is gone. */
  readonly settled: Promise<void>;
  readonly #model: StreamingTTS<Options>;
  readonly #description: Readonly<StreamingTTSDescription<Options>>;
  readonly #options: Readonly<Options>;
  readonly #clock = currentRuntime().clock;
  readonly #patience: Patience;
  readonly #settle: () => void;
  readonly #parts: Part[] = [];
  #pumping = false;
  #inputEnded = false;
  /** Of the parts, how many the present socket was told; and of the flushes among them, how many it has answered. */
  #told = 0;
  #flushes = 0;
  #answered = 0;
  #attempts = 0;
  #session: Session | undefined;
  #link: Link | undefined;
  #frames: SpeechFrames | undefined;
  #requestId = '';
  #segmentId = '';
  #delivered = false;
  readonly #silence: Deadline;
  #failure: PatchbayError | undefined;

  constructor(
    model: StreamingTTS<Options>,
    options: Readonly<Options>,
    connOptions: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
  ) {
    super(model, connOptions);
    let settle = (): void => undefined;
    this.settled = new Promise((resolve) => (settle = resolve));
    this.#settle = settle;
    this.#model = model;
    this.#options = options;
    this.#description = voiceOf(model);
    this.#patience = new Patience(this.#clock, connOptions.timeoutMs);
    this.#silence = new Deadline(this.#clock, () => this.#late());
  }

  protected override onStreamDone(): void {
    this.#settle();
  }

  protected override async run(): Promise<void> {
    const { signal } = this.abortController;
    if (!this.#pumping) void this.#pump();
    this.#attempts++;
    this.#begin();
    try {
      await this.#patience.wait(signal);
      await this.#untilThereIsText();
      if (signal.aborted || (this.#inputEnded && this.#parts.length === 0)) return;
      const session = this.#newSession();
      this.#session = session;
      await session.run(signal);
      if (this.#failure !== undefined) throw this.#failure;
    } catch (error) {
      if (signal.aborted) return;
      const failure = this.#patience.judge(error, this.#delivered ? { retryable: false } : {});
      if (failure.retryable && this.#attempts <= this.connOptions.maxRetry) {
        const { label } = this.#model;
        const timestamp = this.#clock.wallClock();
        guardedEmit(this.#model, 'error', { type: 'tts_error', timestamp, label, error: failure, recoverable: true });
      }
      throw failure;
    } finally {
      this.#silence.disarm();
      await this.#session?.close();
      this.#session = undefined;
      this.#link = undefined;
    }
  }

  #begin(): void {
    this.#failure = undefined;
    this.#told = 0;
    this.#flushes = 0;
    this.#answered = 0;
    this.#requestId = shortuuid('speech_');
    this.#beginSegment();
  }

  #beginSegment(): void {
    this.#segmentId = shortuuid('segment_');
    this.#frames = new SpeechFrames({
      sampleRate: this.#description.sampleRateOf(this.#options),
      frameMs,
      bare: true,
      onFrame: (frame, final) => {
        this.#delivered = true;
        const { queue } = this;
        if (!queue.closed) queue.put({ requestId: this.#requestId, segmentId: this.#segmentId, frame, final });
      },
    });
  }

  #newSession(): Session {
    const { connection, agent, proxy, modelOf, queryOf } = this.#description;
    const { timeoutMs } = this.connOptions;
    return new Session({
      connection,
      ...(agent === undefined ? {} : { agent }),
      ...(proxy === undefined ? {} : { proxy }),
      // LiveKit tries again, as long as nothing was heard.
      reconnect: false,
      deadlines: { dialMs: timeoutMs, firstEventMs: 0 },
      model: () => modelOf?.(this.#options),
      query: () => queryOf?.(this.#options),
      handlers: {
        open: (link) => this.#opened(link),
        frame: (frame) => this.#received(frame),
        lost: () => (this.#link = undefined),
        event: (event) => void guardedEmit(this.#model, 'connection', event),
      },
    });
  }

  #opened(link: Link): void {
    this.#link = link;
    for (const frame of this.#description.wire.open?.(this.#context) ?? []) link.send(frame);
    this.#tell();
  }

  /** Tells the socket what it was not told yet. */
  #tell(): void {
    const { wire } = this.#description;
    if (this.#link === undefined) return;
    for (const part of this.#parts.slice(this.#told)) {
      this.#told++;
      if (part === segmentEnd) this.#flush();
      else {
        this.markStarted();
        this.#session?.send(wire.text(part, this.#context));
      }
    }
    this.#endIfDone();
  }

  /** Before this nothing is owed: a provider may wait for more text, and a language model take its time to write it. */
  #flush(): void {
    this.#flushes++;
    this.#session?.send(this.#description.wire.flush(this.#context));
    this.#silence.arm(this.connOptions.timeoutMs);
  }

  #received(frame: Frame): boolean {
    const { wire } = this.#description;
    if (typeof frame !== 'string') {
      this.#speech.audio(frame);
      return true;
    }
    const message = decodeJson(frame);
    if (message === undefined) throw new TypeError('not a message');
    wire.receive(message, this.#speech, this.#context);
    return true;
  }

  readonly #speech: SpokenSink = {
    audio: (bytes) => {
      if (bytes.byteLength === 0) return;
      if (this.#silence.armed) this.#silence.touch();
      this.#frames?.push(bytes);
    },
    flushed: () => {
      if (this.#answered === this.#flushes) return;
      this.#answered++;
      this.#endSegment();
      if (this.#answered === this.#flushes) this.#silence.disarm();
      this.#endIfDone();
    },
    requestId: (id) => {
      if (id === '') return;
      this.#requestId = id;
      this.noteProviderRequestId(id);
    },
  };

  #endSegment(): void {
    this.#frames?.end();
    if (!this.queue.closed) this.queue.put(tts.SynthesizeStream.END_OF_STREAM);
    this.#beginSegment();
  }

  #endIfDone(): void {
    if (!this.#inputEnded || this.#told < this.#parts.length || this.#answered < this.#flushes) return;
    const { goodbye } = this.#description.wire;
    if (goodbye !== undefined) this.#link?.send(goodbye);
    void this.#session?.close();
  }

  /** Text was sent, and nothing of it has been heard for so long, or nothing more. */
  #late(): void {
    const { timeoutMs } = this.connOptions;
    const what = `${this.#description.connection.host} sent no audio for ${timeoutMs} ms`;
    this.#failure = new PatchbayError('inactivity-timeout', what, { retryable: true });
    void this.#session?.close();
  }

  /** No socket is opened before there is something to say. */
  async #untilThereIsText(): Promise<void> {
    while (this.#parts.length === 0 && !this.#inputEnded && !this.abortController.signal.aborted) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #wake: () => void = () => undefined;

  #push(part: Part): void {
    if (part === segmentEnd && (this.#parts.length === 0 || this.#parts.at(-1) === segmentEnd)) return;
    this.#parts.push(part);
    this.#wake();
    this.#tell();
  }

  /** Reads the input for the life of the stream, across all runs: a second reader would steal text from the first. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    const sentences = this.#description.tokenizer.stream();
    const reading = this.#readSentences(sentences);
    try {
      for await (const item of this.input) {
        if (typeof item === 'string') sentences.pushText(item);
        else sentences.flush();
      }
      sentences.endInput();
      await reading;
      this.#push(segmentEnd);
    } catch (error) {
      logger()?.error({ error }, 'the input of a text-to-speech stream failed');
      this.close();
    } finally {
      sentences.close();
      this.#inputEnded = true;
      this.#wake();
      this.#endIfDone();
    }
  }

  async #readSentences(sentences: AsyncIterable<{ token: string }>): Promise<void> {
    for await (const { token } of sentences) if (token.trim() !== '') this.#push(token);
  }

  get #context(): TextToSpeechContext<Options> {
    return { connection: this.#description.connection, options: this.#options };
  }
}
