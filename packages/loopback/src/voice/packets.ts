/**
 * Text as small packets, so that a listener has words while the speaker still speaks and knows what was heard when he was cut off.
 * A packet is `[index, checksum, checksum, ...utf8]`. The index tells two equal packets apart; it is 0 only for the first packet of
 * an utterance. The modem's own error correction lets a wrong text through now and then; the checksum does not.
 */
const headerBytes = 3;
/** The modem is least sure of its shortest packets. */
const minimumBytes = 8;

export interface Packet {
  index: number;
  text: string;
}

/** Packets of at most `maxTextBytes` of text each, cut between words where a word fits. */
export function toPackets(text: string, maxTextBytes: number): Uint8Array[] {
  return split(text, maxTextBytes).map((piece, index) =>
    seal({ index: index === 0 ? 0 : 1 + ((index - 1) % 255), text: piece }),
  );
}

/** `undefined` if these are not the bytes that were sent. */
export function openPacket(bytes: Uint8Array): Packet | undefined {
  if (bytes.length < minimumBytes) return undefined;
  const index = bytes[0]!;
  const content = trimEnd(bytes.subarray(headerBytes));
  if (checksum(index, content) !== bytes[1]! * 256 + bytes[2]!) return undefined;
  return { index, text: Buffer.from(content).toString('utf8') };
}

function seal({ index, text }: Packet): Uint8Array {
  const content = Buffer.from(text, 'utf8');
  const bytes = new Uint8Array(Math.max(minimumBytes, headerBytes + content.length));
  const sum = checksum(index, content);
  bytes.set([index, sum >> 8, sum & 255]);
  bytes.set(content, headerBytes);
  return bytes;
}

function split(text: string, maxBytes: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let size = 0;
  const append = (part: string): void => {
    const bytes = Buffer.byteLength(part);
    if (size + bytes > maxBytes && piece !== '') {
      pieces.push(piece);
      piece = '';
      size = 0;
    }
    piece += part;
    size += bytes;
  };
  for (const word of text.match(/\s*\S+\s*/g) ?? []) {
    if (Buffer.byteLength(word) <= maxBytes) append(word);
    else for (const character of word) append(character);
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}

function trimEnd(bytes: Uint8Array): Uint8Array {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  return bytes.subarray(0, length);
}

/** CRC-16/CCITT-FALSE over the index and the text. */
function checksum(index: number, content: Uint8Array): number {
  let value = 0xffff;
  for (const byte of [index, ...content]) {
    value ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) value = value & 0x8000 ? ((value << 1) ^ 0x1021) & 0xffff : (value << 1) & 0xffff;
  }
  return value;
}
