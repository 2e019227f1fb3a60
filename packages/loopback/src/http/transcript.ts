import type { Cloud } from '../cloud.ts';
import type { Speech } from '../voice/types.ts';

/** The ear is fed as a socket would feed it. */
const PIECE_MS = 20;

/** A piece of text and the part of the audio that it was heard in, in seconds. */
export interface Heard {
  text: string;
  start: number;
  end: number;
}

/** What the ear reads, word by word. A word begins where the one before it was complete. */
export async function hear(cloud: Cloud, { samples, sampleRate }: Speech): Promise<Heard[]> {
  const listener = await cloud.ear.listen({ sampleRate });
  const heard: Heard[] = [];
  const take = (pieces: readonly string[], end: number): void => {
    for (const text of pieces) heard.push({ text, start: heard.at(-1)?.end ?? 0, end });
  };
  try {
    const size = Math.max(1, Math.round((sampleRate * PIECE_MS) / 1000));
    for (let start = 0; start < samples.length; start += size) {
      const piece = samples.subarray(start, start + size);
      take(listener.push(piece), (start + piece.length) / sampleRate);
    }
    take(await listener.finish(), samples.length / sampleRate);
    return heard;
  } finally {
    listener.close();
  }
}

/** Sentences: where one ends, another segment begins. */
export function segmentsOf(words: readonly Heard[]): Heard[] {
  const segments: Heard[] = [];
  for (const { text, start, end } of words) {
    const last = segments.at(-1);
    if (!last || /[.?!]\s*$/.test(last.text)) segments.push({ text, start, end });
    else segments[segments.length - 1] = { text: last.text + text, start: last.start, end };
  }
  return segments;
}

/** Who is said to speak: sentences are dealt out in turn, for the ear cannot tell voices apart. */
export function speakerOf(index: number, names: readonly string[] = []): string {
  return names.length > 0 ? names[index % names.length]! : index % 2 === 0 ? 'A' : 'B';
}
