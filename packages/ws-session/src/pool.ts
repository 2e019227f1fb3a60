import { context } from '@opentelemetry/api';
import { PatchbayError } from '@patchbay/ws-url';
import { checkNetwork } from './agent.ts';
import { aborted, type Failure, type FailureContext } from './classify.ts';
import { resolveDeadlines } from './deadlines.ts';
import { Exchange, type Verdict } from './exchange.ts';
import { FrameRules } from './frame-rules.ts';
import { MAX_PAYLOAD_BYTES } from './limits.ts';
import type { PhysicalSocket } from './physical-socket.ts';
import { PooledSocket, type Setup } from './pooled-socket.ts';
import { Replacements } from './replacements.ts';
import { currentRuntime, type Runtime } from './runtime.ts';
import { swallow } from './swallow.ts';
import type {
  ConnectionEvent,
  Deadlines,
  ExchangeOptions,
  ExchangeResult,
  Frame,
  PooledSocketInfo,
  PoolOptions,
} from './types.ts';
import { untilAborted } from './until-aborted.ts';

const DEFAULT_MAX_AGE_MS = 55 * 60_000;
const DEFAULT_MAX_IDLE = 2;
/** A request does not wait for a doubtful socket longer than a new one takes. */
const PROBE_MS = 1_000;
/** Part of the gateway's limit for the first frame after which an unused socket is not trusted any more. */
const FIRST_FRAME_SHARE = 0.8;
/** Part of the life that a gateway grants a socket after which none is begun on it. */
const SESSION_SHARE = 0.9;

/** What a request asks of its socket. */
interface Wanted extends Setup {
  fits?: (socketId: number) => boolean;
}

/**
 * Sockets for requests that are answered one at a time. Each request has its socket to itself, so that one that fails
 * or is aborted takes no neighbour with it, and no request waits for another's dial. With `lanes` it has a lane of one:
 * if it breaks off then, its neighbours finish, the socket takes nothing new, and goes with the last of them.
 */
export class SocketPool {
  readonly #options: PoolOptions;
  readonly #runtime: Runtime;
  readonly #deadlines: Deadlines;
  readonly #rules: FrameRules;
  /** The most recently used last. */
  readonly #idle: PooledSocket[] = [];
  readonly #sockets = new Set<PooledSocket>();
  /** All that exist, also those on their way out. */
  readonly #physical = new Set<PhysicalSocket>();
  /** Made when there is something to replace. */
  #replacements: Replacements | undefined;
  #closing: Promise<void> | undefined;

  /** @throws PatchbayError `invalid-option` for a deadline that is no positive number, or an impossible agent or proxy. */
  constructor(options: PoolOptions) {
    checkNetwork(options);
    this.#options = options;
    this.#runtime = currentRuntime();
    this.#deadlines = resolveDeadlines(options.deadlines);
    this.#rules = new FrameRules(options.connection);
  }

  /** Sockets that are open or being opened. */
  get size(): number {
    return this.#sockets.size;
  }

  /**
   * Sends what `build` returns on a socket of its own and hands every frame of the answer to `exchange.onFrame`.
   * Fulfilled when that returns `true`. An idle socket that turns out to be dead before anything was sent on it is
   * replaced without the caller noticing; nothing is ever sent twice.
   *
   * @throws PatchbayError `aborted` when the signal aborts (the socket is dropped and another opened in its place).
   */
  async request(build: (socket: PooledSocketInfo) => Frame, exchange: ExchangeOptions): Promise<ExchangeResult> {
    const started = this.#runtime.clock.now();
    for (;;) {
      const socket = await this.#acquire(exchange);
      const acquireMs = this.#runtime.clock.now() - started;
      const call = socket.newCall();
      let underWay = false;
      const send = (more: Frame): boolean => {
        this.#rules.check(more);
        return underWay && this.#send(socket, more);
      };
      let frame: Frame;
      try {
        frame = build({ ...call, send });
        this.#rules.check(frame);
        this.#refuseIfOver(exchange.signal);
      } catch (error) {
        this.#release(socket);
        throw error;
      }
      // Lost between the look and the letter: nothing was sent, so another may carry it. Not if it is new, for the next
      // one would fare no better: how it ends is the answer.
      const sent = this.#send(socket, frame);
      if (!sent && socket.hasWaited) {
        socket.claims--;
        continue;
      }
      if (sent && !socket.used) {
        socket.used = true;
        this.#planRetirement(socket);
      }
      underWay = true;
      const conversation = this.#converse(socket, exchange, call.lane);
      exchange.begun?.();
      await conversation.finally(() => (underWay = false));
      return { socketId: call.id, reused: call.reused, acquireMs };
    }
  }

