import { plainEar, plainVoice } from '../voice/plain-voice.ts';

/** What a caller's microphone sends: silence, the words, silence. 24 kHz PCM in base64, in pieces of `pieceMs`. */
export async function microphone(
  text: string,
  { leadMs = 200, tailMs = 800, pieceMs = 50 }: { leadMs?: number; tailMs?: number; pieceMs?: number } = {},
): Promise<string[]> {
  const { samples } = await plainVoice.speak(text);
  const all = new Int16Array(samples.length + (leadMs + tailMs) * 24);
  all.set(samples, leadMs * 24);
  const bytes = Buffer.from(all.buffer);
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += pieceMs * 48) {
    pieces.push(bytes.subarray(start, start + pieceMs * 48).toString('base64'));
  }
  return pieces;
}

/** Silence of that length. */
export function silence(milliseconds: number): string {
  return Buffer.alloc(milliseconds * 48).toString('base64');
}

/** What a caller's loudspeaker played, in words. */
export async function listenTo(deltas: readonly { delta: string }[]): Promise<string> {
  const listener = await plainEar.listen({ sampleRate: 24_000 });
  const pieces = deltas.flatMap(({ delta }) => listener.push(samplesOf(Buffer.from(delta, 'base64'))));
  return [...pieces, ...(await listener.finish())].join('').trim();
}

/** Milliseconds of 24 kHz PCM in base64. */
export function millisecondsOf(deltas: readonly { delta: string }[]): number {
  return deltas.reduce((sum, { delta }) => sum + Buffer.from(delta, 'base64').length / 48, 0);
}

function samplesOf(bytes: Buffer): Int16Array {
  return Int16Array.from({ length: bytes.length >> 1 }, (_, index) => bytes.readInt16LE(index * 2));
}
