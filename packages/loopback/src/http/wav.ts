import type { Speech } from '../voice/types.ts';
import { invalidRequest } from './errors.ts';

const HEADER_BYTES = 44;

/**
 * The head of a WAV stream (16 bit, mono) whose end is not known yet: both sizes are 0xFFFFFFFF, as the real service
 * sends them when it streams, so that a reader which trusts them fails here first.
 */
export function wavStreamHeader(sampleRate: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(0xffff_ffff, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(0xffff_ffff, 40);
  return header;
}

/** Little-endian bytes of samples. */
export function pcmBytes(samples: Int16Array): Buffer {
  const bytes = Buffer.alloc(samples.length * 2);
  for (const [index, sample] of samples.entries()) bytes.writeInt16LE(sample, index * 2);
  return bytes;
}

/** Reads a 16-bit PCM WAV file and mixes it down to mono. Sizes beyond the file's end mean "to the end". */
export function readWav(file: Buffer): Speech {
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw unreadable('Only WAV files are understood here.');
  }
  let format: { channels: number; sampleRate: number } | undefined;
  for (let at = 12; at + 8 <= file.length;) {
    const name = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const start = at + 8;
    if (name === 'fmt ' && start + 16 <= file.length) {
      if (file.readUInt16LE(start + 14) !== 16) throw unreadable('Only 16-bit PCM is understood here.');
      format = { channels: Math.max(1, file.readUInt16LE(start + 2)), sampleRate: file.readUInt32LE(start + 4) };
    } else if (name === 'data') {
      if (!format) break;
      return { samples: mixDown(file.subarray(start, start + size), format.channels), sampleRate: format.sampleRate };
    }
    at = start + size + (size % 2);
  }
  throw unreadable('The WAV file has no audio.');
}

function mixDown(bytes: Buffer, channels: number): Int16Array {
  const samples = new Int16Array(Math.floor(bytes.length / (2 * channels)));
  for (let index = 0; index < samples.length; index += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += bytes.readInt16LE((index * channels + channel) * 2);
    samples[index] = Math.round(sum / channels);
  }
  return samples;
}

function unreadable(why: string): Error {
  return invalidRequest(`Audio file might be corrupted or unsupported. ${why}`, {
    code: 'invalid_value',
    param: 'file',
  });
}
