/**
 * How much of what we sent the other end has not read yet. `bufferedAmount` does not know: the kernel takes hundreds
 * of kilobytes from us before it lets us feel a congested line (tried with Toxiproxy 2.12: 240 KB sent through a
 * throttle, `bufferedAmount` 0), which is many seconds of speech. A pong does: a ping waits its turn behind what was
 * sent before it. So each ping carries the number of bytes sent so far, and its echo acknowledges them.
 */
export class Flow {
  readonly #askEveryBytes: number;
  #sent = 0;
  #asked = 0;
  #acknowledged = 0;
  /** The peer echoes what a ping carries, as RFC 6455 §5.5.3 demands. Until that is seen, nothing is concluded. */
  #proven = false;

  constructor(askEveryBytes: number) {
    this.#askEveryBytes = askEveryBytes;
  }

  /** Bytes that the peer is known to have not read; 0 where that cannot be known. */
  get unread(): number {
    return this.#proven ? this.#sent - this.#acknowledged : 0;
  }

  /** It is time to ask how far the peer is: enough was sent since the last time, and that was answered. */
  get isDue(): boolean {
    return this.#asked === this.#acknowledged && this.#sent - this.#asked >= this.#askEveryBytes;
  }

  sent(bytes: number): void {
    this.#sent += bytes;
  }

  /** What the next ping shall carry. */
  ask(): string {
    this.#asked = this.#sent;
    return String(this.#asked);
  }

  /** A pong came; `true` if the peer has read more than was known. */
  answered(carried: string): boolean {
    const mark = /^\d{1,15}$/.test(carried) ? Number(carried) : -1;
    if (mark < this.#acknowledged || mark > this.#asked) return false;
    const news = mark > this.#acknowledged;
    this.#proven = true;
    this.#acknowledged = mark;
    return news;
  }
}
