import { pcmFrame, type AudioFrame } from './audio-frame.ts';

/**
 * Base64 of 16-bit little-endian PCM → a frame over memory of its own, so that code which reads
 * `frame.data.buffer` sees this frame and nothing else. Half a sample at the end is dropped.
 */
export function audioFrameOf(base64: string, sampleRate: number, channels: number = 1): AudioFrame {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(base64, 'base64'));
  const length = bytes.write(base64, 'base64');
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, length >> 1);
  return pcmFrame(samples, sampleRate, channels);
}
