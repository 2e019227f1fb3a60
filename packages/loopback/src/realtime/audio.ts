import { invalidRequest } from '../http/errors.ts';

/** An encoding of mono audio. */
type AudioFormat = { type: 'audio/pcm'; rate: number } | { type: 'audio/pcmu' } | { type: 'audio/pcma' };

/** Bytes of audio that one `input_audio_buffer.append` may carry. */
const MAX_APPEND_BYTES = 15 * 1024 * 1024;

export function sampleRateOf(format: AudioFormat): number {
  return format.type === 'audio/pcm' ? format.rate : 8_000;
}

export function bytesPerMs(format: AudioFormat): number {
  return format.type === 'audio/pcm' ? (format.rate * 2) / 1_000 : 8;
}

/** Decodes the `audio` of a client event; what is not base64 or too much of it is answered by name. */
export function decodeBase64(audio: unknown, param: string): Buffer {
  if (typeof audio !== 'string' || audio.length % 4 === 1 || !/^[A-Za-z0-9+/]*={0,2}$/.test(audio)) {
    throw invalidRequest(`Invalid '${param}'. Expected base64-encoded audio bytes, but got an invalid value.`, {
      code: 'invalid_value',
      param,
    });
  }
  const maximum = Math.ceil(MAX_APPEND_BYTES / 3) * 4;
  if (audio.length > maximum) {
    throw invalidRequest(
      `Invalid '${param}': string too long. Expected a string with maximum length ${maximum}, but got a string with length ${audio.length} instead.`,
      { code: 'string_above_max_length', param },
    );
  }
  return Buffer.from(audio, 'base64');
}

/** Whole samples of the bytes; a byte that is left over is not audio. */
export function decodeSamples(bytes: Uint8Array, format: AudioFormat): Int16Array {
  if (format.type === 'audio/pcmu') return Int16Array.from(bytes, decodeMuLaw);
  if (format.type === 'audio/pcma') return Int16Array.from(bytes, decodeALaw);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = new Int16Array(bytes.byteLength >> 1);
  for (let index = 0; index < samples.length; index += 1) samples[index] = view.getInt16(index * 2, true);
  return samples;
}

export function encodeSamples(samples: Int16Array, format: AudioFormat): Buffer {
  if (format.type === 'audio/pcmu') return Buffer.from(Uint8Array.from(samples, encodeMuLaw));
  if (format.type === 'audio/pcma') return Buffer.from(Uint8Array.from(samples, encodeALaw));
  const bytes = Buffer.allocUnsafe(samples.length * 2);
  for (let index = 0; index < samples.length; index += 1) bytes.writeInt16LE(samples[index]!, index * 2);
  return bytes;
}

/* G.711, by segment and step. https://www.itu.int/rec/T-REC-G.711 */

const MU_BIAS = 132;

function decodeMuLaw(code: number): number {
  const inverted = ~code & 0xff;
  const segment = (inverted >> 4) & 7;
  const magnitude = ((((inverted & 15) << 3) + MU_BIAS) << segment) - MU_BIAS;
  return inverted & 0x80 ? -magnitude : magnitude;
}

function encodeMuLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), 32_635) + MU_BIAS;
  const segment = Math.max(0, 31 - Math.clz32(magnitude) - 7);
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 15)) & 0xff;
}

function decodeALaw(code: number): number {
  const toggled = code ^ 0x55;
  const segment = (toggled >> 4) & 7;
  const step = ((toggled & 15) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 256) << (segment - 1);
  return toggled & 0x80 ? magnitude : -magnitude;
}

function encodeALaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = Math.min(sample >= 0 ? sample : -sample - 1, 32_767);
  const segment = Math.max(0, 31 - Math.clz32(Math.max(magnitude, 1)) - 7);
  const step = segment === 0 ? magnitude >> 4 : (magnitude >> (segment + 3)) & 15;
  return (sign | (segment << 4) | step) ^ 0x55;
}
