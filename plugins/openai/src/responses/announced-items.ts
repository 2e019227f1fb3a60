/**
 * The items that a response has begun. Words of others are nobody's: of a response that was given up, say. Gateways
 * that rename items on the way keep at least their places, and those that announce none cannot be judged.
 */
export class AnnouncedItems {
  readonly #ids = new Set<string>();
  readonly #places = new Set<number>();

  add(id: unknown, place: unknown): void {
    if (typeof id === 'string') this.#ids.add(id);
    if (typeof place === 'number') this.#places.add(place);
  }

  has(id: unknown, place: unknown): boolean {
    if (this.#ids.size === 0 || this.#places.size === 0) return true;
    if (typeof id !== 'string' || typeof place !== 'number') return true;
    // Places first: most are known, and a number is found sooner than a text that was just read.
    return this.#places.has(place) || this.#ids.has(id);
  }
}
