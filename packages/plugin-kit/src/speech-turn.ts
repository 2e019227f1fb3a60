import { Deadline, MAX_UNREADABLE, type Frame, type PooledSocketInfo } from '@patchbay/ws-session';
import { PatchbayError, scrubError } from '@patchbay/ws-url';
import type { SpeechSockets } from './speech-sockets.ts';
import { isSpoken } from './spoken.ts';
import type { SpokenTurn, SpokenWord, TextToSpeechContext } from './text-to-speech-wire.ts';

/** How long a socket has to confirm that it stopped. Nobody waits for it; a socket that does not is dropped. */
const cancelMs = 2_000;

/** Behind a gateway that hands over speech when the last byte of it is made, the first one may take this long. */
const bufferedFirstByteMs = 60_000;

/** Who waits for a turn. Nothing is told after it was called off. */
export interface TurnListener {
  /** The first text is about to leave, on a socket that the provider calls so. */
  started(requestId: string | undefined): void;
  audio(bytes: Uint8Array): void;
  words(words: readonly SpokenWord[]): void;
  requestId(id: string): void;
  usage(tokens: { inputTokens?: number; outputTokens?: number }): void;
}

/**
 * One turn of speech on a socket: text goes in as it is written, audio comes out as it is made. Called off, it is over
 * for its owner at once; its socket goes on in the background until the provider confirms it, and then serves the next.
 */
export class SpeechTurn<Options extends object> implements SpokenTurn {
  /** When all has been said, or it was called off. Rejects with why it failed. */
  readonly done: Promise<void>;
  readonly #sockets: SpeechSockets<Options>;
  readonly #options: Readonly<Options>;
  readonly #listener: TurnListener;
  readonly #timeoutMs: number;
  readonly #attempt = new AbortController();
  readonly #silence: Deadline;
  readonly #pause: Deadline;
  readonly #texts: string[] = [];
  #characters = 0;
  #startedAt = 0;
  #isFinished = false;
  /** Nobody waits for it any more: it was called off, or it failed. */
  #isCancelled = false;
  #isOver = false;
  #wasHeard = false;
  #wasAnswered = false;
  #unreadable = 0;
  #context: TextToSpeechContext<Options> | undefined;
  /** What it begins with, written for the socket that takes it. */
  #opening: readonly Frame[] = [];
  /** The socket that it was written for last. */
  #candidate: PooledSocketInfo | undefined;
  /** The socket, as soon as it takes text. */
  #socket: PooledSocketInfo | undefined;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;

  constructor(sockets: SpeechSockets<Options>, options: Readonly<Options>, listener: TurnListener, timeoutMs: number) {
    this.#sockets = sockets;
    this.#options = options;
    this.#listener = listener;
    this.#timeoutMs = timeoutMs;
    this.#silence = new Deadline(sockets.clock, () => this.#late());
    this.#pause = new Deadline(sockets.clock, () => this.finish());
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.done.catch(() => {});
  }

