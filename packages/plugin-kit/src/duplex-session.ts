import { llm } from '@livekit/agents';
import { currentRuntime, Session } from '@patchbay/ws-session';
import type { Clock, ConnectionEvent, Expectation, Frame, Link, SendOptions, Timer } from '@patchbay/ws-session';
import type { PatchbayError } from '@patchbay/ws-url';
import type { AudioFrame } from './audio-frame.ts';
import type { ConnectionEvents } from './connection-events.ts';
import type { DuplexModelBase } from './duplex-model.ts';
import { DuplexOutput } from './duplex-output.ts';
import { toAPIError } from './errors.ts';
import { guardedEmit } from './guarded-emit.ts';
import { hostOf } from './model-host.ts';
import { PcmChunker } from './pcm-chunker.ts';
import type { VoiceSettings } from './voice-settings.ts';

/** What differs between providers before the first frame. Times in milliseconds. */
export interface DuplexSettings extends VoiceSettings {
  /** Silence is sent when nobody has pushed audio for this long, for models whose time is their input. Default: never. */
  fillGapsAfterMs?: number;
  /** Without any frame for this long, the socket is dead: such a model never stops sending. Default 10,000. */
  stallMs?: number;
}

// LiveKit's own constraint, which it does not export.
type EventMap = Record<string, (...payload: any[]) => void>;

/** How long after the last word, ours or the caller's, the line counts as quiet. */
const quietAfterMs = 3_000;
/** A reader further behind than this hears the present instead. */
const maxOutputBacklogMs = 30_000;
/** How long a provider may take to say goodbye, and then the socket to close: two seconds in all. */
const farewellMs = 1_000;
const closeMs = 1_000;

/**
 * LiveKit's DuplexSession over one logical connection. Nothing is dialled before LiveKit has said how the session is
 * to be configured, nothing but the configuration is sent before the provider has confirmed it, and the output stays
 * one stream for as long as the session lives, whatever becomes of its sockets.
 */
export abstract class DuplexSessionBase<Events extends EventMap = Record<never, never>> extends llm.DuplexSession<
  Events & ConnectionEvents
