/** Requests of which a few are under way at once, and whose outcomes are told in the order in which they were asked for. */
export class OrderedRequests {
  readonly #atOnce: number;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  readonly #listeners: (() => void)[] = [];
  #untold = 0;
  #told: Promise<void> = Promise.resolve();

  /** `atOnce`: how many are under way at most. */
  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** How many outcomes are still to be told. */
  get untold(): number {
    return this.#untold;
  }

  /** `request` must see to it that it ends; `tell` must not throw. */
  add<Result>(request: () => Promise<Result>, tell: (outcome: PromiseSettledResult<Result>) => void): void {
    this.#untold++;
    const before = this.#told;
    const outcome = this.#inTurn(request);
    this.#told = (async () => {
      const [settled] = await Promise.allSettled([outcome]);
      await before;
      this.#untold--;
      tell(settled);
      for (const listener of this.#listeners.splice(0)) listener();
    })();
  }

  /** Resolves when one more outcome is told. */
  oneTold(): Promise<void> {
    return new Promise((resolve) => this.#listeners.push(resolve));
  }

  /** Resolves when the outcomes of all that was asked for until now are told. */
  settled(): Promise<void> {
    return this.#told;
  }

  async #inTurn<Result>(request: () => Promise<Result>): Promise<Result> {
    if (this.#underWay >= this.#atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#underWay++;
    try {
      return await request();
    } finally {
      // Whoever waits takes the place over.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#underWay--;
    }
  }
}
