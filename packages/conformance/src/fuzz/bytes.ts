import type { Random } from './random.ts';

/** What decoders of text and of audio trip over. */
const snags = [
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0]),
  Buffer.from('\r\n\r\n'),
  Buffer.from('\n\ndata: '),
  Buffer.from('\u2028'),
  Buffer.from('"'),
  Buffer.from('\\u'),
  Buffer.from('[['),
  Buffer.from('RIFF'),
  Buffer.from([0xff, 0xff, 0xff, 0xff]),
];

/** Longest frame that comes out of here, so that a million of them stay a matter of minutes. */
const longest = 65_536;

/** Damages bytes the way a bad line, a bad program or an enemy does. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let result = Buffer.from(bytes);
  for (let times = 1 + random.below(3); times > 0; times--) result = damage(result, random);
  return result.length > longest ? result.subarray(0, longest) : result;
}

function damage(bytes: Buffer<ArrayBuffer>, random: Random): Buffer<ArrayBuffer> {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + random.below(24));
  const [before, within, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  switch (random.below(7)) {
    case 0:
      if (bytes.length > 0) bytes[at % bytes.length]! ^= 1 << random.below(8);
      return bytes;
    case 1:
      if (bytes.length > 0) bytes[at % bytes.length] = random.below(256);
      return bytes;
    case 2:
      return Buffer.from(before);
    case 3:
      return Buffer.concat([before, after]);
    case 4:
      return Buffer.concat([before, within, within, within, after]);
    case 5:
      return Buffer.concat([before, random.pick(snags), after]);
    default:
      return Buffer.concat([before, random.bytes(random.below(16)), after]);
  }
}
