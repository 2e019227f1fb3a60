import { llm } from '@livekit/agents';
import { currentRuntime, LazyMap, Session } from '@patchbay/ws-session';
import type { Clock, ConnectionEvent, Expectation } from '@patchbay/ws-session';
import type { Frame, Link, SendOptions, SessionHandlers } from '@patchbay/ws-session';
import type { PatchbayError } from '@patchbay/ws-url';
import type { AudioFrame } from './audio-frame.ts';
import { ConnectedTime } from './connected-time.ts';
import { toAPIError } from './errors.ts';
import { guardedEmit } from './guarded-emit.ts';
import { logger } from './logging.ts';
import { LostAudio } from './lost-audio.ts';
import { hostOf } from './model-host.ts';
import { ResponseGeneration } from './realtime-generation.ts';
import { RealtimeInput } from './realtime-input.ts';
import { realtimeError } from './realtime-error.ts';
import { realtimeMetrics, type RealtimeUsage } from './realtime-metrics.ts';
import type { RealtimeModelBase } from './realtime-model.ts';
import { Replies, type RealtimeReply, type ReplyOptions, type Withdrawal } from './realtime-replies.ts';
import type { RealtimeSettings } from './realtime-settings.ts';
import { backlogMs, probeMs } from './listening-times.ts';

/** How long after the last word, ours or the caller's, the line counts as quiet. */
const quietAfterMs = 3_000;

/**
 * LiveKit's RealtimeSession over one logical connection. The base owns the socket, the pending replies and the open
 * generations; a provider says what to send on a fresh socket, what a frame means, and how audio and requests look.
 * Nothing is dialled or emitted before the constructor's caller has had its turn, because LiveKit attaches its
 * listeners right after `session()` returns.
 */
export abstract class RealtimeSessionBase extends llm.RealtimeSession {
  /** Replies that are open, by the provider's id. */
  protected readonly generations: LazyMap<string, ResponseGeneration> = new LazyMap();
  protected readonly replies: Replies;
  protected readonly clock: Clock;
  readonly #model: RealtimeModelBase;
  readonly #settings: RealtimeSettings;
  readonly #connection: Session;
  readonly #connectedTime: ConnectedTime;
  readonly #stall: { firstMs: number; nextMs: number };
  readonly #stalls = new LazyMap<string, Expectation>();
  #input: RealtimeInput | undefined;
  #lostAudio: LostAudio | undefined;
  #link: Link | undefined;
  #running: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #ended: Error | undefined;
  #chunker: RealtimeInput['chunker'] | undefined;
  #activeAt: number;
  #acquireTimeMs: number | undefined;
  #repliesOnLink = 0;

  /** What the connection tells its session: one object for each, where functions would be one object apiece. */
  static readonly #Handlers = class implements SessionHandlers {
    readonly #session: RealtimeSessionBase;

    constructor(session: RealtimeSessionBase) {
      this.#session = session;
    }

    open(link: Link, context: { reconnected: boolean; reason?: string }): void {
      this.#session.#open(link, context);
    }

    frame(frame: Frame, link: Link): boolean {
      this.#session.#input?.received();
      return this.#session.received(frame, link);
    }

    lost(link: Link, error: PatchbayError | undefined, _undelivered: readonly Frame[], waitingAudioMs: number): void {
      this.#session.#lost(link, error, waitingAudioMs);
    }

