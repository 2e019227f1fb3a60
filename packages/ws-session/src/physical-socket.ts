import type { Connection, DialRequest, Query } from '@patchbay/ws-url';
import type { Context, Tracer } from '@opentelemetry/api';
import { proxySecrets, resolveAgent } from './agent.ts';
import { attemptContext } from './attempt-context.ts';
import {
  closeFailure,
  credentialFailure,
  dialFailure,
  refusalFailure,
  timeout,
  type Failure,
  type FailureContext,
} from './classify.ts';
import { Deadline } from './clock.ts';
import { Flow } from './flow.ts';
import { Heartbeat, type Pulse } from './heartbeat.ts';
import type { Refusal, Runtime, Transport, TransportHandlers } from './runtime.ts';
import { SocketSpan } from './tracing.ts';
import type { Deadlines, Frame, NetworkOptions } from './types.ts';

/** Who uses a physical socket. After `ended` nothing more is told. */
export interface SocketOwner {
  opened(socket: PhysicalSocket): void;
  frame(frame: Frame, socket: PhysicalSocket): void;
  /** There may be room again. */
  drained(socket: PhysicalSocket): void;
  /** Lost, once, as soon as it is known. Not told of a socket that its owner closed. */
  ended(socket: PhysicalSocket, failure: Failure): void;
}

export interface PhysicalSocketOptions {
  runtime: Runtime;
  connection: Connection;
  network: NetworkOptions;
  deadlines: Deadlines;
  maxPayloadBytes: number;
  /** The peer is asked how far it is each time this much was sent. */
  askEveryBytes: number;
  /** Read when the request is made. */
  model: (() => string | undefined) | undefined;
  query?: (() => Query | undefined) | undefined;
  tracer: Tracer | undefined;
  /** The span's parent. */
  parent: Context;
  owner: SocketOwner;
}

type State = 'dialing' | 'open' | 'closing' | 'gone';

/** Milliseconds that a peer has to leave after its goodbye: a round trip around the world. */
const LEAVE_MS = 300;

let lastId = 0;

/** One socket from the request for its credential to its last byte: what sessions and pools are made of. */
export class PhysicalSocket implements TransportHandlers, Pulse {
  readonly id: number = ++lastId;
  /** When nothing of it is left. Never rejects. */
  readonly gone: Promise<void>;
  readonly #options: PhysicalSocketOptions;
  /** Of the dial, and later of the close handshake; what is open has none. */
  #limit: Deadline | undefined;
  readonly #heartbeat: Heartbeat;
  readonly #flow: Flow;
  readonly #span: SocketSpan;
  readonly #dialedAt: number;
  #resolveGone!: () => void;
  #state: State = 'dialing';
  /** Ends the dial. */
  #abandon: AbortController | undefined = new AbortController();
  #transport: Transport | undefined;
  #request: DialRequest | undefined;
  #requestId: string | undefined;
  #openedAt = 0;
  #error: Error | undefined;
  #told = false;
  #saidGoodbye = false;
  #isPaused = false;

  constructor(options: PhysicalSocketOptions) {
    this.#options = options;
    const { clock } = options.runtime;
    this.gone = new Promise((resolve) => {
      this.#resolveGone = resolve;
    });
    this.#dialedAt = clock.now();
    this.#heartbeat = new Heartbeat(clock, options.deadlines, this);
    this.#flow = new Flow(options.askEveryBytes);
    this.#span = new SocketSpan(options.tracer, options.parent, options.connection);
    this.#mustEnd(options.deadlines.dialMs);
    void this.#start();
  }

