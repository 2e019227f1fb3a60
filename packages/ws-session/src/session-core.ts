import { context, type Context } from '@opentelemetry/api';
import { PatchbayError } from '@patchbay/ws-url';
import { checkNetwork } from './agent.ts';
import type { LossReason } from './audio-loss.ts';
import { handlerFailure, timeout, unreadable, type Failure } from './classify.ts';
import { Deadline } from './clock.ts';
import { resolveDeadlines } from './deadlines.ts';
import { Expectations, type ExpectationsOwner } from './expectations.ts';
import { FrameRules } from './frame-rules.ts';
import { HIGH_WATER_BYTES, MAX_PAYLOAD_BYTES, MAX_UNREADABLE } from './limits.ts';
import { SocketLink, type LinkOwner } from './link.ts';
import type { Leftovers } from './outbox.ts';
import { PhysicalSocket, type SocketOwner } from './physical-socket.ts';
import { Recovery, type Life } from './recovery.ts';
import { Rotator, type RotatorOwner, type Successor } from './rotation.ts';
import { currentRuntime, type Runtime, type Timer } from './runtime.ts';
import { Sender, type SenderOwner } from './sender.ts';
import { swallow } from './swallow.ts';
import type {
  ConnectionEvent,
  Deadlines,
  Expectation,
  Frame,
  SendOptions,
  SessionOptions,
  SessionState,
} from './types.ts';

/**
 * What a {@link Session} does. It is told itself what its parts see, and not by a function for each thing: those would be
 * the larger part of what a session holds that waits.
 */
