/** https://www.rfc-editor.org/rfc/rfc9639 */

const SYNC = [0xff, 0xf8] as const;
/** The block size follows in 16 bits; the sample rate is that of the stream. */
const SIZES = 0x70;
/** One channel, 16 bits. */
const SHAPE = 0x08;
const VERBATIM = 0x02;

/**
 * Samples (mono, 16 bit) as FLAC without compression, which every decoder takes for the real thing: the head of the
 * stream, then frames of `blockSize` samples.
 */
export function* flacOf(
  samples: Int16Array,
  sampleRate: number,
  blockSize: number,
): Generator<Buffer, void, undefined> {
  yield streamHead(sampleRate, blockSize);
  for (let start = 0, number = 0; start < samples.length; start += blockSize, number += 1) {
    yield frame(samples.subarray(start, start + blockSize), number);
  }
}

/** `fLaC` and a STREAMINFO that leaves open how much will come, as for audio that is still being made. */
function streamHead(sampleRate: number, blockSize: number): Buffer {
  const head = Buffer.alloc(42);
  head.write('fLaC', 0, 'latin1');
  head.writeUInt32BE(0x8000_0022, 4); // the last block of metadata, 34 bytes
  head.writeUInt16BE(blockSize, 8);
  head.writeUInt16BE(blockSize, 10);
  // 20 bits of rate, 3 of channels less one, 5 of bits less one, and 4 of a length that is not known.
  head.writeUInt32BE(((sampleRate << 12) | (15 << 4)) >>> 0, 18);
  return head;
}

function frame(samples: Int16Array, number: number): Buffer {
  const head = [...SYNC, SIZES, SHAPE, ...utf8Number(number), (samples.length - 1) >> 8, (samples.length - 1) & 0xff];
  const bytes = Buffer.alloc(head.length + 2 + samples.length * 2 + 2);
  bytes.set(head);
  bytes[head.length] = crc(bytes.subarray(0, head.length), 8, 0x07);
  bytes[head.length + 1] = VERBATIM;
  for (const [index, sample] of samples.entries()) bytes.writeInt16BE(sample, head.length + 2 + index * 2);
  const end = bytes.length - 2;
  bytes.writeUInt16BE(crc(bytes.subarray(0, end), 16, 0x8005), end);
  return bytes;
}

/** Numbers are written as UTF-8 writes characters. */
function utf8Number(number: number): Buffer {
  return Buffer.from(String.fromCodePoint(number));
}

function crc(bytes: Uint8Array, width: 8 | 16, polynomial: number): number {
  const top = 1 << (width - 1);
  const mask = (1 << width) - 1;
  let remainder = 0;
  for (const byte of bytes) {
    remainder ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit += 1) {
      remainder = (remainder & top ? (remainder << 1) ^ polynomial : remainder << 1) & mask;
    }
  }
  return remainder;
}
