import { monoFrame, type AudioFrame } from './audio-frame.ts';

/**
 * Base64 of 16-bit little-endian mono PCM → a frame over memory of its own, so that code which reads
 * `frame.data.buffer` sees this frame and nothing else. Half a sample at the end is dropped.
 */
export function audioFrameOf(base64: string, sampleRate: number): AudioFrame {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(base64, 'base64'));
  const length = bytes.write(base64, 'base64');
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, length >> 1);
  return monoFrame(samples, sampleRate);
}
