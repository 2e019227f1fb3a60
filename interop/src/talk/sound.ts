import { setTimeout as sleep } from 'node:timers/promises';
import { AudioFrame } from '@livekit/rtc-node';
import { plainEar, plainVoice } from '@patchbay/loopback';

/** What OpenAI takes, in Hz, so that nothing is resampled, which the plain voice would not survive. */
export const usualRate = 24_000;
const frameMs = 10;
const leadMs = 100;

export interface FrameOptions {
  /** In Hz. Default 24,000. */
  sampleRate?: number;
  /** Behind the phrase, so that its end is noticed, milliseconds. Default 800. */
  silenceMs?: number;
}

/** How somebody speaks. */
export interface Manner extends FrameOptions {
  /** In real time, as a microphone gives it, for some deadlines go by what was sent meanwhile. Default: all at once. */
  live?: boolean | undefined;
  /** Happens when half of it is said. It is waited for at the end: nobody stops speaking because of it. */
  midway?: (() => unknown) | undefined;
}

/** What a microphone gives while the plain voice says this: frames of 10 ms, with silence around. */
export async function framesOf(
  text: string,
  { sampleRate = usualRate, silenceMs = 800 }: FrameOptions = {},
): Promise<AudioFrame[]> {
  const { samples } = await plainVoice.speak(text, { sampleRate });
  const padded = new Int16Array(samples.length + ((leadMs + silenceMs) * sampleRate) / 1_000);
  padded.set(samples, (leadMs * sampleRate) / 1_000);
  const length = (frameMs * sampleRate) / 1_000;
  return Array.from({ length: Math.floor(padded.length / length) }, (_, at) => {
    return new AudioFrame(padded.slice(at * length, (at + 1) * length), sampleRate, 1, length);
  });
}

/** Says it. What a slow machine is late for goes out at once. */
export async function say(
  text: string,
  push: (frame: AudioFrame) => void,
  { live = false, midway, silenceMs = 800, ...options }: Manner = {},
): Promise<void> {
  const frames = await framesOf(text, { silenceMs, ...options });
  const halfAt = (frames.length + (leadMs - silenceMs) / frameMs) / 2;
  const startMs = performance.now();
  let happening: Promise<unknown> | undefined;
  for (const [at, frame] of frames.entries()) {
    const earlyMs = startMs + frameMs * at - performance.now();
    if (live && earlyMs > 0) await sleep(earlyMs);
    push(frame);
    if (at >= halfAt) happening ??= Promise.resolve(midway?.());
  }
  await happening;
}

/** What the plain voice said in these samples. */
export async function wordsIn(samples: Int16Array, sampleRate: number = usualRate): Promise<string> {
  const listener = await plainEar.listen({ sampleRate });
  const words = [...listener.push(samples), ...(await listener.finish())];
  return words.join('').replaceAll(/\s+/g, ' ').trim();
}

export function joined(pieces: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
