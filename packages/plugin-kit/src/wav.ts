import type { AudioBuffer } from '@livekit/agents';
import { PatchbayError } from '@patchbay/ws-url';

const headerBytes = 44;

/**
 * Frames of one rate and channel count as a WAV file of 16-bit PCM. Frames that are views give their own samples only.
 *
 * @throws PatchbayError `invalid-option` for no audio at all, and for frames that differ.
 */
export function wavOf(audio: AudioBuffer): Uint8Array<ArrayBuffer> {
  const frames = Array.isArray(audio) ? audio : [audio];
  const [first] = frames;
  if (first === undefined) throw new PatchbayError('invalid-option', 'there is no audio to write down');
  const { sampleRate, channels } = first;
  if (frames.some((frame) => frame.sampleRate !== sampleRate || frame.channels !== channels)) {
    throw new PatchbayError(
      'invalid-option',
      'the frames of a piece of audio must have one sample rate and as many channels',
    );
  }
  const dataBytes = frames.reduce((sum, frame) => sum + frame.data.byteLength, 0);
  const file = new Uint8Array(headerBytes + dataBytes);
  const view = new DataView(file.buffer);
  const write = (at: number, text: string): void => void new TextEncoder().encodeInto(text, file.subarray(at));
  write(0, 'RIFF');
  view.setUint32(4, headerBytes - 8 + dataBytes, true);
  write(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  write(36, 'data');
  view.setUint32(40, dataBytes, true);
  let at = headerBytes;
  for (const { data } of frames) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}
