import type { APIConnectOptions, stt } from '@livekit/agents';
import {
  currentRuntime,
  type Clock,
  type ConnectionEvent,
  type Expectation,
  type Frame,
  type Link,
  type Session,
  type SessionHandlers,
} from '@patchbay/ws-session';
import type { PatchbayError } from '@patchbay/ws-url';
import type { AudioFrame } from './audio-frame.ts';
import { AudioHistory } from './audio-history.ts';
import { ChosenVad, type ChosenVadHandlers, type Prepared } from './chosen-vad.ts';
import { guardedEmit } from './guarded-emit.ts';
import { IdleLine } from './idle-line.ts';
import { InterimPacer } from './interim-pacer.ts';
import { answerMs, backlogMs, defaultChunkMs, leadMs, longestReplayMs, probeMs } from './listening-times.ts';
import type { ListeningLineSetup } from './listening-line-setup.ts';
import { listeningSession } from './listening-session.ts';
import { logger } from './logging.ts';
import { LostStretch } from './lost-stretch.ts';
import { Patience } from './patience.ts';
import { PcmChunker } from './pcm-chunker.ts';
import { SignOfLife } from './sign-of-life.ts';
import { SocketOptions, type SocketOptionsOwner } from './socket-options.ts';
import { Speech, type SpeechContext } from './speech.ts';
import { decodeJson } from './json-message.ts';
import type { SpeechToTextContext, SpeechToTextWire } from './speech-to-text-wire.ts';
import type { StreamingSTT, StreamingSTTDescription } from './streaming-stt.ts';
import { UnansweredSpeech } from './unanswered-speech.ts';
import { UnendedSpeech } from './unended-speech.ts';

/** Id of what our own VAD hears, until the provider gives it a name. */
const localSpeech = ' local';

/**
 * The engine of a stream of speech to text, for its whole life: LiveKit has it {@link run} again after a failure, the
 * session below reconnects inside a run, and neither loses its place. It is itself what its parts need of each other.
 *
 * What a lost socket had heard and not answered is said to the next one again, so that a connection that breaks in
 * the middle of a sentence costs time and no words.
 */
