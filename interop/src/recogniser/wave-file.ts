import { writeFile } from 'node:fs/promises';
import { AudioFrame, AudioResampler } from '@livekit/rtc-node';
import { joined } from '../talk/speaking.ts';

/** What the recogniser takes, Hz. */
export const listenedRate = 16_000;

/** Samples at another rate. */
export function resampled(samples: Int16Array, from: number, to = listenedRate): Int16Array {
  if (from === to) return samples;
  const resampler = new AudioResampler(from, to, 1);
  const frames = [...resampler.push(new AudioFrame(samples, from, 1, samples.length)), ...resampler.flush()];
  const all = joined(frames.map(({ data }) => Int16Array.from(data)));
  resampler.close();
  return all;
}

/** Mono, 16 bits, at {@link listenedRate}. */
export async function writeWave(path: string, samples: Int16Array): Promise<void> {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(listenedRate, 24);
  header.writeUInt32LE(2 * listenedRate, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  await writeFile(path, Buffer.concat([header, data]));
}
