import { DEFAULT_API_CONNECT_OPTIONS, stt, type APIConnectOptions, type APIError } from '@livekit/agents';
import { currentRuntime } from '@patchbay/ws-session';
import { PatchbayError } from '@patchbay/ws-url';
import type { AudioFrame } from './audio-frame.ts';
import { toAPIError } from './errors.ts';
import { guardedEmit } from './guarded-emit.ts';
import { logger } from './logging.ts';
import { OrderedRequests } from './ordered-requests.ts';
import { Speech } from './speech.ts';
import { SpeechSegmenter, type SpeechSegment } from './speech-segmenter.ts';
import { listeningOf, type StreamingSTT, type StreamingSTTDescription } from './streaming-stt.ts';

/** What is to be written down. */
export interface BatchRequest<Options> {
  /** One piece of speech; nobody else writes to it. */
  audio: AudioFrame;
  /** Where it begins in the stream, in seconds: what the times of the answer are counted from. */
  startTime: number;
  /** Those that held when the piece ended. */
  options: Readonly<Options>;
  connOptions: APIConnectOptions;
  signal: AbortSignal;
}

/** Requests that are under way at once: while one is tried again, the next sentence need not wait. */
const atOnce = 3;

/** Pieces whose transcripts are owed before the input is left to wait; a recording that is pushed at once is not cut at once. */
const mostOwed = 8;

/** So many pieces lost in a row, each with all of its retries, are no accident. */
const mostLost = 3;

/** What a service answers to audio that it does not like; it may like the next. */
const aboutAudio: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/**
 * A stream for a service that only answers whole requests: the description's VAD finds the pieces of speech, and each
 * is one request. Takes the place of LiveKit's StreamAdapter, which hands on audio that has been overwritten, tells the
 * end of speech before its transcript, and loses what fails without a word.
 *
 * A piece whose retries are spent is an `error` event that the stream survives (`recoverable`). What the next request
 * would fail of as well (a refused key, an unknown model, three lost pieces in a row) ends the stream with one error
 * that is not, so that a session or a FallbackAdapter knows.
 */
export abstract class BatchSTTStream<Options extends object> extends stt.SpeechStream {
  /** Resolves when the stream has ended, and its requests have. */
  readonly settled: Promise<void>;
  readonly #model: StreamingSTT<Options>;
  readonly #description: Readonly<StreamingSTTDescription<Options>>;
  readonly #connOptions: APIConnectOptions;
  readonly #clock = currentRuntime().clock;
  readonly #segmenter: SpeechSegmenter;
  readonly #speech: Speech;
  readonly #requests = new OrderedRequests(atOnce);
  /** Ends requests: with the stream, or with its last error. */
  readonly #over = new AbortController();
  readonly #settle: () => void;
  #options: Readonly<Options>;
  #birthOffset: number | undefined;
  #failure: APIError | undefined;
  #lost = 0;

