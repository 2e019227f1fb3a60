import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { sleep } from '../clock.ts';
import type { Clock } from '../clock.ts';

/** What a client is sent, in order, at the speed a fault allows. */
export class Writer {
  readonly #socket: Duplex;
  /** Below TLS: only that can be reset. */
  readonly #transport: Socket;
  readonly #clock: Clock;
  readonly #gone: AbortSignal;
  #tail: Promise<void> = Promise.resolve();
  /** Everything that was written is in the system's hands: a reset would lose what is not. */
  #flushed: Promise<void> = Promise.resolve();
  #drip: { bytes: number; ms: number } | undefined;

  constructor(socket: Duplex, transport: Socket, clock: Clock, gone: AbortSignal) {
    this.#socket = socket;
    this.#transport = transport;
    this.#clock = clock;
    this.#gone = gone;
  }

  /** Waits while the client is slower; resolves at once when it is gone. */
  write(bytes: Buffer): Promise<void> {
    return this.#behind(() => this.#put(bytes));
  }

  /** From here on so many bytes at a time. */
  drip(bytes: number, ms: number): void {
    this.#drip = { bytes, ms };
  }

  /** FIN, behind everything that was written. */
  end(): Promise<void> {
    return this.#behind(() => void this.#socket.end());
  }

  /** RST, behind everything that was written. */
  reset(): Promise<void> {
    return this.#behind(async () => {
      await this.#flushed;
      if (!this.#transport.destroyed) this.#transport.resetAndDestroy();
      this.#socket.destroy();
    });
  }

  #behind(step: () => Promise<void> | void): Promise<void> {
    this.#tail = this.#tail.then(step);
    return this.#tail;
  }

  async #put(bytes: Buffer): Promise<void> {
    if (!this.#drip) return this.#send(bytes);
    for (let start = 0; start < bytes.length && !this.#gone.aborted; start += this.#drip.bytes) {
      await sleep(this.#clock, this.#drip.ms, this.#gone);
      await this.#send(bytes.subarray(start, start + this.#drip.bytes));
    }
  }

  #send(bytes: Buffer): Promise<void> {
    let flushed: () => void = () => {};
    this.#flushed = new Promise((resolve) => (flushed = resolve));
    return put(this.#socket, bytes, flushed);
  }
}

/** Writes, and waits while the other side is slower; returns at once when it is gone. */
export function put(socket: Duplex, bytes: Buffer, flushed?: () => void): Promise<void> {
  if (bytes.length === 0 || socket.destroyed || socket.writableEnded) {
    flushed?.();
    return Promise.resolve();
  }
  if (socket.write(bytes, () => flushed?.())) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