> {
  protected readonly clock: Clock;
  readonly #model: DuplexModelBase;
  readonly #settings: DuplexSettings;
  readonly #connection: Session;
  readonly #chunker: PcmChunker;
  readonly #output = new DuplexOutput(maxOutputBacklogMs);
  readonly #silence: Uint8Array;
  readonly #chunkMs: number;
  #link: Link | undefined;
  #isReconnect = false;
  #isConfirmed = false;
  #stall: Expectation | undefined;
  #gapTimer: Timer | undefined;
  #pushedAt = -Infinity;
  #activeAt: number;
  #running: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #ended: Error | undefined;
  #parted: (() => void) | undefined;

  constructor(model: DuplexModelBase, settings: DuplexSettings) {
    super(model);
    this.#model = model;
    this.#settings = settings;
    this.clock = currentRuntime().clock;
    this.#activeAt = this.clock.now();
    this.#chunkMs = settings.chunkMs ?? 100;
    this.#silence = new Uint8Array(Math.round((settings.sampleRate * this.#chunkMs) / 1_000) * 2);
    this.#chunker = new PcmChunker({
      sampleRate: settings.sampleRate,
      chunkMs: this.#chunkMs,
      onChunk: (bytes, audioMs) => void this.send(this.encodeAudio(bytes, audioMs), { audioMs }),
    });
    this.#connection = new Session({
      connection: model.connection,
      ...hostOf(model).network,
      deadlines: { closeMs, ...settings.deadlines },
      reconnect: settings.reconnect,
      // Nobody above retries: LiveKit has no retry loop for duplex models.
      redialFirst: true,
      handshake: true,
      rotation: settings.rotation && { ...settings.rotation, isQuiet: () => this.isQuiet() },
      handlers: {
        open: (link, context) => this.#open(link, context),
        frame: (frame, link) => this.#frame(frame, link),
        lost: (link, error) => this.#lost(link, error),
        event: (event) => this.#tell(event),
      },
    });
    hostOf(model).adopt(this);
    // LiveKit attaches its listeners right after `session()` returns, and configures the session later.
    queueMicrotask(() => void this.#start());
  }

  /** A socket is open: send the configuration through the link. Everything else waits for {@link confirmed}. */
  protected abstract opened(link: Link, context: { reconnected: boolean; reason?: string }): void;
  /** A frame arrived; `true` if it was a valid event. Throw a PatchbayError to end or replace the socket. */
  protected abstract received(frame: Frame, link: Link): boolean;
  /** One chunk of PCM, or of the silence that fills a gap; the bytes are valid only during the call. */
  protected abstract encodeAudio(bytes: Uint8Array, milliseconds: number): Frame;
  /** What asks the provider to finish; answer with {@link parted}. `undefined`: nothing is asked. */
  protected farewell(): Frame | undefined {
    return undefined;
  }
  /** The socket is gone: what meant something only there is over. */
  protected dropped(_error: PatchbayError | undefined): void {}
  /** The session is over, closed or lost for good: nothing may be left waiting. */
  protected finished(_reason: Error): void {}

  /** Continuous output, silence included: one stream across reconnects, closed with the session. */
  get audioStream(): DuplexOutput['stream'] {
    return this.#output.stream;
  }

  override pushAudio(frame: AudioFrame): void {
    if (this.#ended || this._closing) return;
    this.#pushedAt = this.clock.now();
    this.#chunker.push(frame);
  }

  /** Replaces the socket now. What the session knows is told to the new one. */
  reconnect(reason = 'asked for'): void {
    if (!this.#ended) this.#connection.reconnect(reason);
  }

  /** Whether a socket is open and the provider has confirmed its configuration. */
  protected get isConfirmed(): boolean {
    return this.#isConfirmed;
  }

  /** Whether the configuration has been sent on the socket that is open. */
  protected get isConfiguring(): boolean {
    return this.#link !== undefined;
  }

  /** Set once the session is over, by us or for good. */
  protected get ended(): Error | undefined {
    return this.#ended;
  }

  /** The provider has confirmed the configuration: what waited follows. */
  protected confirmed(): void {
    if (this.#isConfirmed || !this.#link) return;
    this.#isConfirmed = true;
    this.#link.ready();
    this.#stall = this.#connection.expect('sound from the model', this.#settings.stallMs ?? 10_000);
    this.#fillGaps();
    if (this.#isReconnect) guardedEmit(this, 'session_reconnected', {});
  }

  /** The provider has finished, as it was asked to. */
  protected parted(): void {
    this.#parted?.();
  }

  /** The model says this, or says nothing for as long. */
  protected play(output: llm.DuplexAudioFrame): void {
    this.#output.push(output);
  }

  /** Whether a planned replacement of the socket would go unnoticed now. */
  protected isQuiet(): boolean {
    return this.clock.now() - this.#activeAt >= quietAfterMs;
  }

  /** Somebody spoke or decided something: the line is not quiet for a while. */
  protected noteActivity(): void {
    this.#activeAt = this.clock.now();
  }

  /** Queues or sends a frame; `false` if the session is over or had to drop it. */
  protected send(frame: Frame, options?: SendOptions): boolean {
    if (this.#ended) return false;
    try {
      return this.#connection.send(frame, options);
    } catch (error) {
      // A control backlog of a megabyte: the other end has not read for a long time.
      this.fail(error);
      return false;
    }
  }

  /** What is left of the caller's audio goes out before whatever follows it. */
  protected flushAudio(): void {
    this.#chunker.flush();
  }

  /** Replaces the socket before it expires, in the next quiet moment. */
  protected rotate(reason: string): void {
    if (!this.#ended) this.#connection.rotate(reason);
  }

  /** Tells LiveKit about a failure that the session survives. */
  protected fail(error: unknown): void {
    this.#emitError(error, true);
  }

  /** LiveKit's `close()` ends here. Idempotent, and bounded by 2 s: no socket, timer or promise is left. */
  protected override closeConnection(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    await this.#part();
    this.#end(new llm.RealtimeError('the duplex session was closed'));
    await Promise.all([this.#connection.close(), this.#running]);
    hostOf(this.#model).release(this);
  }

  /** Lets the provider finish, for what it still has to tell: bills are among it. */
  async #part(): Promise<void> {
    const farewell = this.#isConfirmed ? this.farewell() : undefined;
    if (farewell === undefined || !this.send(farewell)) return;
    await new Promise<void>((resolve) => {
      const timer = this.clock.setTimer(resolve, farewellMs);
      this.#parted = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  async #start(): Promise<void> {
    await this._configured.wait();
    if (this._closing || this.#ended) return;
    this.#running = this.#connection.run().catch((error: unknown) => {
      if (this.#ended) return;
      this.#end(toAPIError(error));
      this.#emitError(error, false);
    });
  }

  #open(link: Link, context: { reconnected: boolean; reason?: string }): void {
    this.#link = link;
    this.#isReconnect = context.reconnected;
    this.opened(link, context);
  }

  #frame(frame: Frame, link: Link): boolean {
    this.#stall?.touch();
    return this.received(frame, link);
  }

  #lost(link: Link, error: PatchbayError | undefined): void {
    if (this.#link?.epoch !== link.epoch) return;
    this.#forgetSocket();
    if (this.#ended) return;
    // The service said that it goes, or it went: there is nobody left to say goodbye.
    this.parted();
    this.dropped(error);
  }

  #end(reason: Error): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#forgetSocket();
    this.#output.close();
    this.finished(reason);
  }

  #forgetSocket(): void {
    this.#link = undefined;
    this.#isConfirmed = false;
    this.#stall = undefined;
    this.#gapTimer?.cancel();
  }

  #fillGaps(): void {
    const { fillGapsAfterMs } = this.#settings;
    if (fillGapsAfterMs === undefined) return;
    this.#gapTimer = this.clock.setTimer(() => {
      if (this.clock.now() - this.#pushedAt >= fillGapsAfterMs) this.#fillGap();
      this.#fillGaps();
    }, this.#chunkMs);
  }

  #fillGap(): void {
    this.#chunker.flush();
    const audioMs = this.#chunkMs;
    this.send(this.encodeAudio(this.#silence, audioMs), { audioMs, scope: 'epoch' });
  }

  #tell(event: ConnectionEvent): void {
    guardedEmit(this, 'connection', event);
    hostOf(this.#model).tell(event);
    if (event.type === 'open') this._reportConnectionAcquired(event.elapsedMs);
    // A planned end, such as an expiry, waits for nothing and is no failure.
    if (event.type === 'reconnecting' && event.delayMs > 0 && !this._closing) this.#emitError(event.error, true);
  }

  #emitError(error: unknown, recoverable: boolean): void {
    const payload: llm.RealtimeModelError = {
      type: 'realtime_model_error',
      timestamp: this.clock.wallClock(),
      label: this.#model.label(),
      error: toAPIError(error, { scrub: (text) => this.#model.connection.scrub(text) }),
      recoverable,
    };
    guardedEmit(this, 'error', payload);
  }
}