  /** @throws PatchbayError `unsupported` without a VAD in the description. */
  constructor(
    model: StreamingSTT<Options>,
    options: Readonly<Options>,
    connOptions: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
  ) {
    const description = listeningOf(model);
    const vad = description.vadOf?.(options);
    if (vad === undefined) throw new PatchbayError('unsupported', `${model.label} streams with a vad only`);
    super(model, undefined, connOptions);
    let settle = (): void => undefined;
    this.settled = new Promise((resolve) => (settle = resolve));
    this.#settle = settle;
    this.#model = model;
    this.#description = description;
    this.#options = options;
    this.#connOptions = connOptions;
    this.#segmenter = new SpeechSegmenter({
      vad,
      sampleRate: description.sampleRate,
      started: (id, voiceMs) => this.#speech.started(id, voiceMs),
      ended: (segment) => this.#ask(segment),
      failed: (error) => this.#fail(error),
    });
    const { history } = this.#segmenter;
    this.#speech = new Speech({
      emit: (event) => this.#put(event),
      language: () => description.languageOf?.(this.#options) ?? '',
      secondsAt: (ms) => this.#secondsAt(ms),
      ageMs: (ms) => history.ageMs(ms),
      wallClock: () => this.#clock.wallClock(),
      sentMs: () => history.pushedMs,
      settled: () => undefined,
      quiet: () => undefined,
      expect: () => ({ touch: () => undefined, met: () => undefined }),
    });
  }

  /** One request, with its retries; LiveKit makes none. Times of the answer are those of the stream; 0: not known. */
  protected abstract transcribe(request: BatchRequest<Options>): Promise<stt.SpeechEvent>;

  protected get options(): Readonly<Options> {
    return this.#options;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** Holds for pieces of speech that end from now on. A VAD that is taken away goes on listening. */
  protected changeOptions(options: Readonly<Options>): void {
    this.#options = options;
    const vad = this.#description.vadOf?.(options);
    if (vad !== undefined) this.#segmenter.use(vad);
  }

  /** Ends at once, and every request; what is still owed will not come. */
  override close(): void {
    super.close();
    this.#segmenter.close();
    this.#over.abort();
  }

  /** LiveKit calls this once: retries are made per piece of speech, and what is thrown is final. */
  protected override async run(): Promise<void> {
    this.#birthOffset ??= this.startTimeOffset;
    try {
      await Promise.race([this.#pump(), aborted(this.#over.signal)]);
      if (this.#failure !== undefined) throw this.#failure;
    } finally {
      this.#segmenter.close();
      this.#over.abort();
      void this.#requests.settled().then(this.#settle);
    }
  }

  /** Reads the input to its end, even when nobody listens any more: it would pile up. */
  async #pump(): Promise<void> {
    const segmenter = this.#segmenter;
    try {
      for await (const item of this.input) {
        if (typeof item === 'symbol') await segmenter.flush();
        else segmenter.push(item);
        await segmenter.room();
        while (this.#requests.untold >= mostOwed && !this.#isOver) await this.#requests.oneTold();
      }
      await segmenter.flush();
      await this.#requests.settled();
    } catch (error) {
      this.#fail(error);
    }
  }

  #ask(segment: SpeechSegment): void {
    const { id, audio, startMs, voiceMs, endMs, silentMs } = segment;
    this.#speech.stopped(id, { atMs: endMs, trailingMs: silentMs });
    const [options, connOptions, signal] = [this.#options, this.#connOptions, this.#over.signal];
    const startTime = this.#secondsAt(startMs);
    const spoken = { startTime: this.#secondsAt(voiceMs), endTime: this.#secondsAt(endMs - silentMs) };
    this.#requests.add(
      async () => withTimes(await this.transcribe({ audio, startTime, options, connOptions, signal }), spoken),
      (outcome) => this.#tell(id, outcome),
    );
  }

  #tell(id: string, outcome: PromiseSettledResult<stt.SpeechEvent>): void {
    if (this.#isOver) return;
    if (outcome.status === 'rejected') return this.#lose(id, toAPIError(outcome.reason));
    const { recognitionUsage, ...event } = outcome.value;
    this.#lost = 0;
    if (recognitionUsage !== undefined) {
      const { requestId = id } = event;
      this.#put({ type: stt.SpeechEventType.RECOGNITION_USAGE, requestId, recognitionUsage });
    }
    this.#speech.answered(id, event);
  }

  #lose(id: string, error: APIError): void {
    const { statusCode = 0 } = error as { statusCode?: number };
    this.#lost++;
    if (this.#lost >= mostLost || !(error.retryable || aboutAudio.has(statusCode))) return this.#fail(error);
    logger()?.warn({ error }, 'a piece of speech could not be transcribed and is lost');
    const { label } = this.#model;
    const timestamp = this.#clock.wallClock();
    guardedEmit(this.#model, 'error', { type: 'stt_error', timestamp, label, error, recoverable: true });
    this.#speech.failed(id);
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#failure = toAPIError(error, { retryable: false });
    this.#segmenter.close();
    this.#speech.interrupted();
    this.#over.abort();
  }

  #put(event: stt.SpeechEvent): void {
    if (!this.queue.closed) this.queue.put(event);
  }

  #secondsAt(ms: number): number {
    return (this.#birthOffset ?? this.startTimeOffset) + this.#segmenter.history.elapsedMs(ms) / 1000;
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted;
  }
}

/** Where the answer tells no times, those of the voice. */
function withTimes(event: stt.SpeechEvent, spoken: { startTime: number; endTime: number }): stt.SpeechEvent {
  const [first, ...others] = event.alternatives ?? [];
  if (first === undefined || first.endTime !== 0) return event;
  return { ...event, alternatives: [{ ...first, ...spoken }, ...others] };
}

/** Resolves when the signal aborts, which it will: nothing is left waiting for it. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