export class SessionCore implements SocketOwner, LinkOwner, RotatorOwner, SenderOwner, ExpectationsOwner {
  readonly #options: SessionOptions;
  readonly #runtime: Runtime;
  readonly #deadlines: Deadlines;
  readonly #rules: FrameRules;
  readonly #sender: Sender;
  readonly #recovery: Recovery;
  readonly #rotator: Rotator;
  readonly #expectations: Expectations;
  #firstEvent: Deadline | undefined;
  /** Hardly ever more than one. */
  #sockets: readonly PhysicalSocket[] = [];
  #state: SessionState = 'idle';
  #epoch = 0;
  #parent: Context = context.active();
  #current: PhysicalSocket | undefined;
  #link: SocketLink | undefined;
  #dialing: PhysicalSocket | undefined;
  #redial: Timer | undefined;
  /** The redial that is due was asked for: no failure is waited out that a request could cut short. */
  #isAsked = false;
  #reason: string | undefined;
  #attempt = 1;
  /** A socket of this session has proved healthy. */
  #proved = false;
  /** When the current socket proved healthy. */
  #healthyAt: number | undefined;
  #malformed = 0;
  #malformedTotal = 0;
  #finish: ((error?: PatchbayError) => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SessionOptions) {
    checkNetwork(options);
    this.#options = options;
    this.#runtime = currentRuntime();
    this.#deadlines = resolveDeadlines(options.deadlines);
    this.#rules = new FrameRules(options.connection);
    this.#sender = new Sender(this.#runtime.clock, options, this);
    this.#recovery = new Recovery(options.reconnect, this.#runtime.random);
    this.#rotator = new Rotator(this.#runtime, options.rotation, this);
    this.#expectations = new Expectations(this.#runtime.clock, this);
  }

  get state(): SessionState {
    return this.#state;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get droppedAudioMs(): number {
    return this.#sender.droppedAudioMs;
  }

  get malformedFrames(): number {
    return this.#malformedTotal;
  }

  async run(signal?: AbortSignal): Promise<void> {
    if (this.#state !== 'idle') {
      if (this.#closing !== undefined) return this.#closing;
      throw new PatchbayError('unsupported', 'A session runs once; make another one.');
    }
    if (signal?.aborted === true) return this.close();
    this.#parent = context.active();
    const finished = new Promise<void>((resolve, reject) => {
      this.#finish = (error) => (error === undefined ? resolve() : reject(error));
    });
    const abort = (): void => void this.close();
    signal?.addEventListener('abort', abort, { once: true });
    this.#dial();
    try {
      await finished;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  send(frame: Frame, options?: SendOptions): boolean {
    this.#rules.check(frame);
    const sent = this.#sender.send(frame, options);
    if (sent !== 'overflow') return sent !== 'dropped';
    throw this.#rules.overflow();
  }

  expect(label: string, withinMs: number): Expectation {
    return this.#expectations.add(label, withinMs);
  }

  rotate(reason: string): void {
    if (this.#current !== undefined) this.#rotator.request(reason);
  }

  reconnect(reason: string): void {
    if (this.#state !== 'open' && this.#state !== 'connecting') return;
    this.#reason = reason;
    const socket = this.#current;
    if (socket === undefined) {
      if (this.#redial !== undefined && !this.#isAsked) this.#dial();
      return;
    }
    const life = this.#life(socket);
    const successor = this.#rotator.stop();
    this.#release();
    socket.close(1000, reason);
    this.#continue(successor, this.#recovery.afterRequest(life));
    this.#isAsked = true;
  }

  abandon(what: string): void {
    this.#overdue('inactivity-timeout', what);
  }

  allSent(): Promise<void> {
    return this.#sender.drained();
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown(undefined);
    return this.#closing;
  }

  async #shutDown(error: PatchbayError | undefined): Promise<void> {
    const wasIdle = this.#state === 'idle';
    this.#state = error === undefined && !wasIdle ? 'draining' : 'closed';
    this.#redial?.cancel();
    this.#redial = undefined;
    this.#rotator.stop();
    this.#release(error, 0, { undelivered: this.#sender.close(), droppedMs: 0 });
    this.#expectations.clear();
    for (const socket of this.#sockets) socket.close();
    if (error !== undefined) this.#over(error);
    await Promise.all(this.#sockets.map((socket) => socket.gone));
    if (error === undefined) this.#over(undefined);
  }

  #over(error: PatchbayError | undefined): void {
    this.#state = 'closed';
    this.#tell({ type: 'closed', epoch: this.#epoch, error });
    this.#finish?.(error);
    this.#finish = undefined;
  }

  #dial(): void {
    this.#redial?.cancel();
    this.#redial = undefined;
    this.#state = 'connecting';
    this.#tell({ type: 'connecting', attempt: this.#attempt, url: this.#options.connection.redacted });
    if (this.#state === 'connecting' && this.#dialing === undefined) this.#dialing = this.dial();
  }

  // What its parts ask of it, and tell it.

  dial(): PhysicalSocket {
    const { connection, model, query, tracer, maxPayloadBytes = MAX_PAYLOAD_BYTES } = this.#options;
    const socket = new PhysicalSocket({
      ...{ connection, model, query, tracer, maxPayloadBytes },
      runtime: this.#runtime,
      network: this.#options,
      deadlines: this.#deadlines,
      askEveryBytes: (this.#options.highWaterBytes ?? HIGH_WATER_BYTES) / 2,
      parent: this.#parent,
      owner: this,
    });
    this.#sockets = [...this.#sockets, socket];
    void socket.gone.then(() => {
      this.#sockets = this.#sockets.filter((other) => other !== socket);
      // One that we closed: it answered, and heard everything, or it did not.
      this.#sender.lost(socket.takeUnreadAudioMs());
    });
    return socket;
  }

  opened(socket: PhysicalSocket): void {
    if (this.#rotator.owns(socket)) return this.#rotator.opened();
    if (socket === this.#dialing) this.#promote(socket, []);
    else socket.close();
  }

  /** Make before break: the next socket is open, the old one is let go, and no audio is sent twice. */
  swap(successor: Successor, reason: string): void {
    const old = this.#current;
    if (old !== undefined) this.#recovery.afterRotation(this.#life(old));
    this.#reason = reason;
    this.#release();
    old?.close(1000, 'rotated');
    if (this.#state !== 'connecting') return successor.socket.close();
    this.#promote(successor.socket, successor.held);
    this.#tell({ type: 'rotated', epoch: this.#epoch, reason });
  }

  /** A socket takes over: configuration first, then what waited, then what it said meanwhile. */
  #promote(socket: PhysicalSocket, held: readonly Frame[]): void {
    const context = { reconnected: this.#epoch > 0, reason: this.#reason };
    this.#dialing = undefined;
    this.#reason = undefined;
    this.#attempt = 1;
    this.#epoch++;
    this.#current = socket;
    const link = new SocketLink(this.#epoch, socket, this.#rules, this);
    this.#link = link;
    this.#sender.attach(socket, this.#epoch, this.#options.handshake);
    this.#state = 'open';
    const { firstEventMs } = this.#deadlines;
    if (firstEventMs > 0) this.#firstEvent = this.#newFirstEvent(firstEventMs);
    this.#rotator.start();
    this.#expectations.connected();
    this.#tell({
      type: 'open',
      epoch: this.#epoch,
      url: this.#options.connection.redacted,
      elapsedMs: socket.dialedInMs,
    });
    try {
      if (this.#current === socket) this.#options.handlers.open?.(link, context);
    } catch (error) {
      return socket.fail(handlerFailure(error, socket.failureContext));
    }
    this.#sender.flush();
    for (const frame of held) this.frame(frame, socket);
  }

  frame(frame: Frame, socket: PhysicalSocket): void {
    if (socket !== this.#current) {
      if (this.#rotator.owns(socket)) this.#rotator.hold(frame);
      return;
    }
    try {
      if (this.#options.handlers.frame(frame, this.#link!)) this.#healthy();
    } catch (error) {
      this.#unreadable(error, socket);
    }
  }

  ready(socket: PhysicalSocket): void {
    if (this.#current === socket) this.#sender.release();
  }

  drained(): void {
    this.#sender.flush();
  }

  dropped(droppedMs: number, totalMs: number, reason: LossReason): void {
    this.#tell({ type: 'audio-dropped', droppedMs, totalMs, reason });
  }

  stuck(forMs: number): void {
    this.#overdue('inactivity-timeout', `nothing that was sent was read for ${forMs} ms`);
  }

  unmet(label: string, withinMs: number): void {
    this.#overdue('inactivity-timeout', `no ${label} within ${withinMs} ms`);
  }

  #healthy(): void {
    this.#malformed = 0;
    if (this.#healthyAt !== undefined || this.#current === undefined) return;
    this.#healthyAt = this.#runtime.clock.now();
    this.#proved = true;
    this.#firstEvent?.disarm();
    this.#firstEvent = undefined;
  }

  /** One odd frame is dropped and counted, the peer may still make sense; many in a row cost a socket and an attempt. */
  #unreadable(error: unknown, socket: PhysicalSocket): void {
    const failure = handlerFailure(error, socket.failureContext);
    if (failure.error.code !== 'protocol-violation') return socket.fail(failure);
    this.#malformedTotal++;
    if (++this.#malformed === MAX_UNREADABLE) socket.fail(unreadable(error, MAX_UNREADABLE, socket.failureContext));
  }

  #overdue(code: 'first-event-timeout' | 'inactivity-timeout', what: string): void {
    this.#current?.kill(timeout(code, what, this.#current.failureContext));
  }

  #newFirstEvent(withinMs: number): Deadline {
    const what = `accepted, then no event within ${withinMs} ms`;
    const deadline = new Deadline(this.#runtime.clock, () => this.#overdue('first-event-timeout', what));
    deadline.arm(withinMs);
    return deadline;
  }

  ended(socket: PhysicalSocket, failure: Failure): void {
    if (this.#rotator.owns(socket)) return this.#rotator.lost();
    if (socket !== this.#current && socket !== this.#dialing) return;
    const opened = socket === this.#current;
    const life: Life = opened ? this.#life(socket) : { uptimeMs: undefined, healthyMs: 0 };
    if (!opened) this.#dialing = undefined;
    const successor = this.#rotator.stop();
    this.#release(failure.error, socket.takeUnreadAudioMs());
    if (this.#state !== 'connecting') return successor?.socket.close();
    if (!this.#proved && this.#options.redialFirst !== true) return this.#giveUp(failure.error);
    const decision = this.#recovery.afterLoss(failure, life);
    if (!decision.retry) return this.#giveUp(decision.error);
    const { attempt, delayMs } = decision;
    this.#reason ??= failure.error.code;
    this.#tell({
      type: 'reconnecting',
      epoch: this.#epoch,
      attempt,
      delayMs: successor === undefined ? delayMs : 0,
      error: failure.error,
    });
    this.#continue(successor, decision);
  }

  /** With the replacement that was on its way already, or with a new one after a pause. */
  #continue(successor: Successor | undefined, { attempt, delayMs }: { attempt: number; delayMs: number }): void {
    if (this.#state !== 'connecting') return successor?.socket.close();
    this.#attempt = attempt;
    this.#isAsked = false;
    if (successor === undefined) this.#redial = this.#runtime.clock.setTimer(() => this.#dial(), delayMs);
    else if (successor.socket.isOpen) this.#promote(successor.socket, successor.held);
    else this.#dialing = successor.socket;
  }

  #giveUp(error: PatchbayError): void {
    this.#closing ??= this.#shutDown(error);
  }

  /** Lets go of the current socket and tells its owner what never left, and then what of its audio is lost. */
  #release(error?: PatchbayError, inFlightMs: number = 0, leftovers: Leftovers = this.#sender.detach()): void {
    const link = this.#link;
    if (this.#state === 'open') this.#state = 'connecting';
    this.#firstEvent?.disarm();
    this.#firstEvent = undefined;
    this.#expectations.disconnected();
    this.#current = undefined;
    this.#link = undefined;
    this.#healthyAt = undefined;
    this.#malformed = 0;
    if (link === undefined) return;
    swallow(() => this.#options.handlers.lost?.(link, error, leftovers.undelivered, this.#sender.waitingAudioMs));
    this.#sender.lost(inFlightMs, leftovers.droppedMs);
  }

  #life(socket: PhysicalSocket): Life {
    const healthyMs = this.#healthyAt === undefined ? 0 : this.#runtime.clock.now() - this.#healthyAt;
    return { uptimeMs: socket.uptimeMs, healthyMs };
  }

  #tell(event: ConnectionEvent): void {
    swallow(() => this.#options.handlers.event?.(event));
  }
}
