/** The same memory, twice. */
export interface Memory {
  bytes: Buffer;
  words: Uint32Array;
  /** Bytes of it that are under way. */
  usedBytes: number;
}

/** The shortest that is made: most of what is said that is not audio is shorter. */
const LEAST_BITS = 10;
/** Longer memory is not kept for the next frame. */
const MOST_BITS = 16;
/** Of each length. Frames that wait for a network are rarely more at a time. */
const MOST_FREE = 16;

/**
 * Memory for frames on their way out, in lengths that are powers of two. New memory for each frame would be outside of
 * V8's heap, and V8 collects all of its heap whenever some tens of megabytes were taken there. At most 2 MiB are kept.
 */
export class FrameMemory {
  readonly #free: Memory[][] = Array.from({ length: MOST_BITS - LEAST_BITS + 1 }, () => []);

  /** At least that many bytes, with anything in them. */
  take(byteLength: number): Memory {
    const size = sizeOf(byteLength);
    return this.#free[size]?.pop() ?? newMemory(size < this.#free.length ? 1 << (size + LEAST_BITS) : byteLength);
  }

  /** Takes back what {@link take} gave. Nobody may look at it any more. */
  takeBack(memory: Memory): void {
    const free = this.#free[sizeOf(memory.bytes.length)];
    if (free !== undefined && free.length < MOST_FREE) free.push(memory);
  }
}

/** Which of the lengths. */
function sizeOf(byteLength: number): number {
  return Math.max(0, 32 - LEAST_BITS - Math.clz32(byteLength - 1));
}

function newMemory(byteLength: number): Memory {
  // Whole words.
  const bytes = Buffer.allocUnsafeSlow(4 * Math.ceil(byteLength / 4));
  return { bytes, words: new Uint32Array(bytes.buffer), usedBytes: 0 };
}
