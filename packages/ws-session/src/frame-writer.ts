import { randomFillSync } from 'node:crypto';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { FrameMemory, type Memory } from './frame-memory.ts';
import type { Frame } from './types.ts';

const FINAL_TEXT = 0x81;
const FINAL_BINARY = 0x82;
const MASKED = 0x80;
/** Before the key of the mask, which takes four more: RFC 6455 §5.2. */
const SHORT_HEAD_BYTES = 2;
const MEDIUM_HEAD_BYTES = 4;
const LONG_HEAD_BYTES = 10;
const KEY_BYTES = 4;

const keys = new Uint32Array(2_048);
let usedKeys = keys.length;

/** The memory of all writers of this process. */
const frameMemory = new FrameMemory();

export interface WriteListener {
  /** A frame was written, or never will be. */
  onWritten(): void;
}

/**
 * Writes whole data frames of a client. `ws` masks byte by byte and hands over head and payload by themselves; a call
 * that sends audio spends more on that than on anything else. Here a frame is one piece of memory that is used again,
 * masked four bytes at a time. Pings, pongs and close frames are still written by `ws`, to the same socket: neither of
 * the two leaves a frame half written.
 */
export class FrameWriter {
  readonly #network: Writable;
  /** Node's own sockets are done with what is written to them when they say so. A stream of somebody's agent may pass it on. */
  readonly #letsGo: boolean;
  /** One function for all writes: a closure per frame would be garbage on the hot path. */
  readonly #written: () => void;
  /** What the network may not have let go of yet, in order. */
  #lent: Memory[] | undefined;
  #lentBytes = 0;

  constructor(network: Writable, listener: WriteListener) {
    this.#network = network;
    this.#letsGo = network instanceof Socket;
    this.#written = (): void => {
      this.#takeBack();
      listener.onWritten();
    };
  }

  /** The frame's memory is the caller's again at once. */
  write(frame: Frame): void {
    const length = typeof frame === 'string' ? Buffer.byteLength(frame) : frame.byteLength;
    const headBytes = length < 126 ? SHORT_HEAD_BYTES : length < 65_536 ? MEDIUM_HEAD_BYTES : LONG_HEAD_BYTES;
    // The key and the payload begin where a word does.
    const start = -headBytes & 3;
    const keyAt = start + headBytes;
    const payloadAt = keyAt + KEY_BYTES;
    const end = payloadAt + length;
    const memory = frameMemory.take(end);
    const { bytes } = memory;
    bytes[start] = typeof frame === 'string' ? FINAL_TEXT : FINAL_BINARY;
    if (headBytes === SHORT_HEAD_BYTES) {
      bytes[start + 1] = MASKED | length;
    } else if (headBytes === MEDIUM_HEAD_BYTES) {
      bytes[start + 1] = MASKED | 126;
      bytes.writeUInt16BE(length, start + 2);
    } else {
      bytes[start + 1] = MASKED | 127;
      bytes.writeUInt32BE(Math.floor(length / 0x1_0000_0000), start + 2);
      bytes.writeUInt32BE(length >>> 0, start + 6);
    }
    if (typeof frame !== 'string') bytes.set(frame, payloadAt);
    // As many bytes as characters: all of them are ASCII, and that is written faster.
    else bytes.write(frame, payloadAt, length === frame.length ? 'latin1' : 'utf8');
    mask(memory.words, keyAt >>> 2, Math.ceil(end / 4));
    this.#network.write(bytes.subarray(start, end), this.#written);
    if (!this.#letsGo) return;
    if (this.#network.writableLength === 0) return frameMemory.takeBack(memory);
    memory.usedBytes = end - start;
    this.#lentBytes += memory.usedBytes;
    (this.#lent ??= []).push(memory);
  }

  /** What is behind a frame is at least as long as what waits: that frame is out. A line may be busy and never quite empty. */
  #takeBack(): void {
    const lent = this.#lent;
    if (lent === undefined) return;
    const waiting = this.#network.writableLength;
    let count = 0;
    while (count < lent.length && this.#lentBytes - lent[count]!.usedBytes >= waiting) {
      this.#lentBytes -= lent[count]!.usedBytes;
      frameMemory.takeBack(lent[count++]!);
    }
    if (count === lent.length) this.#lent = undefined;
    else if (count > 0) lent.splice(0, count);
  }
}

/** Puts a new key at a word, and over the words behind it. What is behind the payload in the last word does not matter. */
function mask(words: Uint32Array, keyAt: number, end: number): void {
  if (usedKeys === keys.length) {
    randomFillSync(keys);
    usedKeys = 0;
  }
  const key = keys[usedKeys++]!;
  words[keyAt] = key;
  for (let at = keyAt + 1; at < end; at++) words[at]! ^= key;
}