    event(event: ConnectionEvent): void {
      this.#session.#tell(event);
    }
  };

  constructor(model: RealtimeModelBase, settings: RealtimeSettings) {
    super(model);
    this.#model = model;
    this.#settings = settings;
    this.#stall = settings.stall ?? { firstMs: 30_000, nextMs: 10_000 };
    this.clock = currentRuntime().clock;
    this.replies = new Replies(this.clock);
    this.#connectedTime = new ConnectedTime(this.clock);
    this.#activeAt = this.clock.now();
    this.#connection = new Session({
      connection: model.connection,
      ...hostOf(model).network,
      deadlines: settings.deadlines,
      reconnect: settings.reconnect,
      // Nobody above retries: LiveKit has no retry loop for realtime models.
      redialFirst: true,
      rotation: settings.rotation && { ...settings.rotation, isQuiet: () => this.isQuiet() },
      maxAudioBacklogMs: settings.maxAudioBacklogMs ?? (() => this.#input?.unheard?.keepMs ?? backlogMs),
      handlers: new RealtimeSessionBase.#Handlers(this),
    });
    hostOf(model).adopt(this);
    queueMicrotask(() => this.#start());
  }

  /** A socket is open: send configuration and replay through the link; queued frames follow. */
  protected abstract opened(link: Link, context: { reconnected: boolean; reason?: string }): void;
  /** A frame arrived; `true` if it was a valid event. Throw a PatchbayError to end or replace the socket. */
  protected abstract received(frame: Frame, link: Link): boolean;
  /** One chunk of PCM; the bytes are valid only during the call. */
  protected abstract encodeAudio(bytes: Uint8Array): Frame;
  /** Somebody waits for this reply: ask for it, now or when the time has come. */
  protected abstract requestReply(reply: RealtimeReply): void;
  /** Nobody waits for it any more: take it back, or discard what comes. */
  protected abstract withdrawReply(reply: RealtimeReply, reason: Withdrawal): void;
  /** Asks for something that the provider must answer and that changes nothing. Default: `false`, one that is deaf is not found out. */
  protected askForSign(): boolean {
    return false;
  }
  /** The socket is gone and all open generations are closed. What was asked for on it has to be asked again, or rejected. */
  protected dropped(_error: PatchbayError | undefined): void {}
  /** The session is over, closed or lost for good: nothing may be left waiting. */
  protected finished(_reason: Error): void {}

  /** The socket that is open now, if one is. */
  protected get link(): Link | undefined {
    return this.#link;
  }

  /** Set once the session is over, by us or for good. */
  protected get ended(): Error | undefined {
    return this.#ended;
  }

  /** Audio handed to the provider since the last commit, clear or new socket. */
  protected get pushedAudioMs(): number {
    return this.#input?.pushedMs ?? 0;
  }

  /** How much of what the last socket was given {@link opened} tells the next one, in milliseconds. Default: that is not its task. */
  protected get repeatedAudioMs(): number | undefined {
    return undefined;
  }

  /** Whether a planned replacement of the socket would go unnoticed now. */
  protected isQuiet(): boolean {
    return this.generations.size === 0 && this.replies.size === 0 && this.clock.now() - this.#activeAt >= quietAfterMs;
  }

  /** Somebody spoke or decided something: the line is not quiet for a while. */
  protected noteActivity(): void {
    this.#activeAt = this.clock.now();
  }

  override pushAudio(frame: AudioFrame): void {
    if (!this.#ended) (this.#chunker ?? this.#listen()).push(frame);
  }

  #listen(): RealtimeInput['chunker'] {
    this.#input = new RealtimeInput({
      clock: this.clock,
      settings: this.#settings,
      encode: (bytes) => this.encodeAudio(bytes),
      send: (frame, audioMs) => {
        const scope = this.repeatedAudioMs === undefined || !this.#link ? 'session' : 'epoch';
        return this.send(frame, { audioMs, scope });
      },
      isOpen: () => this.#link !== undefined,
      ask: () => this.#askForSign(),
    });
    return (this.#chunker = this.#input.chunker);
  }

  /** What is left of the caller's last words goes out before whatever follows it. */
  protected flushAudio(): void {
    this.#input?.flush();
  }

  /** The provider's input buffer starts afresh. */
  protected resetAudio(): void {
    this.#input?.reset();
    this.committedAudio();
  }

  /** The provider took what its input buffer held; `confirmed`: it said so itself. */
  protected committedAudio({ confirmed = false }: { confirmed?: boolean } = {}): void {
    this.#input?.taken(confirmed);
  }

  override async generateReply(
    instructions?: string,
    options: { signal?: AbortSignal } & ReplyOptions = {},
  ): Promise<llm.GenerationCreatedEvent> {
    if (this.#ended) throw new llm.RealtimeError('the realtime session is closed', { cause: this.#ended });
    if (options.signal?.aborted) throw new llm.RealtimeError('generateReply aborted');
    const { reply, promise } = this.replies.ask({
      instructions,
      ...options,
      signal: options.signal,
      deadlineMs: this.#settings.replyMs ?? 10_000,
      withdrawn: (withdrawn, reason) => this.withdrawReply(withdrawn, reason),
    });
    this.requestReply(reply);
    return promise;
  }

  /**
   * A reply begins: resolves the `generateReply` that asked for it, or starts a turn of the model's own. The reply is
   * closed when its socket is lost, and the socket replaced when the reply stalls.
   */
  protected startGeneration(responseId: string, replyId?: string): ResponseGeneration {
    const generation = new ResponseGeneration(responseId, {
      clock: this.clock,
      audioOutput: this.#model.capabilities.audioOutput,
    });
    this.generations.get(responseId)?.close();
    this.generations.set(responseId, generation);
    this.#expectMore(responseId, this.#stall.firstMs);
    const userInitiated = this.replies.has(replyId);
    const event = generation.event(userInitiated);
    if (userInitiated) this.replies.resolve(replyId, event);
    guardedEmit(this, 'generation_created', event);
    return generation;
  }

  /** Something of a reply arrived. `output`: something that can be heard, read or called. */
  protected touchGeneration(generation: ResponseGeneration, output: boolean): void {
    if (output && generation.ttftMs < 0) {
      generation.noteOutput();
      this.#expectMore(generation.responseId, this.#stall.nextMs);
    } else {
      this.#stalls.get(generation.responseId)?.touch();
    }
  }

  /** Something is owed that is no reply: without it the socket is as good as dead. */
  protected expectSign(withinMs: number): Expectation {
    return this.#connection.expect('sign of life', withinMs);
  }

  /** Somebody has been speaking for a while, and not a word came. */
  #askForSign(): Expectation | undefined {
    return this.askForSign() ? this.expectSign(Math.min(probeMs, this.#settings.replyMs ?? probeMs)) : undefined;
  }

  /** The provider works for so long at something of its own, a tool say, without a word of the reply. */
  protected allowSilence(generation: ResponseGeneration, withinMs: number): void {
    if (!generation.done) this.#expectMore(generation.responseId, withinMs);
  }

  /** It is done; from here on the reply goes on as before. */
  protected expectOutput(generation: ResponseGeneration): void {
    const { firstMs, nextMs } = this.#stall;
    if (!generation.done) this.#expectMore(generation.responseId, generation.ttftMs < 0 ? firstMs : nextMs);
  }

  /** A reply is over: its streams close, and its metrics go out if the provider said what it cost. */
  protected endGeneration(generation: ResponseGeneration, result?: { cancelled: boolean; usage: RealtimeUsage }): void {
    const { responseId } = generation;
    if (generation.done) return;
    generation.close();
    this.#stalls.get(responseId)?.met();
    this.#stalls.delete(responseId);
    this.generations.delete(responseId);
    this.noteActivity();
    if (!result) return;
    const metrics = realtimeMetrics(generation, {
      ...result,
      label: this.#settings.metricsLabel ?? this.#model.label(),
      modelName: this.#model.model,
      modelProvider: this.#model.provider,
      acquireTimeMs: this.#acquireTimeMs,
      connectionReused: this.#repliesOnLink++ > 0,
      sessionDurationMs: this.#connectedTime.take(),
    });
    guardedEmit(this, 'metrics_collected', metrics);
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

  /** Replaces the socket before it expires, in the next quiet moment. */
  protected rotate(reason: string): void {
    if (!this.#ended) this.#connection.rotate(reason);
  }

  /** Replaces the socket now. What the session knows is replayed on the new one. */
  reconnect(reason = 'asked for'): void {
    if (!this.#ended) this.#connection.reconnect(reason);
  }

  /** Replaces a socket that answers nothing. Unlike {@link reconnect} it costs an attempt, and is told. */
  protected abandon(what: string): void {
    if (!this.#ended) this.#connection.abandon(what);
  }

  /** Tells LiveKit about a failure that the session survives. */
  protected fail(error: unknown): void {
    this.#emitError(error, true);
  }

  /** Idempotent, and bounded by the session's close deadline (2 s): no socket, timer or promise is left. */
  override close(): Promise<void> {
    return (this.#closing ??= this.#shutDown());
  }

  async #shutDown(): Promise<void> {
    this.#end(new llm.RealtimeError('the realtime session was closed'));
    await Promise.all([super.close(), this.#connection.close(), this.#running]);
    hostOf(this.#model).release(this);
  }

  #start(): void {
    if (this.#ended) return;
    this.#running = this.#connection.run().catch((error: unknown) => {
      if (this.#ended) return;
      this.#end(toAPIError(error));
      this.#emitError(error, false);
    });
  }

  #open(link: Link, context: { reconnected: boolean; reason?: string }): void {
    this.#link = link;
    this.#connectedTime.connected();
    this.#repliesOnLink = 0;
    const repeatedMs = this.repeatedAudioMs;
    this.opened(link, context);
    // What the caller was saying when the last socket was lost, ahead of what he has said since.
    const saidMs = this.#input?.opened(link) ?? 0;
    this.#lostAudio?.opened(repeatedMs ?? saidMs);
    if (context.reconnected) guardedEmit(this, 'session_reconnected', {});
  }

  #lost(link: Link, error: PatchbayError | undefined, waitingAudioMs: number): void {
    if (this.#link?.epoch === link.epoch) {
      this.#link = undefined;
      this.#connectedTime.disconnected();
    }
    this.#input?.lost(waitingAudioMs);
    const { repeatedMs, owedMs, unprovenMs } = this.#input?.unheard ?? {};
    if (this.#ended) this.#lostAudio?.closed(0);
    else this.#audioLosses.closed(this.repeatedAudioMs ?? repeatedMs ?? 0, owedMs, unprovenMs);
    this.#closeGenerations();
    if (!this.#ended) this.dropped(error);
  }

  #end(reason: Error): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#link = undefined;
    this.#closeGenerations();
    this.replies.rejectAll(reason);
    this.finished(reason);
  }

  #closeGenerations(): void {
    for (const generation of this.generations.values()) {
      try {
        this.endGeneration(generation);
      } catch (error) {
        // Whatever it trips over, the others end too, and so does the session.
        logger()?.error({ error }, 'a reply could not be ended');
      }
    }
  }

  #expectMore(responseId: string, withinMs: number): void {
    this.#stalls.get(responseId)?.met();
    this.#stalls.set(responseId, this.#connection.expect('more of a reply', withinMs));
  }

  #tell(event: ConnectionEvent): void {
    if (event.type === 'audio-dropped') return this.#audioLosses.reported(event);
    if (event.type === 'open') this.#acquireTimeMs = event.elapsedMs;
    if (event.type === 'closed') this.#lostAudio?.ended();
    this.#tellAll(event);
    // A planned end, such as an expiry, waits for nothing and is no failure.
    if (event.type === 'reconnecting' && event.delayMs > 0) this.#emitError(event.error, true);
  }

  /** Of most sessions nothing is lost. */
  get #audioLosses(): LostAudio {
    return (this.#lostAudio ??= new LostAudio((event) => this.#tellAll(event)));
  }

  #tellAll(event: ConnectionEvent): void {
    guardedEmit(this, 'connection', event);
    hostOf(this.#model).tell(event);
  }

  #emitError(error: unknown, recoverable: boolean): void {
    guardedEmit(this, 'error', realtimeError(error, { model: this.#model, at: this.clock.wallClock(), recoverable }));
  }
}
