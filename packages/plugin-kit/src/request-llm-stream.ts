import { AsyncIterableQueue, llm } from '@livekit/agents';
import type { APIConnectOptions, APIError } from '@livekit/agents';
import { Deadline } from '@patchbay/ws-session';
import type { Frame, PooledSocketInfo } from '@patchbay/ws-session';
import { PatchbayError, scrubError } from '@patchbay/ws-url';
import { checkTimeout } from './check-options.ts';
import { toAPIError, toPatchbayError } from './errors.ts';
import { ReplyChunks } from './reply-chunks.ts';
import type { RequestLLM } from './request-llm.ts';
import { Reply } from './request-llm-reply.ts';

/** What LiveKit's `chat()` hands to a stream. */
export interface RequestLLMStreamOptions {
  chatCtx: llm.ChatContext;
  toolCtx?: llm.ToolContext;
  connOptions: APIConnectOptions;
}

/** One request over a socket. */
export interface SocketExchange {
  /** The request, written for the socket that will carry it. */
  request(socket: PooledSocketInfo): Frame;
  /** One frame of the answer; `true`: that was the last. Throwing drops the socket. */
  receive(frame: Frame): boolean;
  /** Overrides the model that the URL names. */
  model?: string;
  /** A socket that remembers something useful. */
  preferSocket?: number;
  /** Longest silence inside the answer in milliseconds, asked again after every frame; default `connOptions.timeoutMs`. */
  silenceMs?(): number;
}

/** One request over HTTP whose answer is a stream of events. */
export interface HttpExchange<Event> {
  /** `working`: the server says, without an event, that it is still at work. */
  open(signal: AbortSignal, working: () => void): PromiseLike<AsyncIterable<Event>>;
  /** One event of the answer; `true`: that was the last. */
  receive(event: Event): boolean;
  /** Longest wait for the first event in milliseconds; default `connOptions.timeoutMs`. */
  firstEventMs?: number;
  /** How long in milliseconds a server may put us off by saying that it is at work; some do so for ever. Default: not at all. */
  workingMs?: number;
  silenceMs?(): number;
}

/** How long the rest of a finished HTTP answer may take: read to its end, its connection serves the next turn. */
const DRAIN_MS = 1_000;

/**
 * One reply. LiveKit calls {@link run} up to `maxRetry + 1` times; each is one {@link attempt} that starts from
 * nothing. The rules that every attempt keeps live here: deadlines from `connOptions.timeoutMs`, no retry once anything
 * was delivered, `Retry-After` honoured as far as a caller would wait, and a quiet return when LiveKit aborts.
 */
export abstract class RequestLLMStream extends llm.LLMStream {
  readonly #model: RequestLLM;
  readonly #bornClosed: boolean;
  /** What is said, for who listens. It ends where LiveKit's own does, which has it for metrics alone. */
  readonly #said = new AsyncIterableQueue<llm.ChatChunk>();
  #notBefore = 0;

  constructor(model: RequestLLM, options: RequestLLMStreamOptions) {
    super(model, options);
    this.#model = model;
    this.#bornClosed = model.closed;
    void this.#endWithLiveKit();
  }

  override next(): Promise<IteratorResult<llm.ChatChunk>> {
    return this.#said.next();
  }

  /** Asks once and reads the answer into `reply`. Whatever it throws becomes one of LiveKit's errors. */
  protected abstract attempt(reply: Reply, signal: AbortSignal): Promise<void>;

