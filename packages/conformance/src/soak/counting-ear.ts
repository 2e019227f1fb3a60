import type { Ear, Listener } from '@patchbay/loopback';
import type { Ledger } from './ledger.ts';
import { groupSamples, isStamp, readStamp } from './stamp.ts';

/** Whose sound it is, and whether that may be said twice. */
export interface Speaking {
  readonly ledger: Ledger;
  /** What a dead socket was told is told the next one again. */
  readonly replays: boolean;
}

/** The service's ear: understands nothing and notices everything. One listener is one socket's. */
export class CountingEar implements Ear {
  readonly #callers: ReadonlyMap<number, Speaking>;
  /** Samples that are nobody's. */
  strange = 0;

  constructor(callers: ReadonlyMap<number, Speaking>) {
    this.#callers = callers;
  }

  async listen(): Promise<Listener> {
    return new CountingListener(this.#callers, (samples) => (this.strange += samples));
  }

  async close(): Promise<void> {}
}

class CountingListener implements Listener {
  readonly #callers: ReadonlyMap<number, Speaking>;
  readonly #strange: (samples: number) => void;
  #rest: Int16Array = new Int16Array(0);
  #caller = -1;
  #next = -1;

  constructor(callers: ReadonlyMap<number, Speaking>, strange: (samples: number) => void) {
    this.#callers = callers;
    this.#strange = strange;
  }

  push(samples: Int16Array): string[] {
    let all = samples;
    if (this.#rest.length > 0) {
      all = new Int16Array(this.#rest.length + samples.length);
      all.set(this.#rest);
      all.set(samples, this.#rest.length);
    }
    const whole = all.length - (all.length % groupSamples);
    for (let at = 0; at < whole;) at = this.#read(all, at, whole);
    this.#rest = all.slice(whole);
    return [];
  }

  reset(): void {}

  async finish(): Promise<string[]> {
    return [];
  }

  close(): void {}

  /** Reads as far as one count goes up; returns where that ends. */
  #read(samples: Int16Array, start: number, end: number): number {
    const first = readStamp(samples, start);
    if (first === 'silence') return start + groupSamples;
    const speaking = first && this.#callers.get(first.caller);
    if (!first || !speaking) {
      this.#strange(groupSamples);
      return start + groupSamples;
    }
    const stamp = { ...first };
    let at = start;
    do {
      at += groupSamples;
      stamp.group++;
    } while (at < end && isStamp(samples, at, stamp));
    this.#note(speaking, first.caller, first.group, stamp.group);
    return at;
  }

  #note({ ledger, replays }: Speaking, caller: number, from: number, to: number): void {
    if (this.#caller !== -1 && caller !== this.#caller)
      ledger.faults.push(`sound of caller ${this.#caller} on its socket`);
    if (from < this.#next) ledger.faults.push(`out of order: ${from} behind ${this.#next}`);
    if (to > ledger.sent) ledger.faults.push(`${to} was heard and never said`);
    this.#caller = caller;
    this.#next = to;
    // On another socket, that is. Which of the two hears it first depends on what holds up the older one.
    const known = ledger.hear(from, to);
    if (known === 0) return;
    ledger.replayed += known;
    if (!replays) ledger.faults.push(`heard twice: ${known} groups from ${from}`);
  }
}
