import { badFrame, binaryFrame, deflatedFrame, fragments, textFrame } from './frames.ts';
import { chunk } from './http.ts';

/** How the messages of a fault are written on a connection. */
export interface Encoder {
  message(text: string | Buffer): Buffer;
  /** One message in pieces of so many bytes. */
  pieces(text: string | Buffer, bytes: number): Buffer;
  /** What breaks the framing. */
  bad(): Buffer;
  /** On sockets only. */
  binary(): Buffer;
  /** On sockets only. */
  deflated(): Buffer;
}

/** What no protocol of JSON can read, and no text. */
const bytes = Buffer.of(0x00, 0x01, 0x7b, 0xfe, 0xff);
const event = JSON.stringify({ type: 'event.of.a.fault' });

export const socketEncoder: Encoder = {
  message: textFrame,
  pieces: fragments,
  bad: () => badFrame(event),
  binary: () => binaryFrame(bytes),
  deflated: () => deflatedFrame(event),
};

/** Of an HTTP answer. */
export class BodyEncoder implements Encoder {
  readonly #isChunked: boolean;
  readonly #isEvents: boolean;
  /** Events have an `event:` line. */
  named = false;

  constructor(options: { isChunked: boolean; isEvents: boolean }) {
    this.#isChunked = options.isChunked;
    this.#isEvents = options.isEvents;
  }

  message(text: string | Buffer): Buffer {
    return this.wrap(this.#write(text));
  }

  pieces(text: string | Buffer, bytes: number): Buffer {
    const whole = this.#write(text);
    const pieces: Buffer[] = [];
    for (let start = 0; start < whole.length; start += bytes) {
      pieces.push(this.wrap(whole.subarray(start, start + bytes)));
    }
    return Buffer.concat(pieces);
  }

  bad(): Buffer {
    return Buffer.from('no size\r\n');
  }

  binary(): Buffer {
    return this.message(event);
  }

  deflated(): Buffer {
    return this.message(event);
  }

  /** Bytes of the body as they are framed. */
  wrap(payload: Buffer): Buffer {
    return this.#isChunked ? chunk(payload) : payload;
  }

  /** What ends the body. */
  get last(): Buffer {
    return Buffer.from(this.#isChunked ? '0\r\n\r\n' : '');
  }

  #write(text: string | Buffer): Buffer {
    const bytes = Buffer.from(text as string);
    if (!this.#isEvents) return bytes;
    const type = this.named && typeof text === 'string' ? /"type":"([^"]+)"/.exec(text)?.[1] : undefined;
    return Buffer.concat([Buffer.from(`${type ? `event: ${type}\n` : ''}data: `), bytes, Buffer.from('\n\n')]);
  }
}
