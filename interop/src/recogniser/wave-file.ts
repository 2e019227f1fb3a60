import { writeFile } from 'node:fs/promises';

/** What the recogniser takes, Hz. */
export const listenedRate = 16_000;

/** Samples of the input on each side of a point that count for it. */
const reach = 24;

/** Samples at a lower rate, without what it cannot hold. The same every time, which LiveKit's resampler, that dithers, is not. */
export function resampled(samples: Int16Array, from: number, to: number = listenedRate): Int16Array {
  const kernels = new Map<number, Float64Array>();
  return Int16Array.from({ length: Math.floor((samples.length * to) / from) }, (_, index) => {
    const at = (index * from) / to;
    const first = Math.floor(at);
    const kernel = kernels.get(at - first) ?? kernelAt(at - first, to / from);
    kernels.set(at - first, kernel);
    let sum = 0;
    for (let tap = -reach; tap <= reach; tap++) sum += (samples[first + tap] ?? 0) * kernel[tap + reach]!;
    return Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  });
}

/** A windowed sinc around a point between two samples; `cutoff` is a share of the input's band. */
function kernelAt(fraction: number, cutoff: number): Float64Array {
  return Float64Array.from({ length: 2 * reach + 1 }, (_, index) => {
    const x = index - reach - fraction;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / (reach + 1));
    return (x === 0 ? cutoff : Math.sin(Math.PI * cutoff * x) / (Math.PI * x)) * window;
  });
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
