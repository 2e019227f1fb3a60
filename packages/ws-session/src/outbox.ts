import type { Frame } from './types.ts';

interface Entry {
  frame: Frame;
  /** Milliseconds of audio; `undefined` for control. */
  audioMs: number | undefined;
  /** The only socket it means something on; `undefined`: any. */
  epoch: number | undefined;
  bytes: number;
}

export interface OutboxLimits {
  /** A function is asked at each frame. */
  maxAudioMs: number | (() => number);
  maxControlBytes: number;
}

/** What an epoch leaves behind. */
export interface Leftovers {
  undelivered: Frame[];
  droppedMs: number;
}

/**
 * Frames that cannot go out yet, in their order. Bounded: of audio the newest stays, because a caller's words of ten
 * seconds ago are worth nothing; control that does not fit is refused, because losing it silently is worse.
 */
export class Outbox {
  readonly #limits: OutboxLimits;
  #entries: Entry[] = [];
  #audioMs = 0;
  #controlBytes = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Milliseconds of audio that may wait. */
  get maxAudioMs(): number {
    const { maxAudioMs } = this.#limits;
    return typeof maxAudioMs === 'function' ? maxAudioMs() : maxAudioMs;
  }

  /** Milliseconds of audio that wait. */
  get audioMs(): number {
    return this.#audioMs;
  }

  /** Queues audio and returns the milliseconds dropped to make room. Copies bytes: the caller may reuse its buffer. */
  pushAudio(frame: Frame, audioMs: number, epoch: number | undefined): number {
    const { maxAudioMs } = this;
    if (audioMs > maxAudioMs) return audioMs;
    this.#entries.push({ frame: copied(frame), audioMs, epoch, bytes: 0 });
    this.#audioMs += audioMs;
    return this.#audioMs > maxAudioMs ? this.#dropOldestAudio(maxAudioMs) : 0;
  }

  /** Queues control; `false` if there is no room for it. */
  pushControl(frame: Frame, epoch: number | undefined): boolean {
    const bytes = typeof frame === 'string' ? Buffer.byteLength(frame) : frame.byteLength;
    if (this.#controlBytes + bytes > this.#limits.maxControlBytes) return false;
    this.#entries.push({ frame: copied(frame), audioMs: undefined, epoch, bytes });
    this.#controlBytes += bytes;
    return true;
  }

  /** Hands frames to `send` for as long as it takes them. */
  flush(send: (frame: Frame, audioMs: number | undefined) => boolean): void {
    let sent = 0;
    for (const entry of this.#entries) {
      if (!send(entry.frame, entry.audioMs)) break;
      this.#forget(entry);
      sent++;
    }
    if (sent > 0) this.#entries.splice(0, sent);
  }

  /** Removes what means nothing any more now that `epoch` is over. */
  endEpoch(epoch: number): Leftovers {
    return this.#remove((entry) => entry.epoch !== undefined && entry.epoch <= epoch);
  }

  clear(): Leftovers {
    return this.#remove(() => true);
  }

  #dropOldestAudio(maxAudioMs: number): number {
    let excess = this.#audioMs - maxAudioMs;
    return this.#remove((entry) => {
      if (excess <= 0 || entry.audioMs === undefined) return false;
      excess -= entry.audioMs;
      return true;
    }).droppedMs;
  }

  #remove(condemned: (entry: Entry) => boolean): Leftovers {
    const leftovers: Leftovers = { undelivered: [], droppedMs: 0 };
    this.#entries = this.#entries.filter((entry) => {
      if (!condemned(entry)) return true;
      this.#forget(entry);
      if (entry.audioMs === undefined) leftovers.undelivered.push(entry.frame);
      else leftovers.droppedMs += entry.audioMs;
      return false;
    });
    return leftovers;
  }

  #forget(entry: Entry): void {
    this.#audioMs -= entry.audioMs ?? 0;
    this.#controlBytes -= entry.bytes;
  }
}

/** Not `slice`: a Buffer's is a view of the same memory. */
function copied(frame: Frame): Frame {
  return typeof frame === 'string' ? frame : new Uint8Array(frame);
}
