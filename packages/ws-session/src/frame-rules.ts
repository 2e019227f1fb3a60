import { PatchbayError, type Connection } from '@patchbay/ws-url';
import type { Frame } from './types.ts';

/**
 * What the gateway on the way does to frames it does not like is end the connection, with 1006 or 1009. Refusing them
 * here instead costs a comparison per frame and nobody's call.
 */
export class FrameRules {
  readonly #connection: Connection;
  readonly #maxBytes: number;
  readonly #textOnly: boolean;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#maxBytes = connection.traits.maxFrameBytes ?? Infinity;
    this.#textOnly = connection.traits.textFramesOnly === true;
  }

  /** @throws PatchbayError `message-too-large`, or `unsupported` for bytes where only text passes. */
  check(frame: Frame): void {
    // A character is one to three bytes of UTF-8 (two units make four); only what may be too long is measured.
    if (frame.length * 3 > this.#maxBytes && bytesOf(frame) > this.#maxBytes) {
      const size = `a frame of ${bytesOf(frame)} bytes, and at most ${this.#maxBytes} pass`;
      throw new PatchbayError('message-too-large', `${this.#where()}: ${size}.`);
    }
    if (this.#textOnly && typeof frame !== 'string') {
      throw new PatchbayError('unsupported', `${this.#where()}: only text frames pass, and this one is binary.`);
    }
  }

  /** There is no room for a frame that must not be lost in silence. */
  overflow(): PatchbayError {
    return new PatchbayError('send-overflow', `${this.#where()}: the outbox is full`, { retryable: true });
  }

  #where(): string {
    const { endpoint, redacted, row } = this.#connection;
    return `${endpoint.provider} ${endpoint.capability} at ${redacted} (${row.title})`;
  }
}

function bytesOf(frame: Frame): number {
  return typeof frame === 'string' ? Buffer.byteLength(frame) : frame.byteLength;
}
