import type { Clock, Timer } from '@patchbay/plugin-kit';
import type { RealtimeReply } from '@patchbay/plugin-kit';

/** How the sequencer speaks. */
export interface SequencerOptions {
  clock: Clock;
  /** Whether a socket is there to speak on. */
  isOpen(): boolean;
  sendCreate(reply: RealtimeReply): void;
  sendCancel(responseId: string): void;
  /** A reply was asked for on two sockets, and both were lost. */
  abandon(reply: RealtimeReply): void;
  /** A cancelled response that never ends stands in the way no longer than this. Default 3,000 ms. */
  cancelMs?: number;
}

/** What to do with a response that begins. */
export type Admission = 'speak' | 'speak-then-cancel' | 'discard';

interface Request {
  reply: RealtimeReply;
  /** Sockets that were lost while it was outstanding. */
  losses: number;
}

/**
 * The service answers one response at a time, so one request at a time is out: a `response.create` waits until the
 * response before it is done, or a cancel of it has been answered (livekit/agents#5642, #6817). A request that the
 * service refuses because of a response we did not know of waits for the end of that one.
 */
export class ResponseSequencer {
  readonly #options: SequencerOptions;
  #queue: Request[] = [];
  /** Asked for, not begun. */
  #creating: Request | undefined;
  /** Asked for, and taken back before it began: by the reply's id, with the time for which it stands in the way. */
  readonly #withdrawn = new Map<string, Timer>();
  /** Taken back so long ago that they stand in nobody's way, should they still begin. */
  readonly #overlooked = new Set<string>();
  #cancelOnStart = false;
  /** Begun, not done. */
  readonly #active = new Set<string>();
  readonly #cancelling = new Map<string, Timer>();
  /** The service is busy with a response whose id we were not told. */
  #busyElsewhere = false;

  constructor(options: SequencerOptions) {
    this.#options = options;
  }

  /** Nothing is asked for, begun or being cancelled. */
  get idle(): boolean {
    return !this.#creating && this.#queue.length + this.#withdrawn.size + this.#active.size === 0;
  }

  request(reply: RealtimeReply): void {
    this.#queue.push({ reply, losses: 0 });
    this.#pump();
  }

  /** Nobody waits for it any more: it is not sent, or discarded when it comes. `true` if it had been sent. */
  withdraw(reply: RealtimeReply): boolean {
    this.#queue = this.#queue.filter((request) => request.reply !== reply);
    if (this.#creating?.reply !== reply) return false;
    this.#creating = undefined;
    this.#cancelOnStart = false;
    this.#withdrawn.set(
      reply.id,
      this.#later(() => this.#overlook(reply.id)),
    );
    return true;
  }

  /** Cancels what is being said; nothing if nothing is. */
  cancel(): void {
    if (this.#creating) this.#cancelOnStart = true;
    for (const responseId of this.#active) this.#cancelOne(responseId);
  }

  isCancelling(responseId: string): boolean {
    return this.#cancelling.has(responseId);
  }

  /** Cancels one response, begun or not known to us. */
  cancelResponse(responseId: string): void {
    this.#active.add(responseId);
    this.#cancelOne(responseId);
  }

  /** A response began. `replyId`: the request that it names, if it names one. */
  started(responseId: string, replyId: string | undefined): Admission {
    this.#active.add(responseId);
    if (replyId !== undefined && this.#takeWithdrawn(replyId)) return 'discard';
    if (replyId === undefined || this.#creating?.reply.id !== replyId) return 'speak';
    this.#creating = undefined;
    const cancelled = this.#cancelOnStart;
    this.#cancelOnStart = false;
    return cancelled ? 'speak-then-cancel' : 'speak';
  }

  /** A response is done, of whatever kind. */
  finished(responseId: string): void {
    this.#forget(responseId);
    this.#busyElsewhere = false;
    this.#pump();
  }

  /** The service says that there is nothing to cancel. */
  nothingToCancel(): void {
    for (const responseId of [...this.#cancelling.keys()]) this.#forget(responseId);
    this.#busyElsewhere = false;
    this.#pump();
  }

  /** The service refused a request. `busy`: another response is in the way. `false`: it was none of ours. */
  refused(replyId: string, busy: boolean): boolean {
    if (this.#takeWithdrawn(replyId)) {
      this.#busyElsewhere ||= busy;
      this.#pump();
      return true;
    }
    const request = this.#creating;
    if (request?.reply.id !== replyId) return false;
    this.#creating = undefined;
    this.#cancelOnStart = false;
    if (busy) {
      this.#busyElsewhere = true;
      this.#queue.unshift(request);
    }
    this.#pump();
    return true;
  }

  /** The socket is gone, and with it everything that was asked for on it; unanswered requests are asked for once more. */
  lost(): void {
    for (const timer of [...this.#cancelling.values(), ...this.#withdrawn.values()]) timer.cancel();
    this.#cancelling.clear();
    this.#withdrawn.clear();
    this.#overlooked.clear();
    this.#active.clear();
    this.#busyElsewhere = false;
    this.#cancelOnStart = false;
    const request = this.#creating;
    this.#creating = undefined;
    if (!request) return;
    if (request.losses > 0) this.#options.abandon(request.reply);
    else this.#queue.unshift({ reply: request.reply, losses: 1 });
  }

  /** A socket is there, configured and told what came before. */
  opened(): void {
    this.#pump();
  }

  close(): void {
    this.lost();
    this.#queue = [];
  }

  #cancelOne(responseId: string): void {
    if (this.#cancelling.has(responseId)) return;
    this.#cancelling.set(
      responseId,
      this.#later(() => this.finished(responseId)),
    );
    this.#options.sendCancel(responseId);
  }

  #later(callback: () => void): Timer {
    return this.#options.clock.setTimer(callback, this.#options.cancelMs ?? 3_000);
  }

  /** The service takes its time with what nobody wants; others need not wait for it. */
  #overlook(replyId: string): void {
    this.#withdrawn.delete(replyId);
    this.#overlooked.add(replyId);
    this.#pump();
  }

  #takeWithdrawn(replyId: string): boolean {
    this.#withdrawn.get(replyId)?.cancel();
    return this.#withdrawn.delete(replyId) || this.#overlooked.delete(replyId);
  }

  #forget(responseId: string): void {
    this.#active.delete(responseId);
    this.#cancelling.get(responseId)?.cancel();
    this.#cancelling.delete(responseId);
  }

  #pump(): void {
    if (this.#creating || this.#withdrawn.size > 0 || this.#active.size > 0) return;
    if (this.#busyElsewhere || !this.#options.isOpen()) return;
    const request = this.#queue.shift();
    if (!request) return;
    this.#creating = request;
    this.#options.sendCreate(request.reply);
  }
}
