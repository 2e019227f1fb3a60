import { AudioFrame } from '@livekit/rtc-node';
import { plainVoice } from '@patchbay/loopback';

const frameSamples = 240;

/** What a microphone gives while somebody says this: 10 ms frames at 24 kHz, with silence around. */
export async function speechFrames(text: string, options: { views?: boolean; silenceMs?: number } = {}): Promise<AudioFrame[]> {
  const { views = false, silenceMs = 800 } = options;
  const { samples, sampleRate } = await plainVoice.speak(text);
  const lead = 2_400;
  const padded = new Int16Array(lead + samples.length + (silenceMs * sampleRate) / 1000);
  padded.set(samples, lead);
  const frames: AudioFrame[] = [];
  for (let at = 0; at + frameSamples <= padded.length; at += frameSamples) {
    const data = views ? padded.subarray(at, at + frameSamples) : padded.slice(at, at + frameSamples);
    frames.push(new AudioFrame(data, sampleRate, 1, frameSamples));
  }
  return frames;
}
