import type { Clock } from '@patchbay/ws-session';
import { chunkMemory, type Chunk } from './chunk-memory.ts';

/** A chunk of 16-bit PCM, and how long it is. */
export type Sound = Readonly<Pick<Chunk, 'bytes' | 'milliseconds'>>;

/**
 * The audio of one stream: how much there was, and the last of it, which a lost socket had heard and not answered. It
 * holds no more than its owner lets it, and takes no new memory while as much is forgotten as is pushed: samples and not
 * what is sent of them, for text that lives this long is moved by every collection of garbage.
 * Positions are milliseconds of audio since the stream began, whatever socket they went to.
 */
export class AudioHistory {
  readonly #clock: Clock;
  readonly #bornAt: number;
  #oldest: Chunk | undefined;
  #newest: Chunk | undefined;
  #pushedMs = 0;
  #pushedAt = 0;

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
    return this.#oldest?.startMs ?? this.#pushedMs;
  }

  /** Remembers a copy, because the buffer of a chunk is reused. */
  push(bytes: Uint8Array, milliseconds: number): void {
    const chunk = chunkMemory.copyOf(bytes);
    chunk.milliseconds = milliseconds;
    chunk.startMs = this.#pushedMs;
    chunk.endMs = this.#pushedMs += milliseconds;
    chunk.pushedAt = this.#pushedAt = this.#clock.now();
    if (this.#newest === undefined) this.#oldest = chunk;
    else this.#newest.next = chunk;
    this.#newest = chunk;
  }

  /** Forgets audio before this position: it has been answered, or holds nothing to answer. */
  settle(untilMs: number): void {
    while (this.#oldest !== undefined && this.#oldest.endMs <= untilMs) this.#forget(this.#oldest);
  }

  /**
   * Forgets audio that has waited longer than this for a socket. What counts is how long it waited and not how much it
   * is: a recording that is pushed at once is not stale.
   */
  expire(waitedMs: number): void {
    const latest = this.#clock.now() - waitedMs;
    while (this.#oldest !== undefined && this.#oldest.pushedAt < latest) this.#forget(this.#oldest);
  }

  /**
   * Everything that is not settled and ends by `untilMs`, oldest first; where it begins, and how much it is. Default: all.
   * Bytes hold until they are forgotten.
   */
  replay(untilMs: number = Infinity): { sounds: readonly Sound[]; startMs: number; milliseconds: number } {
    // Positions are sums of fractions of a millisecond.
    const sounds = this.#chunksUntil(untilMs + 0.001);
    const startMs = sounds[0]?.startMs ?? this.#pushedMs;
    return { sounds, startMs, milliseconds: (sounds.at(-1)?.endMs ?? startMs) - startMs };
  }

  /** What was pushed between two positions; it holds until it is forgotten. Each chunk belongs to the stretch that it ends in. */
  between(startMs: number, endMs: number): Uint8Array[] {
    const chunks = this.#chunksUntil(endMs);
    return chunks.filter((chunk) => chunk.endMs > startMs).map(({ bytes }) => bytes);
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

  #chunksUntil(endMs: number): Chunk[] {
    const chunks: Chunk[] = [];
    for (let chunk = this.#oldest; chunk !== undefined && chunk.endMs <= endMs; chunk = chunk.next) chunks.push(chunk);
    return chunks;
  }

  #forget(oldest: Chunk): void {
    this.#oldest = oldest.next;
    if (oldest.next === undefined) this.#newest = undefined;
    chunkMemory.takeBack(oldest);
  }
}
