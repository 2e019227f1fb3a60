/**
 * A map that costs next to nothing until it holds something. V8 gives an empty `Map` a table of 150 bytes, and what a
 * session keeps track of (replies, calls, timers) is nothing most of the time.
 */
export class LazyMap<Key, Value> implements Iterable<[Key, Value]> {
  #map: Map<Key, Value> | undefined;

  get size(): number {
    return this.#map?.size ?? 0;
  }

  get(key: Key): Value | undefined {
    return this.#map?.get(key);
  }

  has(key: Key): boolean {
    return this.#map?.has(key) === true;
  }

  set(key: Key, value: Value): this {
    (this.#map ??= new Map<Key, Value>()).set(key, value);
    return this;
  }

  delete(key: Key): boolean {
    const isDeleted = this.#map?.delete(key) === true;
    if (this.#map?.size === 0) this.#map = undefined;
    return isDeleted;
  }

  clear(): void {
    this.#map?.clear();
    this.#map = undefined;
  }

  keys(): IterableIterator<Key> {
    return this.#map?.keys() ?? nothing();
  }

  values(): IterableIterator<Value> {
    return this.#map?.values() ?? nothing();
  }

  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return this.#map?.entries() ?? nothing();
  }
}

/** A set of the same kind. */
export class LazySet<Value> implements Iterable<Value> {
  #set: Set<Value> | undefined;

  get size(): number {
    return this.#set?.size ?? 0;
  }

  has(value: Value): boolean {
    return this.#set?.has(value) === true;
  }

  add(value: Value): this {
    (this.#set ??= new Set<Value>()).add(value);
    return this;
  }

  delete(value: Value): boolean {
    const isDeleted = this.#set?.delete(value) === true;
    if (this.#set?.size === 0) this.#set = undefined;
    return isDeleted;
  }

  clear(): void {
    this.#set?.clear();
    this.#set = undefined;
  }

  keys(): IterableIterator<Value> {
    return this[Symbol.iterator]();
  }

  [Symbol.iterator](): IterableIterator<Value> {
    return this.#set?.values() ?? nothing();
  }
}

function nothing(): IterableIterator<never> {
  return [][Symbol.iterator]();
}
