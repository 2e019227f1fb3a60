import type { AudioFormat, Encoding } from './audio.ts';

/** Codes of a WAV's `fmt ` chunk and the bits they come with. */
const FORMATS: Readonly<Record<string, Encoding>> = {
  '1/16': 'linear16',
  '3/32': 'linear32',
  '6/8': 'alaw',
  '7/8': 'mulaw',
};
const CODES = { linear16: 1, linear32: 3, alaw: 6, mulaw: 7 } as const;
const EXTENSIBLE = 0xfffe;

/** Where the audio of a WAV begins, and how much there is. */
export interface WavHead {
  format: AudioFormat;
  dataStart: number;
  /** `Infinity` when the file does not know, as one that is still being written. */
  dataBytes: number;
}

/** Reads the head of a WAV; `undefined` while it is not complete. Throws for anything that is not a WAV of ours. */
export function readWavHead(bytes: Buffer): WavHead | undefined {
  if (!'RIFF'.startsWith(bytes.toString('latin1', 0, 4))) throw new Error('not a WAV');
  if (bytes.length < 12) return undefined;
  if (bytes.toString('latin1', 8, 12) !== 'WAVE') throw new Error('not a WAV');
  let format: AudioFormat | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const start = at + 8;
    if (name === 'data') {
      if (!format) throw new Error('no format before the audio');
      return { format, dataStart: start, dataBytes: size === 0 || size === 0xffff_ffff ? Infinity : size };
    }
    if (name === 'fmt ') {
      if (start + size > bytes.length) return undefined;
      format = readFormat(bytes, start, size);
    }
    at = start + size + (size % 2);
  }
  return undefined;
}

/** The head of a mono WAV of so many bytes of audio. */
export function wavHead(encoding: Encoding, sampleRate: number, frameBytes: number, dataBytes: number): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + dataBytes, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(CODES[encoding], 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(sampleRate, 24);
  head.writeUInt32LE(sampleRate * frameBytes, 28);
  head.writeUInt16LE(frameBytes, 32);
  head.writeUInt16LE(frameBytes * 8, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(dataBytes, 40);
  return head;
}

function readFormat(bytes: Buffer, start: number, size: number): AudioFormat {
  if (size < 16) throw new Error('no format');
  const code = bytes.readUInt16LE(start);
  const actual = code === EXTENSIBLE && size >= 26 ? bytes.readUInt16LE(start + 24) : code;
  const encoding = FORMATS[`${actual}/${bytes.readUInt16LE(start + 14)}`];
  const channels = bytes.readUInt16LE(start + 2);
  if (!encoding || channels === 0) throw new Error('a WAV of another kind');
  return { encoding, sampleRate: bytes.readUInt32LE(start + 4), channels };
}
