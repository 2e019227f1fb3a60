import { AudioFrame } from '@livekit/rtc-node';

export interface SpeechFramesOptions {
  /** Hz. */
  sampleRate: number;
  /** Milliseconds of one frame. */
  frameMs: number;
  /** Milliseconds of them all. */
  milliseconds: number;
}

/** Something as loud and as uneven as speech, the same every time; made before anything is measured. */
export function speechFrames({ sampleRate, frameMs, milliseconds }: SpeechFramesOptions): AudioFrame[] {
  const length = (sampleRate * frameMs) / 1000;
  let seed = 1;
  const noise = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647 - 0.5;
  return Array.from({ length: milliseconds / frameMs }, (_, index) => {
    const samples = Int16Array.from({ length }, (_, sample) => {
      const seconds = (index * length + sample) / sampleRate;
      const loudness = Math.max(0, Math.sin(2 * Math.PI * 2 * seconds));
      return 8_000 * loudness * (Math.sin(2 * Math.PI * 140 * seconds) + noise());
    });
    return new AudioFrame(samples, sampleRate, 1, length);
  });
}
