import type { Clock } from '@patchbay/ws-session';
import { chunkMemory } from './chunk-memory.ts';

/** A chunk of 16-bit PCM, and how long it is. */
export interface Sound {
  bytes: Uint8Array;
  milliseconds: number;
}

interface Chunk extends Sound {
  /** Where it begins and ends in the audio of the stream, in milliseconds. */
  startMs: number;
  endMs: number;
  /** When it came, by the clock. */
  pushedAt: number;
}

/**
 * The audio of one stream: how much there was, and the last of it, which a lost socket had heard and not answered. It
 * holds no more than its owner lets it, and takes no new memory while as much is forgotten as is pushed: samples and not
 * what is sent of them, for text that lives this long is moved by every collection of garbage.
 * Positions are milliseconds of audio since the stream began, whatever socket they went to.
 */
export class AudioHistory {
  readonly #clock: Clock;
  readonly #bornAt: number;
  readonly #chunks: Chunk[] = [];
  #pushedMs = 0;
  #pushedAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#bornAt = clock.now();
    this.#pushedAt = this.#bornAt;
  }

  /** All the audio there was. */
  get pushedMs(): number {
    return this.#pushedMs;
  }

  /** Where what is remembered begins. */
  get startMs(): number {
    return this.#chunks[0]?.startMs ?? this.#pushedMs;
  }

  /** Remembers a copy, because the buffer of a chunk is reused. */
  push(bytes: Uint8Array, milliseconds: number): void {
    const startMs = this.#pushedMs;
    this.#pushedMs += milliseconds;
    this.#pushedAt = this.#clock.now();
    this.#chunks.push({
      bytes: chunkMemory.copyOf(bytes),
      milliseconds,
      startMs,
      endMs: this.#pushedMs,
      pushedAt: this.#pushedAt,
    });
  }

  /** Forgets audio before this position: it has been answered, or holds nothing to answer. */
  settle(untilMs: number): void {
    this.#forgetWhile(({ endMs }) => endMs <= untilMs);
  }

  /**
   * Forgets audio that has waited longer than this for a socket. What counts is how long it waited and not how much it
   * is: a recording that is pushed at once is not stale.
   */
  expire(waitedMs: number): void {
    const latest = this.#clock.now() - waitedMs;
    this.#forgetWhile(({ pushedAt }) => pushedAt < latest);
  }

  /**
   * Everything that is not settled and ends by `untilMs`, oldest first; where it begins, and how much it is. Default: all.
   * Bytes hold until they are forgotten.
   */
  replay(untilMs: number = Infinity): { sounds: readonly Sound[]; startMs: number; milliseconds: number } {
    // Positions are sums of fractions of a millisecond.
    const chunks = this.#chunks.filter(({ endMs }) => endMs <= untilMs + 0.001);
    const startMs = chunks[0]?.startMs ?? this.#pushedMs;
    return {
      sounds: chunks,
      startMs,
      milliseconds: (chunks.at(-1)?.endMs ?? startMs) - startMs,
    };
  }

  /** What was pushed between two positions; it holds until it is forgotten. Each chunk belongs to the stretch that it ends in. */
  between(startMs: number, endMs: number): Uint8Array[] {
    return this.#chunks.filter((chunk) => chunk.endMs > startMs && chunk.endMs <= endMs).map(({ bytes }) => bytes);
  }

  /** How long ago the audio at this position was spoken. */
  ageMs(positionMs: number): number {
    return Math.max(0, this.#pushedMs - positionMs) + (this.#clock.now() - this.#pushedAt);
  }

  /**
   * A position as time since the stream began. Where no audio came for a while (a muted microphone), time went on and
   * the audio did not; a file that is pushed at once is the other way round, and keeps its own time.
   */
  elapsedMs(positionMs: number): number {
    return positionMs + Math.max(0, this.#pushedAt - this.#bornAt - this.#pushedMs);
  }

  /** The oldest, as many as there are: an answer ends dozens at once. */
  #forgetWhile(isOver: (chunk: Chunk) => boolean): void {
    let count = 0;
    while (count < this.#chunks.length && isOver(this.#chunks[count]!)) count++;
    if (count === 0) return;
    for (const { bytes } of this.#chunks.splice(0, count)) chunkMemory.takeBack(bytes);
  }
}
