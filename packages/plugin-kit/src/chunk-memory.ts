/** Kept for what comes next, in bytes, whatever was in use before: some twenty seconds of audio. */
const mostBytes = 1_048_576;

/** A chunk of 16-bit PCM, in memory of its own, and its place in the audio of a stream. */
export class Chunk {
  readonly bytes: Uint8Array;
  milliseconds = 0;
  /** Where it begins and ends in the audio of the stream, in milliseconds. */
  startMs = 0;
  endMs = 0;
  /** When it came, by the clock. */
  pushedAt = 0;
  /** What was pushed behind it. */
  next: Chunk | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/**
 * Memory for chunks of audio: what one stream forgets, the next of this process takes. New memory for each chunk would
 * be outside of V8's heap, and V8 collects all of its heap whenever some tens of megabytes were taken there.
 */
class ChunkMemory {
  /**
   * By bytes of a chunk: the last that was taken back, and behind it those before. A length of which there is none is
   * not deleted: it comes back with the next chunk, and a map that loses and gains an entry all the time is rebuilt.
   */
  readonly #free = new Map<number, Chunk | undefined>();
  #freeBytes = 0;

  copyOf(bytes: Uint8Array): Chunk {
    const chunk = this.#free.get(bytes.byteLength);
    if (chunk === undefined) return new Chunk(new Uint8Array(bytes));
    this.#free.set(bytes.byteLength, chunk.next);
    chunk.next = undefined;
    this.#freeBytes -= bytes.byteLength;
    chunk.bytes.set(bytes);
    return chunk;
  }

  /** Takes back what {@link copyOf} gave. Nobody may look at it any more. */
  takeBack(chunk: Chunk): void {
    const { byteLength } = chunk.bytes;
    // Full, it may be full of lengths that nobody will ask for: what is left of a chunk at the end of a turn has any.
    if (this.#freeBytes + byteLength > mostBytes) {
      this.#free.clear();
      this.#freeBytes = 0;
    }
    this.#freeBytes += byteLength;
    chunk.next = this.#free.get(byteLength);
    this.#free.set(byteLength, chunk);
  }
}

export const chunkMemory: ChunkMemory = new ChunkMemory();
