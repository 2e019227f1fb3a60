/** Kept for what comes next, in bytes, whatever was in use before: some twenty seconds of audio. */
const mostBytes = 1_048_576;

/**
 * Memory for chunks of audio: what one stream forgets, the next of this process takes. New memory for each chunk would
 * be outside of V8's heap, and V8 collects all of its heap whenever some tens of megabytes were taken there.
 */
class ChunkMemory {
  readonly #free = new Map<number, Uint8Array[]>();
  #freeBytes = 0;

  copyOf(bytes: Uint8Array): Uint8Array {
    const memory = this.#free.get(bytes.byteLength)?.pop();
    if (memory === undefined) return new Uint8Array(bytes);
    this.#freeBytes -= memory.byteLength;
    memory.set(bytes);
    return memory;
  }

  /** Takes back what {@link copyOf} gave. Nobody may look at it any more. */
  takeBack(memory: Uint8Array): void {
    // Full, it may be full of lengths that nobody will ask for: what is left of a chunk at the end of a turn has any.
    if (this.#freeBytes + memory.byteLength > mostBytes) {
      this.#free.clear();
      this.#freeBytes = 0;
    }
    this.#freeBytes += memory.byteLength;
    const free = this.#free.get(memory.byteLength);
    if (free === undefined) this.#free.set(memory.byteLength, [memory]);
    else free.push(memory);
  }
}

export const chunkMemory: ChunkMemory = new ChunkMemory();
