import { channelsOf, encodeAudio } from '../speech/audio.ts';
import type { Encoding } from '../speech/audio.ts';
import { plainEar, plainVoice } from '../voice/plain-voice.ts';

export interface Utterance {
  sampleRate?: number;
  encoding?: Encoding;
  /** Silence before and after. */
  leadMs?: number;
  tailMs?: number;
}

/** A caller's words as raw audio: silence, the words, silence. */
export async function speechOf(
  text: string,
  { sampleRate = 16_000, encoding = 'linear16', leadMs = 100, tailMs = 600 }: Utterance = {},
): Promise<Buffer> {
  const { samples } = await plainVoice.speak(text, { sampleRate });
  const all = new Int16Array(samples.length + Math.round(((leadMs + tailMs) * sampleRate) / 1_000));
  all.set(samples, Math.round((leadMs * sampleRate) / 1_000));
  return encodeAudio(all, encoding, sampleRate);
}

/** In pieces, as a microphone sends them. */
export function* inPieces(audio: Buffer, size = 1_600): Generator<Buffer, void, undefined> {
  for (let start = 0; start < audio.length; start += size) yield Buffer.from(audio.subarray(start, start + size));
}

/** What a caller's loudspeaker played, in words. */
export async function understand(
  audio: Buffer,
  { encoding = 'linear16', sampleRate = 24_000 }: Pick<Utterance, 'encoding' | 'sampleRate'> = {},
): Promise<string> {
  const listener = await plainEar.listen({ sampleRate });
  const [samples] = channelsOf(audio, { encoding, sampleRate, channels: 1 });
  const pieces = listener.push(samples!);
  return [...pieces, ...(await listener.finish())].join('').replace(/\s+/g, ' ').trim();
}
