/** Words to prefer: the user's, and those that LiveKit adds for a session. Each once, the user's first. */
export class SessionTerms {
  #own: readonly string[];
  #session: readonly string[] = [];

  constructor(own: readonly string[]) {
    this.#own = own;
  }

  /** How many are the user's. */
  get ownCount(): number {
    return new Set(this.#own).size;
  }

  /** The user has others now. */
  ofUser(terms: readonly string[]): string[] {
    this.#own = [...terms];
    return this.#all;
  }

  /** The session has others now; `undefined`: it has the same. */
  ofSession(terms: readonly string[]): string[] | undefined {
    if (terms.length === this.#session.length && terms.every((term, at) => term === this.#session[at]))
      return undefined;
    this.#session = [...terms];
    return this.#all;
  }

  get #all(): string[] {
    return [...new Set([...this.#own, ...this.#session])];
  }
}
