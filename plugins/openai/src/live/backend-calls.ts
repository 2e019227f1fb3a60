/**
 * The calls that the backend waits for. One `response.create` continues it, and only when nothing runs, no call is open
 * and an output went out: the service refuses a partial batch, and then nothing ever answers (livekit/agents#7266).
 * Nothing but a delegation tells to which response a call belongs.
 */
export class BackendCalls {
  /** What a running response has asked for, by its delegation. */
  readonly #running = new Map<string | null, Set<string>>();
  /** Asked for by responses that are complete. */
  readonly #open = new Set<string>();
  readonly #seen = new Set<string>();
  #answered = false;

  /** Nothing runs and nobody waits. */
  get isIdle(): boolean {
    return this.#running.size === 0 && this.#open.size === 0 && !this.#answered;
  }

  began(delegationId: string | null): void {
    // A second one: the first must have ended without our hearing of it.
    this.completed(delegationId);
    this.#running.set(delegationId, new Set());
  }

  /** `false` if it is known already. */
  called(delegationId: string | null, callId: string): boolean {
    if (this.#seen.has(callId)) return false;
    this.#seen.add(callId);
    (this.#running.get(delegationId) ?? this.#open).add(callId);
    return true;
  }

  completed(delegationId: string | null): void {
    for (const callId of this.#running.get(delegationId) ?? []) this.#open.add(callId);
    this.#running.delete(delegationId);
  }

  /** Its calls are void: an output for one would be refused. */
  failed(delegationId: string | null): void {
    this.#running.delete(delegationId);
  }

  /** An output is at hand. `false` if nobody waits for it. */
  answered(callId: string): boolean {
    const waited = [this.#open, ...this.#running.values()].filter((calls) => calls.delete(callId)).length > 0;
    this.#answered ||= waited;
    return waited;
  }

  /** `true` when the backend is to go on, once. */
  takeContinuation(): boolean {
    const due = this.#answered && this.#running.size === 0 && this.#open.size === 0;
    if (due) this.#answered = false;
    return due;
  }

  /** The service knows of a call that we have not heard of: the next output tries again. */
  refused(): void {
    this.#answered = true;
  }

  /** The socket is gone, and with it everything it asked for. */
  clear(): void {
    this.#running.clear();
    this.#open.clear();
    this.#seen.clear();
    this.#answered = false;
  }
}
