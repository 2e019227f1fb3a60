/** Hz of everything that is said: mono, 16 bits. */
export const sampleRate = 24_000;
export const chunksPerSecond = 10;

/** A tenth of a second, of which all speech is made. */
export const spoken = Buffer.from(
  Int16Array.from({ length: sampleRate / chunksPerSecond }, (_, index) => 8_000 * Math.sin(index / 20)).buffer,
);

/** A text for which so many seconds are said. */
export function textFor(seconds: number): string {
  return `Please speak for ${seconds} seconds.`;
}

export function secondsIn(text: string): number {
  return Number(/\d+/.exec(text)?.[0] ?? 0);
}
