import type { Duplex } from 'node:stream';

/** More than this is left in the socket, so that a slow reader slows the sender. */
const HIGH_WATER_BYTES = 64 * 1024;

/** The bytes that arrive on a socket, to be looked at before they are taken. */
export class Source {
  readonly #socket: Duplex;
  #parts: Buffer[] = [];
  #length = 0;
  #wanted = 0;
  #ended = false;
  #failed = false;
  readonly #waiting = new Set<() => void>();
  #onEnd: (() => void) | undefined;

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on('data', this.#add);
    socket.on('end', this.#end);
    socket.on('close', this.#close);
  }

  /** The socket ended without a FIN. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Nothing will follow what is here. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Tells when the other side has ended, whoever reads. */
  set onEnd(listener: () => void) {
    this.#onEnd = listener;
    if (this.#ended) listener();
  }

  /** Waits for that many bytes; `false` when the socket ended before. */
  async ensure(bytes: number): Promise<boolean> {
    while (this.#length < bytes && !this.#ended) {
      this.#wanted = bytes;
      this.#socket.resume();
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    return this.#length >= bytes;
  }

  /** The first bytes, which stay. */
  peek(bytes: number = this.#length): Buffer {
    if (this.#parts.length > 1 && this.#parts[0]!.length < bytes) this.#parts = [Buffer.concat(this.#parts)];
    return (this.#parts[0] ?? Buffer.alloc(0)).subarray(0, bytes);
  }

  /** The first bytes, which go. Without a number everything that is here. */
  take(bytes: number = this.#length): Buffer {
    const taken = this.peek(bytes);
    if (taken.length > 0) this.#parts[0] = this.#parts[0]!.subarray(taken.length);
    if (this.#parts[0]?.length === 0) this.#parts.shift();
    this.#length -= taken.length;
    this.#wanted = 0;
    if (this.#length < HIGH_WATER_BYTES) this.#socket.resume();
    return taken;
  }

  /** Waits for something and takes what is here; `undefined` at the end. */
  async some(most: number = Infinity): Promise<Buffer | undefined> {
    if (!(await this.ensure(1))) return undefined;
    return this.take(Math.min(most, this.#length));
  }

  /** Everything up to and with the delimiter; `undefined` when that does not come within `most` bytes. */
  async until(delimiter: string, most: number): Promise<Buffer | undefined> {
    for (let searched = 0; ;) {
      const at = this.peek().indexOf(delimiter, Math.max(0, searched - delimiter.length), 'latin1');
      if (at >= 0) return this.take(at + delimiter.length);
      searched = this.#length;
      if (searched >= most || !(await this.ensure(searched + 1))) return undefined;
    }
  }

  /** Gives the socket to somebody else, with everything that was not taken. */
  release(): void {
    this.#socket.off('data', this.#add);
    this.#socket.off('end', this.#end);
    this.#socket.off('close', this.#close);
    this.#socket.pause();
    const rest = this.take();
    this.#socket.pause();
    if (rest.length > 0) this.#socket.unshift(rest);
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const go of waiting) go();
  }

  readonly #add = (bytes: Buffer): void => {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#length >= Math.max(HIGH_WATER_BYTES, this.#wanted)) this.#socket.pause();
    this.#wake();
  };

  readonly #end = (): void => {
    if (this.#ended) return;
    this.#ended = true;
    this.#wake();
    this.#onEnd?.();
  };

  readonly #close = (): void => {
    this.#failed ||= !this.#ended;
    this.#end();
  };
}
