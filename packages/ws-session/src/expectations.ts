import { Deadline } from './clock.ts';
import { LazySet } from './lazy-collections.ts';
import type { Clock } from './runtime.ts';
import type { Expectation } from './types.ts';

/** Who is owed. */
export interface ExpectationsOwner {
  /** A reply did not come in time. */
  unmet(label: string, withinMs: number): void;
}

/** The replies that a session is owed. A pong proves only the first hop, so outstanding work has deadlines of its own. */
export class Expectations {
  readonly #clock: Clock;
  readonly #owner: ExpectationsOwner;
  readonly #open = new LazySet<Owed>();
  #connected = false;

  constructor(clock: Clock, owner: ExpectationsOwner) {
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Counts from now, or from the moment there is a socket. */
  add(label: string, withinMs: number): Expectation {
    const owed = new Owed(this.#clock, withinMs, (expired) => {
      this.#open.delete(owed);
      if (expired) this.#owner.unmet(label, withinMs);
    });
    this.#open.add(owed);
    if (this.#connected) owed.start();
    return owed;
  }

  connected(): void {
    this.#connected = true;
    for (const owed of this.#open) owed.start();
  }

  /** What was owed by a socket that is gone will not come. */
  disconnected(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.clear();
  }

  clear(): void {
    for (const owed of [...this.#open]) owed.met();
  }
}

class Owed implements Expectation {
  readonly #deadline: Deadline;
  readonly #withinMs: number;
  readonly #settled: (expired: boolean) => void;

  constructor(clock: Clock, withinMs: number, settled: (expired: boolean) => void) {
    this.#deadline = new Deadline(clock, () => settled(true));
    this.#withinMs = withinMs;
    this.#settled = settled;
  }

  start(): void {
    this.#deadline.arm(this.#withinMs);
  }

  touch(): void {
    this.#deadline.touch();
  }

  met(): void {
    this.#deadline.disarm();
    this.#settled(false);
  }
}
