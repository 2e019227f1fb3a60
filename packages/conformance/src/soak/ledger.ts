/** What became of one caller's sound. Counts are of groups of samples. */
export class Ledger {
  /** Said so far. */
  sent = 0;
  /** Heard twice: what was said to a socket that died is said again. */
  replayed = 0;
  /** What must not be. */
  readonly faults: string[] = [];
  /** What was heard, from and to, in order and apart. */
  readonly #heard: [from: number, to: number][] = [];
  #dropped = 0;
  /** As it was when the books were closed last. */
  #closed = { missing: 0, dropped: 0 };
  #unaccounted = 0;
  #overReported = 0;

  /** Heard at least once. */
  get received(): number {
    return this.#heard.reduce((sum, [from, to]) => sum + to - from, 0);
  }

  get missing(): number {
    return this.sent - this.received;
  }

  /** Reported as dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Neither heard nor reported, as far as the books are closed. */
  get unaccounted(): number {
    return this.#unaccounted;
  }

  /** Reported, and heard after all, or never said: silence that filled a gap. As far as the books are closed. */
  get overReported(): number {
    return this.#overReported;
  }

  /**
   * Closes the books on everything so far, which is over and done with: what is missing since the last time must have
   * been reported since then. What is reported too much of one hour excuses nothing in another.
   */
  close(): void {
    const { missing, dropped } = this;
    const balance = missing - this.#closed.missing - (dropped - this.#closed.dropped);
    this.#unaccounted += Math.max(0, balance);
    this.#overReported += Math.max(0, -balance);
    this.#closed = { missing, dropped };
  }

  reportDropped(groups: number): void {
    this.#dropped += groups;
  }

  /** Groups arrived, in their order. Returns how many of them had been heard before. */
  hear(from: number, to: number): number {
    const heard = this.#heard;
    const last = heard.at(-1);
    if (last?.[1] === from) {
      last[1] = to;
      return 0;
    }
    let index = heard.length;
    while (index > 0 && heard[index - 1]![1] >= from) index--;
    let end = index;
    let known = 0;
    let [low, high] = [from, to];
    for (; end < heard.length && heard[end]![0] <= to; end++) {
      const [start, stop] = heard[end]!;
      known += Math.max(0, Math.min(stop, to) - Math.max(start, from));
      [low, high] = [Math.min(low, start), Math.max(high, stop)];
    }
    heard.splice(index, end - index, [low, high]);
    return known;
  }
}