export class ListeningLine<Options extends object>
  implements SpeechContext, SocketOptionsOwner<Options>, ChosenVadHandlers, SessionHandlers
{
  /** Resolves when the stream is closed and its socket is gone. */
  readonly ended: Promise<void>;
  readonly description: Readonly<StreamingSTTDescription<Options>>;
  readonly wire: SpeechToTextWire<Options>;
  readonly clock: Clock = currentRuntime().clock;
  readonly #stream: ListeningLineSetup<Options>['stream'];
  readonly #model: StreamingSTT<Options>;
  readonly #connOptions: APIConnectOptions;
  readonly #history: AudioHistory;
  readonly #lostStretch: LostStretch;
  readonly #chunker: PcmChunker;
  readonly #speech: Speech;
  readonly #pacer: InterimPacer;
  readonly #unanswered = new UnansweredSpeech();
  readonly #unended = new UnendedSpeech(this);
  readonly #signOfLife = new SignOfLife(this.clock, this);
  readonly #idleLine: IdleLine | undefined;
  readonly #vad: ChosenVad;
  #settle!: () => void;
  readonly #patience: Patience;
  readonly #options: SocketOptions<Options>;
  #session: Session | undefined;
  #link: Link | undefined;
  #running = false;
  #inputEnded = false;
  #flushOnOpen = false;
  /** How often the provider was told that nothing more will come. */
  #finishes = 0;
  /** Why the present run cannot end well, although its session was closed by us. */
  #failure: PatchbayError | undefined;
  /** The last socket failed in a way that the next one may not, because it is told something else. */
  #isMended = false;
  /** The first socket is waited for with all there is: who speaks softly is not to be taken for silence. */
  #hasOpened = false;
  /** Where the present socket's own time begins, in milliseconds of audio. */
  #originMs = 0;
  /** LiveKit's offset when the first run began; it adds to it on every retry, which our positions already count. */
  #birthOffset: number | undefined;

  constructor({ stream, queue, model, description, options, connOptions }: ListeningLineSetup<Options>) {
    const { wire, sampleRate, chunkMs = defaultChunkMs } = description;
    this.ended = new Promise((resolve) => (this.#settle = resolve));
    this.#stream = stream;
    this.#model = model;
    this.description = description;
    this.wire = typeof wire === 'function' ? wire() : wire;
    this.#connOptions = connOptions;
    this.#options = new SocketOptions(options, this);
    this.#patience = new Patience(this.clock, connOptions.timeoutMs);
    this.#history = new AudioHistory(this.clock);
    this.#lostStretch = new LostStretch(this.#history, (event) => void guardedEmit(model, 'connection', event));
    const { keepAlive } = this.wire;
    this.#idleLine = keepAlive && new IdleLine(this.clock, keepAlive, this);
    this.#pacer = new InterimPacer(this.clock, queue);
    this.#chunker = new PcmChunker({ sampleRate, chunkMs, onChunk: (bytes, ms) => this.#sendAudio(bytes, ms) });
    this.#speech = new Speech(this);
    this.#vad = new ChosenVad(sampleRate, this);
  }

  get options(): Readonly<Options> {
    return this.#options.now;
  }

  /** Other options, as soon as they are used. Throws for a VAD that cannot listen. */
  prepare(options: Readonly<Options>): Prepared {
    return this.#vad.prepare(this.description.vadOf?.(options), () => this.#options.change(options));
  }

  /** The stream was closed: what is still owed will not come. */
  close(): void {
    this.#pacer.close();
    this.#vad.close();
    // A run that is under way settles when its socket is gone.
    if (!this.#running) this.#end();
  }

  /** `startTimeOffset`: LiveKit's, in seconds. */
  async run(signal: AbortSignal, startTimeOffset: number): Promise<void> {
    this.#birthOffset ??= startTimeOffset;
    this.#running = true;
    this.#failure = undefined;
    try {
      do await this.#listen(signal);
      while (this.#isMended);
      if (this.#failure !== undefined) throw this.#failure as PatchbayError;
      this.#lostStretch.ended();
    } catch (error) {
      if (!signal.aborted) throw this.#patience.judge(error);
    } finally {
      this.#running = false;
      if (this.#stream.isClosed) this.#end();
    }
  }

  async #listen(signal: AbortSignal): Promise<void> {
    let session: Session | undefined;
    this.#isMended = false;
    try {
      session = listeningSession(this.#connOptions.timeoutMs, this);
      await this.#patience.wait(signal);
      this.#session = session;
      await session.run(signal);
    } catch (error) {
      if (!this.#isMended || signal.aborted) throw error;
    } finally {
      await session?.close();
      this.#session = undefined;
    }
  }

  #end(): void {
    this.#lostStretch.ended();
    this.#settle();
  }

  /** A socket is dialled, with these. */
  dialled(): Readonly<Options> {
    return this.#options.dialled();
  }

  /** Nobody speaks and nothing is owed. */
  isPause(): boolean {
    return this.#isQuiet;
  }

  send(frame: Frame): void {
    this.#session?.send(frame);
  }

  reconnect(): void {
    this.#session?.reconnect('options changed');
  }

  open(link: Link): void {
    this.#hasOpened = true;
    // It is told nothing and will be lost: the next one listens.
    if (!this.#options.opened()) return;
    this.#link = link;
    this.#idleLine?.opened();
    for (const frame of this.wire.open?.(this.#context) ?? []) link.send(frame);
    const { sounds, startMs } = this.#history.replay();
    this.#originMs = startMs;
    for (const { bytes, milliseconds } of sounds) link.send(this.wire.audio(bytes), milliseconds);
    if (sounds.length > 0) this.#idleLine?.sent();
    this.#lostStretch.opened();
    this.#speech.reconnected();
    if (this.#inputEnded) this.#finish();
    else if (this.#flushOnOpen) this.#flushAgain();
  }

  frame(frame: Frame, link: Link): boolean {
    const { wire } = this;
    const message = (wire.decode ?? decodeJson)(frame);
    if (message === undefined) throw new TypeError('not a message');
    this.#unended.touch();
    this.#signOfLife.received();
    for (const answer of wire.receive(message, this.#speech, this.#context) ?? []) link.send(answer);
    // Behind the whole of the message: it may begin the next turn as well.
    this.#options.look();
    return wire.proves?.(message) ?? true;
  }

  lost(_link: Link, error: PatchbayError | undefined): void {
    if (this.#link === undefined) return;
    this.#link = undefined;
    this.#options.lost();
    this.#isMended = this.wire.lost?.(this.#speech, error) === true;
    const isOver = this.#stream.isClosed || (this.#inputEnded && error === undefined);
    this.#lostStretch.closed(isOver ? Infinity : this.#owedFromMs, this.#unanswered.answeredUntilMs);
    this.#unended.end();
    this.#signOfLife.lost();
    this.#idleLine?.lost();
    // Whoever asked, a VAD or a user, will not ask again.
    this.#flushOnOpen = this.#speech.isOwed;
    const { isPromised } = this.#speech;
    if (isPromised) this.#unanswered.promised();
    this.#speech.interrupted();
    if (this.#finishes > 0 && error !== undefined) this.#lostAtTheEnd(error, isPromised);
  }

  /**
   * Asked to finish, some providers answer by closing, and some not at all if there was nothing to hear; an answer that
   * was lost is asked for once more only.
   */
  #lostAtTheEnd(error: PatchbayError, isPromised: boolean): void {
    // Some close without a code.
    const isClose = (error.closeCode === 1000 || error.closeCode === 1005) && !isPromised;
    const isAnswer = isClose || (error.code === 'inactivity-timeout' && !this.#unanswered.isOwed);
    if (!isAnswer && this.#finishes < 2) return;
    if (isClose) this.#lostStretch.heard();
    // Words that were spoken and will not be written down must not be missed in silence.
    if (!isAnswer && this.#unanswered.isOwed) this.#failure = error;
    void this.#session?.close();
  }

  /** What is pushed; `undefined`: there will be no more. */
  take(item?: AudioFrame | symbol): void {
    try {
      if (typeof item === 'object') return this.#chunker.push(item);
      this.#chunker.flush();
      if (item === undefined) {
        this.#inputEnded = true;
        this.#vad.close();
        this.#finish();
      } else if (!this.#vad.isThere) this.#flush();
    } catch (error) {
      logger()?.error({ error }, 'the input of a speech-to-text stream failed');
      this.#stream.close();
    }
  }

  /** Hot: per chunk, one string and one send. Without a socket the history keeps it, and nothing else does. */
  #sendAudio(bytes: Uint8Array, milliseconds: number): void {
    if (this.#stream.isClosed) return;
    // Also where nobody hears it yet: what cannot be written ends the stream here, and not on the socket that comes.
    const frame = this.wire.audio(bytes);
    const history = this.#history;
    history.push(bytes, milliseconds);
    const isLoud = this.#unanswered.heard(bytes, history.pushedMs);
    if (this.#link === undefined) {
      const isSilence = this.#hasOpened && this.#isQuiet && !this.#isUnheard;
      history.expire(isSilence ? backlogMs : longestReplayMs);
    } else {
      this.#session?.send(frame, { audioMs: milliseconds, scope: 'epoch' });
      this.#idleLine?.sent();
      this.#unended.sent(this.#speech.isSpeaking, isLoud);
      this.#signOfLife.sent(this.#isQuiet && this.#isUnheard, history.pushedMs);
      history.settle(history.pushedMs - (this.#isQuiet && !this.#isUnheard ? leadMs : longestReplayMs));
      this.#lostStretch.settled();
    }
    this.#vad.push(bytes);
  }

  /** Asks for the transcript of what was sent; if there is no socket, of what the next one will have heard. */
  #flush(): void {
    const frame = this.wire.flush?.(this.#context);
    if (frame === undefined || (this.#link === undefined && this.#flushOnOpen)) return;
    if (!this.wire.flushMayBeSilent) this.#speech.asked();
    if (this.#link === undefined) this.#flushOnOpen = true;
    else this.#session?.send(frame);
  }

  /** What was asked for without a socket, or of one that is gone. */
  #flushAgain(): void {
    this.#flushOnOpen = false;
    const frame = this.wire.flush?.(this.#context);
    if (frame === undefined) return;
    if (!this.#speech.isOwed && !this.wire.flushMayBeSilent) this.#speech.asked();
    this.#session?.send(frame);
  }

  /** Nothing more will come: says so, and ends the run as soon as nothing is owed. */
  #finish(): void {
    if (this.#history.pushedMs > 0 && this.#link === undefined) return;
    const frames = (this.#history.pushedMs > 0 && this.wire.finish?.(this.#context)) || [];
    this.#finishes++;
    if (frames.length > 0) this.#speech.asked();
    for (const frame of frames) this.#session?.send(frame);
    this.quiet();
  }

  /** Ends the run if nothing more will come. */
  quiet(): void {
    if (!this.#inputEnded || this.#speech.isOwed) return;
    this.#speech.interrupted();
    void this.#session?.close();
  }

  /** The provider owes a word from now on. */
  expect(): Expectation {
    const withinMs = Math.max(answerMs, this.#connOptions.timeoutMs);
    return this.#session?.expect('transcript', withinMs) ?? { touch() {}, met() {} };
  }

  ask(): Expectation | undefined {
    const probe = this.wire.probe?.(this.#context);
    if (probe === undefined || (probe.frame !== undefined && this.#session?.send(probe.frame) !== true)) return;
    return this.#session?.expect('sign of life', Math.min(probeMs, this.#connOptions.timeoutMs));
  }

  /** Where the audio begins for which the socket owes words; `Infinity`: it owes none. */
  get #owedFromMs(): number {
    const spokenFromMs = this.#speech.owedFromMs;
    if (spokenFromMs !== undefined) return Math.max(this.#originMs + spokenFromMs, this.#unanswered.owedFromMs);
    if (!this.#isUnheard) return Infinity;
    return Math.max(this.#signOfLife.provenMs, this.#unanswered.owedFromMs);
  }

  settled(socketMs: number | undefined): void {
    const untilMs = socketMs === undefined ? undefined : this.#originMs + socketMs;
    this.#unanswered.answered(untilMs ?? this.#history.pushedMs);
    this.#history.settle(untilMs ?? this.#history.pushedMs - leadMs);
  }

  secondsAt(socketMs: number): number {
    return (this.#birthOffset ?? 0) + this.#history.elapsedMs(this.#originMs + socketMs) / 1000;
  }

  sentMs(): number {
    return this.#history.pushedMs - this.#originMs;
  }

  ageMs(socketMs: number): number {
    return this.#history.ageMs(this.#originMs + socketMs);
  }

  wallClock(): number {
    return this.clock.wallClock();
  }

  language(): string {
    return this.description.languageOf?.(this.options) ?? '';
  }

  emit(event: stt.SpeechEvent): void {
    this.#pacer.tell(event, this.description.interimIntervalOf?.(this.options) ?? 0);
  }

  /** Our own VAD heard a voice. */
  started(): void {
    this.#speech.started(localSpeech);
  }

  /** Our own VAD heard it end. */
  stopped(silentMs: number): void {
    this.#flush();
    this.#speech.stoppedLocally(localSpeech, silentMs);
    this.#options.look();
  }

  /** Our own VAD will not hear it end. */
  gone(): void {
    this.#speech.stoppedLocally(localSpeech, 0);
  }

  get #context(): SpeechToTextContext<Options> {
    return { connection: this.description.connection, options: this.#options.now };
  }

  /** Something loud was sent of which nobody knows whether the provider heard it. */
  get #isUnheard(): boolean {
    return this.#unanswered.isUnheard(this.#signOfLife.provenMs);
  }

  get #isQuiet(): boolean {
    return this.#speech.isQuiet && !this.#vad.isSpeaking;
  }

  event(event: ConnectionEvent): void {
    if (event.type === 'audio-dropped') this.#lostStretch.reported(event);
    else guardedEmit(this.#model, 'connection', event);
  }
}
