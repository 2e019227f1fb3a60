import type { APIConnectOptions, tts } from '@livekit/agents';
import { plainEar } from '@patchbay/loopback';
import { quickly, unlessFailed, type Telling } from './quickly.ts';

/** The samples that a voice makes of a text, streamed where it can stream. Throws what it failed with. */
export async function samplesOf(
  model: tts.TTS & Telling,
  text: string,
  connOptions: Partial<APIConnectOptions> = {},
): Promise<Int16Array> {
  return unlessFailed(model, async () => {
    const pieces: Int16Array[] = [];
    for await (const item of streamOf(model, text, { ...quickly, ...connOptions })) {
      if (typeof item !== 'symbol') pieces.push(item.frame.data);
    }
    return joined(pieces);
  });
}

function streamOf(
  model: tts.TTS,
  text: string,
  connOptions: APIConnectOptions,
): tts.ChunkedStream | tts.SynthesizeStream {
  if (!model.capabilities.streaming) return model.synthesize(text, connOptions);
  const stream = model.stream({ connOptions });
  stream.pushText(text);
  stream.endInput();
  return stream;
}

/** What the plain voice said in these samples. */
export async function wordsIn(samples: Int16Array, sampleRate = 24_000): Promise<string> {
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
