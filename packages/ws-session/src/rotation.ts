import { inWholeSeconds } from './clock.ts';
import type { PhysicalSocket } from './physical-socket.ts';
import { backoff } from './recovery.ts';
import type { Runtime, Timer } from './runtime.ts';
import type { Frame, Rotation } from './types.ts';

/** How often a quiet moment is looked for once one is wanted. */
const LOOK_EVERY_MS = 200;
/** Gateways accept a socket before they ask the provider, and close it when that refuses (tried with LiteLLM 1.105). */
const SETTLE_MS = 500;
/** Waits between failed attempts; the socket in use is fine meanwhile. */
const RETRY = { baseMs: 1_000, capMs: 30_000 };
/** Frames that a waiting successor may have sent; more and it is replaced instead of believed. */
const MAX_HELD = 256;

/** The socket that is to take over. */
export interface Successor {
  readonly socket: PhysicalSocket;
  /** What it said before it took over. */
  readonly held: Frame[];
}

/** Whose socket is replaced. */
export interface RotatorOwner {
  dial(): PhysicalSocket;
  /** Time to change over. */
  swap(successor: Successor, reason: string): void;
}

/**
 * Replaces a socket before it expires: dials the next one in a quiet moment, changes over in a quiet moment, and
 * leaves the closing of the old one to its owner. A dial that fails costs nothing but the attempt.
 */
export class Rotator {
  readonly #runtime: Pick<Runtime, 'clock' | 'random'>;
  readonly #rotation: Rotation | undefined;
  readonly #owner: RotatorOwner;
  #timer: Timer | undefined;
  #reason: string | undefined;
  #latestAt: number | undefined;
  #successor: Successor | undefined;
  #ready = false;
  #failures = 0;

  constructor(runtime: Pick<Runtime, 'clock' | 'random'>, rotation: Rotation | undefined, owner: RotatorOwner) {
    this.#runtime = runtime;
    this.#rotation = rotation;
    this.#owner = owner;
  }

  /** A socket has just taken over. */
  start(): void {
    this.stop();
    if (this.#rotation === undefined) return;
    const { clock, random } = this.#runtime;
    const { afterMs, jitterMs = 0, latestMs } = this.#rotation;
    this.#latestAt = latestMs === undefined ? undefined : clock.now() + latestMs;
    this.#wait(inWholeSeconds(Math.min(afterMs + jitterMs * random(), latestMs ?? Infinity)), () =>
      this.request('age'),
    );
  }

  /** Ends the plan, and hands over the successor if there is one under way. */
  stop(): Successor | undefined {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#reason = undefined;
    this.#latestAt = undefined;
    this.#failures = 0;
    this.#ready = false;
    const successor = this.#successor;
    this.#successor = undefined;
    return successor;
  }

  /** Wants a replacement as soon as it disturbs nobody. */
  request(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#look();
  }

  owns(socket: PhysicalSocket): boolean {
    return this.#successor?.socket === socket;
  }

  opened(): void {
    this.#wait(SETTLE_MS, () => {
      this.#ready = true;
      this.#failures = 0;
      this.#look();
    });
  }

  hold(frame: Frame): void {
    const { held, socket } = this.#successor!;
    held.push(frame);
    if (held.length <= MAX_HELD) return;
    socket.close();
    this.lost();
  }

  /** The successor is lost; the socket in use is not concerned. */
  lost(): void {
    this.#successor = undefined;
    this.#ready = false;
    this.#wait(backoff(RETRY, this.#failures++, this.#runtime.random), () => this.#look());
  }

  #look(): void {
    if (!this.#mayDisturb()) return this.#wait(LOOK_EVERY_MS, () => this.#look());
    if (this.#successor === undefined) {
      this.#successor = { socket: this.#owner.dial(), held: [] };
    } else if (this.#ready) {
      const reason = this.#reason!;
      this.#owner.swap(this.stop()!, reason);
    }
  }

  #mayDisturb(): boolean {
    const rotation = this.#rotation;
    if (rotation === undefined || this.#runtime.clock.now() >= (this.#latestAt ?? Infinity)) return true;
    try {
      return rotation.isQuiet();
    } catch {
      return false;
    }
  }

  #wait(delayMs: number, then: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#runtime.clock.setTimer(then, delayMs);
  }
}
