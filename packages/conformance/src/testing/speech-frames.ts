import { AudioFrame } from '@livekit/rtc-node';
import { plainVoice } from '@patchbay/loopback';

const leadMs = 100;

/**
 * What a microphone gives while somebody says this: 10 ms frames, with silence around. The plain voice is no sound that
 * could be resampled: its rate is the one that is sent.
 */
export async function speechFrames(
  text: string,
  { silenceMs = 800, sampleRate = 24_000 }: { silenceMs?: number; sampleRate?: number } = {},
): Promise<AudioFrame[]> {
  const { samples } = await plainVoice.speak(text, { sampleRate });
  const padded = new Int16Array(samples.length + ((leadMs + silenceMs) * sampleRate) / 1000);
  padded.set(samples, (leadMs * sampleRate) / 1000);
  const frameSamples = sampleRate / 100;
  const frames: AudioFrame[] = [];
  for (let at = 0; at + frameSamples <= padded.length; at += frameSamples) {
    frames.push(new AudioFrame(padded.slice(at, at + frameSamples), sampleRate, 1, frameSamples));
  }
  return frames;
}