  get isDialing(): boolean {
    return this.#state === 'dialing';
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** We do not read. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Bytes handed over that have not left this process. */
  get bufferedAmount(): number {
    return this.#transport?.bufferedAmount ?? 0;
  }

  /** Bytes handed over that are known to wait, here or further on. */
  get backlogBytes(): number {
    return Math.max(this.bufferedAmount, this.#flow.unread);
  }

  /** Milliseconds from the start of the dial to the upgrade. */
  get dialedInMs(): number {
    return this.#openedAt - this.#dialedAt;
  }

  /** Milliseconds since the upgrade. */
  get uptimeMs(): number {
    return this.#options.runtime.clock.now() - this.#openedAt;
  }

  /** When something was last read, by the clock. */
  get readAt(): number {
    return this.#heartbeat.readAt;
  }

  /** Milliseconds since something was read. */
  get silentMs(): number {
    return this.#heartbeat.silentMs;
  }

  /** The key that travels in the first frame, for endpoints that want it there. */
  get credential(): string | undefined {
    return this.#request?.credential;
  }

  /** What a failure of this attempt is told with. */
  get failureContext(): FailureContext {
    return attemptContext(this.#options, this.#request, this.#requestId);
  }

  /** Milliseconds of audio that went out on it and that the peer is not known to have read; asked once. */
  takeUnreadAudioMs(): number {
    const unreadMs = this.#flow.unreadAudioMs;
    this.#flow.finished();
    return unreadMs;
  }

  /** Hands a frame over; `false` if the socket is not open. */
  send(frame: Frame, audioMs: number = 0): boolean {
    if (this.#state !== 'open' || this.#transport?.send(frame) !== true) return false;
    // A string's length is near enough: what is long is base64.
    this.#flow.sent(frame.length, audioMs);
    if (this.#flow.isDue) this.ping();
    return true;
  }

  /** Stops reading until `resume`: the peer feels it, and its silence is no longer held against it. */
  pause(): void {
    if (this.#state !== 'open') return;
    this.#isPaused = true;
    this.#heartbeat.stop();
    this.#transport?.pause();
  }

  resume(): void {
    if (this.#state !== 'open') return;
    this.#isPaused = false;
    this.#transport?.resume();
    this.#heartbeat.start();
  }

  /** Whether the peer answers a ping within `withinMs`. */
  probe(withinMs: number): Promise<boolean> {
    if (this.#state !== 'open') return Promise.resolve(false);
    return new Promise((resolve) => this.#heartbeat.probe(withinMs, resolve));
  }

  /** Ends it without a word to the owner: a close frame, then at most `closeMs`, then no mercy. */
  close(code = 1000, reason = ''): void {
    this.#told = true;
    this.#shut(code, reason);
  }

  /** Ends it because of a failure that only the owner could see, and tells the owner. */
  fail(failure: Failure, code = 1000): void {
    if (this.#told) return;
    this.#shut(code, '', failure);
  }

  /** The peer is gone or of no use: no close frame. */
  kill(failure: Failure): void {
    if (this.#told) return;
    this.#stop();
    this.#transport?.terminate();
    this.#lose(failure);
  }

  async #start(): Promise<void> {
    const { connection, runtime, network, maxPayloadBytes, model, query } = this.#options;
    // The owner must have this socket in its hands before it can hear of it.
    await Promise.resolve();
    if (this.#state !== 'dialing') return;
    try {
      this.#request = await this.#span.within(() =>
        connection.request({
          signal: this.#abandon!.signal,
          wallClock: () => runtime.clock.wallClock(),
          model: model?.(),
          query: query?.(),
        }),
      );
    } catch (error) {
      return this.#neverDialed(credentialFailure(error, this.failureContext));
    }
    if (this.#state !== 'dialing') return;
    const { url, headers, protocols } = this.#request;
    const { requestIdHeader } = connection.endpoint;
    try {
      connection.hide(proxySecrets(url, network));
      const agent = resolveAgent(url, network);
      this.#transport = this.#span.within(() =>
        runtime.connect({ url, headers, protocols, agent, maxPayloadBytes, requestIdHeader }, this),
      );
    } catch (error) {
      this.#neverDialed(dialFailure(error, this.failureContext));
    }
  }

  // What the transport tells. It is given this socket itself, for a closure for each event would cost more than the rest.

  /** @internal */
  onFrame(frame: Frame): void {
    if (this.#state !== 'open') return;
    this.#heartbeat.touch();
    this.#options.owner.frame(frame, this);
  }

  /** @internal */
  onPing(): void {
    this.#heartbeat.touch();
  }

  /** @internal */
  onPong(carried: string): void {
    this.#heartbeat.touch();
    if (!this.#flow.answered(carried)) return;
    if (this.#flow.isDue) this.ping();
    this.onDrain();
  }

  /** @internal */
  onDrain(): void {
    if (this.#state === 'open') this.#options.owner.drained(this);
  }

  /** @internal */
  onOpen(requestId: string | undefined): void {
    if (this.#state !== 'dialing') return;
    this.#mayStay();
    this.#state = 'open';
    this.#abandon = undefined;
    this.#requestId = requestId;
    this.#openedAt = this.#options.runtime.clock.now();
    this.#heartbeat.start();
    this.#span.opened();
    this.#options.owner.opened(this);
  }

  // What the heartbeat asks and tells.

  /** @internal */
  get bytesRead(): number {
    return this.#transport?.bytesRead ?? 0;
  }

  /** @internal */
  ping(): void {
    this.#transport?.ping(this.#flow.ask());
  }

  /** @internal */
  dead(silentMs: number): void {
    const what = `nothing was read for ${Math.round(silentMs)} ms, and no pong came`;
    this.kill(timeout('pong-timeout', what, this.failureContext));
  }

  /** @internal */
  onRefused(refusal: Refusal): void {
    this.#stop();
    this.#span.refused(refusal.status);
    this.#lose(refusalFailure(refusal, this.failureContext));
  }

  /** @internal */
  onGoodbye(): void {
    // Some peers, and hops before them, say goodbye and leave much later.
    if (this.#state === 'open') this.#mustEnd(LEAVE_MS);
  }

  /** @internal */
  onError(error: Error): void {
    this.#error ??= error;
    // While dialling, the close that follows tells it.
    if (this.#state !== 'open') return;
    // `ws` has sent a close frame that says why (RFC 6455 §7.1.7); the peer gets its time to answer.
    this.#stop();
    this.#mustEnd(this.#options.deadlines.closeMs);
    this.#lose(closeFailure(1006, '', error, this.failureContext));
  }

  /** @internal */
  onClose(code: number, reason: string): void {
    const before = this.#state;
    this.#stop();
    this.#mayStay();
    // Its answer to our close frame came behind everything that it read.
    if (this.#saidGoodbye && code !== 1006) this.#flow.finished();
    this.#state = 'gone';
    if (!this.#told) {
      const { failureContext } = this;
      if (before === 'dialing')
        this.#lose(dialFailure(this.#error ?? new Error('the connection was closed'), failureContext));
      else this.#lose(closeFailure(code, reason, this.#error, failureContext));
    }
    this.#span.end(code);
    this.#resolveGone();
  }

  /** Within so many milliseconds the dial, or what is left of the socket. */
  #mustEnd(withinMs: number): void {
    const { clock } = this.#options.runtime;
    this.#limit ??= new Deadline(clock, () => (this.isDialing ? this.#dialExpired() : this.#transport?.terminate()));
    this.#limit.arm(withinMs);
  }

  #mayStay(): void {
    this.#limit?.disarm();
    this.#limit = undefined;
  }

  #neverDialed(failure: Failure): void {
    if (this.#state !== 'dialing') return;
    this.#stop();
    this.#vanish();
    this.#lose(failure);
  }

  #dialExpired(): void {
    if (this.#transport?.refusal !== undefined) return this.#transport.terminate();
    const { dialMs } = this.#options.deadlines;
    const what = this.#request === undefined ? 'the credential was not there' : 'no answer to the dial';
    this.#abandon?.abort();
    this.#stop();
    if (this.#transport === undefined) this.#vanish();
    else this.#transport.terminate();
    this.#lose(timeout('connect-timeout', `${what} within ${dialMs} ms`, this.failureContext));
  }

  #shut(code: number, reason: string, failure?: Failure): void {
    const before = this.#state;
    if (before === 'gone') return;
    this.#stop();
    if (before === 'dialing') {
      this.#abandon?.abort();
      if (this.#transport === undefined) this.#vanish();
      else this.#transport.terminate();
    } else if (before === 'open') {
      this.#saidGoodbye = true;
      this.#transport?.close(code, reason);
      this.#mustEnd(this.#options.deadlines.closeMs);
    }
    if (failure !== undefined) this.#lose(failure);
  }

  /** No deadline but the last one, no heartbeat, and nothing more is heard. */
  #stop(): void {
    if (this.isDialing) this.#mayStay();
    this.#heartbeat.stop();
    if (this.#state !== 'gone') this.#state = 'closing';
  }

  #vanish(): void {
    this.#state = 'gone';
    this.#span.end(undefined);
    this.#resolveGone();
  }

  #lose(failure: Failure): void {
    if (this.#told) return;
    this.#told = true;
    this.#span.failed(failure.error);
    this.#options.owner.ended(this, failure);
  }
}
