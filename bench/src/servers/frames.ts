/** What a server needs to see of a frame that a client sent. Payloads of long frames are skipped, not unmasked. */
export interface FrameListener {
  /** A frame that begins like this, and how long it is. `true`: the rest need not be read. */
  begins(start: Buffer, length: number): boolean;
  text(text: string): void;
  ping(payload: Buffer): void;
  closed(): void;
}

/** As much of a frame as tells what it is. */
const startBytes = 64;

/**
 * Reads masked frames (RFC 6455 §5.2). Unmasking a client's audio would cost the server as much as sending it costs the
 * client, and then the server would be what is measured.
 */
export class FrameReader {
  readonly #listener: FrameListener;
  #rest: Buffer | undefined;
  #skip = 0;

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  read(chunk: Buffer): void {
    let data = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    while (data.length > 0) {
      const taken = this.#skip > 0 ? Math.min(this.#skip, data.length) : this.#frame(data);
      if (taken === 0) {
        this.#rest = data;
        return;
      }
      if (this.#skip > 0) this.#skip -= taken;
      data = data.subarray(taken);
    }
  }

  /** Bytes of the frame that were taken: 0 if more of it must be there first. */
  #frame(data: Buffer): number {
    if (data.length < 6) return 0;
    const short = data[1]! & 0x7f;
    const head = short === 126 ? 8 : short === 127 ? 14 : 6;
    if (data.length < head) return 0;
    const length = short === 126 ? data.readUInt16BE(2) : short === 127 ? Number(data.readBigUInt64BE(2)) : short;
    const known = Math.min(length, startBytes);
    if (data.length < head + known) return 0;
    const mask = data.subarray(head - 4, head);
    const opcode = data[0]! & 0x0f;
    if (opcode <= 2 && this.#listener.begins(unmasked(data.subarray(head, head + known), mask), length)) {
      const there = Math.min(data.length, head + length);
      // What is not there yet is skipped when it comes; `read` takes off what is taken now.
      this.#skip = head + length;
      return there;
    }
    if (data.length < head + length) return 0;
    const payload = unmasked(data.subarray(head, head + length), mask);
    if (opcode === 9) this.#listener.ping(payload);
    else if (opcode === 8) this.#listener.closed();
    else if (opcode === 1) this.#listener.text(payload.toString());
    return head + length;
  }
}

/** A frame of a server's: text unless another opcode is given. */
export function frameOf(payload: string | Buffer, opcode = 1): Buffer {
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const { length } = body;
  if (length < 126) return Buffer.concat([Buffer.from([0x80 | opcode, length]), body]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, body]);
}

function unmasked(bytes: Buffer, mask: Buffer): Buffer {
  const plain = Buffer.allocUnsafe(bytes.length);
  for (let index = 0; index < bytes.length; index++) plain[index] = bytes[index]! ^ mask[index & 3]!;
  return plain;
}
