import type { Clock } from '@patchbay/ws-session';
import { blockMemory, type AudioBlock, type Sound } from './audio-block.ts';

/**
 * The audio of one stream: how much there was, and the last of it, which a lost socket had heard and not answered. It
 * holds no more than its owner lets it, and takes no new memory while as much is forgotten as is pushed: samples and not
 * what is sent of them, for text that lives this long is moved by every collection of garbage.
 * Positions are milliseconds of audio since the stream began, whatever socket they went to.
 */
export class AudioHistory {
  readonly #clock: Clock;
  readonly #bornAt: number;
  #oldest: AudioBlock | undefined;
  #newest: AudioBlock | undefined;
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
    return this.#oldest?.startMs(this.#oldest.first) ?? this.#pushedMs;
  }

  /** Remembers a copy, because the buffer of a chunk is reused. */
  push(bytes: Uint8Array, milliseconds: number): void {
    this.#pushedAt = this.#clock.now();
    if (this.#newest?.push(bytes, milliseconds, this.#pushedAt) !== true) {
      const block = blockMemory.take(bytes.byteLength, this.#pushedMs);
      block.push(bytes, milliseconds, this.#pushedAt);
      if (this.#newest === undefined) this.#oldest = block;
      else this.#newest.next = block;
      this.#newest = block;
    }
    this.#pushedMs += milliseconds;
  }

  /** Forgets audio before this position: it has been answered, or holds nothing to answer. */
  settle(untilMs: number): void {
    for (let block = this.#oldest; block !== undefined && block.endMs(block.first) <= untilMs; block = this.#oldest)
      this.#forget(block);
  }

  /**
   * Forgets audio that has waited longer than this for a socket. What counts is how long it waited and not how much it
   * is: a recording that is pushed at once is not stale.
   */
  expire(waitedMs: number): void {
    const latest = this.#clock.now() - waitedMs;
    for (let block = this.#oldest; block !== undefined && block.pushedAt(block.first) < latest; block = this.#oldest)
      this.#forget(block);
  }

  /**
   * Everything that is not settled and ends by `untilMs`, oldest first; where it begins, and how much it is. Default: all.
   * Bytes hold until they are forgotten.
   */
  replay(untilMs: number = Infinity): { sounds: readonly Sound[]; startMs: number; milliseconds: number } {
    const sounds: Sound[] = [];
    let endMs: number | undefined;
    // Positions are sums of fractions of a millisecond.
    this.#each(untilMs + 0.001, (block, index) => {
      sounds.push(block.sound(index));
      endMs = block.endMs(index);
    });
    const startMs = endMs === undefined ? this.#pushedMs : this.startMs;
    return { sounds, startMs, milliseconds: (endMs ?? startMs) - startMs };
  }

  /** What was pushed between two positions; it holds until it is forgotten. Each chunk belongs to the stretch that it ends in. */
  between(startMs: number, endMs: number): Uint8Array[] {
    const chunks: Uint8Array[] = [];
    this.#each(endMs, (block, index) => {
      if (block.endMs(index) > startMs) chunks.push(block.sound(index).bytes);
    });
    return chunks;
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

  /** Chunks that are remembered and end by `endMs`, oldest first. */
  #each(endMs: number, look: (block: AudioBlock, index: number) => void): void {
    for (let block = this.#oldest; block !== undefined; block = block.next)
      for (let index = block.first; index < block.count; index++) {
        if (block.endMs(index) > endMs) return;
        look(block, index);
      }
  }

  /** Forgets the oldest chunk, which is in this block. */
  #forget(oldest: AudioBlock): void {
    oldest.forget();
    if (!oldest.isEmpty) return;
    this.#oldest = oldest.next;
    if (this.#oldest === undefined) this.#newest = undefined;
    blockMemory.takeBack(oldest);
  }
}
