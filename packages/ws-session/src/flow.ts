import { LazyMap } from './lazy-collections.ts';

/**
 * How much of what we sent the other end has not read yet. `bufferedAmount` does not know: the kernel takes hundreds
 * of kilobytes from us before it lets us feel a congested line (tried with Toxiproxy 2.12: 240 KB sent through a
 * throttle, `bufferedAmount` 0), which is many seconds of speech. A pong does: a ping waits its turn behind what was
 * sent before it. So each ping carries the number of bytes sent so far, and its echo acknowledges them.
 */
export class Flow {
  readonly #askEveryBytes: number;
  #sent = 0;
  #sentAudioMs = 0;
  #asked = 0;
  #acknowledged = 0;
  #acknowledgedAudioMs = 0;
  /** Audio sent before each ping that is not answered yet, by the bytes that it carries. */
  readonly #audioMsAt = new LazyMap<number, number>();
  /** A pong came that echoed something else. */
  #isDistorted = false;
  /** The peer echoes what a ping carries, as RFC 6455 §5.5.3 demands. Until that is seen, nothing is concluded. */
  #proven = false;

  constructor(askEveryBytes: number) {
    this.#askEveryBytes = askEveryBytes;
  }

  /** Bytes that the peer is known to have not read; 0 where that cannot be known. */
  get unread(): number {
    return this.#proven ? this.#sent - this.#acknowledged : 0;
  }

  /** Milliseconds of audio that the peer is not known to have read; 0 where its pongs tell nothing. */
  get unreadAudioMs(): number {
    return this.#isDistorted ? 0 : this.#sentAudioMs - this.#acknowledgedAudioMs;
  }

  /** It is time to ask how far the peer is: enough was sent since the last time, and that was answered. */
  get isDue(): boolean {
    return this.#asked === this.#acknowledged && this.#sent - this.#asked >= this.#askEveryBytes;
  }

  sent(bytes: number, audioMs: number = 0): void {
    this.#sent += bytes;
    this.#sentAudioMs += audioMs;
  }

  /** The peer has read everything: it answered our goodbye, which comes last. */
  finished(): void {
    this.#acknowledgedAudioMs = this.#sentAudioMs;
  }

  /** What the next ping shall carry. */
  ask(): string {
    this.#asked = this.#sent;
    if (!this.#isDistorted) this.#audioMsAt.set(this.#sent, this.#sentAudioMs);
    return String(this.#asked);
  }

  /** A pong came; `true` if the peer has read more than was known. */
  answered(carried: string): boolean {
    const mark = /^\d{1,15}$/.test(carried) ? Number(carried) : -1;
    const audioMs = this.#audioMsAt.get(mark);
    if (mark < this.#acknowledged || mark > this.#asked) {
      if (!this.#proven) this.#distrust();
      return false;
    }
    if (audioMs !== undefined) {
      this.#acknowledgedAudioMs = audioMs;
      for (const bytes of this.#audioMsAt.keys()) if (bytes <= mark) this.#audioMsAt.delete(bytes);
    }
    const news = mark > this.#acknowledged;
    this.#proven = true;
    this.#acknowledged = mark;
    return news;
  }

  #distrust(): void {
    this.#isDistorted = true;
    this.#audioMsAt.clear();
  }
}
