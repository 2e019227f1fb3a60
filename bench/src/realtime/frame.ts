import { AudioFrame } from '@livekit/rtc-node';
import { sampleRate } from './talker.ts';

/**
 * A delta as a frame that LiveKit plays as it is: `@livekit/rtc-node` hands on all of the memory behind a frame, so a
 * frame in Node's shared pool, which `Buffer.from` fills, would be heard as something else.
 */
export function frameOf(base64: string): AudioFrame {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(base64, 'base64'));
  const length = bytes.write(base64, 'base64') >> 1;
  return new AudioFrame(new Int16Array(bytes.buffer, bytes.byteOffset, length), sampleRate, 1, length);
}
