/** Half a second of chunks of 50 ms: more, and what is forgotten of one weighs; fewer, and blocks are many. */
const mostChunks = 10;
/** Kept for what comes next, in bytes, whatever was in use before: some twenty seconds of audio. */
const mostFree = 1_048_576;

/** What is noted of a chunk, one value behind the other. */
const byteEnd = 0;
const length = 1;
const end = 2;
const pushed = 3;
const noted = 4;

/** A chunk of 16-bit PCM, and how long it is. */
export interface Sound {
  readonly bytes: Uint8Array;
  readonly milliseconds: number;
}

/**
 * Copies of chunks that follow each other, and their places in the audio of a stream. They are bytes and numbers in a
 * row, and no objects: a collection of garbage looks at every object that lives, and a caller who is remembered for 15
 * seconds would be hundreds of them.
 */
export class AudioBlock {
  /** What was pushed behind it. */
  next: AudioBlock | undefined;
  readonly #notes: Float64Array;
  readonly #bytes: Uint8Array;
  #startMs = 0;
  #count = 0;
  #forgotten = 0;

  /** `byteLength`: of the longest chunk. */
  constructor(byteLength: number) {
    const notes = mostChunks * noted;
    const memory = new ArrayBuffer(notes * Float64Array.BYTES_PER_ELEMENT + mostChunks * byteLength);
    this.#notes = new Float64Array(memory, 0, notes);
    this.#bytes = new Uint8Array(memory, this.#notes.byteLength);
  }

  /** Of all chunks together, in bytes. */
  get capacity(): number {
    return this.#bytes.byteLength;
  }

  /** All that it was given is forgotten. */
  get isEmpty(): boolean {
    return this.#forgotten === this.#count;
  }

  /** How many chunks it was given, the forgotten ones too. */
  get count(): number {
    return this.#count;
  }

  /** The oldest that is not forgotten. */
  get first(): number {
    return this.#forgotten;
  }

  /** Holds nothing; what comes begins at this position, in milliseconds. */
  begin(startMs: number): void {
    this.#startMs = startMs;
    this.#count = this.#forgotten = 0;
  }

  /** No: there is no room for it. */
  push(bytes: Uint8Array, milliseconds: number, now: number): boolean {
    const from = this.#from(this.#count);
    if (this.#count === mostChunks || from + bytes.byteLength > this.#bytes.byteLength) return false;
    this.#bytes.set(bytes, from);
    const at = this.#count * noted;
    this.#notes[at + byteEnd] = from + bytes.byteLength;
    this.#notes[at + length] = milliseconds;
    this.#notes[at + end] = this.startMs(this.#count) + milliseconds;
    this.#notes[at + pushed] = now;
    this.#count++;
    return true;
  }

  /** Forgets the oldest chunk. */
  forget(): void {
    this.#forgotten++;
  }

  /** Where a chunk begins, which is where the one before it ends. */
  startMs(index: number): number {
    return index === 0 ? this.#startMs : this.endMs(index - 1);
  }

  endMs(index: number): number {
    return this.#notes[index * noted + end]!;
  }

  /** When a chunk came, by the clock. */
  pushedAt(index: number): number {
    return this.#notes[index * noted + pushed]!;
  }

  /** A view: its bytes hold until the block is used again. */
  sound(index: number): Sound {
    const at = index * noted;
    const bytes = this.#bytes.subarray(this.#from(index), this.#notes[at + byteEnd]);
    return { bytes, milliseconds: this.#notes[at + length]! };
  }

  /** Where the bytes of a chunk begin: at a whole sample, whoever wants to see samples in them. */
  #from(index: number): number {
    const before = index === 0 ? 0 : this.#notes[(index - 1) * noted + byteEnd]!;
    return before + (before & 1);
  }
}

/**
 * Memory for audio: what one stream forgets, the next of this process takes. New memory would be outside of V8's heap,
 * and V8 collects all of its heap whenever some tens of megabytes were taken there.
 */
class BlockMemory {
  /**
   * By capacity. One of which there is none is not deleted: it comes back with the next block, and a map that loses and
   * gains an entry all the time is rebuilt.
   */
  readonly #free = new Map<number, AudioBlock[]>();
  #freeBytes = 0;

  /** An empty block for chunks of so many bytes, which begins at this position. */
  take(byteLength: number, startMs: number): AudioBlock {
    // A whole number of samples each.
    const longest = byteLength + (byteLength & 1);
    let block = this.#free.get(mostChunks * longest)?.pop();
    if (block === undefined) block = new AudioBlock(longest);
    else this.#freeBytes -= block.capacity;
    block.begin(startMs);
    return block;
  }

  /** Takes back what {@link take} gave. Nobody may look at it any more. */
  takeBack(block: AudioBlock): void {
    const { capacity } = block;
    // What was pushed behind it is not to live for as long as this lies here.
    block.next = undefined;
    if (this.#freeBytes + capacity > mostFree) this.#forgetOthers(capacity);
    if (this.#freeBytes + capacity > mostFree) return;
    this.#freeBytes += capacity;
    const same = this.#free.get(capacity);
    if (same === undefined) this.#free.set(capacity, [block]);
    else same.push(block);
  }

  /** It may be full of capacities that nobody will ask for: the first chunk of a block may have any length. */
  #forgetOthers(capacity: number): void {
    const same = this.#free.get(capacity) ?? [];
    this.#free.clear();
    this.#free.set(capacity, same);
    this.#freeBytes = same.length * capacity;
  }
}

export const blockMemory: BlockMemory = new BlockMemory();
