import { deflateRawSync } from 'node:zlib';
import type { Source } from './source.ts';

/** What passes on a connection. `raw` is what was read, byte for byte. */
export interface Passing {
  readonly raw: Buffer;
  /** A message counts for points; control frames and what is not understood do not. */
  readonly kind: 'message' | 'control' | 'other';
  /** What a text message says; `undefined` for a binary one, and for one that is too long to look into. */
  readonly text?: string;
  /** It is a close frame. */
  readonly isClose?: boolean;
}

/** Longer messages pass piece by piece. */
const LONGEST_BYTES = 1024 * 1024;

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;

/**
 * Reads the frames of a WebSocket (RFC 6455, section 5.2), of either side. The fragments of a message come as one; a
 * message that is too long, and bytes that the socket ends in, come as they are.
 */
export async function* readFrames(source: Source): AsyncGenerator<Passing, void, undefined> {
  let held: { raw: Buffer[]; payload: Masked[]; isText: boolean; bytes: number } | undefined;
  for (;;) {
    const header = await readHeader(source);
    if (!header) break;
    const { opcode, final, length, bytes } = header;
    if (opcode >= CLOSE) {
      if (!(await source.ensure(bytes + length))) break;
      yield { raw: source.take(bytes + length), kind: 'control', isClose: opcode === CLOSE };
      continue;
    }
    const isText = opcode === CONTINUATION ? (held?.isText ?? false) : opcode === TEXT;
    if (opcode !== CONTINUATION) held = { raw: [], payload: [], isText, bytes: 0 };
    if (length > LONGEST_BYTES || !held || held.bytes + length > LONGEST_BYTES) {
      for (const raw of held?.raw ?? []) yield { raw, kind: 'other' };
      held = undefined;
      for (let left = bytes + length; left > 0;) {
        const raw = await source.some(left);
        if (!raw) return;
        left -= raw.length;
        yield { raw, kind: left === 0 && final ? 'message' : 'other' };
      }
      continue;
    }
    if (!(await source.ensure(bytes + length))) break;
    const raw = source.take(bytes + length);
    held.raw.push(raw);
    held.payload.push({ bytes: raw.subarray(bytes), mask: header.mask && raw.subarray(bytes - 4, bytes) });
    held.bytes += length;
    if (!final) continue;
    yield new Message(held.raw, held.isText ? held.payload : undefined);
    held = undefined;
  }
  const rest = Buffer.concat([...(held?.raw ?? []), source.take()]);
  if (rest.length > 0) yield { raw: rest, kind: 'other' };
}

interface Header {
  opcode: number;
  final: boolean;
  mask: boolean;
  /** Of the payload. */
  length: number;
  /** Of the header. */
  bytes: number;
}

async function readHeader(source: Source): Promise<Header | undefined> {
  if (!(await source.ensure(2))) return undefined;
  const [first, second] = source.peek(2) as unknown as [number, number];
  const short = second & 0x7f;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  const mask = (second & 0x80) !== 0;
  const bytes = 2 + extra + (mask ? 4 : 0);
  if (!(await source.ensure(bytes))) return undefined;
  const head = source.peek(bytes);
  const length = extra === 2 ? head.readUInt16BE(2) : extra === 8 ? Number(head.readBigUInt64BE(2)) : short;
  return { opcode: first & 0x0f, final: (first & 0x80) !== 0, mask, length, bytes };
}

interface Masked {
  readonly bytes: Buffer;
  readonly mask: Buffer | false;
}

/** A whole message. Few faults look into it, and hours of audio pass: its text is read when somebody asks. */
class Message implements Passing {
  readonly kind = 'message';
  readonly raw: Buffer;
  readonly #payload: readonly Masked[] | undefined;
  #text: string | undefined;

  constructor(raw: readonly Buffer[], payload: readonly Masked[] | undefined) {
    this.raw = raw.length === 1 ? raw[0]! : Buffer.concat(raw);
    this.#payload = payload;
  }

  get text(): string | undefined {
    return (this.#text ??= this.#payload && Buffer.concat(this.#payload.map(unmask)).toString('utf8'));
  }
}

function unmask({ bytes, mask }: Masked): Buffer {
  if (!mask) return bytes;
  return Buffer.from(bytes.map((byte, index) => byte ^ mask[index % 4]!));
}

/** A frame as a service sends it. `first` is its first byte: FIN, reserved bits and opcode. */
function frame(first: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.of(first, length), payload]);
  if (length < 65_536) return Buffer.concat([Buffer.of(first, 126, length >> 8, length & 0xff), payload]);
  const head = Buffer.alloc(10);
  head.writeUInt16BE((first << 8) | 127);
  head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

const FINAL = 0x80;

export function textFrame(text: string | Buffer): Buffer {
  return frame(FINAL | TEXT, Buffer.from(text as string));
}

export function binaryFrame(bytes: Buffer): Buffer {
  return frame(FINAL | BINARY, bytes);
}

/** Reserved bits that nothing negotiated. */
export function badFrame(text: string): Buffer {
  return frame(FINAL | 0x30 | TEXT, Buffer.from(text));
}

/** RFC 7692, although nobody asked for it. */
export function deflatedFrame(text: string): Buffer {
  return frame(FINAL | 0x40 | TEXT, deflateRawSync(text));
}

/** 1005 is a close frame without a code. */
export function closeFrame(code: number, reason = ''): Buffer {
  if (code === 1005) return frame(FINAL | CLOSE, Buffer.alloc(0));
  return frame(FINAL | CLOSE, Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason)]));
}

/** One text message in fragments of so many bytes. */
export function fragments(text: string | Buffer, bytes: number): Buffer {
  const payload = Buffer.from(text as string);
  const frames: Buffer[] = [];
  for (let start = 0; start < payload.length || start === 0; start += bytes) {
    const last = start + bytes >= payload.length ? FINAL : 0;
    frames.push(frame(last | (start === 0 ? TEXT : CONTINUATION), payload.subarray(start, start + bytes)));
  }
  return Buffer.concat(frames);
}
