import { DEFAULT_API_CONNECT_OPTIONS, shortuuid, tts, type APIConnectOptions } from '@livekit/agents';
import { currentRuntime, Deadline } from '@patchbay/ws-session';
import { PatchbayError, scrubError } from '@patchbay/ws-url';
import { AudioDecoder, type CompressedAudio } from './audio-decoder.ts';
import { containRejection } from './contained-rejection.ts';
import type { ExtraAttempts } from './extras.ts';
import { sendHttp, type HttpResponse } from './http-request.ts';
import { speakingOf, type HttpTTS, type SpeechSink } from './http-tts.ts';
import { ServerSentEventDecoder } from './server-sent-events.ts';
import { SpeechAttempts } from './speech-attempts.ts';
import { SpeechFrames } from './speech-frames.ts';
import { isSpoken } from './spoken.ts';

/** Short enough that the first sound does not wait, long enough that a minute is not made of too many frames. */
const frameMs = 20;

/** How long the rest of a finished answer may take: read to its end, its connection serves the next text. */
const drainMs = 1_000;

/** Events in a row that make no sense: the other end speaks something else. */
const maxUnreadable = 8;

/** Behind a gateway that hands over speech when the last byte of it is made, the first one may take this long. */
const bufferedFirstByteMs = 60_000;

/**
 * One text on its way to audio. LiveKit calls {@link run} up to `maxRetry + 1` times; each time is a request of its
 * own. `connOptions.timeoutMs` is the deadline for the first audio, and then for every silence between two pieces of it.
 * LiveKit tells of the last failure; those that are followed by another attempt are told here, as recoverable errors.
 */
export abstract class HttpChunkedStream<Options extends object> extends tts.ChunkedStream {
  /** Resolves when the stream has ended, in whatever way. */
  readonly settled: Promise<void>;
  readonly #description: ReturnType<typeof speakingOf<Options>>;
  readonly #options: Readonly<Options>;
  readonly #connOptions: APIConnectOptions;
  readonly #clock = currentRuntime().clock;
  readonly #attempts: SpeechAttempts;
  /** Where requests have extras. */
  readonly #extras: ExtraAttempts | undefined;
  #requestId = '';
  #heard = false;

  constructor(
    text: string,
    model: HttpTTS<Options>,
    options: Readonly<Options>,
    connOptions: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    abortSignal?: AbortSignal,
  ) {
    super(text, model, connOptions, abortSignal);
    this.#description = speakingOf(model);
    this.#options = options;
    this.#connOptions = connOptions;
    this.#attempts = new SpeechAttempts(model, connOptions);
    const { wire, extras } = this.#description;
    const key = this.#description.modelOf?.(options) ?? '';
    this.#extras = wire.hasExtras?.(options) === true ? extras.attempts(key, connOptions.maxRetry) : undefined;
    this.settled = containRejection(this);
    // LiveKit only listens for what is yet to come.
    if (abortSignal?.aborted === true) this.close();
  }

