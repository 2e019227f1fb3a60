import { LazyMap, LazySet } from '@patchbay/plugin-kit';
import type { Clock, Timer } from '@patchbay/plugin-kit';
import type { RealtimeReply } from '@patchbay/plugin-kit';

/** How the sequencer speaks. */
export interface SequencerOptions {
  clock: Clock;
  /** Whether a socket is there to speak on. */
  isOpen(): boolean;
  sendCreate(reply: RealtimeReply): void;
  sendCancel(responseId: string): void;
  /** A reply that will not be asked for again. */
  abandon(reply: RealtimeReply, reason: Abandonment): void;
  /** A cancelled response that never ends stands in the way no longer than this. Default 3,000 ms. */
  cancelMs?: number;
}

/**
 * Why a reply is not asked for any more: two sockets were lost while it was outstanding, another response was in the
 * way each time, or somebody interrupted it before it began.
 */
export type Abandonment = 'lost' | 'busy' | 'interrupted';

/** What to do with a response that begins. */
export type Admission = 'speak' | 'speak-then-cancel' | 'discard';

interface Request {
  reply: RealtimeReply;
  /** Sockets that were lost while it was outstanding. */
  losses: number;
  /** How often another response was in the way. */
  refusals: number;
  /** To be cancelled as soon as it begins. */
  isInterrupted: boolean;
}

/**
 * The first wait after a refusal for a response whose end nobody may tell us of, doubled each time. The service needs a
 * moment after `response.done`: a request that follows at once may still be refused because of that one.
 */
const busyMs = 250;
/** So many refusals are waited out, for 8 s in all if the end of no response is heard meanwhile. */
const maxRefusals = 5;

/**
 * The service answers one response at a time, so one request at a time is out: a `response.create` waits until the
 * response before it is done, or a cancel of it has been answered (livekit/agents#5642, #6817). A request that the
 * service refuses because of another response is made again when the end of one is heard, or after a while: the one in
 * the way may be over already, or none of ours. A few times, then it is given up.
 */
export class ResponseSequencer {
  readonly #options: SequencerOptions;
  #queue: Request[] = [];
  /** Asked for, not begun. */
  #creating: Request | undefined;
  /** Asked for, and taken back before it began: by the reply's id, with the time for which it stands in the way. */
  readonly #withdrawn = new LazyMap<string, Timer>();
  /** Taken back so long ago that they stand in nobody's way, should they still begin. */
  readonly #overlooked = new LazySet<string>();
  /** Begun, not done. */
  readonly #active = new LazySet<string>();
  /** What was asked for of that, by the response's id. */
  readonly #begun = new LazyMap<string, Request>();
  readonly #cancelling = new LazyMap<string, Timer>();
  /** The service was busy a moment ago, with what is not known to be active: until then, or the end of a response. */
  #busy: Timer | undefined;

  constructor(options: SequencerOptions) {
    this.#options = options;
  }

  /** Nothing is asked for, begun or being cancelled. */
  get idle(): boolean {
    return !this.#creating && this.#queue.length + this.#withdrawn.size + this.#active.size === 0;
  }

  request(reply: RealtimeReply): void {
    this.#queue.push({ reply, losses: 0, refusals: 0, isInterrupted: false });
    this.#pump();
  }

  /** Nobody waits for it any more: it is not sent, or discarded when it comes. `true` if it had been sent. */
  withdraw(reply: RealtimeReply): boolean {
    const request = this.#queue.find((queued) => queued.reply === reply);
    if (request) this.#drop(request);
    if (this.#creating?.reply !== reply) return false;
    this.#creating = undefined;
    this.#withdrawn.set(
      reply.id,
      this.#later(() => this.#overlook(reply.id)),
    );
    return true;
  }

  /** Cancels what is being said; nothing if nothing is. */
  cancel(): void {
    if (this.#creating) this.#creating.isInterrupted = true;
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
    const request = [this.#creating, ...this.#queue].find((asked) => asked?.reply.id === replyId);
    if (!request) return 'speak';
    if (request === this.#creating) this.#creating = undefined;
    else this.#drop(request);
    this.#begun.set(responseId, request);
    return request.isInterrupted ? 'speak-then-cancel' : 'speak';
  }

  /** A response ended with its socket, before its first word: what was asked for is asked for once more. */
  cutShort(responseId: string): void {
    const request = this.#begun.get(responseId);
    this.#begun.delete(responseId);
    if (request !== undefined) this.#lost(request);
  }

  /** A response is done, of whatever kind. */
  finished(responseId: string): void {
    this.#forget(responseId);
    this.#freed();
  }

  /** The service says that there is nothing to cancel. */
  nothingToCancel(): void {
    for (const responseId of [...this.#cancelling.keys()]) this.#forget(responseId);
    this.#freed();
  }

  /** The service refused a request. `busy`: another response is in the way. `false`: it was none of ours. */
  refused(replyId: string, busy: boolean): boolean {
    if (this.#takeWithdrawn(replyId)) {
      if (busy) this.#wait(busyMs);
    } else {
      const request = this.#creating;
      if (request?.reply.id !== replyId) return false;
      this.#creating = undefined;
      if (busy) this.#postpone(request);
    }
    this.#pump();
    return true;
  }

  /** The socket is gone, and with it everything that was asked for on it; unanswered requests are asked for once more. */
  lost(): void {
    for (const timer of [...this.#cancelling.values(), ...this.#withdrawn.values()]) timer.cancel();
    this.#stopWaiting();
    this.#cancelling.clear();
    this.#withdrawn.clear();
    this.#overlooked.clear();
    this.#active.clear();
    this.#begun.clear();
    const request = this.#creating;
    this.#creating = undefined;
    if (request) this.#lost(request);
  }

  /** A socket is there, configured and told what came before. */
  opened(): void {
    this.#pump();
  }

  close(): void {
    this.lost();
    this.#queue = [];
  }

  #lost(request: Request): void {
    if (request.losses++ > 0) this.#options.abandon(request.reply, 'lost');
    else this.#again(request);
  }

  /** It is asked for again as soon as the way is free, if somebody still wants to hear it. */
  #again(request: Request): void {
    if (request.isInterrupted) this.#options.abandon(request.reply, 'interrupted');
    else this.#queue.unshift(request);
  }

  #postpone(request: Request): void {
    if (request.refusals === maxRefusals) return this.#options.abandon(request.reply, 'busy');
    this.#wait(busyMs * 2 ** request.refusals++);
    this.#again(request);
  }

  /** Those behind it need not wait because it was refused. */
  #drop(request: Request): void {
    this.#queue.splice(this.#queue.indexOf(request), 1);
    if (request.refusals > 0) this.#freed();
  }

  #wait(delayMs: number): void {
    this.#stopWaiting();
    this.#busy = this.#options.clock.setTimer(() => this.#freed(), delayMs);
  }

  #stopWaiting(): void {
    this.#busy?.cancel();
    this.#busy = undefined;
  }

  /** What was in the way is over, or may be. */
  #freed(): void {
    this.#stopWaiting();
    this.#pump();
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
    this.#begun.delete(responseId);
    this.#cancelling.get(responseId)?.cancel();
    this.#cancelling.delete(responseId);
  }

  #pump(): void {
    if (this.#creating || this.#withdrawn.size > 0 || this.#active.size > 0) return;
    if (this.#busy || !this.#options.isOpen()) return;
    const request = this.#queue.shift();
    if (!request) return;
    this.#creating = request;
    this.#options.sendCreate(request.reply);
  }
}
