import type { Clock, Frame } from '@patchbay/ws-session';

/** A frame of audio, and how long it is. */
export interface Sound {
  frame: Frame;
  milliseconds: number;
}

/** What is forgotten is used again, this many at most: as many as are forgotten at once while somebody speaks on. */
const maxSpare = 4;

interface Chunk extends Sound {
  /** Where it begins and ends in the audio of the stream, in milliseconds. */
  startMs: number;
  endMs: number;
  /** When it came, by the clock. */
  pushedAt: number;
}

/**
 * The audio of one stream: how much there was, and the last of it, which a lost socket had heard and not answered. It
 * holds no more than its owner lets it, and takes no new memory while as much is forgotten as is pushed.
 * Positions are milliseconds of audio since the stream began, whatever socket they went to.
 */
export class AudioHistory {
  readonly #clock: Clock;
  readonly #bornAt: number;
  readonly #chunks: Chunk[] = [];
  readonly #spare: Chunk[] = [];
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

  /** Remembers a frame. Bytes are copied, because their buffer is reused. */
  push(frame: Frame, milliseconds: number): void {
    const startMs = this.#pushedMs;
    this.#pushedMs += milliseconds;
    this.#pushedAt = this.#clock.now();
    const chunk = this.#spare.pop() ?? { frame: '', milliseconds: 0, startMs: 0, endMs: 0, pushedAt: 0 };
    chunk.frame = kept(frame, chunk.frame);
    chunk.milliseconds = milliseconds;
    chunk.startMs = startMs;
    chunk.endMs = this.#pushedMs;
    chunk.pushedAt = this.#pushedAt;
    this.#chunks.push(chunk);
  }

  /** Forgets audio before this position: it has been answered, or holds nothing to answer. */
  settle(untilMs: number): void {
    while (this.#chunks.length > 0 && this.#chunks[0]!.endMs <= untilMs) this.#forgetOldest();
  }

  /**
   * Forgets audio that has waited longer than this for a socket. What counts is how long it waited and not how much it
   * is: a recording that is pushed at once is not stale.
   */
  expire(waitedMs: number): void {
    const latest = this.#clock.now() - waitedMs;
    while (this.#chunks.length > 0 && this.#chunks[0]!.pushedAt < latest) this.#forgetOldest();
  }

  /**
   * Everything that is not settled and ends by `untilMs`, oldest first; where it begins, and how much it is. Default: all.
   * Frames hold until the next push.
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

  /** What was pushed between two positions; it holds until the next push. Each frame belongs to the stretch that it ends in. */
  between(startMs: number, endMs: number): Frame[] {
    return this.#chunks.filter((chunk) => chunk.endMs > startMs && chunk.endMs <= endMs).map(({ frame }) => frame);
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

  #forgetOldest(): void {
    const chunk = this.#chunks.shift()!;
    if (this.#spare.length === maxSpare) return;
    // Bytes are overwritten; a text would only be held.
    if (typeof chunk.frame === 'string') chunk.frame = '';
    this.#spare.push(chunk);
  }
}

/** A frame in memory of its own: that of one which is forgotten, if it fits. */
function kept(frame: Frame, memory: Frame): Frame {
  if (typeof frame === 'string') return frame;
  if (typeof memory === 'string' || memory.byteLength !== frame.byteLength) return new Uint8Array(frame);
  memory.set(frame);
  return memory;
}