  protected async run(): Promise<void> {
    const { signal } = this.abortController;
    if (this.#model.closed && !this.#bornClosed) this.close();
    if (signal.aborted) return;
    const leave = this.#model._enter(this);
    const chunks = new ReplyChunks(this.#said, this.queue);
    const reply = new Reply(chunks, signal, (text) => this.#model._scrub(text));
    try {
      checkTimeout('connOptions.timeoutMs', this.connOptions.timeoutMs);
      if (this.#bornClosed) throw new PatchbayError('closed', `${this.#model.label()} was closed`);
      await this.#wait(this.#notBefore - this.#model._clock.now(), signal);
      if (!signal.aborted) await this.attempt(reply, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw this.#failure(error, reply);
    } finally {
      reply.flush();
      chunks.flush();
      leave();
    }
  }

  /** Sends one request over a pooled socket. An abort drops the socket: that is what stops the model. */
  protected async exchange(exchange: SocketExchange, signal: AbortSignal): Promise<void> {
    const { timeoutMs } = this.connOptions;
    await this.#model._pool().request((socket) => exchange.request(socket), {
      onFrame: (frame) => exchange.receive(frame),
      signal,
      dialMs: timeoutMs,
      firstEventMs: timeoutMs,
      get inactivityMs() {
        return exchange.silenceMs?.() ?? timeoutMs;
      },
      ...(exchange.preferSocket === undefined ? {} : { preferSocket: exchange.preferSocket }),
      ...(exchange.model === undefined ? {} : { model: exchange.model }),
    });
  }

  /** Sends one request over HTTP. An abort, like a deadline, ends the request and so the model's work. */
  protected async stream<Event>(exchange: HttpExchange<Event>, signal: AbortSignal): Promise<void> {
    const { timeoutMs } = this.connOptions;
    const { firstEventMs = timeoutMs, workingMs = 0 } = exchange;
    const request = new AbortController();
    const abort = (): void => request.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    let late: PatchbayError | undefined;
    const expire = (code: 'first-event-timeout' | 'inactivity-timeout', message: string) => (): void => {
      late = new PatchbayError(code, message, { retryable: true });
      request.abort(late);
    };
    const first = new Deadline(
      this.#model._clock,
      expire('first-event-timeout', `no answer within ${firstEventMs} ms`),
    );
    const silence = new Deadline(this.#model._clock, expire('inactivity-timeout', 'the answer stopped'));
    let allowedMs = 0;
    const listen = (silenceMs: number): void => {
      if (silenceMs === allowedMs) return silence.touch();
      allowedMs = silenceMs;
      silence.arm(silenceMs);
    };
    const clock = this.#model._clock;
    let quietSince = clock.now();
    const working = (): void => {
      const leftMs = quietSince + workingMs - clock.now();
      if (leftMs <= 0) return;
      if (first.armed) first.arm(Math.min(firstEventMs, leftMs));
      else if (silence.armed) silence.arm(Math.min(allowedMs, leftMs));
    };
    let draining = false;
    const end = (): void => {
      first.disarm();
      silence.disarm();
      signal.removeEventListener('abort', abort);
    };
    try {
      first.arm(firstEventMs);
      const events = (await exchange.open(request.signal, working))[Symbol.asyncIterator]();
      for (;;) {
        const next = await events.next();
        if (late !== undefined) throw late;
        if (next.done) break;
        first.disarm();
        quietSince = clock.now();
        if (exchange.receive(next.value)) {
          draining = true;
          silence.arm(DRAIN_MS);
          // LiveKit aborts a stream that has ended, too: there is nothing left to stop, and a connection to keep.
          signal.removeEventListener('abort', abort);
          void drain(events).finally(end);
          return;
        }
        listen(exchange.silenceMs?.() ?? timeoutMs);
      }
      if (signal.aborted) return;
      throw new PatchbayError('closed', 'the answer ended before it was complete', { retryable: true });
    } catch (error) {
      request.abort();
      throw late ?? error;
    } finally {
      if (!draining) end();
    }
  }

  async #endWithLiveKit(): Promise<void> {
    let result;
    do result = await super.next();
    while (!result.done);
    this.#said.close();
  }

  #failure(thrown: unknown, reply: Reply): APIError {
    const error = scrubError(thrown, (text) => this.#model._scrub(text));
    if (reply.delivered) return toAPIError(error, { retryable: false });
    const { retryable, retryAfterMs } = toPatchbayError(error);
    if (retryable && retryAfterMs !== undefined) {
      // LiveKit knows no Retry-After, so the wait is ours; longer than its timeout, a caller has hung up.
      if (retryAfterMs > this.connOptions.timeoutMs) return toAPIError(error, { retryable: false });
      this.#notBefore = this.#model._clock.now() + retryAfterMs;
    }
    return toAPIError(error);
  }

  async #wait(delayMs: number, signal: AbortSignal): Promise<void> {
    if (delayMs <= 0) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        timer.cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = this.#model._clock.setTimer(done, delayMs);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

/** Reads what is left. Nothing in it matters any more, and neither does its failure. */
async function drain(events: AsyncIterator<unknown>): Promise<void> {
  try {
    while (!(await events.next()).done);
  } catch {
    // The answer itself was complete.
  }
}
