import { llm } from '@livekit/agents';
import { currentRuntime, KeepAlive, LazySet, SocketPool } from '@patchbay/ws-session';
import type { Clock, Frame, NetworkOptions, PoolOptions } from '@patchbay/ws-session';
import { PatchbayError } from '@patchbay/ws-url';
import type { Connection } from '@patchbay/ws-url';
import type { ConnectionEmitter } from './connection-events.ts';
import { guardedEmit } from './guarded-emit.ts';

/** What a plugin says about its language model. */
export interface RequestLLMDescription extends NetworkOptions {
  /** LiveKit's label, e.g. `openai.LLM`; part of metrics and error events. */
  label: string;
  connection: Connection;
  model: string;
  /** Requests travel over pooled sockets, with these settings; leave out for HTTP. */
  sockets?: Omit<PoolOptions, 'connection' | 'event' | 'sent' | 'received' | keyof NetworkOptions>;
}

const EmittingLLM: abstract new () => llm.LLM & ConnectionEmitter = llm.LLM as never;

/**
 * A language model that is asked and answers: every reply is one request, over a pooled socket or over HTTP. Emits
 * `connection` (see {@link ConnectionEmitter}) beside LiveKit's own events.
 *
 * Errors reach users through LiveKit's `error` event only; iterating a stream that failed simply ends. LiveKit emits
 * that event for every attempt, and an emit without a listener throws, which ends the retries: an application that
 * drives the model without an `AgentSession` should listen.
 */
export abstract class RequestLLM extends EmittingLLM {
  readonly #label: string;
  readonly #model: string;
  readonly #pool: SocketPool | undefined;
  readonly #streams = new LazySet<llm.LLMStream>();
  #closed = false;
  /** @internal Deadlines and waits run on it. */
  readonly _clock: Clock = currentRuntime().clock;
  protected readonly connection: Connection;
  #keepAlive: KeepAlive | undefined;

  constructor(description: RequestLLMDescription) {
    super();
    const { label, connection, model, sockets, ...network } = description;
    this.#label = label;
    this.#model = model;
    this.connection = connection;
    if (sockets !== undefined) {
      this.#pool = new SocketPool({
        ...sockets,
        agent: network.agent,
        proxy: network.proxy,
        connection,
        event: (event) => guardedEmit(this, 'connection', event),
        sent: (frame) => this.frameSent(frame),
        received: (frame) => this.frameReceived(frame),
      });
    }
  }

  abstract override chat(call: Parameters<llm.LLM['chat']>[0]): llm.LLMStream;

  override label(): string {
    return this.#label;
  }

  override get model(): string {
    return this.#model;
  }

  /** The host that is spoken to, e.g. `api.openai.com`, or the gateway's. */
  override get provider(): string {
    return this.connection.host;
  }

  /** Connections that requests over HTTP leave to the next one. */
  protected get keepAlive(): KeepAlive {
    if (this.#keepAlive === undefined) {
      this.#keepAlive = new KeepAlive();
      if (this.#closed) this.#keepAlive.close();
    }
    return this.#keepAlive;
  }

  /** Nothing is asked of a model that was closed; replies under way end quietly. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Ends every reply under way and every connection. Idempotent, and bounded by the close deadline. */
  override async aclose(): Promise<void> {
    this.#closed = true;
    for (const stream of this.#streams) stream.close();
    await super.aclose();
    this.#keepAlive?.close();
    await this.#pool?.close();
  }

  /** The same as {@link aclose}. */
  async close(): Promise<void> {
    await this.aclose();
  }

  /** Opens a socket ahead of the first turn. Classes on HTTP override it. */
  protected override async _prewarmImpl(signal: AbortSignal): Promise<void> {
    await this.#pool?.prewarm(signal);
  }

  /** A frame went out on one of its sockets: to be overridden by who lets users look on. */
  protected frameSent(_frame: Frame): void {}

  /** A frame came in on one of its sockets, and nobody has read it yet: to be overridden by who lets users look on. */
  protected frameReceived(_frame: Frame): void {}

  /** @internal */
  _pool(): SocketPool {
    if (this.#pool === undefined) throw new PatchbayError('unsupported', `${this.#label} has no sockets`);
    return this.#pool;
  }

  /** @internal */
  _scrub(text: string): string {
    return this.connection.scrub(text);
  }

  /** @internal A stream asks something, until the returned function is called. */
  _enter(stream: llm.LLMStream): () => void {
    this.#streams.add(stream);
    return () => this.#streams.delete(stream);
  }
}