  get isFinished(): boolean {
    return this.#isFinished;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** It was given a socket that had served others, and not a word came back: that one may have been dead all along. */
  get isUnanswered(): boolean {
    return this.#socket?.reused === true && !this.#wasAnswered;
  }

  /** Whether its socket takes so much more text; the first text always has room. */
  hasRoom(text: string): boolean {
    if (this.#texts.length === 0) return true;
    const { characters, turnMs = Infinity } = this.#sockets.description.wire.limits ?? {};
    if (this.#sockets.clock.now() - this.#startedAt >= turnMs) return false;
    if (this.#socket !== undefined) return this.#sockets.mayAdd(this.#socket.id, text.length);
    return this.#characters + text.length <= (characters?.most ?? Infinity);
  }

  say(text: string): void {
    this.#texts.push(text);
    this.#characters += text.length;
    if (this.#texts.length === 1) {
      this.#startedAt = this.#sockets.clock.now();
      void this.#run();
    } else if (this.#socket !== undefined) {
      this.#sockets.added(this.#socket.id, text.length);
      this.#send((wire, context) => [wire.text(text, context)]);
      this.#waitForText();
    }
  }

  /** Nothing more will be said. */
  finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#pause.disarm();
    if (this.#texts.length === 0) return this.#resolve();
    if (this.#socket === undefined) return;
    this.#send((wire, context) => wire.finish(context));
    this.#expectAudio();
  }

  /** Stops it, as soon as that can be said. Its owner hears nothing more, not even an error. */
  cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.#resolve();
    this.#silence.disarm();
    this.#pause.disarm();
    if (this.#isOver) return;
    const frames = this.#socket === undefined ? undefined : this.#sockets.description.wire.cancel?.(this.#context!);
    if (frames === undefined) return this.#attempt.abort();
    this.#send(() => frames);
    this.#silence.arm(cancelMs);
  }

  audio(bytes: Uint8Array): void {
    if (this.#isCancelled || this.#isOver || bytes.byteLength === 0) return;
    // Nothing else is a sign of life. The first may be allowed to take longer than those behind it.
    if (this.#silence.armed) {
      if (this.#wasHeard) this.#silence.touch();
      else this.#silence.arm(this.#timeoutMs);
    }
    this.#wasHeard = true;
    this.#listener.audio(bytes);
  }

  words(words: readonly SpokenWord[]): void {
    if (!this.#isCancelled && !this.#isOver) this.#listener.words(words);
  }

  /** Before its end was asked for, it can only mean a turn before this one. */
  spoken(): void {
    if (this.#isFinished && !this.#isCancelled) this.#isOver = true;
  }

  over(): void {
    this.#isOver = true;
  }

  failed(error: PatchbayError): void {
    if (this.#isCancelled || this.#isOver) return;
    this.#isCancelled = true;
    this.#reject(scrubError(error, (text) => this.#scrub(text)));
    this.#pause.disarm();
    this.#silence.arm(cancelMs);
  }

  requestId(id: string): void {
    if (!this.#isCancelled && id !== '') this.#listener.requestId(this.#scrub(id));
  }

  usage(tokens: { inputTokens?: number; outputTokens?: number }): void {
    if (!this.#isCancelled) this.#listener.usage(tokens);
  }

  #scrub(text: string): string {
    return this.#sockets.description.connection.scrub(text);
  }

  async #run(): Promise<void> {
    const { modelOf, queryOf } = this.#sockets.description;
    const model = modelOf?.(this.#options);
    const query = queryOf?.(this.#options);
    try {
      await this.#sockets.pool.request((socket) => this.#open(socket), {
        onFrame: (frame) => this.#received(frame),
        begun: () => this.#began(),
        fits: (socketId) => this.#sockets.fits(socketId, this.#characters),
        signal: this.#attempt.signal,
        dialMs: this.#timeoutMs,
        // A language model writes as slowly as it likes: what is owed, and from when, is known here.
        ...{ firstEventMs: Infinity, inactivityMs: Infinity },
        ...(model === undefined ? {} : { model }),
        ...(query === undefined ? {} : { query }),
      });
      this.#conclude();
    } catch (error) {
      this.#reject(error);
    } finally {
      this.#isOver = true;
      this.#silence.disarm();
      this.#pause.disarm();
    }
  }

  /** Asked again where a socket turned out to be dead before anything was sent on it. */
  #open(socket: PooledSocketInfo): Frame {
    const { connection, wire } = this.#sockets.description;
    const { lane = '', credential } = socket;
    const context = { connection, options: this.#options, turn: lane, credential };
    const [first, ...rest] = [
      ...(wire.open?.(context) ?? []),
      ...this.#texts.map((text) => wire.text(text, context)),
      ...(this.#isFinished ? wire.finish(context) : []),
    ];
    this.#context = context;
    this.#opening = rest;
    this.#candidate = socket;
    this.#listener.started(this.#sockets.requestIdOf(socket.id));
    return first!;
  }

  #began(): void {
    const socket = this.#candidate!;
    this.#socket = socket;
    this.#sockets.began(socket.id);
    this.#sockets.added(socket.id, this.#characters);
    this.#send(() => this.#opening);
    if (this.#isFinished) this.#expectAudio();
    else this.#waitForText();
  }

  #waitForText(): void {
    const { pauseMs } = this.#sockets.description.wire.limits ?? {};
    if (pauseMs !== undefined) this.#pause.arm(pauseMs);
  }

  /** A socket that is gone has told the pool, and so us. What must not be sent at all is a failure of the turn. */
  #send(
    framesOf: (
      wire: SpeechSockets<Options>['description']['wire'],
      context: TextToSpeechContext<Options>,
    ) => readonly Frame[],
  ): void {
    try {
      for (const frame of framesOf(this.#sockets.description.wire, this.#context!)) this.#socket?.send(frame);
    } catch (error) {
      this.#attempt.abort(error);
    }
  }

  #received(frame: Frame): boolean {
    this.#wasAnswered = true;
    if (typeof frame !== 'string') {
      this.audio(frame);
      return this.#isOver;
    }
    const message = this.#sockets.read(frame);
    try {
      if (message === undefined) throw new TypeError('not a message');
      this.#sockets.description.wire.receive(message, this, this.#context!);
      this.#unreadable = 0;
    } catch (error) {
      if (PatchbayError.is(error)) throw error;
      if (++this.#unreadable === MAX_UNREADABLE)
        throw this.#error('protocol-violation', 'nobody can read what it sends');
    }
    return this.#isOver;
  }

  #conclude(): void {
    if (this.#isCancelled) return;
    if (!this.#isFinished) {
      return this.#reject(this.#error('closed', 'it ended the speech before its text was complete'));
    }
    if (!this.#wasHeard && isSpoken(this.#texts.join(''))) {
      return this.#reject(this.#error('protocol-violation', 'it answered without audio'));
    }
    this.#resolve();
  }

  #expectAudio(): void {
    const { buffersSpeech } = this.#sockets.description.connection.traits;
    const isFirstSlow = buffersSpeech === true && !this.#wasHeard;
    this.#silence.arm(isFirstSlow ? Math.max(this.#timeoutMs, bufferedFirstByteMs) : this.#timeoutMs);
  }

  #late(): void {
    if (this.#isCancelled) return this.#attempt.abort();
    this.#attempt.abort(
      this.#wasHeard
        ? this.#error('inactivity-timeout', 'it stopped in the middle of the audio')
        : this.#error('first-event-timeout', 'it sent no audio in time'),
    );
  }

  #error(code: 'closed' | 'protocol-violation' | 'inactivity-timeout' | 'first-event-timeout', what: string) {
    const requestId = this.#socket && this.#sockets.requestIdOf(this.#socket.id);
    const details = { retryable: true, ...(requestId === undefined ? {} : { requestId }) };
    return new PatchbayError(code, `${this.#sockets.description.connection.host}: ${what}`, details);
  }
}
