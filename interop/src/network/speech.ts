import { setTimeout as sleep } from 'node:timers/promises';
import { AudioFrame } from '@livekit/rtc-node';
import { plainEar, plainVoice } from '@patchbay/loopback';

/** What OpenAI takes, so that nothing is resampled, which the plain voice would not survive. */
const sampleRate = 24_000;
/** Behind a phrase, so that its end is noticed. */
const silenceMs = 700;
const frameMs = 10;

interface Mouth {
  push(frame: AudioFrame): void;
  /** Happens when half of it is said, and is waited for at the end: nobody stops speaking because of it. */
  midway: (() => unknown) | undefined;
}

/** Frames go out when a microphone would have them; what a slow machine was late for goes out at once. */
export async function speak(text: string, { midway, ...mouth }: Mouth): Promise<void> {
  const { samples } = await plainVoice.speak(text, { sampleRate });
  const padded = new Int16Array(samples.length + (silenceMs * sampleRate) / 1_000);
  padded.set(samples);
  const frameSamples = (frameMs * sampleRate) / 1_000;
  const startMs = performance.now();
  let turned: Promise<unknown> | undefined;
  for (let at = 0; at + frameSamples <= padded.length; at += frameSamples) {
    const earlyMs = startMs + (at / sampleRate) * 1_000 - performance.now();
    if (earlyMs > 0) await sleep(earlyMs);
    mouth.push(new AudioFrame(padded.slice(at, at + frameSamples), sampleRate, 1, frameSamples));
    if (at >= samples.length / 2) turned ??= Promise.resolve(midway?.());
  }
  await turned;
}

/** What the plain voice said in these samples. */
export async function wordsIn(pieces: readonly Int16Array[]): Promise<string> {
  const listener = await plainEar.listen({ sampleRate });
  const words = pieces.flatMap((samples) => listener.push(samples));
  return [...words, ...(await listener.finish())].join('').replaceAll(/\s+/g, ' ').trim();
}

export async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
