import { llm } from '@livekit/agents';
import { LazyMap, type Clock, type Timer } from '@patchbay/ws-session';

/** Why nobody waits for a reply any more, although the provider may still give it. */
export type Withdrawal = 'aborted' | 'timed-out';

/** What a reply may differ in from what the session says. */
export interface ReplyOptions {
  /** Of this reply alone, where the model lets each choose (`perResponseToolChoice`). */
  toolChoice?: llm.ToolChoice;
  /** Tools that this reply may use, instead of the session's. */
  tools?: llm.ToolContextLike;
}

/** A reply somebody asked for and still waits for. */
export interface RealtimeReply extends Readonly<ReplyOptions> {
  /** Travels with the request and comes back with the answer. */
  readonly id: string;
  readonly instructions: string | undefined;
  readonly settled: boolean;
}

interface PendingReply extends RealtimeReply {
  settled: boolean;
  resolve(event: llm.GenerationCreatedEvent): void;
  reject(error: Error): void;
  release(): void;
}

export interface AskOptions extends ReplyOptions {
  instructions: string | undefined;
  signal: AbortSignal | undefined;
  deadlineMs: number;
  /** The caller gave up, or time did: the request has to be taken back. The promise has been rejected by then. */
  withdrawn(reply: RealtimeReply, reason: Withdrawal): void;
}

let replyNumber = 0;

/** The replies that `generateReply` still owes: each is resolved by its id, or rejected, exactly once. */
export class Replies {
  readonly #clock: Clock;
  readonly #pending = new LazyMap<string, PendingReply>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#pending.size;
  }

  ask(options: AskOptions): { reply: RealtimeReply; promise: Promise<llm.GenerationCreatedEvent> } {
    const id = `reply_${(++replyNumber).toString(36)}_${Math.floor(this.#clock.wallClock()).toString(36)}`;
    const { signal, deadlineMs, instructions, toolChoice, tools } = options;
    let reply!: PendingReply;
    const promise = new Promise<llm.GenerationCreatedEvent>((resolve, reject) => {
      const withdraw = (reason: Withdrawal, error: Error): void => {
        if (!this.#settle(reply)) return;
        reject(error);
        options.withdrawn(reply, reason);
      };
      const onAbort = (): void => withdraw('aborted', new llm.RealtimeError('generateReply aborted'));
      const timer: Timer = this.#clock.setTimer(
        () => withdraw('timed-out', new llm.RealtimeError('generateReply timed out')),
        deadlineMs,
      );
      const release = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
      };
      reply = { id, instructions, toolChoice, tools, settled: false, resolve, reject, release };
      this.#pending.set(id, reply);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
    return { reply, promise };
  }

  /** `true` if somebody waited for it. */
  resolve(id: string | undefined, event: llm.GenerationCreatedEvent): boolean {
    const reply = this.#take(id);
    reply?.resolve(event);
    return reply !== undefined;
  }

  /** `true` if somebody waited for it. */
  reject(id: string | undefined, error: Error): boolean {
    const reply = this.#take(id);
    reply?.reject(error);
    return reply !== undefined;
  }

  rejectAll(error: Error): void {
    for (const id of [...this.#pending.keys()]) this.reject(id, error);
  }

  has(id: string | undefined): boolean {
    return id !== undefined && this.#pending.has(id);
  }

  #take(id: string | undefined): PendingReply | undefined {
    const reply = id === undefined ? undefined : this.#pending.get(id);
    return reply && this.#settle(reply) ? reply : undefined;
  }

  #settle(reply: PendingReply): boolean {
    if (reply.settled) return false;
    reply.settled = true;
    reply.release();
    this.#pending.delete(reply.id);
    return true;
  }
}