  /**
   * Opens a socket if there is none waiting. Resolves when it is open.
   * @throws PatchbayError why it could not be opened.
   */
  async prewarm(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true || this.#closing !== undefined) return;
    const wanted = this.#wanted();
    if (this.#idle.some((socket) => this.#serves(socket, wanted))) return;
    const socket = this.#unclaimed(wanted) ?? this.#dial(wanted, this.#deadlines.dialMs);
    await untilAborted(socket.ready, signal, () => this.#abortion());
  }

  /** Closes every socket, at most `deadlines.closeMs` long, and rejects what is under way. Idempotent; nothing is dialled afterwards. */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    const sockets = [...this.#sockets];
    this.#replacements?.close();
    this.#idle.length = 0;
    this.#sockets.clear();
    for (const socket of sockets) {
      socket.close(this.#abortion());
      this.#tell({ type: 'closed', epoch: socket.physical.id });
    }
    await Promise.all([...this.#physical].map((physical) => physical.gone));
  }

  async #acquire(exchange: ExchangeOptions): Promise<PooledSocket> {
    const { signal } = exchange;
    this.#refuseIfOver(signal);
    const wanted = this.#wanted(exchange);
    const idle = this.#takeIdle(wanted, exchange.preferSocket);
    if (idle !== undefined && (await this.#isAlive(idle, signal))) return idle;
    this.#refuseIfOver(signal);
    const early = this.#unclaimed(wanted);
    if (early !== undefined) {
      try {
        return await this.#claim(early, signal);
      } catch (error) {
        // It was dialled before this request; that it failed says nothing about a dial now.
        if (!PatchbayError.is(error) || !error.retryable) throw error;
        this.#refuseIfOver(signal);
      }
    }
    return this.#claim(this.#dial(wanted, exchange.dialMs), signal);
  }

  #wanted({
    model = this.#options.model?.(),
    query = this.#options.query?.(),
    fits,
  }: Partial<ExchangeOptions> = {}): Wanted {
    return { model, query, ...(fits === undefined ? {} : { fits }) };
  }

  #takeIdle(wanted: Wanted, preferred: number | undefined): PooledSocket | undefined {
    let index = this.#idle.findIndex((socket) => socket.physical.id === preferred && this.#serves(socket, wanted));
    if (index === -1) index = this.#idle.findLastIndex((socket) => this.#serves(socket, wanted));
    const socket = this.#idle[index];
    if (socket !== undefined) this.#take(socket);
    return socket;
  }

  /** One more has it, or waits for it. */
  #take(socket: PooledSocket): void {
    socket.claims++;
    socket.rouse();
    const index = this.#idle.indexOf(socket);
    if (index !== -1 && !socket.hasRoom) this.#idle.splice(index, 1);
  }

  /** Ping before use: a socket that was idle through a suspend or a stall may be dead without our knowing. */
  async #isAlive(socket: PooledSocket, signal: AbortSignal): Promise<boolean> {
    if (!socket.physical.isOpen) {
      socket.claims--;
      return false;
    }
    if (socket.physical.silentMs <= this.#deadlines.pingAfterMs) return true;
    const alive = await socket.physical.probe(PROBE_MS);
    if (!alive) this.#drop(socket);
    else if (signal.aborted || this.#closing !== undefined) this.#release(socket);
    this.#refuseIfOver(signal);
    return alive;
  }

  /** Waits for a socket that is being opened. Abandoned while it dials it stays: nothing was sent on it. */
  async #claim(socket: PooledSocket, signal: AbortSignal): Promise<PooledSocket> {
    this.#take(socket);
    try {
      await untilAborted(socket.ready, signal, () => this.#abortion());
      this.#refuseIfOver(signal);
    } catch (error) {
      if (socket.physical.isOpen) this.#release(socket);
      else socket.claims--;
      throw error;
    }
    this.#offer(socket);
    return socket;
  }

  #unclaimed(wanted: Wanted): PooledSocket | undefined {
    for (const socket of this.#sockets) {
      if (socket.hasRoom && socket.physical.isDialing && this.#serves(socket, wanted)) return socket;
    }
    return undefined;
  }

  #serves(socket: PooledSocket, { model, query, fits }: Wanted): boolean {
    const { setup } = socket;
    if (socket.isExpired || fits?.(socket.physical.id) === false) return false;
    if (setup.query !== query && JSON.stringify(setup.query) !== JSON.stringify(query)) return false;
    return this.#options.connection.traits.oneModelPerSocket !== true || setup.model === model;
  }

  #dial({ model, query }: Setup, dialMs: number): PooledSocket {
    const { connection, agent, proxy, tracer, maxPayloadBytes = MAX_PAYLOAD_BYTES } = this.#options;
    this.#tell({ type: 'connecting', attempt: 1, url: connection.redacted });
    const socket = new PooledSocket(
      {
        runtime: this.#runtime,
        connection,
        network: { agent, proxy },
        deadlines: { ...this.#deadlines, dialMs },
        maxPayloadBytes,
        askEveryBytes: Infinity,
        tracer,
        parent: context.active(),
      },
      { model, query },
      this.#options,
      {
        opened: (opened) => this.#return(opened),
        expired: (expired) => {
          if (expired.claims === 0 && this.#idle.includes(expired)) this.#drop(expired);
        },
        ended: (ended, failure) => this.#ended(ended, failure),
        received: (frame, { physical }) => this.#received(frame, physical),
      },
    );
    const { physical } = socket;
    this.#sockets.add(socket);
    this.#physical.add(physical);
    void physical.gone.then(() => this.#physical.delete(physical));
    void socket.ready.then(
      () => this.#opened(socket),
      () => {},
    );
    return socket;
  }

  #opened(socket: PooledSocket): void {
    const { physical } = socket;
    if (!physical.isOpen) return;
    this.#planRetirement(socket);
    this.#tell({
      type: 'open',
      epoch: physical.id,
      url: this.#options.connection.redacted,
      elapsedMs: physical.dialedInMs,
    });
  }

  /** Not all at once, and before the gateway loses patience with a socket that has nothing to say. */
  #planRetirement(socket: PooledSocket): void {
    const { firstFrameWithinMs = Infinity, sessionMs = Infinity } = this.#options.connection.traits;
    const { maxAgeMs = Math.min(DEFAULT_MAX_AGE_MS, sessionMs * SESSION_SHARE) } = this.#options;
    const ageMs = maxAgeMs * (1 - this.#runtime.random() / 10) - socket.physical.uptimeMs;
    socket.retireAfter(socket.used ? ageMs : Math.min(ageMs, firstFrameWithinMs * FIRST_FRAME_SHARE));
  }

  #converse(socket: PooledSocket, options: ExchangeOptions, lane: string | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(this.#runtime.clock, options, socket.physical, (verdict) => {
        socket.finish(lane, verdict.reusable);
        this.#conclude(socket, verdict, options);
        if (verdict.reusable) resolve();
        else reject(verdict.error);
      });
      socket.begin(exchange, lane);
    });
  }

  #conclude(socket: PooledSocket, verdict: Verdict, { model = socket.setup.model }: ExchangeOptions): void {
    if (verdict.reusable) return this.#release(socket);
    if (!this.#sockets.has(socket)) return;
    if (socket.claims > 1) {
      socket.retiring = true;
      this.#release(socket);
    } else {
      this.#drop(socket, verdict.failure?.error);
    }
    // The caller changed their mind, and will have something else to say soon.
    const wanted = { model, query: socket.setup.query };
    const hasOther = this.#idle.some((other) => this.#serves(other, wanted)) || this.#unclaimed(wanted) !== undefined;
    if (verdict.error.code === 'aborted' && !hasOther) this.#dial(wanted, this.#deadlines.dialMs);
  }

  /** One request less has it. */
  #release(socket: PooledSocket): void {
    socket.claims--;
    this.#return(socket);
  }

  /** Back to the others, if it is still good. */
  #return(socket: PooledSocket): void {
    if (!this.#sockets.has(socket) || !socket.physical.isOpen) return;
    if (socket.isExpired || this.#closing !== undefined) {
      if (socket.claims === 0) this.#drop(socket);
      return;
    }
    if (socket.claims === 0) {
      socket.hasWaited = true;
      socket.rest();
    }
    this.#offer(socket);
    const { maxIdle = DEFAULT_MAX_IDLE } = this.#options;
    const unused = this.#idle.filter((each) => each.claims === 0);
    if (unused.length > maxIdle) this.#drop(unused[0]!);
  }

  #offer(socket: PooledSocket): void {
    if (socket.hasRoom && !socket.isExpired && !this.#idle.includes(socket)) this.#idle.push(socket);
  }

  #drop(socket: PooledSocket, error?: PatchbayError): void {
    this.#forget(socket);
    socket.close(error);
    this.#tell({ type: 'closed', epoch: socket.physical.id, error });
  }

  #ended(socket: PooledSocket, failure: Failure): void {
    this.#forget(socket);
    this.#replacements ??= new Replacements(this.#runtime, {
      isMissing: (setup) => ![...this.#sockets].some((other) => this.#serves(other, setup)),
      dial: (setup) => this.#dial(setup, this.#deadlines.dialMs),
    });
    this.#replacements.lost(socket, failure);
    this.#tell({ type: 'closed', epoch: socket.physical.id, error: failure.error });
  }

  #forget(socket: PooledSocket): void {
    this.#sockets.delete(socket);
    const index = this.#idle.indexOf(socket);
    if (index !== -1) this.#idle.splice(index, 1);
  }

  #refuseIfOver(signal: AbortSignal): void {
    if (signal.aborted || this.#closing !== undefined) throw this.#abortion();
  }

  #abortion(): PatchbayError {
    const { connection } = this.#options;
    const failureContext: FailureContext = {
      connection,
      where: connection.redacted,
      scrub: (text) => connection.scrub(text),
      wallClock: () => this.#runtime.clock.wallClock(),
    };
    return aborted(failureContext);
  }

  #send(socket: PooledSocket, frame: Frame): boolean {
    const sent = socket.send(frame);
    if (sent) swallow(() => this.#options.sent?.(frame));
    return sent;
  }

  /** Hot: what `swallow` does, without a function for each frame. */
  #received(frame: Frame, physical: PhysicalSocket): void {
    try {
      this.#options.received?.(frame, physical.id);
    } catch {
      // Nobody is left to tell.
    }
  }

  #tell(event: ConnectionEvent): void {
    swallow(() => this.#options.event?.(event));
  }
}
