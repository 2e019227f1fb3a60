import type { Failure } from './classify.ts';
import type { PooledSocket, Setup } from './pooled-socket.ts';
import { Recovery } from './recovery.ts';
import type { Runtime, Timer } from './runtime.ts';

/** Who has the sockets. */
export interface ReplacementsOwner {
  /** No other socket would serve what was lost: in use, idle or on its way. */
  isMissing(setup: Setup): boolean;
  dial(setup: Setup): PooledSocket;
}

/**
 * Dials again for sockets that the other end closed while nobody used them, so that the next request finds one. A use
 * earns one replacement: one that is lost unused is not replaced, so a server that closes every idle socket sees one
 * more per turn, and a model that nobody talks to any more is left alone. Dials that fail are repeated with the waits
 * and the number of attempts of a session's {@link Recovery}, until one opens or a request has dialled for itself.
 */
export class Replacements {
  readonly #runtime: Runtime;
  readonly #owner: ReplacementsOwner;
  /** The attempts that a replacement belongs to. */
  readonly #recoveries = new WeakMap<PooledSocket, Recovery>();
  readonly #waits = new Set<Timer>();

  constructor(runtime: Runtime, owner: ReplacementsOwner) {
    this.#runtime = runtime;
    this.#owner = owner;
  }

  /** A socket is lost, and not by our doing. */
  lost(socket: PooledSocket, failure: Failure): void {
    if (socket.claims > 0) return;
    const recovery = this.#recoveryAfter(socket);
    const uptimeMs = socket.hasWaited ? socket.physical.uptimeMs : undefined;
    const decision = recovery?.afterLoss(failure, { uptimeMs, healthyMs: 0 });
    if (recovery === undefined || decision?.retry !== true || !this.#owner.isMissing(socket.setup)) return;
    const wait = this.#runtime.clock.setTimer(() => {
      this.#waits.delete(wait);
      if (this.#owner.isMissing(socket.setup)) this.#recoveries.set(this.#owner.dial(socket.setup), recovery);
    }, decision.delayMs);
    // A program that has nothing else to do is over.
    wait.unref?.();
    this.#waits.add(wait);
  }

  /** Nothing is replaced any more. */
  close(): void {
    for (const wait of this.#waits) wait.cancel();
    this.#waits.clear();
  }

  #recoveryAfter(socket: PooledSocket): Recovery | undefined {
    const recovery = this.#recoveries.get(socket);
    // It never opened: whoever asked for it knows, and a replacement has attempts left or not.
    if (!socket.hasWaited) return recovery;
    return recovery === undefined || socket.used ? new Recovery(undefined, this.#runtime.random) : undefined;
  }
}
