import { decodeSamples, encodeSamples } from '../realtime/audio.ts';

/** Encodings that are understood and made here. */
export const ENCODINGS = ['linear16', 'linear32', 'mulaw', 'alaw'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Raw audio, channels interleaved. */
export interface AudioFormat {
  encoding: Encoding;
  sampleRate: number;
  channels: number;
}

const BYTES: Readonly<Record<Encoding, number>> = { linear16: 2, linear32: 4, mulaw: 1, alaw: 1 };

export function bytesPerFrame({ encoding, channels }: AudioFormat): number {
  return BYTES[encoding] * channels;
}

/** Whole frames of bytes, as the samples of each channel. */
export function channelsOf(bytes: Buffer, format: AudioFormat): Int16Array[] {
  const samples = samplesOf(bytes, format);
  if (format.channels === 1) return [samples];
  const length = Math.floor(samples.length / format.channels);
  return Array.from({ length: format.channels }, (_, channel) =>
    Int16Array.from({ length }, (_sample, index) => samples[index * format.channels + channel]!),
  );
}

/** Channels of the same length as one. */
export function mixed(channels: readonly Int16Array[]): Int16Array {
  if (channels.length === 1) return channels[0]!;
  return Int16Array.from(channels[0]!, (_, index) => {
    return Math.round(channels.reduce((sum, channel) => sum + channel[index]!, 0) / channels.length);
  });
}

export function encodeAudio(samples: Int16Array, encoding: Encoding, sampleRate: number): Buffer {
  if (encoding === 'linear32') {
    const bytes = Buffer.allocUnsafe(samples.length * 4);
    for (const [index, sample] of samples.entries()) bytes.writeFloatLE(sample / 32_768, index * 4);
    return bytes;
  }
  return encodeSamples(samples, telephony(encoding) ?? { type: 'audio/pcm', rate: sampleRate });
}

function samplesOf(bytes: Buffer, { encoding, sampleRate }: AudioFormat): Int16Array {
  if (encoding !== 'linear32')
    return decodeSamples(bytes, telephony(encoding) ?? { type: 'audio/pcm', rate: sampleRate });
  // "32-bit, little-endian, floating-point". https://developers.deepgram.com/docs/encoding
  return Int16Array.from({ length: bytes.length >> 2 }, (_, index) =>
    Math.max(-32_768, Math.min(32_767, Math.round(bytes.readFloatLE(index * 4) * 32_768))),
  );
}

function telephony(encoding: Encoding): { type: 'audio/pcmu' } | { type: 'audio/pcma' } | undefined {
  if (encoding === 'mulaw') return { type: 'audio/pcmu' };
  return encoding === 'alaw' ? { type: 'audio/pcma' } : undefined;
}