  protected override async run(): Promise<void> {
    this.#requestId = shortuuid('speech_');
    try {
      await this.#attempts.make(
        this.abortSignal,
        () => this.#attempt(),
        () => this.#heard,
      );
    } finally {
      if (!this.queue.closed) this.queue.close();
    }
  }

  async #attempt(): Promise<void> {
    if (this.#extras === undefined) return this.#ask(false);
    const mayRepeat = (): boolean => !this.#heard && !this.abortSignal.aborted;
    await this.#extras.make((extras) => this.#ask(extras), mayRepeat);
  }

  #newFrames(): SpeechFrames {
    return new SpeechFrames({
      sampleRate: this.#description.sampleRate,
      frameMs,
      bare: this.#compressed !== undefined,
      onFrame: (frame, final) => {
        this.#heard = true;
        const id = this.#requestId;
        if (!this.queue.closed) this.queue.put({ requestId: id, segmentId: id, frame, final });
      },
    });
  }

  async #ask(extras: boolean): Promise<void> {
    const { connection, wire, agent, proxy, keepAlive, modelOf, queryOf } = this.#description;
    const frames = this.#newFrames();
    const attempt = new AbortController();
    const abort = (): void => attempt.abort();
    this.abortSignal.addEventListener('abort', abort, { once: true });
    const deadline = new Deadline(this.#clock, () => attempt.abort(this.#late(frames.delivered)));
    try {
      deadline.arm(this.#firstByteMs);
      const { headers, body } = wire.request(this.inputText, this.#options, extras);
      const model = modelOf?.(this.#options);
      const response = await sendHttp({
        connection,
        keepAlive,
        headers: { 'content-type': 'application/json', ...headers },
        body,
        signal: attempt.signal,
        ...(model === undefined ? {} : { model }),
        ...(queryOf === undefined ? {} : { query: queryOf(this.#options) }),
        ...(agent === undefined ? {} : { agent }),
        ...(proxy === undefined ? {} : { proxy }),
      });
      this.#requestId = response.requestId ?? this.#requestId;
      await this.#read(response, frames, deadline, attempt);
      if (!frames.delivered && isSpoken(this.inputText)) {
        throw new PatchbayError('protocol-violation', `${connection.host} answered without audio`, { retryable: true });
      }
    } catch (error) {
      attempt.abort();
      throw scrubError(error, (text) => connection.scrub(text));
    } finally {
      deadline.disarm();
      this.abortSignal.removeEventListener('abort', abort);
    }
  }

  async #read(
    response: HttpResponse,
    frames: SpeechFrames,
    deadline: Deadline,
    attempt: AbortController,
  ): Promise<void> {
    const decoder = this.#newDecoder(frames, attempt.signal);
    let heard = false;
    const sink: SpeechSink = {
      audio: (bytes) => {
        if (bytes.byteLength === 0) return;
        // Nothing else is a sign of life: a gateway may send comments for ever.
        if (heard) deadline.touch();
        else deadline.arm(this.#connOptions.timeoutMs);
        heard = true;
        if (decoder) decoder.push(bytes);
        else frames.push(bytes);
      },
      usage: (tokens) => this.setTokenUsage(tokens),
    };
    const reader = this.#reader(response, sink);
    let isOver = false;
    await new Promise<void>((resolve, reject) => {
      const whole = response.each((piece) => {
        if (isOver) return;
        reader.push(piece);
        if (!reader.isOver()) return;
        isOver = true;
        this.#drain(whole, attempt);
        resolve();
      });
      whole.then(resolve, reject);
    });
    reader.end();
    await decoder?.end();
    frames.end();
  }

  /** Nothing in the rest of the answer matters any more, and neither does its failure. */
  #drain(whole: Promise<void>, attempt: AbortController): void {
    const deadline = new Deadline(this.#clock, () => attempt.abort());
    deadline.arm(drainMs);
    void whole.catch(() => undefined).finally(() => deadline.disarm());
  }

  #newDecoder(frames: SpeechFrames, signal: AbortSignal): AudioDecoder | undefined {
    const { sampleRate } = this.#description;
    const format = this.#compressed;
    if (format === undefined) return undefined;
    return new AudioDecoder({ format, sampleRate, signal, onAudio: (bytes) => frames.push(bytes) });
  }

  /** What has to be decoded, if anything. */
  get #compressed(): CompressedAudio | undefined {
    const format = this.#description.formatOf?.(this.#options) ?? 'pcm';
    return format === 'pcm' || format === 'wav' ? undefined : format;
  }

  /** Providers decide per model whether they answer in events or in bytes, so the answer says what it is. */
  #reader(response: HttpResponse, sink: SpeechSink): AnswerReader {
    const { wire, connection } = this.#description;
    const type = response.headers['content-type'] ?? '';
    if (type.startsWith('text/event-stream') && wire.receive) {
      let isOver = false;
      let unreadable = 0;
      const events = new ServerSentEventDecoder((event) => {
        if (isOver) return;
        try {
          isOver = wire.receive?.(event, sink) === true;
          unreadable = 0;
        } catch (error) {
          if (PatchbayError.is(error)) throw error;
          if (++unreadable < maxUnreadable) return;
          const what = `${unreadable} events in a row that nobody can read`;
          throw new PatchbayError('protocol-violation', `${connection.host} sent ${what}`, { retryable: true });
        }
      });
      return { push: (bytes) => events.push(bytes), isOver: () => isOver, end: () => events.end() };
    }
    if (/^(application\/json|text\/)/.test(type)) {
      throw new PatchbayError('protocol-violation', `${connection.host} answered with ${type} instead of audio`);
    }
    return { push: (bytes) => sink.audio(bytes), isOver: () => false, end: () => undefined };
  }

  get #firstByteMs(): number {
    const { timeoutMs } = this.#connOptions;
    return this.#description.connection.traits.buffersSpeech === true
      ? Math.max(timeoutMs, bufferedFirstByteMs)
      : timeoutMs;
  }

  #late(delivered: boolean): PatchbayError {
    const { host } = this.#description.connection;
    return delivered
      ? new PatchbayError('inactivity-timeout', `${host} stopped in the middle of the audio`)
      : new PatchbayError('first-event-timeout', `${host} sent no audio in time`, { retryable: true });
  }
}

/** Turns the bytes of an answer into sound. */
interface AnswerReader {
  push(bytes: Uint8Array): void;
  /** The answer has said that it is complete. */
  isOver(): boolean;
  end(): void;
}
